"""Of the rules that match a datagram, and not what is in it, the first four tell its message, whether they
alert or not: both hosts must tell the same ones."""
import pathlib

import eve

SILENT = 'noalert;', 'threshold:type threshold, track by_src, count 1000, seconds 1;'
RULES = "".join(f'alert dns any any -> any any (msg:"{i}"; dsize:>10; {SILENT[i] if i < 2 else ""} sid:{i + 1};)\n'
                for i in range(6))


def problems(scratch):
    rules = pathlib.Path(scratch) / "guesses.rules"
    rules.write_text(RULES)
    found = []
    for host in eve.suricata, eve.replay:
        told = {(one["alert"]["signature_id"], "dns" in one) for one in eve.of_type(
            host(eve.capture_of(eve.SOURCE / "pcaps/home"), arguments=("-S", rules)), "alert")}
        if told != {(3, True), (4, True), (5, False), (6, False)}:
            found.append(f"{host.__name__}: {sorted(told)}")
    return found
