"""What the test scripts in Python share: running both hosts, reading EVE, telling results.

tests/run counts the lines that begin with 'ok ', 'FAIL ' and 'SKIP '.
"""
import functools
import ipaddress
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TATTLER_BUILD", SOURCE / "build"))
TATTLER = BUILD / "tattler"
CAPTURES = pathlib.Path(os.environ.get("TATTLER_CAPTURES", SOURCE.parent / "shared/captures"))
QUICK = bool(os.environ.get("TATTLER_QUICK"))
SHOWN = 6  # problems of one check that are printed
TIMEOUT_S = 1800  # for what takes a minute at most: a machine may be busy
WAIT_S = 60  # for another process to do what it does at once

os.environ.setdefault("TATTLER_STATE", os.path.join(
    os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "tattler/state"))
os.environ.setdefault("TATTLER_DATA", str(SOURCE / "geo"))
os.environ.setdefault("TATTLER_LUA", str(SOURCE / "lua"))
os.environ.setdefault("TATTLER_LIB", str(BUILD / ".libs"))

_failed = False


def ok(text):
    print("ok", text, flush=True)


def skip(text):
    print("SKIP", text, flush=True)


def fail(text, problems=()):
    """Tells a failure and the first of the problems that make it up."""
    global _failed
    _failed = True
    print("FAIL", text)
    for problem in problems[:SHOWN]:
        print("   ", problem)
    if len(problems) > SHOWN:
        print(f"    and {len(problems) - SHOWN} more")
    sys.stdout.flush()


def tell(text, problems):
    """ok without problems, else FAIL."""
    if problems:
        fail(f"{text}: {len(problems)} differences", problems)
    else:
        ok(text)


def finish():
    sys.exit(1 if _failed else 0)


def records_of(text):
    return [json.loads(line) for line in text.splitlines() if line]


def replay(*captures, arguments=()):
    """EVE records of the stand-alone host, by rules that the arguments name alone; raises where it says
    that something was not read."""
    rules = () if "-S" in arguments else ("-S", os.devnull)
    done = subprocess.run([TATTLER, "replay", *arguments, *rules, "-o", "-", "--", *captures],
                          capture_output=True, timeout=TIMEOUT_S)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"tattler replay: status {done.returncode}: {done.stderr.decode()}")
    return records_of(done.stdout.decode())


@functools.cache
def replay_takes_rules():
    """Whether the stand-alone host matches rules."""
    done = subprocess.run([TATTLER, "replay", "-S", "/dev/null", "-o", "-", "--", os.devnull],
                          capture_output=True, timeout=TIMEOUT_S)
    return done.returncode != 2


def suricata(*captures, arguments=()):
    """EVE records of Suricata with the plugin."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([SOURCE / "tests/suricata", *arguments, "-l", folder, "--", *captures],
                              capture_output=True, timeout=TIMEOUT_S,
                              env={**os.environ, "TATTLER_PLUGIN": str(BUILD / "tattler.so")})
        if done.returncode not in (0, 1):
            raise RuntimeError(f"Suricata: status {done.returncode}: {done.stderr.decode()}")
        return records_of((pathlib.Path(folder) / "eve.json").read_text())


def wait_until(is_so, seconds=WAIT_S):
    """Whether it came to be so."""
    end = time.monotonic() + seconds
    while not (so := is_so()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(so)


def own_address():
    """On the loopback, and of no other process that lives: each port is free there, and none of those at which
    the kernel would begin a connection of somebody else."""
    number = os.getpid()
    return f"127.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


REDIS = (own_address(), 6399)


def start_redis(folder, *arguments):
    """A server at REDIS that answers."""
    address, port = REDIS
    process = subprocess.Popen(["redis-server", "--bind", address, "--port", str(port), "--save", "", *arguments,
                                "--dir", str(folder)], stdout=subprocess.DEVNULL)
    if not wait_until(lambda: process.poll() is None and ask_redis("PING").stdout == b"PONG\n"):
        process.kill()
        raise RuntimeError("redis-server does not answer")
    return process


def ask_redis(*words, **more):
    address, port = REDIS
    return subprocess.run(["redis-cli", "-h", address, "-p", str(port), *words], capture_output=True, timeout=WAIT_S, **more)


def of_type(records, *event_types):
    return [record for record in records if record["event_type"] in event_types]


def same_address(a, b):
    return ipaddress.ip_address(a) == ipaddress.ip_address(b)


def cases():
    """The folders below pcaps/ that hold a capture."""
    return sorted(path.parent for path in (SOURCE / "pcaps").glob("*/capture.pcap*"))


def capture_of(case):
    """capture.pcap; a large one is packed: capture.pcap.gz."""
    return next(case.glob("capture.pcap*"))


def shared(*folders):
    """Captures for development, which a checkout need not have."""
    return sorted(path for folder in folders for path in (CAPTURES / folder).glob("*")
                  if ".pcap" in path.name or ".cap" in path.name)


def known(path):
    """Rows of a table of accepted differences: the columns before the last, which says why."""
    rows = [line.split("\t") for line in path.read_text().splitlines()
            if line and not line.startswith("#")]
    return {tuple(row[:-1]): row[-1] for row in rows}
