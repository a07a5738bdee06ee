// The job as somebody writes it by hand with Playwright, after its documentation. It seals, masks and guards nothing.
// Takes the file of a job (see ../bench.py), prints what it measured as one line of JSON.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const { chromium } = createRequire(process.env.NODE_PATH + "/")("playwright-core");
const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const browser = await chromium.launch({ executablePath: job.browser, args: job.flags, headless: true });
const page = await browser.newPage({ viewport: { width: job.width, height: job.height } });
let pictures = 0;
let pictured = 0;

async function picture(name) {
  const began = performance.now();
  await page.screenshot({ path: join(job.folder, name + ".png") });
  pictured += performance.now() - began;
  pictures += 1;
}

/** What the pictures since the last time have taken, in milliseconds. */
function taken() {
  const result = pictured;
  pictured = 0;
  return result;
}

async function signIn() {
  await page.goto(job.url + "/login");
  await page.getByLabel("Email").fill(job.account);
  await page.getByLabel("Password").fill(job.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByTestId("account-email").waitFor();
}

async function invite({ email, role }) {
  await page.getByRole("button", { name: "Invite Users" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite users" });
  await dialog.waitFor();
  await picture(email + "-1-dialog");
  await dialog.getByLabel("Email address").fill(email);
  await picture(email + "-2-email");
  await dialog.getByLabel("Role").selectOption(role);
  await picture(email + "-3-role");
  await dialog.getByRole("button", { name: "Send Invite" }).click();
  await dialog.waitFor({ state: "hidden" });
  await picture(email + "-4-sent");
}

async function readBack({ email, role }) {
  await page.goto(job.url + job.page);
  const cell = page.getByRole("cell", { name: email, exact: true });
  await cell.waitFor();
  const row = page.getByRole("row").filter({ has: cell });
  const count = await row.count();
  const text = await row.innerText();
  if (count !== 1 || !text.includes(role) || !text.includes("Pending")) throw new Error(`${email} was not read back: ${text}`);
  await row.scrollIntoViewIfNeeded();
  await picture(email + "-5-read-back");
}

const told = { people: [] };
if (job.task === "first_page") {
  await page.goto(job.url + "/login");
} else {
  await signIn();
  await page.goto(job.url + job.page);
  for (const person of job.people) {
    const at = Date.now();
    let began = performance.now();
    await invite(person);
    const one = { at, invite: performance.now() - began, pictures: taken(), invited_at: Date.now() };
    if (job.read_back) {
      began = performance.now();
      await readBack(person);
      Object.assign(one, { read_back: performance.now() - began, read_back_pictures: taken() });
    }
    told.people.push(Object.assign(one, { ended_at: Date.now() }));
  }
  told.pictures = pictures;
}
await browser.close();
console.log(JSON.stringify(told));
