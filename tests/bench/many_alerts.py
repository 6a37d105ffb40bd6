#!/usr/bin/python3
"""Writes EVE JSON as a home's first month makes it: many alerts of few kinds, and flow records.

    tests/bench/many_alerts.py [ALERTS [FLOWS]] >eve.json        default: 100,000 alerts, 20,000 flows

The same numbers give the same records.
"""
import datetime
import json
import random
import sys

KINDS = [(1000000, "hardcoded-ip", 3), (1000010, "beacon", 2), (1000040, "scan", 2), (1001501, "exfil", 1),
         (1003203, "proxy", 2), (1010000, "dga", 3)]
START = datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc)


def device_of(number):
    return {"name": f"device-{number}", "mac": f"02:00:5e:10:{number >> 8:02x}:{number & 255:02x}",
            "vendor": "Example Corp."}


def record(dice, index, total, event_type):
    """Each of 50 devices talks to ten remotes, to the first of them mostly."""
    number = dice.randrange(50)
    remote = (number * 7 + int(10 * dice.random() ** 3)) % 200
    time = START + datetime.timedelta(days=30) * (index / total)
    iot = {"service": "tls", "bytes_up": dice.randrange(100, 90000), "bytes_down": dice.randrange(100, 90000),
           "pkts_up": dice.randrange(1, 90), "pkts_down": dice.randrange(1, 90), "age_s": dice.randrange(600),
           "symmetry": round(dice.random(), 3), "entropy": round(8 * dice.random(), 3),
           "heartbeat": {"score": round(dice.random(), 3), "period_s": 60.0, "jitter": 0.02, "bytes": 120,
                         "state": "steady"},
           "fanout": dice.randrange(40), "hour": time.hour, "asn": 64500 + remote % 20,
           "as_org": f"Network {remote % 20}", "country": "DE", "asn_risk": 10, "no_dns": remote % 4 == 0,
           "device": device_of(number)}
    if remote % 4 > 0:
        iot |= {"name": f"host{dice.randrange(9)}.remote-{remote}.example", "name_source": "sni",
                "domain": f"remote-{remote}.example"}
    return {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"), "flow_id": index + 1, "event_type": event_type,
            "src_ip": f"192.168.1.{10 + number}", "src_port": 40000 + index % 20000,
            "dest_ip": f"198.51.100.{remote}", "dest_port": 443, "proto": "TCP", "ip_v": 4, "app_proto": "tls",
            "iot": iot}


def main(alerts=100000, flows=20000):
    dice, total = random.Random(1), alerts + flows
    for index in range(total):
        is_alert = (index + 1) * alerts // total > index * alerts // total
        made = record(dice, index, total, "alert" if is_alert else "flow")
        if is_alert:
            sid, detects, priority = KINDS[int(len(KINDS) * dice.random() ** 2)]
            made["alert"] = {"action": "allowed", "gid": 1, "signature_id": sid, "rev": 1,
                             "signature": f"TATTLER something that is called {detects}", "category": "Misc activity",
                             "severity": priority, "metadata": {"detects": [detects]}}
            made["flow"] = {"pkts_toserver": 5, "pkts_toclient": 4, "bytes_toserver": 900, "bytes_toclient": 1200,
                            "start": made["timestamp"], "src_ip": made["src_ip"], "dest_ip": made["dest_ip"]}
        else:
            made["flow"] = {"pkts_toserver": 5, "pkts_toclient": 4, "bytes_toserver": 900, "bytes_toclient": 1200,
                            "start": made["timestamp"], "end": made["timestamp"], "age": 1, "state": "closed",
                            "reason": "timeout", "alerted": False}
        print(json.dumps(made, separators=(",", ":")))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
