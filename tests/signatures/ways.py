"""A rule for one direction must alert on packets of that direction alone, in both hosts, beside others that look
for the same in the same feature."""
import pathlib

import eve

RULES = """alert ip any any -> any any (msg:"down"; iot.name; content:"."; flow:to_client; sid:1;)
alert ip any any -> any any (msg:"up"; iot.name; content:"."; flow:to_server; sid:2;)
alert ip any any -> any any (msg:"both"; iot.name; content:"."; sid:3;)
"""


def problems(scratch):
    rules, found = pathlib.Path(scratch) / "ways.rules", []
    rules.write_text(RULES)
    for host in eve.suricata, eve.replay:
        ways = {(one["alert"]["signature_id"], one["direction"]) for one in
                eve.of_type(host(eve.capture_of(eve.SOURCE / "pcaps/home"), arguments=("-S", rules)), "alert")}
        if ways != {(1, "to_client"), (2, "to_server"), (3, "to_server")}:
            found.append(f"{host.__name__}: {sorted(ways)}")
    return found
