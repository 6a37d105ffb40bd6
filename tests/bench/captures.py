"""What the benchmark measures on: captures that are made once, of the development captures or else of pcaps/,
and kept in the cache."""
import csv
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import eve

PACKETS, HOME_PACKETS = 1_000_000, 600_000
SOURCES_MAX = 40
HOMES = 2
ETHERNET = 1
GAP_S = 600  # between the captures, so that connections do not run into each other
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "tattler/bench")


def packets_of(path):
    """(seconds, microseconds, captured, length, data) of a capture in any format, over Ethernet."""
    with tempfile.NamedTemporaryFile() as plain:
        # without editcap's complaint a broken capture gives what could be read of it
        subprocess.run(["editcap", "-F", "pcap", path, plain.name], stderr=subprocess.DEVNULL)
        data = pathlib.Path(plain.name).read_bytes()
    if len(data) < 24 or struct.unpack_from("<I", data, 20)[0] != ETHERNET:
        return
    at = 24
    while at + 16 <= len(data):
        seconds, micros, captured, length = struct.unpack_from("<IIII", data, at)
        yield seconds, micros, captured, length, data[at + 16:at + 16 + captured]
        at += 16 + captured


def write_capture(sources, target, wanted):
    """The sources one behind the other in time, again and again until there are enough packets."""
    count, begins = 0, 1_700_000_000
    with target.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, ETHERNET))
        loaded = [list(packets_of(source)) for source in sources]
        while count < wanted:
            for packets in filter(None, loaded):
                shift = begins - packets[0][0]
                for seconds, micros, captured, length, data in packets:
                    out.write(struct.pack("<IIII", seconds + shift, micros, captured, length) + data)
                count += len(packets)
                begins = packets[-1][0] + shift + GAP_S


def make_apart(sources, target, wanted):
    """In a process of its own: what is measured later would begin with this one's memory."""
    child = os.fork()
    if child == 0:
        part = target.with_suffix(".part")
        write_capture(sources, part, wanted)
        part.replace(target)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError("the capture could not be made")


def made_capture(name, sources, wanted):
    target = CACHE / f"{name}-{wanted}.pcap"
    if not target.exists():
        print("making the capture", file=sys.stderr)
        CACHE.mkdir(parents=True, exist_ok=True)
        make_apart(sources, target, wanted)
    print(f"capture: {target}, {target.stat().st_size / 1e6:.0f} MB, made of "
          f"{'development captures' if eve.shared('labelled') else 'pcaps/'}")
    return target


def largest(paths, count):
    return sorted(paths, key=lambda path: -path.stat().st_size)[:count]


def big_capture():
    shared = largest(eve.shared("labelled"), SOURCES_MAX)
    if shared:
        return made_capture("development", shared, PACKETS)
    return made_capture("pcaps", [eve.capture_of(case) for case in eve.cases()], PACKETS)


def home_capture():
    """Of the largest captures that are labelled as of devices that do no harm."""
    labels = eve.CAPTURES / "labelled" / "LABELS.tsv"
    if not labels.exists():
        return made_capture("pcaps-home", [eve.capture_of(eve.SOURCE / "pcaps/home")], HOME_PACKETS)
    with labels.open(newline="") as rows:
        benign = {row["file"] for row in csv.DictReader(rows, delimiter="\t") if row["kind"] == "benign-iot"}
    shared = largest([path for path in eve.shared("labelled") if path.name in benign], HOMES)
    return made_capture("development-home", shared, HOME_PACKETS)


def first_packets(count, capture, folder):
    target = folder / f"{capture.stem}-first-{count}.pcap"
    subprocess.run(["editcap", "-r", "-F", "pcap", capture, target, f"1-{count}"], check=True)
    return target
