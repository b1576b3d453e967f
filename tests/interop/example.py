"""The contract's example session: how it arrives, and what creating it returns."""

import base64
import json
import pathlib

import comparison

SESSION = json.loads((pathlib.Path(__file__).parent / "session.json").read_text())
CONSUMER_ID = "test-consumer"


def expected(emulator, consumer_id=CONSUMER_ID):
    """How it must arrive at the emulator."""
    return comparison.expected(SESSION, emulator.api_key, emulator.app_id, consumer_id)


def created(outcomes, consumer_id, calls=1):
    """What is wrong with sessions that should have been created."""
    problems = [] if len(outcomes) == calls else [f"{len(outcomes)} outcomes instead of {calls}"]
    for outcome in outcomes:
        session = outcome.get("created")
        if session is None:
            problems.append(f"no session: {json.dumps(outcome)}")
            continue
        uri, token = session["session_uri"], session["session_token"]
        if uri != f"https://vault.apideck.com/session/{token}":
            problems.append(f"the URI is {uri}, the token {token}")
        claims = claims_of(token)
        wanted = {"consumer_id": consumer_id, "redirect_uri": SESSION["redirect_uri"]}
        problems += comparison.differences(wanted, {name: claims.get(name) for name in wanted}, "token")
    return problems


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
