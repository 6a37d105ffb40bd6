#!/usr/bin/python3
"""Is this a MUD profile as the YANG modules of RFC 8520 and RFC 8519 have it in JSON (RFC 7951), and does it
name these remotes both ways? mud.py PROFILE REMOTE...

The schema holds what these modules allow of what a profile of ours may need: other members, types and values
are refused.
"""
import json
import sys

import jsonschema


def container(needed, **members):
    return {"type": "object", "additionalProperties": False, "required": needed.split(), "properties": members}


def one_of(*values):
    return {"enum": list(values)}


NAME = {"type": "string", "minLength": 1, "maxLength": 64}  # RFC 8519: the name of an ACL
HOST = {"type": "string", "pattern": r"^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{1,63}$"}  # inet:host
NETWORK = {"4": {"type": "string", "pattern": r"^(\d{1,3}\.){3}\d{1,3}/(3[0-2]|[12]?\d)$"},
           "6": {"type": "string", "pattern": r"^[0-9a-f:.]+/(12[0-8]|1[01]\d|\d{1,2})$"}}
PORT = container("operator port", operator=one_of("eq", "neq", "lte", "gte"), port={"type": "integer", "minimum": 0, "maximum": 65535})
PORTS = {"source-port": PORT, "destination-port": PORT}
POLICY = container("access-lists", **{"access-lists": container("access-list", **{
    "access-list": {"type": "array", "items": container("name", name=NAME)}})})


def l3(version):
    return container("", protocol={"type": "integer", "minimum": 0, "maximum": 255}, **{
        f"{way}-ipv{version}-network": NETWORK[version] for way in ("source", "destination")}, **{
        f"ietf-acldns:{way}-dnsname": HOST for way in ("src", "dst")})


def acl(version):
    matches = container("", tcp=container("", **PORTS, **{"ietf-mud:direction-initiated": one_of("to-device", "from-device")}),
                        udp=container("", **PORTS), **{f"ipv{version}": l3(version)})
    ace = container("name matches actions", name=NAME, matches=matches,
                    actions=container("forwarding", forwarding=one_of("accept", "drop", "reject")))
    return container("name type aces", name=NAME, type=one_of(f"ipv{version}-acl-type"), aces=container("ace", ace={"type": "array", "items": ace}))


PROFILE = container("ietf-mud:mud ietf-access-control-list:acls", **{
    "ietf-mud:mud": container(
        "mud-version mud-url last-update is-supported from-device-policy to-device-policy",
        **{"mud-version": one_of(1), "mud-url": {"type": "string", "pattern": r"^https://[!-~]+$"},
           "last-update": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"},
           "cache-validity": {"type": "integer", "minimum": 1, "maximum": 168}, "is-supported": {"type": "boolean"},
           "systeminfo": {"type": "string", "maxLength": 60}, "from-device-policy": POLICY, "to-device-policy": POLICY}),
    "ietf-access-control-list:acls": container("acl", acl={"type": "array", "items": {"anyOf": [acl("4"), acl("6")]}})})


def main():
    path, *remotes = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        profile = json.load(file)
    jsonschema.validate(profile, PROFILE)
    lists = {one["name"]: one["aces"]["ace"] for one in profile["ietf-access-control-list:acls"]["acl"]}
    assert len(lists) == len(profile["ietf-access-control-list:acls"]["acl"]), "names of ACLs are keys"
    for policy in ("from-device-policy", "to-device-policy"):
        for reference in profile["ietf-mud:mud"][policy]["access-lists"]["access-list"]:
            assert reference["name"] in lists, reference
    for name, entries in lists.items():
        assert len({entry["name"] for entry in entries}) == len(entries), f"names of entries are keys in {name}"
        for entry in entries:  # a choice takes one case
            layer3 = next((value for key, value in entry["matches"].items() if key.startswith("ip")), {})
            assert not {"tcp", "udp"} <= set(entry["matches"]), entry
            assert sum(key in layer3 for key in layer3 if key.startswith(("source", "ietf-acldns:src"))) <= 1, entry
    for remote in remotes:
        for way in ("from-device-v4", "to-device-v4"):
            assert remote in json.dumps(lists[way]), (remote, way)


main()
