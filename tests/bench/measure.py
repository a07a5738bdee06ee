"""What the bench stands on: programs that are measured, practice consoles, the driver's own log, figures."""

import json
import os
import re
import shutil
import statistics
import subprocess
import threading
import time
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Another one can be named, to hold two against each other.
USHER = Path(os.environ.get("BENCH_USHER", ROOT / "target/release/usher"))
SCRATCH = ROOT / "target/bench"
PAGE = "/app/manage/users"
WIDTH, HEIGHT = 1280, 800
TICK = os.sysconf("SC_CLK_TCK")

# What usher gives the browser (src/browser/driver/arguments.rs), for everybody alike. The window of a browser without one
# has a frame of 143 pixels all the same; Playwright sets the size of the page by itself.
FLAGS = """--disable-gpu --disable-background-networking --disable-component-update --disable-sync --disable-default-apps
--disable-domain-reliability --disable-breakpad --no-first-run --no-default-browser-check --no-pings --disable-notifications
--deny-permission-prompts --disable-save-password-bubble --disable-search-engine-choice-screen
--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,WebUIOmniboxPopup,WebUIOmniboxAimPopup --hide-scrollbars
--force-device-scale-factor=1 --force-prefers-reduced-motion --lang=en-US --incognito --password-store=basic --headless=new""".split()
FLAGS += [f"--window-size={WIDTH},{HEIGHT + 143}"] + (["--no-sandbox"] if os.getuid() == 0 else [])


def program(*names):
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise SystemExit(f"bench: none of {', '.join(names)} is installed (`make bench` installs what it needs)")
    return found


BROWSER = program("chromium", "chromium-browser", "google-chrome")
DRIVER = program("chromedriver")


@dataclass
class Ran:
    """What a program came to. CPU and memory are of its own process: no browser, driver or other child counts."""

    pid: int
    code: int
    began: float  # seconds since 1970
    wall: float  # seconds
    cpu: float  # seconds, user and system
    peak: float  # MiB resident at most
    out: Path
    errors: Path

    def text(self):
        return self.out.read_text()

    def told(self):
        """The last line of what it printed, which peers end with."""
        return json.loads(self.text().strip().splitlines()[-1])


def run(command, folder, name, *, env=None, codes=(0,), until=None, cwd=None):
    """Runs a program to its end, or kills it as soon as the event `until` is set."""
    folder.mkdir(parents=True, exist_ok=True)
    out, errors = folder / f"{name}.out", folder / f"{name}.err"
    with out.open("wb") as stdout, errors.open("wb") as stderr:
        began, clock = time.time(), time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=os.environ | (env or {}), cwd=cwd or folder,
        )
        watched = Watched(process.pid)
        if until is not None:
            while not until.wait(0.02) and not watched.ended():
                pass
            process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        wall = time.perf_counter() - clock
        # A process that has ended and is not waited for yet still says what it used by itself.
        stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        cpu = (int(stat[11]) + int(stat[12])) / TICK
        peak = watched.stop()
        code = process.wait()
    if until is None and code not in codes:
        tail = "\n".join((errors.read_text() + out.read_text()).splitlines()[-20:])
        raise SystemExit(f"bench: {' '.join(map(str, command[:3]))} ended with {code}; see {errors}\n{tail}")
    return Ran(process.pid, code, began, wall, cpu, peak, out, errors)


class Watched:
    """The most memory that a process has had. The kernel keeps that figure, but not beyond the end of the process."""

    def __init__(self, pid):
        self.pid, self.peak, self.over = pid, 0.0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.over.wait(0.03):
            status = self.status()
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            if found:
                self.peak = max(self.peak, int(found[1]) / 1024)

    def status(self):
        try:
            return Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return ""

    def ended(self):
        return re.search(r"State:\s+[RSDT]", self.status()) is None

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.peak


class Console:
    """A practice console in a process of its own, with the truth behind it; ended by its own id."""

    def __init__(self, folder, **knobs):
        folder.mkdir(parents=True, exist_ok=True)
        command = [USHER, "practice", "heap/users-permissions", "--json", "--state", folder / "state.json"]
        for name, value in knobs.items():
            command += ["--knob", f"{name}={value}"]
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd=folder
        )
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("bench: the practice console did not start")
        told = json.loads(line)
        self.url, self.account, self.password = told["url"], told["account"], told["password"]
        self.tenant, self.truth_at = told["tenant"], told["truth"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def invited(self):
        """Everybody for whom an invitation took effect, as often as it did."""
        with urllib.request.urlopen(self.truth_at) as answer:
            truth = json.load(answer)
        return sorted(one["email"] for one in truth["requests"] if one["action"] == "invite" and one["applied"])

    def must_have_invited(self, people, who):
        wanted = sorted(person["email"] for person in people)
        if self.invited() != wanted:
            raise SystemExit(f"bench: {who} did not invite everybody exactly once, so its figures are worth nothing")


def settings(folder, *, url, account, tenant, driver=DRIVER):
    """A usher.toml for one tenant; gives the variables that usher needs beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "usher.toml").write_text(
        f"[run]\nfolder = {json.dumps(str(folder / 'runs'))}\npacks = {json.dumps(str(ROOT))}\n"
        f"browser = {json.dumps(BROWSER)}\nchromedriver = {json.dumps(str(driver))}\n\n"
        f"[apps.heap]\nurl = {json.dumps(url)}\naccount = {json.dumps(account)}\ntenant = {json.dumps(tenant)}\n"
        'practice = true\n\n[apps.heap.secrets]\npassword = { env = "HEAP_PASSWORD" }\n'
    )
    return {"XDG_STATE_HOME": str(folder / "state"), "NO_COLOR": "1"}


def people(count):
    roles = ["Member", "Viewer"]
    return [{"email": f"guest{n:05}@visitors.example", "role": roles[n % 2]} for n in range(1, count + 1)]


def request(folder, people):
    path = folder / "people.csv"
    path.write_text("email,role\n" + "".join(f"{one['email']},{one['role']}\n" for one in people))
    return path


def logging_driver(folder):
    """A ChromeDriver that writes down every command; gives the program and the file it will write."""
    folder.mkdir(parents=True, exist_ok=True)
    log, wrapper = folder / "driver.log", folder / "chromedriver"
    # `--version` is asked first, by a process of its own that writes no log.
    wrapper.write_text(f'#!/bin/sh\nexec "{DRIVER}" "$@" --log-level=INFO --log-path="{log}"\n')
    wrapper.chmod(0o755)
    return wrapper, log


def commands(log):
    """Every command of a driver's log: its name, when it came and when it was answered, in seconds since 1970."""
    line = re.compile(r"\[(\d+\.\d+)\]\[INFO\]: \[\w+\] (COMMAND|RESPONSE) (\w+)")
    found, pending = [], {}
    for text in log.open(errors="replace"):
        match = line.match(text)
        if not match:
            continue
        at, kind, name = float(match[1]), match[2], match[3]
        if kind == "COMMAND":
            pending[name] = [name, at, at]
            found.append(pending[name])
        elif name in pending:
            pending.pop(name)[2] = at
    if not found:
        raise SystemExit(f"bench: {log} holds no command; is this another ChromeDriver?")
    return [tuple(one) for one in found]


def journal(run_folder):
    """The entries of a run: when each was sealed, in milliseconds since 1970, and the fact."""
    lines = (run_folder / "journal.jsonl").read_text().splitlines()
    entries = map(json.loads, lines)
    return [(datetime.fromisoformat(one["at"].replace("Z", "+00:00")).timestamp() * 1000, one["fact"]) for one in entries]


def only_run(folder):
    runs = sorted(path for path in (folder / "runs").iterdir() if (path / "journal.jsonl").is_file())
    if len(runs) != 1:
        raise SystemExit(f"bench: {folder} should hold one run, and holds {len(runs)}")
    return runs[0]


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def load():
    return os.getloadavg()[0]
