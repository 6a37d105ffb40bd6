"""Suricata leaves a rule on SYNs to a port that names no direction out of what comes from servers. That must hold
beside a rule of the same kind on all ports, whose group searches for the same contents."""
import pathlib
import struct

import eve

RULES = """alert tcp any any -> any 23 (msg:"SYN to a port"; flags:S; content:"hello"; iot.age_s:<600; sid:1;)
alert tcp-pkt any any -> any any (msg:"any port"; content:"world"; iot.age_s:<600; sid:2;)
"""
CLIENT, SERVER = (bytes([192, 0, 2, 1]), 23), (bytes([192, 0, 2, 2]), 4000)
SYN = 2


def syn(source, destination, data):
    return struct.pack(">2B3H2BH", 0x45, 0, 40 + len(data), 1, 0, 64, 6, 0) + source[0] + destination[0] + \
        struct.pack(">2H2I2B3H", source[1], destination[1], 1, 0, 0x50, SYN, 8192, 0, 0) + data


def problems(scratch):
    capture, rules = pathlib.Path(scratch) / "syns.pcap", pathlib.Path(scratch) / "syns.rules"
    rules.write_text(RULES)
    with capture.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for number, packet in enumerate((syn(CLIENT, SERVER, b""), syn(SERVER, CLIENT, b"hello world"))):
            out.write(struct.pack("<4I", 1700000000 + number, 0, len(packet), len(packet)) + packet)
    told = [one["alert"]["signature_id"] for one in
            eve.of_type(eve.suricata(capture, arguments=("-S", rules)), "alert")]
    return [] if told == [2] else [f"rules that alert: {told}"]
