// Which fields of a session Apideck's component honors, found by trying each: run it with `./test`.
// The table in README.md says the same.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { choose, closeAll, create, dashboard, manage, openMenu, start } from "./browser.mjs";

const picture = (color) =>
  `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Crect fill='${color}' width='9' height='9'/%3E%3C/svg%3E`;

/** A value of each field, and whether the component shows something else because of it. */
const fields = {
  settings: {
    unified_apis: [["crm", "accounting", "ats"], true],
    hide_resource_settings: [true, true],
    sandbox_mode: [true, false],
    isolation_mode: [true, false],
    session_length: ["20m", false],
    show_logs: [false, false],
    show_suggestions: [true, false],
    show_sidebar: [false, false],
    auto_redirect: [true, false],
    hide_guides: [true, true],
    allow_actions: [["reauthorize"], true],
  },
  theme: {
    favicon: [picture("red"), false],
    logo: [picture("blue"), true],
    primary_color: ["#ff0000", true],
    sidepanel_background_color: ["#00ff00", false],
    sidepanel_text_color: ["#0000ff", false],
    vault_name: ["Another name", true],
    privacy_url: ["https://larkspur.example/privacy", false],
    terms_url: ["https://larkspur.example/terms", false],
  },
};

const usual = { settings: { unified_apis: ["crm", "accounting"] }, theme: { vault_name: "Larkspur", logo: picture("green") } };
let portal;
let page;
let unchanged;

/** What is to be seen of the dialog: its text, controls, pictures and the color of its buttons. */
async function look(vault) {
  const text = await vault.ariaSnapshot();
  const rest = await vault.evaluate((dialog) => ({
    pictures: [...dialog.querySelectorAll("img")].map((image) => image.src),
    colors: [...dialog.querySelectorAll("button")].map((button) => getComputedStyle(button).backgroundColor),
    links: [...document.querySelectorAll("link[rel=icon]")].map((link) => link.href),
    title: document.title,
  }));
  return JSON.stringify({ text, ...rest }, null, 1);
}

/** What is to be seen once it no longer changes. */
async function settled(vault) {
  for (let last; ; ) {
    const now = await look(vault);
    if (now === last) return now;
    last = now;
    await page.waitForTimeout(120);
  }
}

/** Everything that the component shows with this session: the list, two connected services and one that is not. */
async function shown(session) {
  const { session_token: token } = await create(portal.emulator, session);
  await page.route("**/vault/session", (route) =>
    route.fulfill({ json: { token, server: portal.emulator.url, seconds: 3600 } }),
  );
  const vault = page.getByRole("dialog");
  const seen = [];
  for (const service of ["Acme CRM", "Bluebird CRM", "Acme Accounting"]) {
    await page.reload();
    await manage(page).click();
    await vault.getByText(service, { exact: true }).waitFor();
    if (service === "Acme CRM") seen.push(await settled(vault));
    await choose(vault, service);
    await vault.getByRole("heading", { name: service }).waitFor();
    await vault.getByText(/^(Connected|Unauthorized)$/).waitFor();
    seen.push(await settled(vault));
    if (await vault.locator("[aria-haspopup]").count()) {
      await openMenu(vault);
      seen.push(await vault.getByRole("menu").ariaSnapshot());
    }
  }
  await page.unroute("**/vault/session");
  return seen.join("\n");
}

before(async () => {
  portal = await start();
  page = await dashboard(portal);
  // Two of the services are connected, and one is enabled.
  const { session_token: token } = await create(portal.emulator, usual);
  const ask = (method, path, body) =>
    fetch(`${portal.emulator.url}/vault/${path}`, {
      method,
      body: body && JSON.stringify(body),
      headers: {
        authorization: `Bearer ${token}`,
        "x-apideck-app-id": portal.emulator.app_id,
        "x-apideck-consumer-id": "nordwind-bikes",
        "x-apideck-auth-type": "JWT",
        "content-type": "application/json",
      },
    });
  await ask("PATCH", "connections/crm/acme-crm", { enabled: true, settings: { api_key: "a-key" } });
  await ask("PATCH", "connections/accounting/acme-accounting", { enabled: true });
  const bluebird = await (await ask("PATCH", "connections/crm/bluebird-crm", { enabled: true })).json();
  const asked = await (await fetch(bluebird.data.authorize_url)).text();
  const [, link] = asked.match(/href="([^"]*\/vault\/callback[^"]*)"/);
  await fetch(new URL(link.replaceAll("&amp;", "&"), portal.emulator.url), { redirect: "manual" });
  unchanged = await shown(usual);
  assert.equal(await shown(usual), unchanged, "the same session is shown in the same way");
});
after(closeAll);

for (const [part, tried] of Object.entries(fields)) {
  for (const [field, [value, isHonored]] of Object.entries(tried)) {
    test(`the component ${isHonored ? "honors" : "does not read"} ${part}.${field}`, async () => {
      const session = { ...usual, [part]: { ...usual[part], [field]: value } };
      const isDifferent = (await shown(session)) !== unchanged;
      assert.equal(isDifferent, isHonored);
    });
  }
}
