#!/usr/bin/python3
"""sums.py EVE PAGE: are the devices of a page and what each sent, received and skipped DNS for those of the records?"""
import collections
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import eve  # noqa: E402

EXCUSED = {"ntp", "stun", "dns", "dot", "doh", "doq"}


def wanted(path):
    sums = collections.defaultdict(lambda: [0, 0, 0])
    for line in open(path, encoding="utf-8"):
        record = json.loads(line)
        device = record.get("iot", {}).get("device", {}).get("mac")
        if not device or record["event_type"] not in ("flow", "alert"):
            continue
        sum_of = sums[device.replace(":", "-")]
        if record["event_type"] == "flow":
            sum_of[0] += record["iot"]["bytes_up"]
            sum_of[1] += record["iot"]["bytes_down"]
            sum_of[2] += bool(record["iot"].get("no_dns")) and record["iot"].get("service") not in EXCUSED
    return dict(sums)


def shown(path):
    page = pathlib.Path(path).read_text(encoding="utf-8")
    numbers = r'data-name="%s" data-sort="(\d+)"'
    rows = re.findall(r'<tr data-device="d-([^"]+)">(.*?)</tr>', page, re.S)
    return {device: [int(re.search(numbers % name, row)[1]) for name in ("up", "down", "without DNS")] for device, row in rows}


def main():
    right, got = wanted(sys.argv[1]), shown(sys.argv[2])
    problems = [f"{key}: {got.get(key)}, not {right.get(key)}" for key in right.keys() | got.keys() if right.get(key) != got.get(key)]
    eve.tell(f"{pathlib.Path(sys.argv[2]).stem}: devices and volumes are those of the records", problems or ([] if right else ["no device"]))
    eve.finish()


main()
