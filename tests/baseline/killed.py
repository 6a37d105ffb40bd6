#!/usr/bin/python3
"""Suricata, killed while it saves what it has learned: each save is in the store as a whole or not at all.

    tests/baseline/killed.py FOLDER CAPTURE ROUNDS
"""
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent


def start(folder, store, capture):
    (folder / "tattler.yaml").write_text(f"baseline: {store}\n")
    return subprocess.Popen([SOURCE / "tests/suricata", "-c", folder / "tattler.yaml", "-S", SOURCE / "rules",
                             "-l", folder, capture], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            start_new_session=True)


def size_of(path):
    try:
        return path.stat().st_size
    except OSError:
        return 0


def kill_while_saving(process, store, delay_s):
    """The log is written ahead from the first row on. False: it ended before."""
    log = store.with_name(store.name + "-wal")
    while size_of(log) == 0 and process.poll() is None:
        time.sleep(0.0001)
    time.sleep(delay_s)
    killed = process.poll() is None
    if killed:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return killed


def times(store):
    with sqlite3.connect(store) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT key, kind, value, times FROM item JOIN device ON id = device")
        return {row[:3]: row[3] for row in rows}


def main():
    folder, capture, rounds = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    once, store = folder / "once.db", folder / "killed.db"
    start(folder, once, capture).wait()
    start(folder, store, capture).wait()
    single, before, kept, killed, number = times(once), times(store), 1, 0, 0
    # Who is to kill may be late each time, on a busy machine.
    while number < rounds or (killed == 0 and number < 10 * rounds):
        killed += kill_while_saving(start(folder, store, capture), store, random.Random(number).uniform(0, 0.05))
        after = times(store)
        shares = {(after[fact] - before.get(fact, 0)) / single[fact] for fact in after if fact in single}
        if after.keys() != single.keys() or len(shares) != 1 or not shares <= {0, 1}:
            sys.exit(f"round {number}: {len(after)} facts of {len(single)}, each {sorted(shares)[:9]} times more")
        kept += shares == {1.0}
        before = after
        number += 1
    if killed == 0:
        sys.exit("it was never killed")
    print(f"{killed} of {number} killed, {kept} saves of {number + 1} whole")


main()
