"""Several browsers over one plan, on a console that answers as slowly as one that is far away."""

import shutil

import invite
import measure
from measure import Console, median

BROWSERS = (1, 2, 4)
LATENCY = 300  # milliseconds, of each answer of the console
CROWD = 30


def scaling(count, say):
    """The same plan by one, two and four browsers: from the first person's beginning to the last one's end."""
    people = measure.people(CROWD)
    told = {number: {"person": [], "cpu": [], "peak": []} for number in BROWSERS}
    for turn in range(count):
        for number in BROWSERS[turn % 3 :] + BROWSERS[: turn % 3]:
            say(f"{number} browsers, {turn + 1} of {count}, load {measure.load():.2f}")
            folder = measure.SCRATCH / f"beside/{number}"
            shutil.rmtree(folder, ignore_errors=True)
            with Console(folder / "console", people=38, page_size=38 + CROWD, latency_ms=LATENCY) as console:
                ran = invite.usher(folder, console, people, arguments=("--yes", "--sessions", str(number)))
                console.must_have_invited(people, f"usher with {number} browsers")
            at = [at for at, fact in measure.journal(measure.only_run(folder)) if fact["fact"] in ("job_begun", "job_ended")]
            told[number]["person"].append((at[-1] - at[0]) / CROWD)
            told[number]["cpu"].append(ran.cpu * 1000 / CROWD)
            told[number]["peak"].append(ran.peak)
    return {number: {name: median(taken) for name, taken in one.items()} | {"each": one} for number, one in told.items()}
