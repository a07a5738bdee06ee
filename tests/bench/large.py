"""What is measured with ten thousand people: rosters, plans, locating on a long page, verifying and resuming a long run."""

import hashlib
import http.server
import json
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

import invite
import measure
from measure import Console, median

MANY = 10_000
FEW = 50
SAMPLE = 50
SCRATCH = measure.SCRATCH / "large"


class Listener:
    """Answers every address with an empty page, and tells when it was asked the first time since `fresh`."""

    def __init__(self):
        listener = self
        self.asked = threading.Event()
        self.at = None

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if not listener.asked.is_set():
                    listener.at = time.time()
                    listener.asked.set()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>an empty page</title>")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # A browser that is ended in the middle of an answer is what this is for.
        self.server.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def fresh(self):
        self.at = None
        self.asked.clear()


def usher(folder, console, *arguments, driver=measure.DRIVER, codes=(0,)):
    env = measure.settings(folder, url=console.url, account=console.account, tenant=console.tenant, driver=driver)
    return measure.run([measure.USHER, *arguments], folder, "usher", env=env | {"HEAP_PASSWORD": console.password}, codes=codes)


# --- rosters --------------------------------------------------------------------------------------


def rosters(count, say):
    """One page of ten thousand rows, read: from opening the page until everybody is known."""
    told = {"usher": [], "usher_whole": [], "usher_cpu": [], "usher_peak": [], "source": [], "opened": [], "selenium": []}
    folder = SCRATCH / "roster"
    shutil.rmtree(folder, ignore_errors=True)
    with Console(folder / "console", people=MANY, page_size=MANY) as console:
        for number in range(count):
            say(f"roster {number + 1} of {count}, load {measure.load():.2f}")
            driver, log = measure.logging_driver(folder / "driver")
            ran = usher(folder / "usher", console, "roster", "heap", "--format", "json", driver=driver)
            people = json.loads(ran.text())["people"]
            if len(people) != MANY:
                raise SystemExit(f"bench: usher read {len(people)} of {MANY} people")
            told["usher"].append(reading(measure.commands(log)))
            told["usher_whole"].append(ran.wall * 1000)
            told["usher_cpu"].append(ran.cpu * 1000)
            told["usher_peak"].append(ran.peak)
            given = (console.url, console.account, console.password)
            floor = invite.job("floor", folder / "floor", *given, task="roster").told()
            told["opened"].append(floor["opened"])
            told["source"].append(floor["opened"] + floor["source"])
        # Minutes a row by row for nobody's sake: a sample is read once, and the rest is reckoned.
        peer = invite.job("selenium", folder / "selenium", *given, task="roster", sample=SAMPLE).told()
        if peer["rows"] != MANY:
            raise SystemExit(f"bench: Selenium found {peer['rows']} of {MANY} rows")
        told["selenium"].append(peer["opened"] + peer["found"] + peer["sampled"] / peer["sample"] * MANY)
    return {name: median(taken) for name, taken in told.items()} | {"each": told}


def reading(commands):
    """From opening the page of people for the last time to the end of the session, in which usher asks nothing more: what
    comes after the last answer is taking it apart."""
    opened = max(index for index, (name, _, _) in enumerate(commands) if name == "Navigate")
    asked = max(index for index, (name, _, _) in enumerate(commands) if name.startswith("ExecuteAsync"))
    ended = next((at for _, at, _ in commands[asked + 1 :]), None)
    if ended is None:
        raise SystemExit("bench: the driver's log does not tell when usher was done with its reading")
    return (ended - commands[opened][1]) * 1000


# --- a long page --------------------------------------------------------------------------------------


def long_page(count, say):
    """The same invite beside ten thousand rows and beside fifty: what each phase takes."""
    told = {}
    for seated in (FEW, MANY):
        say(f"inviting {count} beside {seated} rows, load {measure.load():.2f}")
        run = invite.once("usher", None, {}, SCRATCH / f"page-{seated}", measure.people(count), seated)
        phases = [person["phases"] for person in run["persons"]]
        told[seated] = {
            "phases": {name: median([one.get(name) for one in phases]) for name in phases[0]},
            "cpu": run["cpu"] * 1000 / count,
            "peak": run["peak"],
        }
    return told


def locating(phases):
    """The phases that look for a control on a page that is there already: the role, the button to send. The field before them
    is waited for while a long page draws its rows."""
    return sum(taken for name, taken in phases.items() if name.split(" ")[0].rstrip(",") in ("choose", "arm"))


# --- plans ----------------------------------------------------------------------------------------------


def plans(count, say):
    """`--dry-run` for ten thousand people and for one, beside a small roster and a large one; `usher check`."""
    told = {}
    for name, wanted, seated in (("one", 1, FEW), ("many", MANY, FEW), ("many, many seated", MANY, MANY)):
        folder = SCRATCH / "plan" / name.replace(", ", "-").replace(" ", "-")
        shutil.rmtree(folder, ignore_errors=True)
        with Console(folder / "console", people=seated, page_size=seated) as console:
            ran = []
            for _ in range(count):
                say(f"plan: {name}, load {measure.load():.2f}")
                ran.append(invite.usher(folder, console, measure.people(wanted), arguments=("--dry-run",)))
        told[name] = {"cpu": median([one.cpu * 1000 for one in ran]), "peak": median([one.peak for one in ran])}
    folder = SCRATCH / "check"
    env = measure.settings(folder, url="http://127.0.0.1:9", account="a", tenant="t")
    ran = [measure.run([measure.USHER, "check", "heap"], folder, "check", env=env) for _ in range(count)]
    told["check"] = {"cpu": median([one.cpu * 1000 for one in ran]), "wall": median([one.wall * 1000 for one in ran])}
    return told


# --- a long run -------------------------------------------------------------------------------------------


def grow(run, folder, url, count):
    """A run of `count` people, made of a real one: each of its people's facts again and again under other names, with plan,
    rosters and a chain that fit. The pictures are the real ones, linked, so that they take no room."""
    plan = json.loads((run / "plan.json").read_text())
    facts = [json.loads(line)["fact"] for line in (run / "journal.jsonl").read_text().splitlines()]
    jobs = {job["id"]: job for job in plan["jobs"]}
    own = {number: [json.dumps(fact, ensure_ascii=False, separators=(",", ":")) for fact in facts if fact.get("job") == number] for number in jobs}
    first = next(index for index, fact in enumerate(facts) if "job" in fact)
    last = max(index for index, fact in enumerate(facts) if "job" in fact)
    grown = folder / run.name
    grown.mkdir(parents=True)
    # The plan.
    plan["url"], plan["request"]["people"], plan["jobs"] = url, count, []
    texts = []
    for number in range(1, count + 1):
        old = jobs[(number - 1) % len(jobs) + 1]
        key = f"guest{number:05}@many.example"
        plan["jobs"].append(old | {"id": number, "key": key, "line": number + 1, "values": old["values"] | {"email": key}})
        for text in own[old["id"]]:
            for there in {fact["exhibit"]["file"] for fact in [json.loads(text)] if "exhibit" in fact}:
                os.link(run / there, grown / there.replace(f"p{old['id']:04}-", f"p{number:04}-"))
            text = text.replace(old["key"], key).replace(f'"job":{old["id"]},', f'"job":{number},')
            texts.append(text.replace(f"p{old['id']:04}-", f"p{number:04}-"))
    written = (json.dumps(plan, ensure_ascii=False, indent=2) + "\n").encode()
    (grown / "plan.json").write_bytes(written)
    begun = facts[0] | {"plan": hashlib.sha256(written).hexdigest(), "people": count, "url": url}
    # The rosters.
    for fact in facts[1:first] + facts[last + 1 :]:
        if fact["fact"] == "roster_read":
            roster = json.loads((run / fact["exhibit"]["file"]).read_text())
            if fact["when"] == "after":
                there = {job["key"] for job in jobs.values()}
                like = next(one for one in roster["people"] if one["key"] in there)
                roster["people"] = [one for one in roster["people"] if one["key"] not in there]
                for job in plan["jobs"]:
                    row = like["columns"] | {"email": job["key"]}
                    roster["people"].append(like | {"key": job["key"], "columns": row})
            written = json.dumps(roster, ensure_ascii=False, indent=2).encode()
            (grown / fact["exhibit"]["file"]).write_bytes(written)
            fact["exhibit"] |= {"sha256": hashlib.sha256(written).hexdigest(), "bytes": len(written)}
            fact["people"] = len(roster["people"])
        if fact["fact"] == "run_ended":
            fact["outcomes"] = {name: count for name in fact["outcomes"]}
    whole = [json.dumps(fact, ensure_ascii=False, separators=(",", ":")) for fact in [begun, *facts[1:first]]]
    whole += texts + [json.dumps(fact, ensure_ascii=False, separators=(",", ":")) for fact in facts[last + 1 :]]
    chain(grown / "journal.jsonl", whole)
    return grown


def chain(path, facts):
    """Writes a journal of these facts, sealed as usher seals them."""
    seal = hashlib.sha256(b"usher journal").hexdigest()
    with path.open("w") as out:
        for number, fact in enumerate(facts, 1):
            line = f'{{"seq":{number},"at":"2026-01-01T00:00:00.000Z","fact":{fact},"prev":"{seal}"}}'
            seal = hashlib.sha256(line.encode()).hexdigest()
            out.write(f'{line[:-1]},"seal":"{seal}"}}\n')


def long_run(count, run, listener, say):
    """A run of ten thousand people: verified, beside `sha256sum` over the same bytes; and, with its end missing, resumed."""
    folder = SCRATCH / "run"
    shutil.rmtree(folder, ignore_errors=True)
    say(f"making a run of {MANY} people")
    account, tenant = (json.loads((run / "plan.json").read_text())[name] for name in ("account", "tenant"))
    env = measure.settings(folder, url=listener.url, account=account, tenant=tenant) | {"HEAP_PASSWORD": "never typed"}
    grown = grow(run, folder / "runs", listener.url, MANY)
    report = measure.run([measure.USHER, "report", "last"], folder, "report", env=env)
    files = sorted(path.name for path in grown.iterdir())
    (folder / "files").write_text("\0".join(files))
    told = {"verify": [], "sha256sum": [], "verify_cpu": [], "verify_peak": [], "resume": [], "resume_cpu": [], "resume_peak": []}
    told |= {"ended": [], "ended_peak": []}
    for number in range(count):
        say(f"verify {number + 1} of {count}, load {measure.load():.2f}")
        # Both read from memory: whoever came first would else have the disk to wait for.
        summed = measure.run(["xargs", "-0", "-n", "5000", "-a", folder / "files", "sha256sum"], folder, "sha256sum", cwd=grown)
        verified = measure.run([measure.USHER, "verify", "last"], folder, "verify", env=env)
        resumed = measure.run([measure.USHER, "resume", "last"], folder, "ended", env=env)
        if number > 0 or count == 1:
            told["sha256sum"].append(summed.wall * 1000)
            told["verify"].append(verified.wall * 1000)
            told["verify_cpu"].append(verified.cpu * 1000)
            told["verify_peak"].append(verified.peak)
            told["ended"].append(resumed.wall * 1000)
            told["ended_peak"].append(resumed.peak)
    # Its last person is without an outcome, as if usher had been killed before them.
    lines = (grown / "journal.jsonl").read_text().splitlines()
    cut = max(index for index, line in enumerate(lines) if '"fact":"job_begun"' in line)
    (grown / "journal.jsonl").write_text("\n".join(lines[:cut]) + "\n")
    for number in range(count):
        say(f"resume {number + 1} of {count}, load {measure.load():.2f}")
        ran = to_first_page([measure.USHER, "resume", "last"], folder, listener, env)
        told["resume"].append(ran["first_page"])
        told["resume_cpu"].append(ran["cpu"])
        told["resume_peak"].append(ran["peak"])
    size = sum((grown / name).stat().st_size for name in files)
    many = {name: median(taken) for name, taken in told.items()}
    return many | {"each": told, "bytes": size, "files": len(files), "report": report.wall * 1000, "report_peak": report.peak}


# --- the start --------------------------------------------------------------------------------------------


def to_first_page(command, folder, listener, env):
    """Runs usher until its browser asks for the first page, and no further."""
    listener.fresh()
    ran = measure.run(command, folder, "first-page", env=env, until=listener.asked)
    if listener.at is None:
        raise SystemExit(f"bench: {' '.join(map(str, command[:2]))} never asked for a page; see {ran.errors}")
    # Its guard ends browser and driver, and takes its profile away last.
    profiles = Path(tempfile.gettempdir()) / f"usher-profiles-{os.getuid()}"
    while profiles.is_dir() and any(one.name.startswith(f"{ran.pid}-") for one in profiles.iterdir()):
        time.sleep(0.05)
    return {"first_page": (listener.at - ran.began) * 1000, "cpu": ran.cpu * 1000, "peak": ran.peak}


def starts(count, listener, say):
    """From the start of the program to its browser's first request."""
    told = {"usher": [], "playwright": [], "selenium": [], "floor": []}
    folder = SCRATCH / "start"
    shutil.rmtree(folder, ignore_errors=True)
    env = measure.settings(folder / "usher", url=listener.url, account="nobody@corp.test", tenant="Corp")
    env["HEAP_PASSWORD"] = "never typed"
    for number in range(count):
        say(f"start {number + 1} of {count}, load {measure.load():.2f}")
        ran = to_first_page([measure.USHER, "roster", "heap"], folder / "usher", listener, env)
        told["usher"].append(ran["first_page"])
        for peer in ("playwright", "selenium", "floor"):
            listener.fresh()
            ran = invite.job(peer, folder / peer, listener.url, "", "", task="first_page")
            told[peer].append((listener.at - ran.began) * 1000)
    return {name: median(taken) for name, taken in told.items()} | {"each": told}
