"""Whether compare.py finds what it should: differences made on purpose, between two hosts' records."""
import copy

import compare

ALERT = {"event_type": "alert", "timestamp": "2026-01-01T00:00:02.000000+0000", "src_ip": "192.0.2.1",
         "src_port": 1000, "dest_ip": "192.0.2.2", "dest_port": 80, "proto": "TCP", "flow_id": 1,
         "alert": {"gid": 1, "signature_id": 7, "signature": "x"},
         "flow": {"start": "2026-01-01T00:00:01.000000+0000", "pkts_toserver": 3}}


def changed(**fields):
    """The alert with other values: a__b is the field b within a."""
    record = copy.deepcopy(ALERT)
    for path, value in fields.items():
        *parents, last = path.split("__")
        inside = record
        for parent in parents:
            inside = inside[parent]
        inside[last] = value
    return record


TURNED = changed(src_ip="192.0.2.2", src_port=80, dest_ip="192.0.2.1", dest_port=1000)
OTHER_FLOW = changed(flow__start="2026-01-01T00:00:00.000000+0000")
OTHER_RULE = changed(alert__signature_id=8)

# What one host says, what Suricata says, the fields that must be told.
CASES = (
    ([ALERT], [ALERT], []),
    ([], [], []),
    ([ALERT], [{**ALERT, "event_type": "flow"}], [compare.ONLY_OURS]),
    ([ALERT], [], [compare.ONLY_OURS]),
    ([], [ALERT], [compare.ONLY_THEIRS]),
    ([ALERT, ALERT], [ALERT], [compare.COUNT]),
    ([ALERT], [OTHER_FLOW], [compare.ONLY_OURS, compare.ONLY_THEIRS]),
    ([ALERT], [OTHER_RULE], [compare.ONLY_OURS, compare.ONLY_THEIRS]),
    ([ALERT, OTHER_RULE], [OTHER_RULE, ALERT], []),
    ([ALERT], [ALERT, changed(pkt_src="stream (flow timeout)")], ["count, stream"]),
    ([ALERT], [TURNED], ["dest_ip", "dest_port", "src_ip", "src_port"]),
    ([ALERT], [changed(alert__signature="y")], ["alert.signature"]),
    ([ALERT], [changed(flow__pkts_toserver=4)], ["flow.pkts_toserver"]),
    ([ALERT], [changed(iot={"asn": 1})], ["no iot.asn"]),
    ([changed(iot={"asn": 1})], [ALERT], ["iot.asn"]),
    ([changed(http={"url": "/"})], [changed(http={"url": "/x"})], ["http.url"]),
    ([ALERT], [changed(http={"url": "/x"})], ["no http.url"]),
    ([ALERT], [changed(tls={"version": "TLS 1.3"})], []),
    ([changed(metadata={"flowbits": ["a", "b"]})], [changed(metadata={"flowbits": ["b", "a"]})], []),
    ([changed(metadata={"flowbits": ["a"]})], [changed(metadata={"flowbits": ["b"]})], ["metadata.flowbits"]),
    ([ALERT], [changed(flow_id=2)], []),
    ([ALERT, changed(app_proto="tls")], [ALERT, changed(app_proto="http")], ["app_proto"]),
)


def problems():
    found = []
    if compare.unsteady_pairs([[ALERT, OTHER_RULE], [ALERT]]) != {compare.pair_of(OTHER_RULE)}:
        found.append("a pair that comes and goes is not told")
    for number, (ours, theirs, wanted) in enumerate(CASES):
        tallies = compare.compare("x.pcap", ours, theirs, lambda sid: "theme")
        said = sorted(one.field for tally in tallies.values() for one in tally.differences)
        if said != sorted(wanted):
            found.append(f"case {number}: told {said} for {wanted}")
    return found
