#!/usr/bin/env python3
"""Runs octoDNS and this project's octodns on your own config, and shows where they differ.

    venv/bin/python compare-with-octodns.py --config-file config.yaml [ZONE ...]

Both plan the zones, without applying anything, and both dump what every provider of the zones has. Plans are compared
change by change, dumps byte by byte. Nothing is normalised but the order in which zones are planned. No target is
written to, so credentials that may only read are enough.

It needs Python 3.9 or later, and no package but octoDNS: start it with the Python in which octoDNS and its providers
are installed, or name that one by --python.

Exit codes: 0 both do the same, 1 they differ, 2 they could not be compared.
"""

import argparse
import difflib
import json
import logging
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The most lines of a dump's difference that are shown, and the most of an error.
MOST_LINES = 40
MOST_OF_ERROR = 8

# What a comparison says of a zone that neither can dump, as a target that does not have it yet.
NEITHER = "neither"


# What octoDNS does. This part runs in its Python, and alone imports it.


class Keeper:
    """A plan output that keeps the plans."""

    def __init__(self):
        self.plans = []

    def run(self, plans, *_args, **_kwargs):
        self.plans = plans


def reference(request):
    """Plans and dumps with octoDNS, as a process of its own tells it to."""
    logging.disable(logging.CRITICAL)
    from octodns.manager import Manager
    from octodns.provider.plan import UnsafePlan

    found = {"plans": [], "refused": None, "error": None, "pairs": []}
    keeper = Keeper()
    try:
        manager = Manager(request["config"])
        manager.plan_outputs = {"compare": keeper}
        # A dry run, which is octoDNS' default as well.
        manager.sync(eligible_zones=request["zones"], dry_run=True)
    except UnsafePlan as refused:
        found["refused"] = str(refused)
    except Exception as error:
        found["error"] = f"{type(error).__name__}: {error}"
    if found["error"] is None:
        found["plans"] = [plan_of(target, plan) for target, plan in keeper.plans]
        if request["dumps"]:
            found["pairs"] = dump_all(manager, request)
    Path(request["result"]).write_text(json.dumps(found, default=str), encoding="utf-8")


def plan_of(target, plan):
    """A plan, in the form of our plan files."""

    def change_of(change):
        record = change.new or change.existing
        states = {"before": change.existing, "after": change.new}
        states = {key: state.data for key, state in states.items() if state}
        return {"name": record.name, "type": record._type, **states}

    return {
        "zone": plan.desired.name,
        "target": target.id,
        "exists": plan.exists,
        "changes": [change_of(change) for change in plan.changes],
    }


def dump_all(manager, request):
    """Dumps every zone from each of its providers: a list of what was dumped, and of what could not be."""
    pairs = []
    # By now it has the zones that dynamic entries stand for.
    for zone, options in sorted(manager.config["zones"].items()):
        if "alias" in options or (request["zones"] and zone not in request["zones"]):
            continue
        for provider in dict.fromkeys([*options["sources"], *(options["targets"] or [])]):
            folder = str(Path(request["folder"]) / str(len(pairs)))
            error = None
            try:
                manager.dump(zone, folder, [provider], lenient=True)
            except Exception as problem:
                error = f"{type(problem).__name__}: {problem}"
            pairs.append({"zone": zone, "provider": provider, "folder": folder, "error": error})
    return pairs


# What ours does.


class Unusable(Exception):
    """Something that leaves nothing to compare."""


def call(command):
    """Runs a program to its end."""
    try:
        return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise Unusable(f"{command[0]} does not start: {error.strerror}") from error


def plan_by_octodns(args, folder):
    result = folder / "reference.json"
    request = {
        "config": args.config_file,
        "zones": args.zone,
        "dumps": not args.no_dumps,
        "folder": str(folder / "reference"),
        "result": str(result),
    }
    ran = call([args.python, __file__, "--as-reference", json.dumps(request)])
    if not result.is_file():
        raise Unusable(f"octoDNS does not run in {args.python}:\n{last_lines(ran.stderr)}")
    return json.loads(result.read_text(encoding="utf-8"))


def plan_by_ours(args, folder):
    file = folder / "plan.json"
    command = [args.program, "sync", "--config-file", args.config_file, "--plan-out", str(file)]
    ran = call([*command, *args.zone])
    if not file.is_file():
        return {"plans": [], "refused": None, "error": last_lines(ran.stderr)}
    plans = json.loads(file.read_text(encoding="utf-8"))["plans"]
    for plan in plans:
        for change in plan["changes"]:
            for state in ("before", "after"):
                if state in change:
                    change[state] = change[state]["data"]
    refused = last_lines(ran.stderr, 1) if ran.returncode else None
    return {"plans": plans, "refused": refused, "error": None}


# The comparison.


def compare_plans(theirs, ours):
    """The differences of all plans, as texts."""
    by_place = [
        {(plan["zone"], plan["target"]): plan for plan in side["plans"]} for side in (theirs, ours)
    ]
    for zone, target in sorted(by_place[0].keys() | by_place[1].keys()):
        empty = {"exists": None, "changes": []}
        plans = [plans.get((zone, target), empty) for plans in by_place]
        place = f"plan of {zone} at {target}"
        exist = [plan["exists"] for plan in plans]
        if exist[0] != exist[1] and None not in exist:
            yield f"{place}: whether the zone exists: octoDNS {exist[0]}, here {exist[1]}"
        changes = [
            {(change["name"], change["type"]): change for change in plan["changes"]} for plan in plans
        ]
        for name, kind in sorted(changes[0].keys() | changes[1].keys()):
            sides = [of_plan.get((name, kind)) for of_plan in changes]
            if sides[0] != sides[1]:
                yield f"{place}: {name or '@'} {kind}\n" + both(*map(shown, sides))
    if (theirs["refused"] is None) != (ours["refused"] is None):
        yield "only one refuses the plans\n" + both(
            theirs["refused"] or "not refused", ours["refused"] or "not refused"
        )


def shown(change):
    """A change in one line."""
    if change is None:
        return "no change"
    states = {key: change[key] for key in ("before", "after") if key in change}
    return json.dumps(states, sort_keys=True)


def both(octodns, here):
    return f"  octoDNS: {octodns}\n  here:    {here}"


def compare_dump(args, pair, folder):
    """How the dumps of a zone from one provider differ; nothing if they are the same."""
    zone, provider = pair["zone"], pair["provider"]
    command = [args.program, "dump", "--config-file", args.config_file, "--lenient"]
    ran = call([*command, "--output-dir", str(folder), zone, provider])
    error = last_lines(ran.stderr) if ran.returncode else None
    place = f"dump of {zone} from {provider}"
    if pair["error"] and error:
        return NEITHER
    if pair["error"] or error:
        return f"{place}: only one can\n" + both(
            pair["error"] or "has dumped it", error or "has dumped it"
        )
    files = [files_of(Path(pair["folder"])), files_of(folder)]
    lines = []
    for name in sorted(files[0].keys() | files[1].keys()):
        texts = [side.get(name, "").splitlines(keepends=True) for side in files]
        lines += difflib.unified_diff(*texts, f"octoDNS/{name}", f"here/{name}")
    if not lines:
        return None
    text = "".join(line if line.endswith("\n") else line + "\n" for line in lines[:MOST_LINES])
    more = len(lines) - MOST_LINES
    return f"{place}:\n{text.rstrip()}" + (f"\n... {more} more lines" if more > 0 else "")


def files_of(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8", errors="backslashreplace")
        for path in files
    }


def last_lines(text, most=MOST_OF_ERROR):
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-most:]) or "it says nothing"


def say(text):
    """Prints a text; what a terminal would obey is shown as escapes."""
    safe = (
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )
    print("".join(safe))


def compare(args, folder):
    theirs = plan_by_octodns(args, folder)
    ours = plan_by_ours(args, folder)
    if theirs["error"] and ours["error"]:
        raise Unusable(f"neither can plan\n{both(theirs['error'], ours['error'])}")
    if theirs["error"] or ours["error"]:
        differences = [
            "only one can plan\n" + both(theirs["error"] or "planned", ours["error"] or "planned")
        ]
    else:
        differences = list(compare_plans(theirs, ours))
    say(f"plans compared: {len(theirs['plans'])} of octoDNS, {len(ours['plans'])} of ours")
    dumps = [
        compare_dump(args, pair, folder / "here" / str(number))
        for number, pair in enumerate(theirs["pairs"])
    ]
    neither = dumps.count(NEITHER)
    also = f", and {neither} that neither can make" if neither else ""
    say(f"dumps compared: {len(dumps) - neither}{also}")
    return differences + [dump for dump in dumps if dump not in (None, NEITHER)]


def arguments():
    parser = argparse.ArgumentParser(
        description="Shows where octoDNS and this project's octodns differ on your own config. Nothing is applied.",
        epilog="Exit codes: 0 both do the same, 1 they differ, 2 they could not be compared.",
    )
    parser.add_argument("--config-file", required=True, help="the config")
    parser.add_argument("--program", default="octodns", help="our program; default: octodns in PATH")
    parser.add_argument(
        "--python", default=sys.executable, help="the Python with octoDNS; default: the one that runs this"
    )
    parser.add_argument("--no-dumps", action="store_true", help="compare plans alone")
    parser.add_argument("--keep", metavar="DIR", help="keep what both have written in this folder")
    parser.add_argument("zone", nargs="*", help="zones to compare; default: all")
    return parser.parse_args()


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--as-reference":
        reference(json.loads(sys.argv[2]))
        return 0
    args = arguments()
    with tempfile.TemporaryDirectory(prefix="compare-with-octodns-") as folder:
        try:
            differences = compare(args, Path(folder))
        except Unusable as problem:
            say(f"error: {problem}")
            return 2
        if args.keep:
            shutil.copytree(folder, args.keep, dirs_exist_ok=True)
    for difference in differences:
        say(f"\n{difference}")
    many = len(differences)
    if many:
        say(f"\n{many} difference{'s' if many > 1 else ''}")
        return 1
    say("both do the same")
    return 0


if __name__ == "__main__":
    sys.exit(main())
