#!/usr/bin/python3
"""Lets one device do what another one did: rewrites a capture's MAC and IPv4 addresses.

usage: rewrite.py IN.pcap OUT.pcap MAC=MAC ADDRESS=ADDRESS

Both are replaced in Ethernet, ARP and IPv4 headers, with the checksums of IPv4, TCP and UDP set right.
Frames of DHCP and IPv6 of the device are left out: they name it in their payload.
"""
import ipaddress
import struct
import sys

IPV4, IPV6, ARP = b"\x08\x00", b"\x86\xdd", b"\x08\x06"
CHECKSUM_AT = {6: 16, 17: 6}  # in TCP and UDP


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def set_transport_checksum(packet, header):
    protocol, at = packet[9], CHECKSUM_AT.get(packet[9])
    end = struct.unpack_from("!H", packet, 2)[0]
    fragment = struct.unpack_from("!H", packet, 6)[0] & 0x3FFF
    if at is None or fragment or end > len(packet):
        return
    field = header + at
    if protocol == 17 and packet[field:field + 2] == b"\0\0":
        return
    packet[field:field + 2] = b"\0\0"
    pseudo = bytes(packet[12:20]) + struct.pack("!BBH", 0, protocol, end - header)
    value = checksum(pseudo + bytes(packet[header:end]))
    struct.pack_into("!H", packet, field, value or 0xFFFF)


def rewrite_ipv4(packet, old, new):
    header = (packet[0] & 15) * 4
    changed = False
    for at in (12, 16):
        if packet[at:at + 4] == old:
            packet[at:at + 4] = new
            changed = True
    if changed:
        packet[10:12] = b"\0\0"
        struct.pack_into("!H", packet, 10, checksum(bytes(packet[:header])))
        set_transport_checksum(packet, header)


def is_dhcp(packet):
    header = (packet[0] & 15) * 4
    return packet[9] == 17 and bool({67, 68} & set(struct.unpack_from("!HH", packet, header)))


def rewrite(frame, macs, addresses):
    """The frame as the other device's; None: it is to be left out."""
    concerns = macs[0] in (bytes(frame[:6]), bytes(frame[6:12]))
    kind, body = bytes(frame[12:14]), bytearray(frame[14:])
    if concerns and (kind == IPV6 or (kind == IPV4 and is_dhcp(body))):
        return None
    if kind == ARP:
        body = bytearray(bytes(body).replace(macs[0], macs[1]).replace(*addresses))
    elif kind == IPV4:
        rewrite_ipv4(body, *addresses)
    ends = b"".join(macs[1] if mac == macs[0] else mac for mac in (frame[:6], frame[6:12]))
    return ends + kind + bytes(body)


def main(source, target, mac_pair, address_pair):
    macs = [bytes.fromhex(mac.replace(":", "")) for mac in mac_pair.split("=")]
    addresses = [ipaddress.IPv4Address(text).packed for text in address_pair.split("=")]
    with open(source, "rb") as read, open(target, "wb") as write:
        write.write(read.read(24))
        while header := read.read(16):
            frame = rewrite(read.read(struct.unpack_from("<I", header, 8)[0]), macs, addresses)
            if frame is not None:
                write.write(header[:8] + struct.pack("<II", len(frame), len(frame)) + frame)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
