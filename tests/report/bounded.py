#!/usr/bin/python3
"""Time and memory of a page of 200 devices and a month, and that neither grows with the number of records or names."""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import eve  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
MEMORY_MAX_KB = 64 * 1024
PAGE_MAX = 12 * 1000 * 1000
CPU_MAX_S = 20
MORE_MEMORY_KB = 8 * 1024


# Records are written by and by: the memory of a child begins with what its parent had.

def make(to, *arguments):
    subprocess.run([HERE / "make_eve.py", *map(str, arguments)], stdout=to, check=True)


def make_names(to, count):
    """One device that talks to so many remotes."""
    line = ('{"timestamp":"2026-01-05T00:00:%02d.000000+0000","event_type":"flow","src_ip":"192.168.1.5","dest_ip":"192.0.2.7",'
            '"proto":"TCP","flow":{"bytes_toserver":%d,"bytes_toclient":1,"start":"2026-01-05T00:00:00.000000+0000",'
            '"end":"2026-01-05T00:00:01.000000+0000"},"iot":{"name":"n%d.example","domain":"n%d.example"}}\n')
    for i in range(count):
        to.write((line % (i % 60, i, i, i)).encode())
    to.flush()


def report(write, *arguments):
    """Seconds of CPU, kilobytes at most, the page."""
    with tempfile.NamedTemporaryFile() as source, tempfile.NamedTemporaryFile() as page:
        write(source, *arguments)
        child = subprocess.Popen([eve.TATTLER, "report", "-o", "-", source.name], stdout=page)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        if status != 0:
            raise RuntimeError(f"tattler report: status {status}")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, pathlib.Path(page.name).read_bytes()


def over(value, most, unit):
    return [f"{value:.0f} {unit}, not {most:.0f}"] if value > most else []


def main():
    cpu_s, memory_kb, page = report(make, 200, 30, 3)
    eve.tell(f"a month of 200 devices: {cpu_s:.1f} s, {memory_kb // 1024} MB, a page of {len(page) / 1e6:.1f} MB",
             over(cpu_s, CPU_MAX_S, "s") + over(memory_kb, MEMORY_MAX_KB, "kB") + over(len(page), PAGE_MAX, "bytes"))
    few, many = report(make_names, 2000), report(make_names, 60000)
    eve.tell(f"memory does not grow with the number of remotes: {few[1] // 1024} and {many[1] // 1024} MB", over(many[1], few[1] + MORE_MEMORY_KB, "kB"))
    problems = [] if b"n59999.example" in many[2] else ["the largest is not shown"]
    total = sum(range(60000))
    problems += [] if b'data-name="up" data-sort="%d"' % total in many[2] else ["bytes are lost"]
    problems += [] if b"remotes with little traffic are counted but not named" in many[2] else ["what was folded is not told"]
    eve.tell("those with most traffic are named, the others counted", problems)
    eve.finish()


main()
