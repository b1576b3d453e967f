"""The same calls with nginx in front of the emulator."""

import collections
import json
import pathlib
import tempfile

import comparison
import example
import programs

# How many calls each client makes, one after another: a number for each connection that it must use.
CALLS = {
    ("http", "keep-alive"): [10],
    ("http", "three-requests"): [3, 3, 2],
    ("http", "chunked"): [3],
    ("https", "keep-alive"): [10],
    ("https", "chunked"): [3],
}


def check(report, emulator, clients, program):
    with tempfile.TemporaryDirectory(prefix="apideck-vault-interop-") as folder:
        nginx = programs.Nginx(program, emulator, pathlib.Path(folder))
        log = None
        try:
            for client in clients:
                nginx.must_run()
                for scheme, case in CALLS:
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
        for (scheme, case), per_connection in CALLS.items():
            seen = lines.pop(f"{client.name}-{scheme}-{case}", [])
            framing = "in chunks" if case == "chunked" else "with a length"
            calls = ", ".join(map(str, per_connection))
            what = f"{client.name}, {scheme}, {case}: {calls} calls per connection, answered {framing}"
            report.check(what, logged(seen, scheme, framing, per_connection))
    # A failed handshake is not a request, so nothing may be left.
    strangers = [json.dumps(line) for seen in lines.values() for line in seen]
    report.check("no other request reached nginx", strangers)


def call_through(report, emulator, client, nginx, scheme, case):
    calls = sum(CALLS[scheme, case])
    consumer_id = f"{client.name}-{scheme}-{case}"
    url, authority = (nginx.url, None) if scheme == "http" else (nginx.tls_url, nginx.authority)
    outcomes = client.send(emulator, consumer_id, url=f"{url}/{case}", calls=calls, authority=authority)
    problems = example.created(outcomes, consumer_id, calls)
    requests = emulator.requests()
    if len(requests) != calls:
        problems.append(f"{len(requests)} requests arrived instead of {calls}")
    for request in requests:
        wanted = example.expected(emulator, consumer_id)
        problems += comparison.differences(wanted, comparison.arrived(request))
    report.check(f"{client.name}, {scheme}, {case}: {calls} calls, and each arrives unchanged", problems)


def refuses_stranger(report, emulator, client, url):
    """The default client does not trust the authority that signed nginx's certificate."""
    (outcome,) = client.send(emulator, f"{client.name}-stranger", url=f"{url}/keep-alive")
    problems = comparison.differences("Untrusted", outcome.get("failed", outcome), "outcome")
    if "UnknownIssuer" not in outcome.get("text", ""):
        problems.append(f"the error does not say why: {outcome}")
    problems += [f"{request['path']} arrived" for request in emulator.requests()]
    report.check(f"{client.name}, https: sends nothing to a server with an untrusted certificate", problems)


def logged(lines, scheme, framing, per_connection):
    problems = []
    connections = collections.defaultdict(list)
    for line in lines:
        connections[line["connection"]].append(int(line["request"]))
        is_chunked = line["transfer_encoding"] == "chunked" and not line["content_length"]
        if is_chunked != (framing == "in chunks"):
            problems.append(f"not framed {framing}: {line}")
        # The name tells the server which certificate to present.
        is_tls = line["tls"] == "TLSv1.3" and line["server_name"] == "localhost"
        if is_tls != (scheme == "https"):
            problems.append(f"not over {scheme}: {line}")
        if (line["status"], line["protocol"]) != ("200", "HTTP/1.1"):
            problems.append(f"not an answer over HTTP/1.1: {line}")
    wanted = [list(range(1, count + 1)) for count in per_connection]
    if list(connections.values()) != wanted:
        problems.append(f"requests per connection are {list(connections.values())} instead of {wanted}")
    return problems
