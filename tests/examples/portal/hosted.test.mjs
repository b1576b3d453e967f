// The emulator's page of a session, opened with addresses and sessions as no application should make them:
// run it with `./test`.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { closeAll, create, emulate, openPage, problems, screenshot } from "./browser.mjs";

after(closeAll);
// A page that is a refusal is also a failed request to the browser.
afterEach(() => {
  const ours = problems.splice(0).filter((problem) => !problem.startsWith("Failed to load resource"));
  assert.deepEqual(ours, []);
});

const attack = `</title></style></code>'"><script>window.hit=1</script><img src=x onerror=window.hit=1>`;

test("an address without a session, or with one that is not valid or has expired, says so", async () => {
  const emulator = await emulate("", ["--session-length-limit", "1s"]);
  const { session_uri, session_token } = await create(emulator, {});
  const changed = session_token.replace(/^[^.]*\./, "e30.");
  const page = await openPage();
  const says = async (address, status, title) => {
    const answer = await page.goto(address);
    assert.equal(answer.status(), status);
    await page.getByRole("heading", { name: title }).waitFor();
  };
  await says(`${emulator.url}/session/`, 400, "There is no session token in this address");
  await screenshot(page, "hosted-missing");
  await says(`${emulator.url}/session/${changed}`, 401, "This session is not valid");
  await screenshot(page, "hosted-forged");
  await page.waitForTimeout(1500);
  await says(session_uri, 401, "This session has expired");
  await screenshot(page, "hosted-expired");
});

test("a hostile session runs nothing and loads nothing", async () => {
  const { session_uri } = await create(await emulate(), {
    consumer_metadata: { user_name: attack, account_name: attack, email: attack },
    redirect_uri: "javascript:window.hit=1",
    settings: { unified_apis: ["crm", attack] },
    theme: {
      vault_name: attack,
      logo: "javascript:window.hit=1",
      primary_color: "red;}body{background:url(//evil.example)",
      privacy_url: "data:text/html,<script>window.hit=1</script>",
      terms_url: `https://ok.example/"onclick="window.hit=1`,
    },
    custom_consumer_settings: { [attack]: attack },
  });
  const page = await openPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("dialog", (dialog) => assert.fail(dialog.message()));
  await page.goto(session_uri);
  await page.getByText("<script>window.hit=1</script>").first().waitFor();
  for (const link of await page.getByRole("link").all()) {
    const { href, onclick } = await link.evaluate(({ href, onclick }) => ({ href, onclick }));
    assert.match(href, /^https?:/);
    assert.equal(onclick, null);
  }
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.deepEqual(asked.filter((address) => !address.startsWith(session_uri) && !address.startsWith("data:")), []);
  await screenshot(page, "hosted-hostile");
});

test("a session with long settings can be opened, and one with 10 MB can only be created", async () => {
  const emulator = await emulate();
  const page = await openPage();
  const long = await create(emulator, { custom_consumer_settings: { note: "n".repeat(40_000) } });
  assert.equal((await page.goto(long.session_uri)).status(), 200);
  await page.getByRole("heading", { name: "Vault", exact: true }).waitFor();

  const huge = await create(emulator, { custom_consumer_settings: { note: "n".repeat(10_000_000) } });
  assert.ok(huge.session_uri.length > 10_000_000);
  await assert.rejects(page.goto(huge.session_uri));
  assert.equal((await page.goto(long.session_uri)).status(), 200);
});
