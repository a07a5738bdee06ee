"""The main job: sign in, invite people through a dialog with a role, a picture of each step; usher beside its peers.

usher has no switch that leaves its reading back out, and needs none: every fact of its journal has the time at which it was
sealed. What a person took lies between `job_begun` and `job_ended`; their reading back begins when the picture of the
page's answer is kept. A picture is what lies between `commit_returned` and that picture: masked, written, synced and sealed.
"""

import json
import re
import shutil
import sys
from datetime import datetime

import measure
from measure import Console, median

HERE = measure.ROOT / "tests/bench"
PYTHON = sys.executable
# How many pictures a peer takes of an invite. usher takes two (the armed dialog, the page's answer) and one of the reading back.
PICTURES, OWN_PICTURES = 4, 2

PEERS = {
    "playwright": [measure.program("node"), HERE / "peers/playwright.mjs"],
    "selenium": [PYTHON, HERE / "peers/selenium_peer.py"],
    "floor": [PYTHON, HERE / "peers/floor.py"],
}
# Name, peer, and what is special about its job.
VARIANTS = [
    ("usher", None, {}),
    ("playwright", "playwright", {"read_back": False}),
    ("playwright, read back", "playwright", {"read_back": True}),
    ("selenium", "selenium", {"read_back": False}),
    ("selenium, read back", "selenium", {"read_back": True}),
    ("selenium, looking 20 times a second", "selenium", {"read_back": False, "poll": 0.05}),
    ("floor", "floor", {"read_back": False}),
]


def job(peer, folder, url, account, password, *, task="invite", people=(), driver=measure.DRIVER, env=None, **more):
    """Has a peer do a job; gives how it ran."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {
        "task": task, "url": url, "page": measure.PAGE, "account": account, "password": password, "people": list(people),
        "folder": str(folder), "read_back": False, "flags": measure.FLAGS, "width": measure.WIDTH, "height": measure.HEIGHT,
        "browser": measure.BROWSER, "driver": str(driver),
    }
    if peer == "playwright":
        # It hides the window and sizes the page by itself.
        wanted["flags"] = [flag for flag in measure.FLAGS if not re.match("--(headless|window-size|incognito)", flag)]
    file = folder / "job.json"
    file.write_text(json.dumps(wanted | more))
    return measure.run([*PEERS[peer], file], folder, peer, env=env)


def usher(folder, console, people, *, driver=measure.DRIVER, arguments=("--yes",), codes=(0,)):
    env = measure.settings(folder, url=console.url, account=console.account, tenant=console.tenant, driver=driver)
    env["HEAP_PASSWORD"] = console.password
    file = measure.request(folder, people)
    return measure.run([measure.USHER, "invite", "heap", file, *arguments], folder, "usher", env=env, codes=codes)


def once(name, peer, special, folder, people, seated, *, log=False):
    """One run of one variant on a console of its own: what each person took, in milliseconds, and what the client used."""
    shutil.rmtree(folder, ignore_errors=True)
    driver, written, env = measure.DRIVER, None, {}
    if log and peer == "playwright":
        env = {"DEBUG": "pw:protocol", "DEBUG_COLORS": "0"}
    elif log:
        driver, written = measure.logging_driver(folder / "driver")
    with Console(folder / "console", people=seated, page_size=seated + len(people)) as console:
        if peer is None:
            ran = usher(folder, console, people, driver=driver)
            persons = of_journal(measure.journal(measure.only_run(folder)))
        else:
            given = (console.url, console.account, console.password)
            ran = job(peer, folder, *given, people=people, driver=driver, env=env, **special)
            persons = ran.told()["people"]
        console.must_have_invited(people, name)
    trips = None
    if log:
        sent = sent_by_playwright(ran.errors) if peer == "playwright" else measure.commands(written)
        trips = round_trips(sent, persons)
    used = {"wall": ran.wall, "cpu": ran.cpu, "peak": ran.peak}
    return {"persons": persons, "trips": trips, **used}


# --- what usher's journal tells ------------------------------------------------------------------


def of_journal(entries):
    """What each person took, as peers tell it, and beside that every phase by the fact it ended with."""
    persons, now = [], None
    for at, fact in entries:
        kind = fact["fact"]
        if kind == "job_begun":
            now = {"at": at, "phases": {}}
        elif now is not None and fact.get("job"):
            phase = called(fact)
            now["phases"][phase] = now["phases"].get(phase, 0.0) + at - now.get("last", now["at"])
            if phase == "picture: answer":
                now["invited_at"] = at
            if kind == "job_ended":
                phases = now["phases"]
                picture = phases["picture: answer"]
                now |= {"invite": now["invited_at"] - now["at"], "read_back": at - now["invited_at"], "ended_at": at}
                now |= {"pictures": OWN_PICTURES * picture, "read_back_pictures": picture}
                persons.append(now)
                now = None
                continue
        if now is not None:
            now["last"] = at
    for one in persons:
        del one["last"]
    return persons


def called(fact):
    """A phase of a person's job, by the fact that it ended with."""
    match fact["fact"]:
        case "step_done":
            return f"{fact['verb']} {fact['on']}"
        case "proof_kept":
            label = fact["exhibit"]["label"]
            return {"armed": "arm, and picture", "after": "row into view, and picture"}.get(label, f"picture: {label}")
        case "commit_returned":
            return "act, and the page's answer"
        case "person_read_back":
            return "fresh load, and list read"
        case kind:
            return {"person_read": "person looked up", "commit_intended": "intent", "job_ended": "outcome"}.get(kind, kind)


# --- round trips ---------------------------------------------------------------------------------


def sent_by_playwright(log):
    """Every message to the browser, from Playwright's own protocol log."""
    line = re.compile(r"(\S+Z) pw:protocol SEND .*?\"method\":\"([^\"]+)\"")
    found = [match for match in map(line.match, log.open(errors="replace")) if match]
    if not found:
        raise SystemExit(f"bench: {log} holds no message; is this another Playwright?")
    moments = [(match[2], datetime.fromisoformat(match[1].replace("Z", "+00:00")).timestamp()) for match in found]
    return [(name, at, at) for name, at in moments]


def round_trips(sent, persons):
    """How many there are a person, in the invite and in the reading back, and which."""

    def within(begins, ends):
        names = {}
        for person in persons:
            for name, at, _ in sent:
                if person[begins] <= at * 1000 <= person[ends]:
                    names[name] = names.get(name, 0) + 1 / len(persons)
        return {name: round(count, 2) for name, count in sorted(names.items(), key=lambda one: -one[1])}

    invite, read_back = within("at", "invited_at"), within("invited_at", "ended_at")
    return {
        "invite": sum(invite.values()), "read_back": sum(read_back.values()),
        "invite_by_name": invite, "read_back_by_name": read_back,
    }


# --- rounds ---------------------------------------------------------------------------------------


def rounds(count, crowd, seated, say):
    """Every variant in every round, each round beginning with another; then one more round that is logged, not timed."""
    people = measure.people(crowd)
    taken = {name: [] for name, _, _ in VARIANTS}
    loads = []
    for number in range(count):
        loads.append(measure.load())
        say(f"round {number + 1} of {count}, load {loads[-1]:.2f}")
        turn = number % len(VARIANTS)
        for name, peer, special in VARIANTS[turn:] + VARIANTS[:turn]:
            one = once(name, peer, special, measure.SCRATCH / "invite" / name.replace(" ", "-"), people, seated)
            say(f"  {name:36} {median(one_of(one, 'invite')):7.1f} ms a person")
            taken[name].append(one)
    few = people[: max(5, crowd // 5)]
    say(f"one round more, logged, for the round trips of {len(few)} people")
    trips = {}
    for name, peer, special in VARIANTS:
        if "looking" not in name:
            folder = measure.SCRATCH / "logged" / name.replace(" ", "-")
            trips[name] = once(name, peer, special, folder, few, seated, log=True)["trips"]
    return {"people": crowd, "seated": seated, "loads": loads, "runs": taken, "trips": trips}


def one_of(run, key):
    return [person.get(key) for person in run["persons"]]


def figures(measured):
    """The medians over the rounds of each round's median person, for each variant."""
    told = {}
    for name, runs in measured["runs"].items():
        each = [{key: median(one_of(run, key)) for key in ("invite", "pictures", "read_back", "read_back_pictures")} for run in runs]
        crowd = measured["people"]
        told[name] = {key: median([one[key] for one in each]) for key in each[0]} | {
            "each": each,
            "cpu": median([run["cpu"] * 1000 / crowd for run in runs]),
            "peak": median([run["peak"] for run in runs]),
        }
        count = OWN_PICTURES if name == "usher" else PICTURES
        told[name]["picture"] = told[name]["pictures"] / count
    own = told["usher"]
    # The same invite with as many pictures as the peers take: what usher took, and two of its own pictures more.
    own["invite_of_four"] = own["invite"] + (PICTURES - OWN_PICTURES) * own["picture"]
    own["each_of_four"] = [one["invite"] + one["pictures"] * (PICTURES - OWN_PICTURES) / OWN_PICTURES for one in own["each"]]
    phases = {}
    for run in measured["runs"]["usher"]:
        for person in run["persons"]:
            for phase, taken in person["phases"].items():
                phases.setdefault(phase, []).append(taken)
    own["phases"] = {phase: median(taken) for phase, taken in phases.items()}
    return told
