#!/usr/bin/python3
"""Asks a resolver for the address of a name: ask.py ADDRESS PORT NAME."""
import random
import socket
import struct
import sys

STATUS = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}


def main():
    address, port, name = sys.argv[1:]
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    query = struct.pack(">6H", random.getrandbits(16), 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(20)
        client.connect((address, int(port)))
        client.send(query)
        answer = client.recv(4096)
    status, answers = answer[3] & 15, struct.unpack_from(">H", answer, 6)[0]
    # One record with the name as a pointer: its last four bytes before what EDNS may add are the address.
    at = len(query)
    found = status == 0 and answers and struct.unpack_from(">HHHIH", answer, at)[1:] == (1, 1, *struct.unpack_from(">IH", answer, at + 6))
    print(socket.inet_ntoa(answer[at + 12:at + 16]) if found else STATUS.get(status, status))


main()
