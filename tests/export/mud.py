#!/usr/bin/python3
"""Does a MUD profile have what RFC 8520 asks for, and does it name these remotes both ways?"""
import json
import re
import sys

path, *remotes = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    profile = json.load(file)
mud = profile["ietf-mud:mud"]
assert mud["mud-version"] == 1 and mud["mud-url"].startswith("https://"), mud
assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", mud["last-update"]), mud
assert 1 <= mud["cache-validity"] <= 168 and mud["is-supported"] is True, mud
assert len(mud["systeminfo"]) <= 60, mud
lists = {acl["name"]: acl for acl in profile["ietf-access-control-list:acls"]["acl"]}
for policy in ("from-device-policy", "to-device-policy"):
    for reference in mud[policy]["access-lists"]["access-list"]:
        assert reference["name"] in lists, reference
for name, acl in lists.items():
    assert acl["type"] == ("ipv4-acl-type" if name.endswith("v4") else "ipv6-acl-type"), acl
    for entry in acl["aces"]["ace"]:
        assert entry["actions"] == {"forwarding": "accept"}, entry
for remote in remotes:
    for way in ("from-device-v4", "to-device-v4"):
        assert remote in json.dumps(lists[way]), (remote, way)
