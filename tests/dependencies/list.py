#!/usr/bin/env python3
"""Lists what the published crates depend on: how often each package's sources say `unsafe`, and whether it
runs code while it is built. With --check, it only fails if docs/dependencies.md does not judge a direct dependency.

Only for the platform it runs on, from Cargo.lock, and without development dependencies."""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PUBLISHED = ["core", "reqwest", "ureq", "hyper", "emulator"]
# What may say `unsafe` without being it: comments, texts and characters.
NOT_CODE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|\bb?r(\#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?'(?:\\.[^']*|[^\\'])'""",
    re.DOTALL,
)


def cargo(*arguments):
    command = ["cargo", *arguments, "--locked"]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def tree(package, *options):
    """The packages that it depends on, each as (name, version)."""
    form = ("--edges", "normal,build", "--prefix", "none", "--format", "{p}")
    lines = cargo("tree", "--package", package, *form, *options).splitlines()[1:]
    found = {tuple(line.split()[:2]) for line in lines}
    return {(name, version.removeprefix("v")) for name, version in found if not name.startswith("apideck-")}


def look_at(package):
    """How often a package says `unsafe`, what it runs when it is built, and what is not Rust."""
    folder = pathlib.Path(package["manifest_path"]).parent
    sources = [path for path in folder.rglob("*.rs") if path.relative_to(folder).parts[0] not in
               ("tests", "benches", "examples", "build.rs", "build")]
    code = (NOT_CODE.sub("", path.read_text(errors="replace")) for path in sources)
    unsafe = sum(len(re.findall(r"\bunsafe\b", text)) for text in code)
    kinds = {kind for target in package["targets"] for kind in target["kind"]}
    foreign = sum(1 for path in folder.rglob("*") if path.suffix in (".c", ".cc", ".S", ".asm", ".pl"))
    return {"unsafe": unsafe, "runs": [what for what, kind in
            [("build script", "custom-build"), ("macro", "proc-macro")] if kind in kinds], "foreign": foreign}


def check(direct):
    judged = (ROOT / "docs/dependencies.md").read_text()
    missing = sorted(name for name, _ in direct if f"| `{name}` |" not in judged)
    if missing:
        sys.exit(f"docs/dependencies.md does not judge {', '.join(missing)}")
    print(f"{len(direct)} judged")


def show(direct):
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--all-features"))
    features = {package["name"]: sorted(package["features"]) for package in metadata["packages"]}
    known = {(package["name"], package["version"]): package for package in metadata["packages"]}
    seen = {}

    print("| crate | features | packages | that say `unsafe` | with a build script | macros |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for short in PUBLISHED:
        crate = f"apideck-vault-{short}"
        choices = [("none", []), *((one, ["--features", one]) for one in features[crate] if one != "default")]
        for name, chosen in choices:
            packages = tree(crate, "--no-default-features", *chosen)
            for package in packages:
                seen.setdefault(package, look_at(known[package]))
            found = [seen[package] for package in packages]
            counts = [len(found), sum(1 for one in found if one["unsafe"])]
            counts += [sum(1 for one in found if what in one["runs"]) for what in ("build script", "macro")]
            print(f"| {short} | {name} |", " | ".join(map(str, counts)), "|")

    print("\n| package | direct | `unsafe` | runs when it is built | files of C or assembly |")
    print("| --- | --- | ---: | --- | ---: |")
    for (name, version), one in sorted(seen.items()):
        if one["unsafe"] or one["runs"]:
            is_direct = "yes" if (name, version) in direct else ""
            runs = ", ".join(one["runs"])
            print(f"| {name} {version} | {is_direct} | {one['unsafe']} | {runs} | {one['foreign'] or ''} |")


def main():
    direct = set()
    for short in PUBLISHED:
        direct |= tree(f"apideck-vault-{short}", "--all-features", "--depth", "1")
    check(direct) if "--check" in sys.argv else show(direct)


if __name__ == "__main__":
    main()
