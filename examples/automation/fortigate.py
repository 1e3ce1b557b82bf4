#!/usr/bin/env python3
"""Loads tagwall's files into a FortiGate with netmiko, and keeps the change only if the audit of the FortiGate finds nothing.

Run it beside tagwall.yaml, after "tagwall update" has written rules/edge.conf and rules/edge.delta.conf.
  export DEVICE=edge.example.com DEVICE_USER=... DEVICE_PASSWORD=...
  python3 fortigate.py              loads the delta, unless the audit finds nothing to load; with --check, prints the commands
  python3 fortigate.py --full       the first load, or over unknown rules
  python3 fortigate.py --revert     also sets cfg-save: without the last command the FortiGate REBOOTS into the earlier configuration
"""

import os
import subprocess
import sys
from pathlib import Path

from netmiko import ConnectHandler

FULL, DELTA, ROLLBACK = "rules/edge.conf", "rules/edge.delta.conf", "rules/edge.rollback.conf"
REFUSED = r"^(Command fail|command parse error|value parse error|Unknown action)"  # without it, netmiko goes on after a refused line
REVERT = ["config system global", "set cfg-save revert", "set cfg-revert-timeout 600", "end"]
CONFIRM = ["execute cfg save", "config system global", "set cfg-save automatic", "end"]


def main():
    subprocess.run(["tagwall", "plan", "edge", "--exit-code"], check=True, stdout=subprocess.DEVNULL)
    wanted = [FULL, DELTA] if "--full" in sys.argv or ("--check" in sys.argv and not Path(DELTA).exists()) else [DELTA]
    files = [file for file in wanted if Path(file).exists()]
    if "--check" in sys.argv:
        return print(*[Path(file).read_text() for file in files], sep="")
    names = {"host": "DEVICE", "username": "DEVICE_USER", "password": "DEVICE_PASSWORD"}
    device = {key: os.environ[name] for key, name in names.items()}
    with ConnectHandler(device_type="fortinet", port=os.environ.get("DEVICE_PORT", 22), **device) as fortigate:
        if is_right(fortigate, keep="edge.before") and "--full" not in sys.argv:
            return
        if not files:
            sys.exit("Before the second document there is no delta: add --full.")
        send(fortigate, REVERT if "--revert" in sys.argv else [])
        try:
            for file in files:
                send(fortigate, lines_of(file))
            if not is_right(fortigate, keep="edge.after"):
                sys.exit("The audit found something; the rollback is loaded, if there is one. edge.before is the backup.")
        except BaseException:
            go_back(fortigate)
            report_back(fortigate)
            raise
        send(fortigate, CONFIRM if "--revert" in sys.argv else [])


def is_right(fortigate, keep, *options):  # the audit finds nothing in the running configuration, which is kept in a file
    Path(keep).write_text(fortigate.send_command("show full-configuration", read_timeout=120))
    return subprocess.run(["tagwall", "audit", "edge", keep, *options]).returncode == 0


def go_back(fortigate):  # the rollback starts from the end of the delta, so a delta that stopped is loaded again from its start
    if not Path(ROLLBACK).exists():
        return send(fortigate, ["abort"], refused="")
    try:
        send(fortigate, ["abort"], refused="")
        send(fortigate, lines_of(DELTA) + lines_of(ROLLBACK))
    except Exception:  # a line is refused again: the earlier full file, and what the rollback removes besides
        send(fortigate, ["abort", *earlier_lines(), *lines_of(ROLLBACK)], refused="")


def earlier_lines():  # of the full file, as the last commit has it that differs from the one in place
    git = lambda *words: subprocess.run(["git", *words], capture_output=True, text=True).stdout
    commits = git("log", "--format=%h", "--", FULL).split()
    texts = [git("show", f"{commit}:./{FULL}") for commit in commits]
    earlier = next((text for text in texts if text != Path(FULL).read_text()), "")
    return [line for line in earlier.splitlines() if not line.startswith("#")]


def report_back(fortigate):  # what the FortiGate allows now, and did not before the load
    known = "edge.known.json"
    subprocess.run(["tagwall", "audit", "edge", "edge.before", "--write-baseline", known], check=True, stdout=subprocess.DEVNULL)
    if is_right(fortigate, "edge.back", "--baseline", known):
        return print("The FortiGate is as before: it allows nothing that it did not allow before.", file=sys.stderr)
    print("STILL OPEN: the findings above are new since edge.before, and the rollback left them.", file=sys.stderr)


def lines_of(file):
    return [line for line in Path(file).read_text().splitlines() if not line.startswith("#")]


def send(fortigate, lines, refused=REFUSED):
    fortigate.send_config_set(lines, error_pattern=refused)


main()
