"""`make bench`: usher beside hand-written Playwright and Selenium scripts on a practice console, and beside itself.

It measures, prints a table with the targets beside it, and fails only when a job was not done as it should be, never
because of a figure. BENCH_ROUNDS (5) rounds of PEOPLE (50) people; ONLY=invite, ONLY=large or ONLY=beside measures one part.
"""

import argparse
import json
import os
import platform
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path

import beside
import invite
import large
import measure
from measure import median

QUIET = 1.5  # what the load may be for figures that are worth keeping


def say(text):
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


# --- where ------------------------------------------------------------------------------------------------


def first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True, cwd=measure.ROOT)
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "unknown"


def machine():
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").open() if line.startswith("model name")), "")
    packages = Path(os.environ["NODE_PATH"])
    playwright = json.loads((packages / "playwright-core/package.json").read_text())["version"]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    import selenium

    return {
        "when": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores ({model or platform.machine()}), {memory:.0f} GiB, Linux {platform.release()}",
        "usher": f"{first_line(str(measure.USHER), '--version')}, commit {first_line('git', 'rev-parse', '--short', 'HEAD')}",
        "browser": first_line(measure.BROWSER, "--version"),
        "driver": " ".join(first_line(measure.DRIVER, "--version").split()[:2]),
        "peers": f"playwright-core {playwright} on Node {first_line('node', '--version')}, selenium {selenium.__version__} on Python {platform.python_version()}",
    }


# --- the table ----------------------------------------------------------------------------------------------


def shown(value, digits=0):
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:,.{digits}f}"


def table(headers, rows):
    rows = [headers, *[[shown(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(headers))]
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths))]
        print("  " + "  ".join(cells).rstrip())
        if number == 0:
            print("  " + "  ".join("-" * width for width in widths))


def title(text, note=""):
    print(f"\n{text}")
    for line in note.splitlines():
        print(f"  {line.strip()}")


def ratio(own, others):
    """The median of each round's own ratio: what the machine did meanwhile, it did to both."""
    return median([one / other for one, other in zip(own, others)])


def each(figures, name, key="invite"):
    return [one[key] for one in figures[name]["each"]]


def targets(told):
    """What was aimed at, what it came to, and whether that is it."""
    rows = []

    def row(what, aim, value, holds, digits=2, unit=""):
        rows.append({"what": what, "aim": aim, "value": value, "shown": shown(value, digits) + unit, "met": bool(holds)})

    if figures := told.get("figures"):
        own = figures["usher"]
        for peer, most in (("playwright", 0.70), ("selenium", 0.30)):
            value = ratio(own["each_of_four"], each(figures, peer))
            row(f"invite with four pictures, of {peer}'s", f"<= {most:.2f}", value, value <= most)
        value = ratio(each(figures, "usher", "read_back"), each(figures, "usher"))
        row("reading back, of usher's own invite", "<= 0.50", value, value <= 0.5)
        row("own CPU a person, start and report included", "<= 5 ms", own["cpu"], own["cpu"] <= 5, 1, " ms")
    if big := told.get("large"):
        peaks = {
            "roster": big["roster"]["usher_peak"], "plan": big["plan"]["many, many seated"]["peak"],
            "invite": big["page"][large.MANY]["peak"], "resume": big["run"]["resume_peak"],
        }
        worst = max(peaks, key=peaks.get)
        row(f"most memory at 10,000 people ({worst})", "<= 25 MiB", peaks[worst], peaks[worst] <= 25, 0, " MiB")
        value = big["roster"]["usher"] / big["roster"]["source"]
        row("roster of 10,000, of the page's source alone", "<= 1.50", value, value <= 1.5)
        value = big["run"]["sha256sum"] / big["run"]["verify"]
        row("verify of 10,000 people, of sha256sum's speed", ">= 0.50", value, value >= 0.5)
        value = big["plan"]["many"]["cpu"]
        row("plan of 10,000 rows, CPU of --dry-run", "< 200 ms", value, value < 200, 0, " ms")
    return rows


def print_invites(told):
    figures, trips = told["figures"], told["invite"]["trips"]
    measured = told["invite"]
    title(
        f"Invite {measured['people']} people: dialog, e-mail, role, send. Milliseconds a person, medians of {len(measured['loads'])} rounds",
        f"""Beside {measured['seated']} people on one page of the list. Peers take four pictures of an invite; they bind, mask and seal nothing, and
        do not load the page anew for each person, which usher does. Without reading back they believe the dialog that closes.
        usher takes two pictures of an invite, covered, synced and sealed, and one of the reading back; "with four" adds two of its own.
        CPU and memory are of the client's process alone, over the whole run with its start (usher's with its report).""",
    )
    rows = []

    def add(name, label, invite_ms, count, picture, back, numbers, trip):
        rest = None if picture is None else invite_ms - count * picture
        cost = [shown(numbers["cpu"], 1), shown(numbers["peak"])] if numbers else ["", ""]
        ways = [shown(trip[key], 1) if trip and trip[key] else "-" for key in ("invite", "read_back")]
        rows.append([label, shown(invite_ms), str(count), shown(picture), shown(rest), shown(back), *cost, *ways])

    own = figures["usher"]
    add("usher", "usher", own["invite"], invite.OWN_PICTURES, own["picture"], own["read_back"], own, trips["usher"])
    add("usher", "usher, with four pictures", own["invite_of_four"], 4, own["picture"], own["read_back"], None, None)
    for name in [name for name, _, _ in invite.VARIANTS if name != "usher"]:
        one = figures[name]
        add(name, name, one["invite"], 4, one["picture"], one["read_back"], one, trips.get(name))
    headers = ["", "invite", "pictures", "ms each", "the rest", "read back", "CPU ms", "MiB", "trips", "trips back"]
    table(headers, rows)
    print("  trips: commands to ChromeDriver a person, by its own log in a round of its own; of Playwright, messages to the browser")
    title("Where usher's time goes, milliseconds a person (by the times in its journal)")
    table(["phase", "ms"], [[name, shown(taken)] for name, taken in own["phases"].items()])
    title("Which commands usher sends, a person (by ChromeDriver's log)")
    names = dict.fromkeys([*trips["usher"]["invite_by_name"], *trips["usher"]["read_back_by_name"]])
    cells = [[name, *(shown(trips["usher"][part].get(name), 1) for part in ("invite_by_name", "read_back_by_name"))] for name in names]
    table(["command", "invite", "read back"], cells)


def print_large(told):
    big = told["large"]
    roster, page, plan, run, start = (big[name] for name in ("roster", "page", "plan", "run", "start"))
    title("Roster of 10,000 people on one page, from opening it until everybody is known")
    table(
        ["", "ms", "of it the page"],
        [
            ["usher roster: read, taken apart, proven whole", roster["usher"], roster["opened"]],
            ["the page's source alone, nothing made of it", roster["source"], roster["opened"]],
            [f"Selenium, element by element (reckoned from {large.SAMPLE} rows)", roster["selenium"], None],
        ],
    )
    print(f"  the whole command takes {shown(roster['usher_whole'])} ms with start and sign-in, {shown(roster['usher_cpu'])} ms of CPU, {shown(roster['usher_peak'])} MiB")
    title("Inviting one person beside 10,000 rows, and beside 50: milliseconds")
    small, long = page[large.FEW]["phases"], page[large.MANY]["phases"]
    rows = [[name, small.get(name), long.get(name)] for name in long]
    rows.append(["finding controls on the page as it stands (choose, arm)", large.locating(small), large.locating(long)])
    table(["phase", "50 rows", "10,000 rows"], rows)
    title("Plans and files: milliseconds of CPU of usher's own process, with start, sign-in and roster")
    rows = [[f"--dry-run: {name}", one["cpu"], shown(one["peak"])] for name, one in plan.items() if name != "check"]
    table(["", "CPU ms", "MiB"], [*rows, ["usher check heap", plan["check"]["cpu"], "-"]])
    size = run["bytes"] / 2**20
    title(f"A run of 10,000 people: {run['files']:,} files, {size:,.0f} MiB (its pictures are real ones, again and again)")
    table(
        ["", "ms", "MiB resident"],
        [
            ["usher verify", run["verify"], shown(run["verify_peak"])],
            ["sha256sum over the same files", run["sha256sum"], "-"],
            ["usher resume, one person left: until the first page", run["resume"], shown(run["resume_peak"])],
            ["usher resume of the whole run: it has ended", run["ended"], shown(run["ended_peak"])],
            ["usher report", run["report"], shown(run["report_peak"])],
        ],
    )
    title("From the start of the program to the first page asked for")
    table(["", "ms"], [[name, start[name]] for name in ("usher", "playwright", "selenium", "floor")])


def print_beside(told):
    by = told["beside"]
    alone = by[beside.BROWSERS[0]]["person"]
    title(
        f"{beside.CROWD} people by several browsers, on a console that takes {beside.LATENCY} ms for each answer: milliseconds a person",
        "From the first person's beginning to the last one's end: one alone, everybody compared; five, compared; the rest.",
    )
    rows = [[f"--sessions {number}", one["person"], shown(alone / one["person"], 2), shown(one["cpu"], 1), shown(one["peak"])] for number, one in by.items()]
    table(["", "ms", "as fast", "CPU ms", "MiB"], rows)


def print_targets(rows):
    title("Targets")
    table(["", "target", "measured", ""], [[row["what"], row["aim"], row["shown"], "met" if row["met"] else "MISSED"] for row in rows])


# --- main -----------------------------------------------------------------------------------------------------


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--json", metavar="FILE", help="where everything that was measured is written")
    arguments = arguments.parse_args()
    count, crowd = int(os.environ.get("BENCH_ROUNDS", 5)), int(os.environ.get("PEOPLE", 50))
    only = os.environ.get("ONLY", "")
    told = machine()
    told["load_before"] = measure.load()
    for name in ("when", "machine", "usher", "browser", "driver", "peers"):
        print(f"{name:8} {told[name]}")
    print(f"{'load':8} {told['load_before']:.2f}", flush=True)
    if only in ("", "invite"):
        told["invite"] = invite.rounds(count, crowd, 38, say)
        told["figures"] = invite.figures(told["invite"])
    if only in ("", "beside"):
        told["beside"] = beside.scaling(min(count, 2), say)
    if only in ("", "large"):
        few = min(count, 3)
        listener = large.Listener()
        # A long run is made of a real one.
        if only == "large":
            invite.once("usher", None, {}, measure.SCRATCH / "invite/usher", measure.people(min(crowd, 20)), 38)
        run = measure.only_run(measure.SCRATCH / "invite/usher")
        told["large"] = {
            "start": large.starts(count, listener, say),
            "plan": large.plans(few, say),
            "run": large.long_run(few, run, listener, say),
            "roster": large.rosters(few, say),
            "page": large.long_page(3, say),
        }
    told["load_after"] = measure.load()
    told["targets"] = targets(told)
    if "figures" in told:
        print_invites(told)
    if "beside" in told:
        print_beside(told)
    if "large" in told:
        print_large(told)
    print_targets(told["targets"])
    loads = [told["load_before"], *told.get("invite", {}).get("loads", [])]
    if loads[0] >= QUIET:
        print(f"\nThe load was {loads[0]:.2f} before anything was measured: the machine was not quiet, and these figures are not worth keeping.")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(told, indent=1) + "\n")


main()
