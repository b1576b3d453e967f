// What a person sees, in a real browser: run it with `./test`.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import {
  choose, closeAll, dashboard, emulate, manage, openMenu, openPage, openVault, problems, screenshot, start,
} from "./browser.mjs";

after(closeAll);
// A request that failed is the browser's to report, and the tests of failures expect that.
afterEach(() => {
  const ours = problems.splice(0).filter((problem) => !problem.startsWith("Failed to load resource"));
  assert.deepEqual(ours, []);
});

/** Refuses what creates a session. */
const refuse = (status) => `[[rule]]\npath = "/vault/sessions"\nstatus = ${status}\n`;
const notice = (page) => page.getByRole("status");

test("a customer connects a service in the Vault, disables it, closes, and deletes it", async () => {
  const page = await dashboard(await start());
  let vault = await openVault(page);
  await vault.getByText("Ida Berg").waitFor();
  await vault.getByText("Nordwind Bikes").waitFor();
  await screenshot(page, "portal");

  await choose(vault, "Acme CRM");
  await vault.getByLabel(/API key/).fill("a-key");
  const save = vault.getByRole("button", { name: "Save" });
  assert.equal(await save.evaluate((button) => getComputedStyle(button).backgroundColor), "rgb(63, 79, 196)");
  await screenshot(page, "connection");
  await save.click();
  await vault.getByText("Connected", { exact: true }).waitFor();

  await openMenu(vault);
  await vault.getByRole("menuitem", { name: "Disable" }).click();
  await vault.getByText("Disabled", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await vault.waitFor({ state: "detached" });

  await page.reload();
  vault = await openVault(page, "Acme CRM");
  await screenshot(page, "reloaded");
  await choose(vault, "Acme CRM");
  await vault.getByText("Disabled", { exact: true }).waitFor();

  await openMenu(vault);
  await vault.getByRole("menuitem", { name: "Delete" }).click();
  await page.waitForTimeout(400);
  await screenshot(page, "delete");
  await page.getByRole("button", { name: /Delete/ }).last().click();
  await vault.getByText("Evergreen CRM", { exact: true }).waitFor();
  assert.deepEqual(problems, []);
});

test("a service's own login opens in a window, which closes itself, and can be disconnected", async () => {
  const page = await dashboard(await start());
  const vault = await openVault(page);
  await choose(vault, "Bluebird CRM");
  const opened = page.waitForEvent("popup");
  await vault.getByRole("button", { name: "Authorize Bluebird CRM" }).click();
  const login = await opened;
  const closed = login.waitForEvent("close");
  await login.getByRole("link", { name: "Allow access" }).click();
  await closed;
  await vault.getByText("Connected", { exact: true }).waitFor();

  await openMenu(vault);
  const again = page.waitForEvent("popup");
  await vault.getByRole("menuitem", { name: "Disconnect" }).click();
  const revoke = await again;
  const revoked = revoke.waitForEvent("close");
  await revoke.getByRole("link").first().click();
  await revoked;
  await vault.getByRole("button", { name: "Authorize Bluebird CRM" }).waitFor();
  assert.deepEqual(problems, []);
});

test("a customer does not see what another one connected", async () => {
  const portal = await start();
  const ida = await dashboard(portal);
  const vault = await openVault(ida);
  await choose(vault, "Evergreen CRM");
  await vault.getByText("Connected", { exact: true }).waitFor();
  for (const [person, added] of [["Marco Riva", 0], ["Ida Berg", 1]]) {
    const page = await dashboard(portal, person);
    const vault = await openVault(page);
    await vault.getByText(person).waitFor();
    assert.equal(await vault.getByText(/^Added/).count(), added, person);
  }
  assert.deepEqual(problems, []);
});

test("the Vault's own page leads there and back, also without scripts", async () => {
  const portal = await start();
  for (const javaScriptEnabled of [true, false]) {
    const page = await dashboard(portal, "Marco Riva", { javaScriptEnabled });
    const name = javaScriptEnabled ? "Open on a page of its own" : "Manage integrations";
    await page.getByRole("button", { name }).click();
    await page.waitForURL(`${portal.emulator.url}/session/**`);
    await page.getByText("Marco Riva").first().waitFor();
    if (javaScriptEnabled) await screenshot(page, "hosted");
    await page.getByRole("link", { name: "Back to the application" }).click();
    await notice(page).getByText("Welcome back").waitFor();
    assert.ok(page.url().startsWith(`${portal.url}/`));
  }
  assert.deepEqual(problems, []);
});

test("a session that ends while it is open closes, says so and can be opened again", async () => {
  const page = await dashboard(await start("", ["--session-length-limit", "4s"]));
  const vault = await openVault(page);
  await notice(page).getByText("were open for a long time").waitFor();
  await vault.waitFor({ state: "detached" });
  await screenshot(page, "expired");
  await openVault(page);
  await notice(page).getByText("were open for a long time").waitFor({ state: "detached" });
  assert.deepEqual(problems, []);
});

for (const [status, title, advice] of [
  [401, "Larkspur is not set up correctly for integrations", /Trying again will not help/],
  [402, "Larkspur has reached the limit of its plan", /ours to fix, not yours/],
  [429, "Many people are opening their integrations", /try again in (2 minutes|\d+ seconds|a minute)/],
]) {
  test(`when the API answers ${status}, the page says what a person can do`, async () => {
    const wait = status === 429 ? 'headers = { retry-after = "100" }\n' : "";
    const page = await dashboard(await start(refuse(status) + wait));
    for (const name of ["Manage integrations", "Open on a page of its own"]) {
      await page.getByRole("button", { name }).click();
      await notice(page).getByText(title).waitFor();
      assert.match(await notice(page).innerText(), advice);
      assert.match(await notice(page).innerText(), /help@larkspur\.example|try again in/);
      await screenshot(page, `error-${status}`);
      await page.goto(page.url());
      await page.getByRole("heading", { name: "Hello, Ida" }).waitFor();
    }
  });
}

test("when the API is down, nothing is lost, and it works once it is back", async () => {
  const portal = await start();
  const page = await dashboard(portal);
  await portal.emulator.end();
  await manage(page).click();
  await notice(page).getByText("out of reach").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Hello, Ida" }).waitFor();
  await emulate("", ["--port", new URL(portal.emulator.url).port]);
  await openVault(page);
});

test("when the API goes down while the Vault is open, the component says so and closes", async () => {
  const portal = await start();
  const page = await dashboard(portal);
  const vault = await openVault(page);
  await portal.emulator.end();
  await choose(vault, "Evergreen CRM");
  await vault.getByText("Updating failed").waitFor();
  await screenshot(page, "down-while-open");
  await page.keyboard.press("Escape");
  await vault.waitFor({ state: "detached" });
  problems.length = 0;
});

test("everything of ours works with the keyboard alone", async () => {
  const page = await openPage({});
  await page.goto((await start()).url);
  const tabTo = async (place) => {
    for (let presses = 0; presses < 30; presses += 1) {
      await page.keyboard.press("Tab");
      if (await place.evaluate((element) => element === document.activeElement)) return;
    }
    assert.fail(`no key leads to ${place}`);
  };
  await tabTo(page.getByRole("button", { name: "Ida Berg" }));
  await page.keyboard.press("Enter");
  await manage(page).waitFor();
  await page.waitForLoadState();
  await tabTo(manage(page));
  await page.keyboard.press("Enter");
  const vault = page.getByRole("dialog");
  await vault.getByText("Acme CRM").waitFor();
  // The component's list of services cannot be reached with keys; what is around it can.
  await tabTo(vault.getByRole("textbox"));
  await page.keyboard.press("Escape");
  await vault.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.textContent === "Manage integrations");

  await tabTo(page.getByRole("button", { name: "Open on a page of its own" }));
  await page.keyboard.press("Enter");
  await tabTo(page.getByRole("link", { name: "Back to the application" }));
  await page.keyboard.press("Enter");
  await notice(page).getByText("Welcome back").waitFor();
  assert.deepEqual(problems, []);
});

test("a narrow screen shows all of it", async () => {
  const page = await dashboard(await start(), "Ida Berg", { viewport: { width: 360, height: 740 } });
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok((await overflow()) <= 0);
  await screenshot(page, "narrow-dashboard");
  const vault = await openVault(page);
  assert.ok((await overflow()) <= 0);
  const box = await vault.locator("#react-vault-modal").boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
  await screenshot(page, "narrow");
  assert.deepEqual(problems, []);
});
