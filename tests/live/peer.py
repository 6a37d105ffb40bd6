#!/usr/bin/python3
"""Whoever is at the other end in tests of 'tattler live'.

peer.py send INTERFACE CAPTURE...  the frames that an interface takes, as fast as they go
peer.py count CAPTURE...           how many these are
peer.py flood INTERFACE COUNT      UDP datagrams to nobody
peer.py stream|datagram SOCKET OUT lines that come to a Unix socket, to a file; made anew
peer.py sink PORT                  a TCP server that reads and says nothing
peer.py talk ADDRESS PORT FIFO     a TCP connection that sends each line of the FIFO
"""
import os
import socket
import struct
import sys


def frames(paths):
    for path in paths:
        yield from frames_of(open(path, "rb").read())


def frames_of(data):
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at < len(data):
        length = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        if length <= 1514:
            yield data[at + 16:at + 16 + length]
        at += 16 + length


def raw(interface):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((interface, 0))
    return sock


def send(interface, *paths):
    sock = raw(interface)
    for frame in frames(paths):
        sock.send(frame)


def flood(interface, count):
    sock = raw(interface)
    udp = struct.pack("!HHHH", 4000, 4001, 8 + 1000, 0) + bytes(1000)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                       socket.inet_aton("10.77.0.1"), socket.inet_aton("10.77.0.2"))
    frame = bytes.fromhex("020000000002" "020000000001" "0800") + head + udp
    for _ in range(int(count)):
        sock.send(frame)


def listen(kind, path, out):
    if os.path.exists(path):
        os.unlink(path)
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.bind(path)
    os.chmod(path, 0o777)
    file = open(out, "wb", 0)
    if kind == socket.SOCK_DGRAM:
        while True:
            file.write(sock.recv(1 << 20))
    sock.listen(1)
    while True:
        connection, _ = sock.accept()
        while data := connection.recv(1 << 16):
            file.write(data)


def sink(port):
    server = socket.create_server(("", int(port)))
    while True:
        connection, _ = server.accept()
        while connection.recv(1 << 16):
            pass


def talk(address, port, fifo):
    connection = socket.create_connection((address, int(port)))
    for line in open(fifo):
        connection.sendall(line.encode())


def main(command, *arguments):
    {"send": send, "count": lambda *paths: print(sum(1 for _ in frames(paths))), "flood": flood, "sink": sink, "talk": talk,
     "stream": lambda path, out: listen(socket.SOCK_STREAM, path, out),
     "datagram": lambda path, out: listen(socket.SOCK_DGRAM, path, out)}[command](*arguments)


main(*sys.argv[1:])
