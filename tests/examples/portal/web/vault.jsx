// Opens the session in Apideck's component. Without this script, the form leads to the Vault's own page.

import "@apideck/react-vault/dist/styles.css";
import { Vault } from "@apideck/react-vault";
import { createRoot } from "react-dom/client";

const form = document.getElementById("manage");
const [manage] = form.querySelectorAll("button");
const notice = document.getElementById("notice");
const root = createRoot(document.getElementById("vault"));
let timer;

// A service's login opened in a window of its own, and came back here.
if (window.opener && location.search === "?returned") window.close();
// So that a reload does not welcome again.
history.replaceState(null, "", "/");

form.addEventListener("submit", async (event) => {
  if (event.submitter?.name === "hosted") return;
  event.preventDefault();
  if (manage.ariaBusy === "true") return;
  manage.ariaBusy = "true";
  say();
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    // The login has ended.
    if (answer.redirected) return location.assign(answer.url);
    const result = await answer.json();
    if (answer.ok) open(result);
    else say(result.title, result.advice, true);
  } catch {
    say("Larkspur does not answer", "Check your connection to the internet, and try again.", true);
  } finally {
    manage.ariaBusy = "false";
  }
});

function open(session) {
  render(session, true);
  // Timers of more than 24 days fire at once.
  if (session.seconds < 2e6) timer = setTimeout(() => expire(session), session.seconds * 1000);
}

function render(session, isOpen) {
  root.render(
    <Vault
      token={session.token}
      unifyBaseUrl={session.server}
      open={isOpen}
      onClose={() => close(session)}
      showConsumer
      showAttribution={false}
    />,
  );
}

function close(session) {
  clearTimeout(timer);
  render(session, false);
}

function expire(session) {
  close(session);
  say(
    "Your integrations were open for a long time",
    "To protect your account, they were closed. What you saved is kept: open them again to go on.",
  );
}

function say(title, advice, isProblem = false) {
  notice.replaceChildren();
  if (!title) return;
  const box = document.createElement("div");
  box.className = isProblem ? "notice problem" : "notice";
  box.append(
    Object.assign(document.createElement("strong"), { textContent: title }),
    Object.assign(document.createElement("p"), { textContent: advice }),
  );
  notice.append(box);
}
