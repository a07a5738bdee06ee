"""The job as somebody writes it by hand with Selenium, after its documentation. It seals, masks and guards nothing.

Takes the file of a job (see ../bench.py), prints what it measured as one line of JSON.
"""

import json
import sys
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as on
from selenium.webdriver.support.ui import Select, WebDriverWait

JOB = json.loads(Path(sys.argv[1]).read_text())


class Peer:
    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = JOB["browser"]
        for flag in JOB["flags"]:
            options.add_argument(flag)
        self.driver = webdriver.Chrome(options=options, service=Service(JOB["driver"]))
        # Looks twice a second unless told otherwise, as WebDriverWait is documented.
        self.wait = WebDriverWait(self.driver, 20, poll_frequency=JOB.get("poll", 0.5))
        self.pictures = 0
        self.pictured = 0.0

    def picture(self, name):
        began = time.perf_counter()
        self.driver.save_screenshot(str(Path(JOB["folder"]) / f"{name}.png"))
        self.pictured += time.perf_counter() - began
        self.pictures += 1

    def taken(self):
        """What the pictures since the last time have taken, in milliseconds."""
        taken, self.pictured = self.pictured * 1000, 0.0
        return taken

    def sign_in(self):
        self.driver.get(JOB["url"] + "/login")
        self.driver.find_element(By.NAME, "email").send_keys(JOB["account"])
        self.driver.find_element(By.NAME, "password").send_keys(JOB["password"])
        self.driver.find_element(By.CSS_SELECTOR, "form button[type=submit]").click()
        self.wait.until(on.presence_of_element_located((By.CSS_SELECTOR, "[data-testid=account-email]")))

    def open_people(self):
        self.driver.get(JOB["url"] + JOB["page"])
        self.wait.until(on.visibility_of_element_located((By.ID, "people")))

    def invite(self, email, role):
        self.wait.until(on.element_to_be_clickable((By.XPATH, "//button[normalize-space()='Invite Users']"))).click()
        dialog = self.wait.until(on.visibility_of_element_located((By.CSS_SELECTOR, "[role=dialog]")))
        self.picture(f"{email}-1-dialog")
        dialog.find_element(By.NAME, "email").send_keys(email)
        self.picture(f"{email}-2-email")
        Select(dialog.find_element(By.NAME, "role")).select_by_visible_text(role)
        self.picture(f"{email}-3-role")
        dialog.find_element(By.XPATH, ".//button[normalize-space()='Send Invite']").click()
        self.wait.until(on.staleness_of(dialog))
        self.picture(f"{email}-4-sent")

    def read_back(self, email, role):
        self.open_people()
        rows = self.driver.find_elements(By.XPATH, f"//tr[td[normalize-space()='{email}']]")
        text = " | ".join(row.text for row in rows)
        if len(rows) != 1 or role not in text or "Pending" not in text:
            raise AssertionError(f"{email} was not read back: {text}")
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", rows[0])
        self.picture(f"{email}-5-read-back")

    def job(self):
        people = []
        for person in JOB["people"]:
            one = {"at": time.time() * 1000}
            began = time.perf_counter()
            self.invite(**person)
            one |= {"invite": since(began), "pictures": self.taken(), "invited_at": time.time() * 1000}
            if JOB["read_back"]:
                began = time.perf_counter()
                self.read_back(**person)
                one |= {"read_back": since(began), "read_back_pictures": self.taken()}
            people.append(one | {"ended_at": time.time() * 1000})
        return {"people": people, "pictures": self.pictures}

    def roster(self):
        """Every row, every cell: all rows are found, and of a sample the cells are read."""
        began = time.perf_counter()
        self.open_people()
        opened = since(began)
        began = time.perf_counter()
        rows = self.driver.find_elements(By.CSS_SELECTOR, "#people tbody tr")
        found = since(began)
        step = max(1, len(rows) // JOB["sample"])
        sample = rows[::step][: JOB["sample"]]
        began = time.perf_counter()
        read = [[cell.text for cell in row.find_elements(By.TAG_NAME, "td")] for row in sample]
        return {"rows": len(rows), "opened": opened, "found": found, "sample": len(read), "sampled": since(began)}


def since(began):
    return (time.perf_counter() - began) * 1000


def main():
    peer = Peer()
    try:
        if JOB["task"] == "first_page":
            peer.driver.get(JOB["url"] + "/login")
            told = {}
        else:
            peer.sign_in()
            peer.open_people()
            told = peer.job() if JOB["task"] == "invite" else peer.roster()
    finally:
        peer.driver.quit()
    print(json.dumps(told))


main()
