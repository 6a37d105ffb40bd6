#!/usr/bin/python3
"""Compares what a page says is usual with the store: usual.py STORE EVE PAGE DEVICE ODD-DOMAIN ABSENT.

DEVICE is the only one that met
ODD-DOMAIN; ABSENT has no record.
"""
import contextlib
import pathlib
import re
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import eve  # noqa: E402

DAY_US = 86400 * 10**6


def devices_of(page):
    """The part of the page of each device, by its name."""
    parts = re.split(r'<details class="device" id="', page)[1:]
    return {re.search(r'<span class="name">([^<]+)<', part)[1]: part for part in parts}


def bars(part):
    """Heights of the two shades by bin: upwards, downwards."""
    shades = []
    for path in re.findall(r'<path class="usual" d="([^"]*)"', part):
        at, height, heights = 0, 0, {}
        for letter, first, _ in re.findall(r"([MVH])(-?\d+)( 0)?", path):
            if letter == "M":
                at, height = int(first), 0
            elif letter == "V":
                height = abs(int(first))
            else:
                heights |= dict.fromkeys(range(at, int(first)), height)
                at = int(first)
        shades.append(heights)
    return shades


def check_shade(store, page, device):
    key, met_us, last_us = store.execute("SELECT id, met_us, last_us FROM device WHERE name = ?", (device,)).fetchone()
    hours = {hour: (up, down) for hour, up, down in store.execute("SELECT hour, up, down FROM volume WHERE device = ?", (key,))}
    part = devices_of(page)[device]
    days = round((last_us - met_us) / DAY_US)
    problems = [] if f"on average of {days} days" in part else [f"not {days} days"]
    shades = bars(part)
    begins = int(re.search(r'<p class="span">\w+ \d+ \w+ \d+ (\d\d):', page)[1])  # a bar is an hour
    for way, shade in enumerate(shades):
        by_hour = {hour: {shade.get(i, 0) for i in range(24, 96) if (i + begins) % 24 == hour} for hour in range(24)}
        loud = max(hours, key=lambda hour, way=way: hours[hour][way])
        problems += [f"at {hour} nothing is usual, but {heights}" for hour, heights in by_hour.items()
                     if hours.get(hour, (0, 0))[way] < days and heights != {0}]
        if by_hour[loud] != {max(shade.values())}:
            problems.append(f"the loudest hour is {loud}, and the shade {by_hour}")
    eve.tell("the shade behind a device's life is what the store has by hour", problems or ([] if len(shades) == 2 else ["no shade"]))


def main():
    path, _, page_path, device, odd, absent = sys.argv[1:]
    page = pathlib.Path(page_path).read_text(encoding="utf-8")
    parts = devices_of(page)
    odds = {name: set(re.findall(r'<bdi>([^<]+)</bdi>(?: <span class="quiet">\(alerts\)</span>)? <b class="odd">', part))
            for name, part in parts.items()}
    eve.tell("the remote that is not in the store is not usual, and no other domain is",
             [f"{name}: {found}" for name, found in odds.items() if (odd in found) != (name == device)
              or any(found_one.endswith(".example") and found_one != odd for found_one in found)])
    eve.tell("how far devices have learned is told", [name for name, part in parts.items() if "has been learned by" not in part])
    eve.tell("a device that is known and silent is named", [] if re.search(f"nothing was heard of: [^<]*{absent}", page) else ["it is not"])
    with contextlib.closing(sqlite3.connect(path)) as store:
        check_shade(store, page, device)
        domains = store.execute("SELECT value FROM item JOIN device ON device.id = item.device WHERE device.name = ? AND kind = 'domain'"
                                " AND accused = 0 AND suspect = 0", (device,)).fetchall()
        listed = re.search(r"<dt>\d+ domains?</dt><dd>(.*?)</dd>", parts[device])
        eve.tell("what is usual is listed", [domain for domain, in domains if not listed or f"<bdi>{domain}</bdi>" not in listed[1]]
                 or ([] if domains else ["the store has no domain"]))
    eve.finish()


main()
