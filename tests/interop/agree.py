"""Checks that the official SDKs, this one and nginx agree on what a session is: see README.md."""

import argparse
import contextlib
import http.client
import json
import pathlib
import signal
import sys

import comparison
import example
import programs
import through_nginx
from report import Report, table

HERE = pathlib.Path(__file__).parent

# What the official SDKs call the errors; ours have the same names without `Response`.
ERRORS = {
    400: "BadRequestResponse",
    401: "UnauthorizedResponse",
    402: "PaymentRequiredResponse",
    404: "NotFoundResponse",
    422: "UnprocessableResponse",
}


def main():
    arguments = argparse.ArgumentParser()
    for name in ("--typescript-sdk", "--python-sdk", "--nginx", "--examples"):
        arguments.add_argument(name, type=pathlib.Path, required=True)
    options = arguments.parse_args()
    # Exits the way any exception does, so that nothing it started stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    report = Report()
    with contextlib.ExitStack() as running:
        emulator = programs.Emulator(options.examples)
        running.callback(emulator.stop)
        typescript, python = ["node", HERE / "official.cjs"], [sys.executable, "-B", HERE / "official.py"]
        official = [
            programs.Official("TypeScript", emulator, typescript, NODE_PATH=str(options.typescript_sdk)),
            # It warns about its own enums whenever it serializes one.
            programs.Official(
                "Python", emulator, python, PYTHONPATH=str(options.python_sdk), PYTHONWARNINGS="ignore"
            ),
        ]
        for client in official:
            running.callback(client.stop)
        ours = [programs.Adapter(stack, options.examples) for stack in ("reqwest", "ureq", "hyper")]
        report.section("The comparison itself", notices_alterations, emulator)
        report.section("The contract's example session, as it arrives", sessions, emulator, official + ours)
        report.section("The emulator's errors, as they are read", errors, emulator, official + ours)
        report.section("Through nginx", through_nginx.check, emulator, ours, options.nginx)
    print(f"\n{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


def notices_alterations(report, emulator):
    """Finding no difference proves nothing unless the comparison finds real differences."""
    wanted = example.expected(emulator)
    count, problems = 0, []

    def must_name(where, got):
        nonlocal count
        count += 1
        if not any(line.startswith(f"{where}:") for line in comparison.differences(wanted, got)):
            problems.append(f"{where} was altered, and the comparison did not notice")

    for where, altered in comparison.alterations(wanted):
        must_name(where, altered)
    for name, default in comparison.DEFAULTS.items():
        other = "2h" if isinstance(default, str) else not default
        if name in example.SESSION["settings"]:
            continue
        for value in (default, other):
            body = {**example.SESSION, "settings": {**example.SESSION["settings"], name: value}}
            got = {**wanted, "body": body}
            must_name(f"body.settings.{name}", got)
            if value is other:
                must_name(f"body.settings.{name}", comparison.without_defaults(got, example.SESSION)[0])
    report.check(f"each of {count} altered requests is caught, and what was altered is named", problems)


def sessions(report, emulator, clients):
    wanted = example.expected(emulator)
    found, notes = {}, []
    for client in clients:
        problems = example.created(client.send(emulator, example.CONSUMER_ID), example.CONSUMER_ID)
        report.check(f"{client.name} creates a session and reads its URI and token", problems)
        requests = emulator.requests()
        if len(requests) != 1:
            report.check(f"{client.name} sends one request", [f"{len(requests)} arrived"])
            continue
        got = comparison.arrived(requests[0])
        if client.is_official:
            got, added = comparison.without_defaults(got, example.SESSION)
            notes.append(f"{client.name} adds the defaults of settings: {', '.join(added) or 'none'}")
        found[client.name] = comparison.differences(wanted, got)
        names = {name for name, _ in requests[0]["headers"]} - set(comparison.HEADERS.values())
        notes.append(f"{client.name} also sends the headers {', '.join(sorted(names))}")
    print()
    table(wanted, found)
    print("", *notes, "", sep="\n")
    for name, problems in found.items():
        report.check(f"{name} sends the contract's example", problems)


def errors(report, emulator, clients):
    for status, name in ERRORS.items():
        refused = {"consumer_id": example.CONSUMER_ID, "api_key": "wrong-key"}
        if status != 401:
            refused = {"consumer_id": f"status-{status}"}
        body = error_body(emulator, status, **refused)
        for client in clients:
            wanted = name if client.is_official else name.removesuffix("Response")
            (outcome,) = client.send(emulator, **refused)
            wanted = {"refused": wanted, "body": body}
            problems = comparison.differences(wanted, outcome)
            report.check(f"{client.name} reads {status} as {wanted['refused']}, with every field", problems)
    emulator.requests()


def error_body(emulator, status, consumer_id, api_key=None):
    """The error as the emulator sends it, read without any SDK."""
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=programs.PATIENCE)
    headers = {
        "authorization": f"Bearer {api_key or emulator.api_key}",
        "x-apideck-app-id": emulator.app_id,
        "x-apideck-consumer-id": consumer_id,
        "content-type": "application/json",
        "accept": "application/json",
        "user-agent": "interop",
    }
    connection.request("POST", "/vault/sessions", json.dumps(example.SESSION), headers)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    if answer.status != status:
        raise RuntimeError(f"the emulator answered {answer.status} instead of {status}")
    return body


if __name__ == "__main__":
    sys.exit(main())
