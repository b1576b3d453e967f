"""The official SDKs, this one and nginx agree on what a session is: see README.md."""

import argparse
import base64
import collections
import contextlib
import http.client
import json
import pathlib
import signal
import sys
import tempfile
import traceback

import comparison
import programs

HERE = pathlib.Path(__file__).parent
SESSION = json.loads((HERE / "session.json").read_text())
CONSUMER_ID = "test-consumer"

# What the official SDKs call the errors; ours have the same names without `Response`.
ERRORS = {
    400: "BadRequestResponse",
    401: "UnauthorizedResponse",
    402: "PaymentRequiredResponse",
    404: "NotFoundResponse",
    422: "UnprocessableResponse",
}


class Report:
    """Prints each check as it is made, and counts."""

    def __init__(self):
        self.passed = self.failed = 0

    def section(self, title, checks, *arguments):
        """One that cannot be made to its end is a failed check, and the next ones are made."""
        print(f"\n== {title}", flush=True)
        try:
            checks(self, *arguments)
        except Exception as error:
            traceback.print_exc()
            self.check(f"{title}: to the end", [f"{type(error).__name__}: {error}"])

    def check(self, what, problems):
        if problems:
            self.failed += 1
            print(f"FAILED  {what}")
            for problem in dict.fromkeys(problems):
                print(f"        {problem}")
        else:
            self.passed += 1
            print(f"ok      {what}")
        sys.stdout.flush()


def main():
    arguments = argparse.ArgumentParser()
    for name in ("--typescript-sdk", "--python-sdk", "--nginx", "--examples"):
        arguments.add_argument(name, type=pathlib.Path, required=True)
    options = arguments.parse_args()
    # Ends as any exception does, so that nothing that was started stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    report = Report()
    with contextlib.ExitStack() as running:
        emulator = programs.Emulator(options.examples)
        running.callback(emulator.stop)
        typescript, python = ["node", HERE / "official.cjs"], [sys.executable, "-B", HERE / "official.py"]
        official = [
            programs.Official("TypeScript", emulator, typescript, NODE_PATH=str(options.typescript_sdk)),
            # It warns of its own enums whenever it serializes one.
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
        report.section("Through nginx", through_nginx, emulator, ours, options.nginx)
    print(f"\n{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


def expected(emulator, consumer_id=CONSUMER_ID):
    return comparison.expected(SESSION, emulator.api_key, emulator.app_id, consumer_id)


def notices_alterations(report, emulator):
    """A comparison that sees no difference proves nothing unless it sees those that are there."""
    wanted = expected(emulator)
    count, problems = 0, []

    def must_name(where, got):
        nonlocal count
        count += 1
        if not any(line.startswith(f"{where}:") for line in comparison.differences(wanted, got)):
            problems.append(f"{where} is not what it should be, and nobody noticed")

    for where, altered in comparison.alterations(wanted):
        must_name(where, altered)
    for name, default in comparison.DEFAULTS.items():
        other = "2h" if isinstance(default, str) else not default
        if name in SESSION["settings"]:
            continue
        for value in (default, other):
            body = {**SESSION, "settings": {**SESSION["settings"], name: value}}
            got = {**wanted, "body": body}
            must_name(f"body.settings.{name}", got)
            if value is other:
                must_name(f"body.settings.{name}", comparison.without_defaults(got, SESSION)[0])
    report.check(f"each of {count} altered requests is told by the name of what was altered", problems)


def sessions(report, emulator, clients):
    wanted = expected(emulator)
    found, notes = {}, []
    for client in clients:
        problems = created(client.send(emulator, CONSUMER_ID), CONSUMER_ID)
        report.check(f"{client.name} creates a session, and reads its URI and its token", problems)
        requests = emulator.requests()
        if len(requests) != 1:
            report.check(f"{client.name} sends one request", [f"{len(requests)} arrived"])
            continue
        got = comparison.arrived(requests[0])
        if client.is_official:
            got, added = comparison.without_defaults(got, SESSION)
            notes.append(f"{client.name} adds the defaults of settings: {', '.join(added) or 'none'}")
        found[client.name] = comparison.differences(wanted, got)
        names = {name for name, _ in requests[0]["headers"]} - set(comparison.HEADERS.values())
        notes.append(f"{client.name} also sends the headers {', '.join(sorted(names))}")
    print()
    table(wanted, found)
    print("", *notes, "", sep="\n")
    for name, problems in found.items():
        report.check(f"{name} sends what the contract's example is", problems)


def table(wanted, found):
    """Aspects by clients."""
    differing = {
        name: {line.split(":")[0].split(".")[0].split("[")[0] for line in lines}
        for name, lines in found.items()
    }
    rows = [["", "the contract", *found]]
    for aspect, value in wanted.items():
        value = value if isinstance(value, str) else json.dumps(value)
        value = value if len(value) <= 44 else f"{value[:41]}..."
        cells = ["DIFFERS" if aspect in differing[name] else "same" for name in found]
        rows.append([aspect, value, *cells])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


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


def errors(report, emulator, clients):
    for status, name in ERRORS.items():
        refused = {"consumer_id": CONSUMER_ID, "api_key": "wrong-key"}
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
    """The error as the emulator writes it, read without any SDK."""
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=programs.PATIENCE)
    headers = {
        "authorization": f"Bearer {api_key or emulator.api_key}",
        "x-apideck-app-id": emulator.app_id,
        "x-apideck-consumer-id": consumer_id,
        "content-type": "application/json",
        "accept": "application/json",
        "user-agent": "interop",
    }
    connection.request("POST", "/vault/sessions", json.dumps(SESSION), headers)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    if answer.status != status:
        raise RuntimeError(f"the emulator answered {answer.status} instead of {status}")
    return body


# The calls that a client makes one after another, by the connections that they have to share.
THROUGH_NGINX = {
    ("http", "keep-alive"): [10],
    ("http", "three-requests"): [3, 3, 2],
    ("http", "chunked"): [3],
    ("https", "keep-alive"): [10],
    ("https", "chunked"): [3],
}


def through_nginx(report, emulator, clients, program):
    with tempfile.TemporaryDirectory(prefix="apideck-vault-interop-") as folder:
        nginx = programs.Nginx(program, emulator, pathlib.Path(folder))
        log = None
        try:
            for client in clients:
                nginx.must_run()
                for scheme, case in THROUGH_NGINX:
                    call_through(report, emulator, client, nginx, scheme, case)
                refuses_stranger(report, emulator, client, nginx.tls_url)
            log = nginx.stop()
        finally:
            if log is None:
                nginx.stop()
                print(nginx.errors())
    lines = collections.defaultdict(list)
    for line in log:
        lines[line["consumer_id"]].append(line)
    print("\nIn nginx's log:")
    for client in clients:
        for (scheme, case), per_connection in THROUGH_NGINX.items():
            seen = lines.pop(f"{client.name}-{scheme}-{case}", [])
            framing = "chunked" if case == "chunked" else "with a length"
            connections = ", ".join(f"{count} calls" for count in per_connection)
            what = f"{client.name}, {scheme}, {case}: {connections} by connection, answered {framing}"
            report.check(what, logged(seen, scheme, framing, per_connection))
    # A handshake that fails is no request, so nothing at all may be left.
    strangers = [json.dumps(line) for seen in lines.values() for line in seen]
    report.check("no other request reached nginx", strangers)


def call_through(report, emulator, client, nginx, scheme, case):
    calls = sum(THROUGH_NGINX[scheme, case])
    consumer_id = f"{client.name}-{scheme}-{case}"
    url, authority = (nginx.url, None) if scheme == "http" else (nginx.tls_url, nginx.authority)
    outcomes = client.send(emulator, consumer_id, url=f"{url}/{case}", calls=calls, authority=authority)
    problems = created(outcomes, consumer_id, calls)
    requests = emulator.requests()
    if len(requests) != calls:
        problems.append(f"{len(requests)} requests arrived instead of {calls}")
    for request in requests:
        wanted = expected(emulator, consumer_id)
        problems += comparison.differences(wanted, comparison.arrived(request))
    report.check(f"{client.name}, {scheme}, {case}: {calls} calls, and what arrives is the same", problems)


def refuses_stranger(report, emulator, client, url):
    """The default client, which does not know who signed nginx's certificate."""
    (outcome,) = client.send(emulator, f"{client.name}-stranger", url=f"{url}/keep-alive")
    problems = comparison.differences("NotSent", outcome.get("failed", outcome), "outcome")
    if "UnknownIssuer" not in outcome.get("text", ""):
        problems.append(f"does not say why: {outcome}")
    problems += [f"{request['path']} arrived" for request in emulator.requests()]
    report.check(f"{client.name}, https: a server that nobody vouches for is sent nothing", problems)


def logged(lines, scheme, framing, per_connection):
    problems = []
    connections = collections.defaultdict(list)
    for line in lines:
        connections[line["connection"]].append(int(line["request"]))
        is_chunked = line["transfer_encoding"] == "chunked" and not line["content_length"]
        if is_chunked != (framing == "chunked"):
            problems.append(f"framed otherwise: {line}")
        # The name is what tells the server which certificate to show.
        is_tls = line["tls"] == "TLSv1.3" and line["server_name"] == "localhost"
        if is_tls != (scheme == "https"):
            problems.append(f"not over {scheme}: {line}")
        if (line["status"], line["protocol"]) != ("200", "HTTP/1.1"):
            problems.append(f"not an answer over HTTP/1.1: {line}")
    wanted = [list(range(1, count + 1)) for count in per_connection]
    if list(connections.values()) != wanted:
        problems.append(f"requests by connection are {list(connections.values())} instead of {wanted}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
