#!/usr/bin/python3
"""Writes the EVE records of a made-up network: make_eve.py DEVICES DAYS FLOWS-A-DEVICE-AND-DAY [hostile]

Devices keep hours, beat, and now and then do what alerts tell of. 'hostile' adds devices whose names,
remotes and messages are what somebody would choose who wants to break a page or mislead its reader.
The same arguments write the same records.
"""
import datetime
import json
import random
import sys

START_S = 1767571200  # Monday, 2026-01-05 00:00 UTC
DAY_S = 86400
VENDORS = ["Espressif Inc.", "Tuya Smart Inc.", "Signify B.V.", "Wyze Labs Inc"]
KINDS = ["plug", "bulb", "camera", "speaker", "vacuum", "sensor"]
REMOTES = [("cloud.%s.example", 64500, "Vendor Cloud", "DE", "tls"), ("time.%s.example", 64501, "Clocks", "US", "ntp"),
           ("cdn.%s.example", 64502, "Big CDN", "US", "quic"), ("mqtt.%s.example", 64503, "Hoster", "IE", "mqtt")]
ALERTS = [(1000000, 3, "hardcoded-ip", "TATTLER connection to an address that the device never resolved"),
          (1000010, 2, "beacon", "TATTLER beacon to an address that the device never resolved"),
          (1000040, 2, "scan", "TATTLER device scans the Internet, host by host"),
          (1013003, 1, "cnc", "TATTLER Mirai: its owner answers the pings")]
HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</style></script><b>", "{{js}}",
           "' onmouseover='alert(1)", "gpj\u202egnp.exe", "a\u200b\u2066b", "x" * 65536, "\x00\x07\x1b[2J", "&amp;&lt;",
           "кто́", "\ud800", "]]>", "javascript:alert(1)", "bad\\x80utf8"]


def stamp(time_s):
    moment = datetime.datetime.fromtimestamp(time_s, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f+0000")


def put(record):
    print(json.dumps(record, separators=(",", ":")))


class Device:
    def __init__(self, index, name=None):
        kind = KINDS[index % len(KINDS)]
        self.random = random.Random(index)
        self.address = f"192.168.{1 + index // 250}.{1 + index % 250}"
        self.kind = kind
        self.iot = {"name": name or f"{kind}-{index:03d}", "vendor": name or VENDORS[index % len(VENDORS)],
                    "mac": "02:00:00:00:%02x:%02x" % divmod(index, 256), "type": name or kind}
        self.odd = name

    def head(self, time_s, event, remote, port):
        return {"timestamp": stamp(time_s), "flow_id": self.random.getrandbits(40), "event_type": event,
                "src_ip": self.address, "src_port": 40000, "dest_ip": remote, "dest_port": port,
                "proto": self.odd or "TCP", "app_proto": self.odd or "tls", "ip_v": 4}

    def remote(self):
        if self.odd:
            return f"198.51.100.{self.random.randrange(1, 250)}", self.odd, 64510, self.odd, "XX", "tls"
        if self.random.random() < 0.03:
            return (f"203.0.113.{self.random.randrange(1, 255)}", None, 64511, "Rented Racks", "NL", "other")
        name, asn, org, country, service = self.random.choice(REMOTES)
        return f"198.51.100.{asn % 250}", name % self.kind, asn, org, country, service

    def flow(self, time_s):
        address, name, asn, org, country, service = self.remote()
        up, down = int(self.random.lognormvariate(8, 2)), int(self.random.lognormvariate(8, 2))
        length_s = self.random.expovariate(1 / 600)
        iot = {"asn": asn, "as_org": org, "country": country, "no_dns": name is None, "service": service,
               "bytes_up": up, "bytes_down": down, "device": self.iot}
        if name:
            iot |= {"name": name, "domain": name.split(".", 1)[-1]}
        put(self.head(time_s + length_s, "flow", address, 443) | {
            "flow": {"bytes_toserver": up, "bytes_toclient": down, "pkts_toserver": 9, "pkts_toclient": 9,
                     "start": stamp(time_s), "end": stamp(time_s + length_s), "alerted": name is None}, "iot": iot})

    def alert(self, time_s):
        sid, severity, detects, message = self.random.choice(ALERTS)
        address = "203.0.113.%d" % self.random.randrange(1, 255)
        put(self.head(time_s, "alert", address, 8080) | {
            "alert": {"action": "allowed", "gid": 1, "signature_id": sid, "rev": 1, "category": "",
                      "signature": self.odd or message, "severity": severity, "metadata": {"detects": [self.odd or detects]}},
            "iot": {"no_dns": True, "asn_risk": 80, "fanout": 50, "device": self.iot,
                    "heartbeat": {"period_s": 60.1, "bytes": 76, "score": 0.98}}})

    def beat(self, time_s, change, period_s):
        put({"timestamp": stamp(time_s), "event_type": "iot", "iot": {
            "type": "heartbeat", "device": self.iot, "address": self.address,
            "remote": self.odd or f"mqtt.{self.kind}.example", "change": change, "score": 0.98,
            "before": {"period_s": period_s, "bytes": 60}, "after": {"period_s": period_s * 2, "bytes": 90}}})

    def day(self, start_s, flows):
        for _ in range(flows):
            hour = self.random.triangular(0, 24, 19)
            self.flow(start_s + hour * 3600)
        if self.random.random() < 0.1 or self.odd:
            self.alert(start_s + self.random.randrange(DAY_S))
        if self.random.random() < 0.4:
            self.beat(start_s + self.random.randrange(DAY_S),
                      self.random.choice(["steady", "stopped", "moved", "grew", "resumed"]), 60)


def main():
    count, days, flows = (int(word) for word in sys.argv[1:4])
    devices = [Device(index) for index in range(count)]
    if "hostile" in sys.argv[4:]:
        devices += [Device(count + index, name) for index, name in enumerate(HOSTILE)]
    for day in range(days):
        for device in devices:
            device.day(START_S + day * DAY_S, flows)


main()
