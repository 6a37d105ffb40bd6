"""CPU time, memory and instructions of commands."""
import os
import pathlib
import re
import statistics
import subprocess
import time

RUNS = 7
POLL_S = 0.005  # a lost moment at the end of each run


def inspecting(pid):
    """The file that tells the CPU time of Suricata's thread that inspects; None: it has none yet."""
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
        if (task / "comm").read_text() == "W#01\n":
            return task / "schedstat"
    return None


def watch(pid):
    """Until the process ends: the thread's time is gone with it, so it is read again and again. Returns
    CPU seconds."""
    thread, seconds = None, 0.0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        try:
            thread = thread or inspecting(pid)
            seconds = int(thread.read_text().split()[0]) / 1e9 if thread else 0.0
        except OSError:  # it has just ended
            pass
        time.sleep(POLL_S)
    return seconds


def run_once(command, folder, thread=False):
    """(CPU seconds, peak in MB, CPU seconds of Suricata's thread that inspects)"""
    child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = watch(child.pid) if thread else 0.0
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        raise RuntimeError(f"wait status {status}: {' '.join(map(str, command))}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, seconds


def times(commands, folder, thread=False):
    """{name: (median of CPU seconds, largest peak in MB, median of the thread's)}, in turn; the first round
    warms up."""
    results = {name: [] for name in commands}
    for turn in range(RUNS + 1):
        for name, command in commands.items():
            result = run_once(command, folder, thread)
            if turn > 0:
                results[name].append(result)
    medians = {}
    for name, runs in results.items():
        seconds, peaks, threads = zip(*runs)
        medians[name] = statistics.median(seconds), max(peaks), statistics.median(threads)
        print(f"    {name:<28} {medians[name][0]:6.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), "
              f"{max(peaks):.0f} MB" + (f", {medians[name][2]:.2f} s inspect" if thread else ""))
    return medians


def instructions(command, folder, thread=False):
    """Millions, of the whole command or of Suricata's thread that inspects: the one that reads the capture."""
    for old in folder.glob("callgrind*"):
        old.unlink()
    subprocess.run(["valgrind", "--tool=callgrind", "--trace-children=yes",
                    f"--separate-threads={'yes' if thread else 'no'}",
                    f"--callgrind-out-file={folder / 'callgrind'}", *command], cwd=folder, check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    counts = [path.read_text() for path in folder.glob("callgrind*")]
    return sum(int(number) for text in counts if not thread or "pcap_dispatch" in text
               for number in re.findall(r"^totals: (\d+)", text, re.MULTILINE)) / 1e6
