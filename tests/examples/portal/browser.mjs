// Starts the emulator, the portal and the browser.

import { spawn } from "node:child_process";
import { writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const programs = process.env.PROGRAMS;
const running = [];
/** What the pages wrote to the console as errors. */
export const problems = [];
let shared;

const flags =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync";

export async function browser() {
  shared ??= await chromium.launch({ executablePath: "/usr/bin/chromium", args: flags.split(" ") });
  return shared;
}

export async function closeAll() {
  await shared?.close();
  for (const child of running) child.kill();
}

/** A page of a visitor with no cookies yet. */
export async function openPage(options) {
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(30_000);
  context.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  context.on("weberror", (error) => problems.push(String(error.error())));
  return context.newPage();
}

/** Starts a program, and reads the first line that it prints. */
async function run(program, options, environment) {
  const child = spawn(join(programs, program), options, {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, ...environment },
  });
  running.push(child);
  const lines = createInterface(child.stdout);
  const first = await new Promise((resolve, reject) => {
    lines.once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  return { child, first, lines };
}

/** A Vault server that misbehaves as the script (TOML) says. */
export async function emulate(script = "", options = []) {
  const file = join(mkdtempSync(join(tmpdir(), "portal-")), "script.toml");
  writeFileSync(file, script);
  const { child, first, lines } = await run("apideck-vault-emulator", ["--json", "--script", file, ...options], {});
  const { url, api_key, app_id } = JSON.parse(first);
  const requests = [];
  lines.on("line", (line) => requests.push(JSON.parse(line)));
  const end = () => new Promise((resolve) => child.once("exit", resolve).kill());
  return { url, api_key, app_id, requests, end };
}

/** Creates a session with these fields, as a backend does. */
export async function create(emulator, session) {
  const answer = await fetch(`${emulator.url}/vault/sessions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${emulator.api_key}`,
      "x-apideck-app-id": emulator.app_id,
      "x-apideck-consumer-id": "nordwind-bikes",
      accept: "application/json",
      "content-type": "application/json",
      "user-agent": "fields/1",
    },
    body: JSON.stringify(session),
  });
  const { data } = await answer.json();
  return data;
}

/** A portal on a Vault server of its own. */
export async function start(script, options) {
  const emulator = await emulate(script, options);
  const { first } = await run("apideck-vault-portal", [], {
    APIDECK_API_KEY: emulator.api_key,
    APIDECK_APP_ID: emulator.app_id,
    APIDECK_SERVER_URL: emulator.url,
  });
  return { url: first, emulator };
}

/** A page on the dashboard, whose console is watched. */
export async function dashboard(portal, person = "Ida Berg", options = {}) {
  const page = await openPage(options);
  await page.goto(portal.url);
  await page.getByRole("button", { name: person }).click();
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
  // Before the script runs, the button leads to the Vault's own page.
  await page.waitForLoadState();
  return page;
}

export const manage = (page) => page.getByRole("button", { name: "Manage integrations" });

export async function openVault(page, service = "Evergreen CRM") {
  await manage(page).click();
  const vault = page.getByRole("dialog");
  await vault.getByText(service, { exact: true }).waitFor();
  return vault;
}

/** Clicks a service of the list: what is to be clicked lies above its name. */
export const choose = (vault, name) => vault.getByText(name, { exact: true }).first().click({ force: true });

/** Opens the menu of the service that is shown. The component closes it whenever it has loaded something. */
export async function openMenu(vault) {
  const menu = vault.getByRole("menu");
  for (let turn = 0; turn < 20; turn += 1) {
    await vault.locator("[aria-haspopup]").first().click();
    await vault.page().waitForTimeout(300);
    if (await menu.isVisible()) return;
  }
  throw new Error("the menu does not stay open");
}

export const screenshot = (page, name) =>
  page.screenshot({ path: `screenshots/${name}.png`, animations: "disabled" });
