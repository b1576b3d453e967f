"""What a request says about a session, and how two of them differ."""

import copy
import json

# What the official SDKs add to `settings` for whatever the caller did not set: the server's defaults.
DEFAULTS = {
    "hide_resource_settings": False,
    "sandbox_mode": False,
    "isolation_mode": False,
    "session_length": "1h",
    "show_logs": True,
    "show_suggestions": False,
    "show_sidebar": True,
    "auto_redirect": False,
    "hide_guides": False,
}

HEADERS = {
    "authorization": "authorization",
    "app id": "x-apideck-app-id",
    "consumer id": "x-apideck-consumer-id",
    "content type": "content-type",
    "accept": "accept",
}


def expected(session, api_key, app_id, consumer_id):
    """What must arrive for a session."""
    return {
        "method": "POST",
        "path": "/vault/sessions",
        "authorization": f"Bearer {api_key}",
        "app id": app_id,
        "consumer id": consumer_id,
        "content type": "application/json",
        "accept": "application/json",
        "body": session,
    }


def arrived(request):
    """The same for a recorded request. A header that appears twice is a list of two values."""
    said = {"method": request["method"], "path": request["path"]}
    for aspect, name in HEADERS.items():
        values = [value for header, value in request["headers"] if header == name]
        said[aspect] = values[0] if len(values) == 1 else values
    said["body"] = json.loads(request["body"])
    return said


def without_defaults(said, session):
    """Removes the defaults that the session did not set, and returns their names too."""
    said = copy.deepcopy(said)
    settings = said["body"].get("settings", {})
    own = session.get("settings", {})
    added = [
        name
        for name, default in DEFAULTS.items()
        if name in settings and name not in own and same(settings[name], default)
    ]
    for name in added:
        del settings[name]
    return said, added


def same(one, other):
    """Whether both are equal as JSON. In Python `1 == True`; in JSON they differ."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def differences(wanted, got, path=""):
    """Every place where `got` differs from `wanted`, with its path."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return [
            difference
            for name in [*wanted, *(name for name in got if name not in wanted)]
            for difference in differences(
                wanted.get(name, MISSING), got.get(name, MISSING), f"{path}.{name}" if path else name
            )
        ]
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        return [
            difference
            for position, (one, other) in enumerate(zip(wanted, got))
            for difference in differences(one, other, f"{path}[{position}]")
        ]
    if wanted is not MISSING and got is not MISSING and same(wanted, got):
        return []
    return [f"{path}: {text(got)} instead of {text(wanted)}"]


MISSING = object()


def text(value):
    return "nothing" if value is MISSING else json.dumps(value)


def alterations(said, path=""):
    """Copies of `said` with one value changed, removed or added, each with the path of that value."""
    items = said.items() if isinstance(said, dict) else enumerate(said)
    for name, value in items:
        at = f"{path}[{name}]" if isinstance(said, list) else f"{path}.{name}" if path else name
        if isinstance(value, (dict, list)):
            for where, inner in alterations(value, at):
                yield where, replaced(said, name, inner)
        else:
            yield at, replaced(said, name, "altered")
        if isinstance(said, dict):
            yield at, {other: said[other] for other in said if other != name}
    if isinstance(said, dict):
        yield (f"{path}.added" if path else "added"), {**said, "added": True}


def replaced(said, name, value):
    altered = copy.copy(said)
    altered[name] = value
    return altered
