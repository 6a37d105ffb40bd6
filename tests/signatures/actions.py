"""What a rule that does more than alert leaves to others: each is tried by itself beside the same rules that
alert, and both hosts must then tell the same alerts. In the packets' way (IPS) a rule on a feature blocks each one
for which it holds, and alerts once where it does not block."""
import pathlib

import compare
import eve

ACTING = """drop tcp any any -> !$HOME_NET any (msg:"a"; sid:1;)
drop tcp any any -> [192.0.2.0/24,!192.0.2.1] any (msg:"a"; sid:1;)
drop tcp any any -> 192.0.2.0-192.0.2.255 any (msg:"a"; sid:1;)
drop ip any any -> 203.0.113.0/24 any (msg:"a"; sid:1;)
drop tcp any any -> any !80 (msg:"a"; flow:to_server; sid:1;)
drop tls any any -> any any (msg:"a"; sid:1;)
drop tls any any -> any any (msg:"a"; flow:established; sid:1;)
pass http any any -> any any (msg:"a"; flow:to_client; sid:1;)
reject http any any -> any any (msg:"a"; flow:no_stream; sid:1;)
reject http any any -> any any (msg:"a"; flow:stateless; sid:1;)
drop http any any -> any any (msg:"a"; flowbits:set,x; sid:1;)
drop http any any -> any any (msg:"a"; flowbits:isnotset,x; sid:1;)
drop http any any -> any any (msg:"a"; detection_filter:track by_src,count 2,seconds 60; sid:1;)
drop http any any -> any any (msg:"a"; content:"GET"; sid:1;)
pass dns any any -> any any (msg:"a"; sid:1;)
"""
ALERTING = """alert tcp any any -> any any (msg:"w1"; sid:901;)
alert udp any any -> any any (msg:"w2"; sid:902;)
alert http any any -> any any (msg:"w3"; http.uri; content:"/"; sid:903;)
alert tls any any -> any any (msg:"w4"; tls.sni; content:"."; sid:904;)
alert dns any any -> any any (msg:"w5"; dns.query; content:"."; sid:905;)
alert tcp any any -> any any (msg:"w6"; flags:F+; sid:906;)
alert tcp any any -> any any (msg:"w7"; content:"HTTP"; sid:907;)
"""
CAPTURE = eve.SOURCE / "pcaps/false-names"
FEATURES = """drop tcp any any -> any any (msg:"blocks"; iot.no_dns:true; sid:1;)
alert ip any any -> any any (msg:"tells"; iot.no_dns:false; sid:2;)
"""


def differing(rules):
    """What of the alerts differs."""
    capture = eve.capture_of(CAPTURE)
    ours, theirs = (host(capture, arguments=arguments + ("-S", rules)) for host, arguments in (
        (eve.replay, ("-c", rules.parent / "tattler.yaml")), (eve.suricata, ())))
    tally = compare.compare(CAPTURE.name, ours, theirs, lambda sid: "action")["action"]
    return [one.text for one in tally.differences
            if one.field in compare.WHOLE or one.field.startswith("alert.")] or \
        ([] if tally.common else ["nothing alerts"])


def problems_inline(rules):
    """Of packets, not of flows: the one that shows it is blocked, and all behind it."""
    rules.write_text(FEATURES)
    records = eve.suricata(eve.capture_of(eve.SOURCE / "pcaps/home"), arguments=("--ips", "-S", rules))
    blocked, told = ([one for one in eve.of_type(records, "alert") if one["alert"]["signature_id"] == sid]
                     for sid in (1, 2))
    packets = sum(flow["iot"]["pkts_up"] + flow["iot"]["pkts_down"]
                  for flow in eve.of_type(records, "flow")
                  if flow["proto"] == "TCP" and flow["iot"].get("no_dns"))
    found = ["one is not blocked" for one in blocked if one["alert"]["action"] != "blocked"]
    if packets == 0 or len(blocked) != packets:
        found.append(f"{len(blocked)} packets are blocked of {packets}")
    if not told or len(told) != len({one["flow_id"] for one in told}):
        found.append(f"{len(told)} alerts that do not block")
    return found


def problems(scratch):
    rules, found = pathlib.Path(scratch) / "action.rules", []
    for acting in ACTING.splitlines():
        rules.write_text(f"{acting}\n{ALERTING}")
        found += [f"{acting}: {text}" for text in differing(rules)]
    return found + problems_inline(rules)
