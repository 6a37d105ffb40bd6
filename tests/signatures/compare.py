"""Compares the alerts of the two hosts.

An alert belongs to a pair: its rule and its flow. Of each pair both hosts must have as many alerts, and
their records must be equal field by field but for what known.tsv excuses. A field that ours alone lacks is told
as 'no FIELD', so that excuses for what it does not tell excuse no wrong values; and 'FIELD, stream' is one of an
alert about a packet that Suricata made up, to look at the rest of a stream.
"""
import collections
import fnmatch
import functools
import pathlib

import eve

KNOWN = list(eve.known(pathlib.Path(__file__).with_name("known.tsv")))
SETS = {"metadata.flowbits", "traffic.id", "traffic.label"}  # lists whose order says nothing
ONLY_THEIRS, ONLY_OURS, COUNT = "only in Suricata", "only stand-alone", "count"
WHOLE = ONLY_THEIRS, ONLY_OURS, COUNT

Pair = collections.namedtuple("Pair", "gid sid proto one other icmp start")
Difference = collections.namedtuple("Difference", "capture theme pair field text")


def pair_of(alert):
    """The same for both directions. Without a flow the packet's own time takes the place of its start."""
    ends = sorted(((alert.get(f"{side}_ip"), alert.get(f"{side}_port")) for side in ("src", "dest")), key=str)
    start = alert.get("flow", {}).get("start", alert["timestamp"])
    return Pair(alert["alert"]["gid"], alert["alert"]["signature_id"], alert.get("proto"), *ends,
                (alert.get("icmp_type"), alert.get("icmp_code")), start)


def pairs_of(records):
    found = collections.defaultdict(list)
    for alert in eve.of_type(records, "alert"):
        found[pair_of(alert)].append(alert)
    return found


def show(pair):
    ends = " and ".join(" ".join(str(part) for part in end if part is not None) for end in (pair.one, pair.other))
    return f"sid {pair.sid}: {pair.proto} {ends}, flow of {pair.start[:26]}"


@functools.cache
def excuse_of(capture, theme, sid, field):
    """The number of the first row of KNOWN that excuses the difference, or None."""
    return next((number for number, (captures, rules, fields) in enumerate(KNOWN)
                 if fnmatch.fnmatchcase(field, fields) and fnmatch.fnmatchcase(capture, captures) and
                 (fnmatch.fnmatchcase(theme, rules) or fnmatch.fnmatchcase(str(sid), rules))), None)


def differing(ours, theirs, path=""):
    """(field, ours, theirs) of two records; a field within an object is 'object.field'."""
    for name in sorted(ours.keys() | theirs.keys()):
        mine, other, field = ours.get(name), theirs.get(name), f"{path}{name}"
        if mine == other:
            continue
        if isinstance(mine or other, dict):
            yield from differing(mine or {}, other or {}, f"{field}.")
        elif field not in SETS or sorted(mine or []) != sorted(other or []):
            yield field, mine, other


def is_made_up(theirs):
    return theirs.get("pkt_src", "").startswith("stream ")


def differing_fields(mine, other):
    """(field, text), each field once."""
    said = {}
    for ours, theirs in zip(mine, other):
        for field, value, other_value in differing(ours, theirs):
            name = f"no {field}" if value is None else field
            name += ", stream" if is_made_up(theirs) else ""
            if name not in said:
                said[name] = f"{field} is {value!r}, in Suricata {other_value!r}"
    return said.items()


def unsteady_pairs(runs):
    """The pairs that one host does not always alert on, or not always as often."""
    counts = [{pair: len(alerts) for pair, alerts in pairs_of(run).items()} for run in runs]
    return {pair for pair in set().union(*counts) if len({count.get(pair) for count in counts}) > 1}


class Tally:
    """Of one theme: what was compared and what differs; adds up over captures."""

    def __init__(self):
        self.fired, self.common, self.unsteady = set(), 0, 0
        self.known = collections.Counter()  # by row of KNOWN
        self.differences = []

    def add(self, other):
        self.fired |= other.fired
        self.common += other.common
        self.known += other.known
        self.unsteady += other.unsteady
        self.differences += other.differences

    def note(self, capture, theme, pair, field, text):
        excuse = excuse_of(capture, theme, pair.sid, field)
        if excuse is not None:
            self.known[excuse] += 1
        else:
            self.differences.append(Difference(capture, theme, pair, field, f"{show(pair)}: {text}"))

    def number(self, *fields):
        return sum(one.field in fields for one in self.differences)


def compare(capture, ours, theirs, theme_of, unsteady=frozenset()):
    """A Tally a theme of two hosts' alerts about one capture, but for the pairs in unsteady."""
    tallies = collections.defaultdict(Tally)
    mine, other = pairs_of(ours), pairs_of(theirs)
    for pair in sorted(mine.keys() | other.keys(), key=str):
        theme = theme_of(pair.sid)
        tally = tallies[theme]
        if pair in other:
            tally.fired.add(pair.sid)
        if pair in unsteady:
            tally.unsteady += 1
        elif pair not in mine:
            tally.note(capture, theme, pair, ONLY_THEIRS, f"{ONLY_THEIRS}, {len(other[pair])} times")
        elif pair not in other:
            tally.note(capture, theme, pair, ONLY_OURS, f"{ONLY_OURS}, {len(mine[pair])} times")
        else:
            tally.common += 1
            compare_pair(tally, capture, theme, pair, mine[pair], other[pair])
    return tallies


def compare_pair(tally, capture, theme, pair, mine, other):
    if len(mine) != len(other):
        field = f"{COUNT}, stream" if len(mine) == sum(not is_made_up(one) for one in other) else COUNT
        tally.note(capture, theme, pair, field, f"{len(mine)} alerts, in Suricata {len(other)}")
        return
    for field, text in differing_fields(mine, other):
        tally.note(capture, theme, pair, field, text)
