"""The floor: what the page and the pictures take whoever asks. A whole invite is one script in the page, without looking for
anything, then the pictures follow by ChromeDriver's vendor command. It checks nothing, binds nothing, keeps nothing sealed.

Takes the file of a job (see ../bench.py), prints what it measured as one line of JSON.
"""

import base64
import http.client
import json
import subprocess
import sys
import time
from pathlib import Path

JOB = json.loads(Path(sys.argv[1]).read_text())

SIGN_IN = """
const [account, password] = arguments;
document.querySelector('input[name=email]').value = account;
document.querySelector('input[name=password]').value = password;
document.querySelector('form button[type=submit]').click();
"""

INVITE = """
const [email, role, done] = arguments;
const fill = (field, value) => { field.value = value; field.dispatchEvent(new Event('input', { bubbles: true })); };
document.getElementById('invite').click();
const dialog = document.querySelector('[role=dialog]');
fill(document.getElementById('invite-email'), email);
fill(document.getElementById('invite-role'), role);
new MutationObserver((_, watch) => {
  if (dialog.isConnected) return;
  watch.disconnect();
  done(true);
}).observe(document.body, { childList: true, subtree: true });
dialog.querySelector('button[type=submit]').click();
"""

ROWS_ARE_THERE = """
const done = arguments[0];
const look = () => document.querySelector('#people tbody tr') ? done(true) : requestAnimationFrame(look);
look();
"""


class Session:
    """A WebDriver session without a library: one kept connection, one write a command."""

    def __init__(self):
        self.process = subprocess.Popen([JOB["driver"], "--port=0"], stdout=subprocess.PIPE, text=True)
        port = None
        for line in self.process.stdout:
            if "started successfully on port" in line:
                port = int(line.rsplit(" ", 1)[1].strip().rstrip("."))
                break
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        chrome = {"args": JOB["flags"], "binary": JOB["browser"]}
        wanted = {"pageLoadStrategy": "eager", "timeouts": {"script": 60_000}, "goog:chromeOptions": chrome}
        self.path = "/session"
        told = self.ask("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self.path = f"/session/{told['sessionId']}"

    def ask(self, method, path, body=None):
        text = None if body is None else json.dumps(body).encode()
        self.connection.request(method, self.path + path, text, {"Content-Type": "application/json"})
        answer = json.loads(self.connection.getresponse().read())["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(answer["message"])
        return answer

    def open(self, path):
        self.ask("POST", "/url", {"url": JOB["url"] + path})

    def script(self, text, *arguments):
        return self.ask("POST", "/execute/async", {"script": text, "args": list(arguments)})

    def picture(self, name):
        wanted = {"cmd": "Page.captureScreenshot", "params": {"format": "png", "optimizeForSpeed": True}}
        data = self.ask("POST", "/goog/cdp/execute", wanted)["data"]
        (Path(JOB["folder"]) / f"{name}.png").write_bytes(base64.b64decode(data))

    def close(self):
        try:
            self.ask("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait()


def sign_in(session):
    session.open("/login")
    session.ask("POST", "/execute/sync", {"script": SIGN_IN, "args": [JOB["account"], JOB["password"]]})
    # The form is on its way: the page is asked for only once it has arrived.
    while "/login" in session.ask("GET", "/url"):
        time.sleep(0.02)
    session.open(JOB["page"])
    session.script(ROWS_ARE_THERE)


def invite(session):
    people = []
    for person in JOB["people"]:
        at, began = time.time() * 1000, time.perf_counter()
        session.script(INVITE, person["email"], person["role"])
        acted = time.perf_counter()
        for number in range(1, 5):
            session.picture(f"{person['email']}-{number}")
        pictured = time.perf_counter()
        now = time.time() * 1000
        one = {"at": at, "invite": (pictured - began) * 1000, "pictures": (pictured - acted) * 1000}
        people.append(one | {"invited_at": now, "ended_at": now})
    return {"people": people, "pictures": 4 * len(people)}


def roster(session):
    """The page's source alone, from opening the page on; nothing is made of it."""
    began = time.perf_counter()
    session.open(JOB["page"])
    session.script(ROWS_ARE_THERE)
    opened = time.perf_counter()
    source = session.ask("GET", "/source")
    read = time.perf_counter()
    return {"opened": (opened - began) * 1000, "source": (read - opened) * 1000, "bytes": len(source)}


def main():
    session = Session()
    try:
        if JOB["task"] == "first_page":
            session.open("/login")
            told = {}
        else:
            sign_in(session)
            told = invite(session) if JOB["task"] == "invite" else roster(session)
    finally:
        session.close()
    print(json.dumps(told))


main()
