#!/usr/bin/python3
"""Checks pages of 'tattler report': page.py well-formed|policy|hostile|browser... PAGE.html...

'browser' opens it in Chromium: nothing on the console, no wider than a telephone, soon drawn.
"""
import base64
import hashlib
import html.parser
import pathlib
import sys
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import browser  # noqa: E402
import eve  # noqa: E402

VOID = {"meta", "br", "input", "img", "link", "hr"}
RENDER_MS_MAX = 1000
NARROW = 360
PAPER = 703  # A4 between margins of 12 mm
# Between these an end tag is needed, and each has to be in its place.
TABLE_PARENTS = {"tr": {"thead", "tbody", "tfoot"}, "td": {"tr"}, "th": {"tr"}, "li": {"ul", "ol"}, "dt": {"dl", "div"}}
KNOWN = VOID | set("a b bdi body button caption circle code dd details div dl dt figcaption figure g h1 h2 h3 h4 h5 head header html "
                   "label li line main nav ol p path pre rect script section small span style summary svg table tbody td text "
                   "tfoot th thead time title tr ul".split())


class Reader(html.parser.HTMLParser):
    """Notes what is wrong with the tree of tags, and keeps texts and attributes."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.problems, self.texts, self.attributes, self.ids = [], [], [], [], []
        self.scripts, self.styles = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in KNOWN:
            self.problems.append(f"unknown element {tag} at {self.getpos()}")
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.problems.append(f"attribute twice at {self.getpos()}")
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value)
        if tag in TABLE_PARENTS and (not self.open or self.open[-1] not in TABLE_PARENTS[tag]):
            self.problems.append(f"{tag} in {self.open[-1:]} at {self.getpos()}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes another at {self.getpos()}")
            raise SystemExit("\n".join(self.problems[:5]))

    def handle_data(self, data):
        where = self.open[-1] if self.open else ""
        {"script": self.scripts, "style": self.styles}.get(where, self.texts).append(data)


def read(path):
    reader = Reader()
    reader.feed(path.read_bytes().decode("utf-8"))  # not valid UTF-8: an error
    reader.close()
    return reader


def check_well_formed(path):
    reader = read(path)
    problems = reader.problems + [f"<{tag}> is left open" for tag in reader.open]
    problems += [f"id {name} twice" for name in set(reader.ids) if reader.ids.count(name) > 1]
    problems += [f"link to {value}, which is not there" for tag, name, value in reader.attributes
                 if tag == "a" and name == "href" and value.startswith("#") and value[1:] not in reader.ids]
    if "{{" in "".join(reader.texts).replace("{{js}}", ""):
        problems.append("a place of the skeleton was not filled")
    eve.tell(f"{path.stem}: it is well-formed HTML, and its links lead somewhere", problems)


def check_policy(path):
    reader = read(path)
    policy = next(value for tag, name, value in reader.attributes if tag == "meta" and "default-src" in value)
    problems = []
    for kind, texts in (("script", reader.scripts), ("style", reader.styles)):
        if len(texts) != 1:
            problems.append(f"{len(texts)} elements {kind}, not one")
        digest = base64.b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()
        if f"{kind}-src 'sha256-{digest}'" not in policy:
            problems.append(f"the policy has another hash of the {kind}")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        problems.append(f"the policy is {policy}")
    problems += [f"{tag} {name}={value[:60]}" for tag, name, value in reader.attributes
                 if name.startswith("on") or name in ("style", "src", "srcset", "action", "formaction")
                 or value.lower().startswith(("javascript:", "data:"))]
    problems += [f"a link to {value[:60]}" for tag, name, value in reader.attributes
                 if name == "href" and not value.startswith(("#", "https://"))]
    eve.tell(f"{path.stem}: its policy allows its own script and style, and nothing else", problems)


def check_hostile(path):
    reader = read(path)
    text = "".join(reader.texts) + "".join(value for _, _, value in reader.attributes)
    bad = {hex(ord(c)) for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") and c not in "\n\t"}
    problems = [f"characters {bad}"] if bad else []
    problems += [f"{wanted} is not shown as what it is" for wanted in ("<script>alert(1)</script>", "&amp;&lt;", "gpj\ufffdgnp.exe")
                 if wanted not in text]
    longest = max(map(len, reader.texts))
    problems += [f"a text of {longest} characters"] if longest > 2000 else []
    eve.tell(f"{path.stem}: hostile names are shown as what they are, and cut", problems)


def check_browser(path):
    if browser.missing():
        eve.skip(f"the page in a browser: {browser.missing()} not installed")
        return
    with browser.Browser(NARROW, 800) as chromium:
        # The processor's time: others may be busy on the machine.
        chromium.command("Performance.enable", timeDomain="threadTicks")
        chromium.open(path.resolve().as_uri())
        chromium.run("return new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        metrics = chromium.command("Performance.getMetrics")["metrics"]
        took = 1000 * next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")
        wide = chromium.run("document.querySelectorAll('details').forEach(d => { d.open = true; });"
                            "return document.documentElement.scrollWidth")
        sorts = chromium.run("const t = document.querySelector('table.filtered'); const up = [...t.tHead.rows[0].cells]"
                             ".find(c => c.textContent === 'Up'); up.querySelector('[role=button]').click();"
                             "return [...t.tBodies[0].rows].map(r => Number(r.cells[3].dataset.sort))")
        hidden = chromium.run("const f = document.querySelector('input[type=search]'); f.value = 'no such device';"
                              "f.dispatchEvent(new Event('input')); return [...document.querySelectorAll("
                              "'table.filtered tbody tr')].filter(r => r.offsetParent).length")
        said = chromium.messages()
    with browser.Browser(PAPER, 1000) as chromium:
        chromium.command("Emulation.setEmulatedMedia", media="print")
        chromium.open(path.resolve().as_uri())
        cut = chromium.run("document.querySelectorAll('details').forEach(d => { d.open = true; });"
                           "return [...document.querySelectorAll('table')].map(t => t.getBoundingClientRect().right)"
                           ".filter(right => right > arguments[0]).length", PAPER)
    eve.tell(f"{path.stem}: nothing stands on the browser's console", said)
    eve.tell(f"{path.stem}: at {NARROW} pixels nothing is wider", [f"{wide} pixels"] if wide > NARROW else [])
    eve.tell(f"{path.stem}: on paper no table is cut", [f"{cut} tables"] if cut else [])
    eve.tell(f"{path.stem}: it is drawn within {RENDER_MS_MAX} ms of processor time", [f"{took:.0f} ms"] if not 0 < took < RENDER_MS_MAX else [])
    eve.tell(f"{path.stem}: a click on 'Up' sorts", [] if sorts == sorted(sorts, reverse=True) and len(sorts) > 1 else [str(sorts)])
    eve.tell(f"{path.stem}: the filter hides devices", [f"{hidden} are shown"] if hidden else [])


def main():
    checks = {"well-formed": check_well_formed, "policy": check_policy, "hostile": check_hostile, "browser": check_browser}
    pages = [pathlib.Path(word) for word in sys.argv[1:] if word not in checks]
    for word in sys.argv[1:]:
        for page in pages if word in checks else []:
            checks[word](page)
    eve.finish()


main()
