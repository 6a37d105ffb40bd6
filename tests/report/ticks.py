#!/usr/bin/python3
"""Checks how far apart the times at a page's first chart stand: ticks.py PAGE TICK [HOURS TICK]…

"ticks.py PAGE '29 Mar' 2 03:00 3 06:00": the first two are two hours apart, the next three.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import eve  # noqa: E402


def main():
    page = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    chart = re.search(r'<figure class="life">.*?</figure>', page, re.DOTALL)[0]
    places = {text: float(x) for x, text in re.findall(r'<text x="([\d.]+)%"[^>]*>([^<]*)</text></g>', chart)}
    ticks, hours = sys.argv[2::2], [float(word) for word in sys.argv[3::2]]
    gaps = [places[after] - places[before] for before, after in zip(ticks, ticks[1:])]
    width = gaps[-1] / hours[-1]
    eve.tell("hours are as wide as they were long", [f"{gap:.2f} % between {ticks[i]} and {ticks[i + 1]}" for i, gap in enumerate(gaps)
             if abs(gap - hours[i] * width) > 0.05])
    eve.finish()


main()
