"""A stream of which the plugin knows that its own rules on payloads will not match any more is still there for
the rules of others: beside such a rule another one must find in both hosts what is sent late."""
import pathlib
import random
import struct

import eve

OVER = 'alert tcp any any -> any any (msg:"over"; content:"never sent"; iot.bytes_up:<500; sid:1;)'
OTHERS = ('content:"LATE";', 'pcre:"/LATE/";', 'flow:to_server; content:"LATE"; iot.bytes_up:>5000;',
          'content:"LATE"; iot.service:!tls;')
CLIENT, SERVER = (bytes([192, 168, 1, 50]), 40000), (bytes([203, 0, 113, 9]), 7777)
ROUNDS, BYTES = 12, 900
FIN, SYN, PUSH, ACK = 1, 2, 8, 16


class Stream:
    """A connection in no protocol that anybody knows."""

    def __init__(self, out):
        self.out, self.packets, self.sent = out, 0, {True: 1000, False: 5000}
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))

    def send(self, up, flags, data=b""):
        (source, source_port), (target, target_port) = (CLIENT, SERVER) if up else (SERVER, CLIENT)
        segment = struct.pack(">2H2I2B3H", source_port, target_port, self.sent[up],
                              self.sent[not up] if flags & ACK else 0, 0x50, flags, 8192, 0, 0) + data
        size = 20 + len(segment)
        self.packets += 1
        self.out.write(struct.pack("<4I", 1700000000 + self.packets // 20, self.packets % 20 * 50000, size, size) +
                       struct.pack(">2B3H2BH", 0x45, 0, size, self.packets, 0, 64, 6, 0) + source + target + segment)
        self.sent[up] += len(data) + (flags & (SYN | FIN) != 0)

    def say(self, up, data):
        self.send(up, ACK | PUSH, data)
        self.send(not up, ACK)


def write(path):
    noise = random.Random(1)
    with path.open("wb") as out:
        stream = Stream(out)
        for up, flags in ((True, SYN), (False, SYN | ACK), (True, ACK)):
            stream.send(up, flags)
        for _ in range(ROUNDS):
            for up in (True, False):
                stream.say(up, bytes(noise.randrange(128, 255) for _ in range(BYTES)))
        for piece in (b"what comes LA", b"TE in two pieces"):
            stream.say(True, piece)
        for up in (True, False):
            stream.send(up, FIN | ACK)


def problems(scratch):
    capture, rules = pathlib.Path(scratch) / "late.pcap", pathlib.Path(scratch) / "late.rules"
    found = []
    write(capture)
    for other in OTHERS:
        rules.write_text(f'{OVER}\nalert tcp any any -> any any (msg:"late"; {other} sid:2;)\n')
        for host in eve.suricata, eve.replay:
            sids = {one["alert"]["signature_id"] for one in
                    eve.of_type(host(capture, arguments=("-S", rules)), "alert")}
            if sids != {2}:
                found.append(f"{host.__name__}: {other} told {sorted(sids)}")
    return found
