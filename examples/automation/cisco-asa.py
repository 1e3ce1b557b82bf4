#!/usr/bin/env python3
"""Loads tagwall's files into a Cisco ASA with netmiko, and keeps the change only if the audit of the ASA finds nothing.

Run it beside tagwall.yaml, after "tagwall update" has written rules/edge.asa and rules/edge.delta.asa (load=session, the default).
  export DEVICE=edge.example.com DEVICE_USER=... DEVICE_PASSWORD=... DEVICE_SECRET=...   # the last one for "enable"
  python3 cisco-asa.py          loads the delta, unless the audit finds nothing to load; with --check, prints the commands
  python3 cisco-asa.py --full   the first load, or over unknown rules
"""

import os
import subprocess
import sys
from pathlib import Path

from netmiko import ConnectHandler

FULL, DELTA, ROLLBACK = "rules/edge.asa", "rules/edge.delta.asa", "rules/edge.rollback.asa"
REFUSED = r"^ERROR"  # without it, netmiko goes on after a refused line


def main():
    subprocess.run(["tagwall", "plan", "edge", "--exit-code"], check=True, stdout=subprocess.DEVNULL)
    wanted = [FULL, DELTA] if "--full" in sys.argv or ("--check" in sys.argv and not Path(DELTA).exists()) else [DELTA]
    files = [file for file in wanted if Path(file).exists()]
    if "--check" in sys.argv:
        return print(*[Path(file).read_text() for file in files], sep="")
    names = {"host": "DEVICE", "username": "DEVICE_USER", "password": "DEVICE_PASSWORD", "secret": "DEVICE_SECRET"}
    device = {key: os.environ[name] for key, name in names.items()}
    with ConnectHandler(device_type="cisco_asa", port=os.environ.get("DEVICE_PORT", 22), **device) as asa:
        if is_right(asa, keep="edge.before") and "--full" not in sys.argv:
            return
        if not files:
            sys.exit("Before the second document there is no delta: add --full.")
        # A session that a lost connection left open would be continued.
        session(asa, ["configure session tagwall", "abort"])
        for file in files:
            load(asa, file)
        if not is_right(asa, keep="edge.after"):
            if Path(ROLLBACK).exists():
                load(asa, ROLLBACK)
            report_back(asa)
            sys.exit("The audit found something; the rollback is loaded, if there is one. edge.before is the backup.")
        asa.save_config()


def is_right(asa, keep, *options):  # the audit finds nothing in the running configuration, which is kept in a file
    Path(keep).write_text(asa.send_command("show running-config", read_timeout=120))
    return subprocess.run(["tagwall", "audit", "edge", keep, *options]).returncode == 0


def report_back(asa):  # what the ASA allows now, and did not before the load
    known = "edge.known.json"
    subprocess.run(["tagwall", "audit", "edge", "edge.before", "--write-baseline", known], check=True, stdout=subprocess.DEVNULL)
    if is_right(asa, "edge.back", "--baseline", known):
        return print("The ASA is as before: it allows nothing that it did not allow before.", file=sys.stderr)
    print("STILL OPEN: the findings above are new since edge.before, and the rollback left them.", file=sys.stderr)


def session(asa, lines):
    # The files open a configuration session themselves, at hostname#, so netmiko must not enter configuration mode.
    asa.send_config_set(lines, enter_config_mode=False, exit_config_mode=False, error_pattern=REFUSED)


def load(asa, file):  # all commands, or none
    try:
        session(asa, [line for line in Path(file).read_text().splitlines() if not line.startswith("!")])
    except Exception:
        session(asa, ["abort"])
        raise


main()
