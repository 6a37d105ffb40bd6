"""Each fragment of a datagram is a packet to rules, without ports, type, flags or bytes, beside the datagram that is
put together from them, and so is what comes in a tunnel: both hosts must tell the same alerts."""
import json
import pathlib
import struct

import eve

RULES = """alert ip any any -> any any (msg:"any"; sid:1;)
alert icmp any any -> any any (msg:"ICMP"; sid:2;)
alert icmp any any -> any any (msg:"a type"; itype:8; sid:3;)
alert udp any any -> any any (msg:"UDP"; sid:4;)
alert udp any 0 -> any 0 (msg:"ports"; sid:5;)
alert udp any any -> any 9 (msg:"a port"; sid:6;)
alert tcp any any -> any any (msg:"no flags"; flags:0; sid:7;)
alert ip any any -> any any (msg:"fragments of IPv6"; ip_proto:44; sid:8;)
alert ip any any -> any any (msg:"bytes"; dsize:>0; sid:9;)
alert ip any any -> any any (msg:"whole"; flow:no_frag; sid:10;)
alert ip any any -> any any (msg:"put together"; flow:only_frag; sid:11;)
alert ip 192.0.2.1 any -> any any (msg:"address"; ttl:64; sid:12;)
"""
ICMP, IPV4, TCP, UDP, FRAGMENT, GRE = 1, 4, 6, 17, 44, 47
PIECE = 24  # bytes, a multiple of 8
V4 = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
V6 = bytes.fromhex("20010db8" + "00" * 11 + "01"), bytes.fromhex("20010db8" + "00" * 11 + "02")


def fragment_v4(protocol, offset, more, data):
    return struct.pack(">2B3H2BH", 0x45, 0, 20 + len(data), protocol, offset // 8 | more << 13, 64, protocol, 0) + \
        V4[0] + V4[1] + data


def fragment_v6(protocol, offset, more, data):
    return struct.pack(">IH2B", 6 << 28, 8 + len(data), FRAGMENT, 64) + V6[0] + V6[1] + \
        struct.pack(">2BHI", protocol, 0, offset | more, protocol) + data


def udp_to(port):
    data = bytes(range(3 * PIECE))
    return struct.pack(">4H", 40000, port, 8 + len(data), 0) + data


SENT = [(fragment_v4, ICMP, struct.pack(">2B3H", 8, 0, 0, 1, 1) + bytes(2 * PIECE)),
        (fragment_v4, UDP, udp_to(9)),
        (fragment_v4, TCP, struct.pack(">2H2I2B3H", 40001, 7777, 1, 0, 0x50, 2, 8192, 0, 0) + bytes(PIECE)),
        (fragment_v6, UDP, udp_to(9)),
        (fragment_v4, GRE, struct.pack(">2H", 0, 0x0800) + fragment_v4(UDP, 0, False, udp_to(9))),
        (fragment_v6, IPV4, fragment_v4(UDP, 0, False, udp_to(9))),
        (fragment_v4, IPV4, fragment_v4(99, 0, False, b"tiny"))]


def write(path):
    with path.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for number, (make, protocol, datagram) in enumerate(SENT):
            for offset in range(0, len(datagram), PIECE):
                packet = make(protocol, offset, offset + PIECE < len(datagram), datagram[offset:offset + PIECE])
                out.write(struct.pack("<4I", 1700000000 + number, offset, len(packet), len(packet)) + packet)


def told(records):
    return sorted(str([one.get(field) for field in ("timestamp", "pcap_cnt", "pkt_src", "proto", "src_ip",
                                                    "src_port", "dest_port", "icmp_type")] +
                      [one["alert"]["signature_id"], json.dumps(one.get("tunnel"), sort_keys=True)])
                  for one in eve.of_type(records, "alert"))


def problems(scratch):
    capture, rules = pathlib.Path(scratch) / "fragments.pcap", pathlib.Path(scratch) / "fragments.rules"
    write(capture)
    rules.write_text(RULES)
    ours, theirs = (told(host(capture, arguments=("-S", rules))) for host in (eve.replay, eve.suricata))
    return [f"only stand-alone: {one}" for one in ours if one not in theirs] + \
        [f"only in Suricata: {one}" for one in theirs if one not in ours] + \
        (["counts differ"] if len(ours) != len(theirs) else []) + ([] if theirs else ["nothing alerts"])
