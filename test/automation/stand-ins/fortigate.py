"""A stand-in for a FortiGate with FortiOS 7: tables, their entries and references, at the command line over SSH.

From Fortinet's pages: CLI basics of the administration guide (config, edit, set, unset, append, unselect, delete, move, next, end, abort),
CLI reference of firewall address, addrgrp, service custom and policy, system global (cfg-save). An entry takes effect at `next`. A refused
line says "Command fail. Return code" and the script goes on. That `delete` of an entry that is not there is refused is an assumption.
"""

import copy
import re
import shlex

from ssh_server import Faults, converse, serve

# The fields of a table, and the tables whose entries a field may name.
ADDRESSES, ADDRESSES6 = ("firewall address", "firewall addrgrp"), ("firewall address6", "firewall addrgrp6")
TABLES = {
    "firewall address": {"subnet": None, "comment": None},
    "firewall address6": {"ip6": None, "comment": None},
    "firewall addrgrp": {"member": ADDRESSES, "comment": None},
    "firewall addrgrp6": {"member": ADDRESSES6, "comment": None},
    "firewall service custom": {"tcp-portrange": None, "udp-portrange": None, "protocol": None},
    "firewall policy": {
        **dict.fromkeys(["name", "srcintf", "dstintf", "action", "schedule", "logtraffic", "comments", "status", "nat"]),
        **dict.fromkeys(["srcaddr", "dstaddr"], ADDRESSES),
        **dict.fromkeys(["srcaddr6", "dstaddr6"], ADDRESSES6),
        "service": ("firewall service custom",),
    },
}
SINGLE = {"system global": {"cfg-save", "cfg-revert-timeout"}, "system console": {"output"}}
START = {
    "firewall address": {"all": {"subnet": ["0.0.0.0", "0.0.0.0"]}},
    "firewall address6": {"all": {"ip6": ["::/0"]}},
    "firewall service custom": {"ALL": {"protocol": ["IP"]}},
}
# Values that FortiOS prints without quotes.
BARE = {"subnet", "ip6", "action", "logtraffic", "status", "nat", "tcp-portrange", "udp-portrange", "protocol"}
CHOICES = {"action": {"accept", "deny"}, "status": {"enable", "disable"}, "nat": {"enable", "disable"}, "logtraffic": {"all", "utm", "disable"}}
FORMS = {"subnet": r"[\d.]+ [\d.]+", "ip6": r"[0-9a-f:]+/\d+", "tcp-portrange": r"\d+(-\d+)?( \d+(-\d+)?)*"}


class Refused(Exception):
    def __init__(self, code, *lines):
        super().__init__()
        self.lines = [*lines, f"Command fail. Return code {code}"]


class Firewall:
    def __init__(self, faults):
        self.faults = faults
        self.tables = {table: copy.deepcopy(START.get(table, {})) for table in TABLES}
        self.settings = {}

    def show(self):
        lines = ["#config-version=FGVM64-7.4.5-FW-build2702-240905:opmode=0:vdom=0:user=automation"]
        lines += [line for name, values in self.settings.items() for line in [f"config {name}", *[f"    set {key} {value}" for key, value in values.items()], "end"]]
        for table, entries in self.tables.items():
            lines.append(f"config {table}")
            for name, fields in entries.items():
                lines.append(f"    edit {name if table == 'firewall policy' else quote(name)}")
                lines += [f"        set {key} {' '.join(value if key in BARE else quote(value) for value in values)}" for key, values in fields.items()]
                lines.append("    next")
            lines.append("end")
        return lines

    def users(self, table, name):
        return [
            other
            for there, fields in TABLES.items()
            for other, entry in self.tables[there].items()
            if any(name in entry.get(field, []) for field, tables in fields.items() if tables and table in tables)
        ]


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Console:
    def __init__(self, firewall):
        self.firewall = firewall
        self.table = None  # the table or object that `config` opened
        self.entry = None  # the name and the fields that `edit` opened

    def prompt(self):
        at = self.entry[0] if self.entry else self.table and self.table.split()[-1]
        return f"fgt ({at}) # " if at else "fgt # "

    def answer(self, line):
        if self.firewall.faults.drops(line):
            return None
        if line.strip() == "":
            return []
        try:
            if self.firewall.faults.refuses(line):
                raise Refused(-61, "", "command parse error before 'refused'")
            words = shlex.split(line)
            if words == ["exit"] and not self.table:
                return None
            return self.top(line.strip(), words) if not self.table else self.inside(words) or []
        except Refused as refused:
            return refused.lines

    def top(self, line, words):
        if line == "show full-configuration":
            return self.firewall.show()
        known = {
            "get system status | grep Virtual": ["Virtual domain configuration: disable"],
            "get system status | grep Version": ["Version: FortiGate-VM64 v7.4.5,build2702,240905 (GA.M)"],
            "get system console": ["output              : standard"],
            "execute cfg save": [],
        }
        if line in known:
            return known[line]
        if words[0] == "config" and " ".join(words[1:]) in {*TABLES, *SINGLE}:
            self.table = " ".join(words[1:])
            return []
        raise Refused(-61, "", f"command parse error before '{words[-1]}'")

    def inside(self, words):
        verb, *rest = words
        if self.table in SINGLE and verb == "set" and rest[0] in SINGLE[self.table]:
            self.firewall.settings.setdefault(self.table, {})[rest[0]] = rest[1]
        elif verb in ("end", "abort"):
            if verb == "end":
                self.keep()
            self.table = self.entry = None
        elif self.table in SINGLE:
            raise Refused(-61, "", f"command parse error before '{verb}'")
        elif self.entry:
            self.field(verb, rest)
        else:
            self.row(verb, rest)

    def row(self, verb, rest):
        entries = self.firewall.tables[self.table]
        if verb == "edit":
            if self.table == "firewall policy" and not rest[0].isdigit():
                raise Refused(-61, "", f"command parse error before '{rest[0]}'")
            self.entry = (rest[0], copy.deepcopy(entries.get(rest[0], {})))
        elif verb == "delete":
            if rest[0] not in entries:
                raise Refused(-3, "entry not found in table")
            if self.firewall.users(self.table, rest[0]):
                raise Refused(-23, "The entry is used by other 1 entries")
            del entries[rest[0]]
        elif verb == "move" and len(rest) == 3 and rest[1] in ("before", "after"):
            self.move(entries, *rest)
        else:
            raise Refused(-61, "", f"command parse error before '{verb}'")

    def move(self, entries, name, how, other):
        if name not in entries or other not in entries:
            raise Refused(-3, "entry not found in table")
        names = [one for one in entries if one != name]
        names.insert(names.index(other) + (how == "after"), name)
        self.firewall.tables[self.table] = {one: entries[one] for one in names}

    def field(self, verb, rest):
        name, fields = self.entry
        if verb == "next":
            self.keep()
            return
        if verb not in ("set", "unset", "append", "unselect") or not rest or rest[0] not in TABLES[self.table]:
            raise Refused(-61, "", f"command parse error before '{rest[0] if rest else verb}'")
        key, *values = rest
        if verb == "unset":
            fields.pop(key, None)
            return
        if verb != "unselect":
            self.check(key, values)
        if verb == "set":
            fields[key] = values
        elif verb == "append":
            fields[key] = fields.get(key, []) + [one for one in values if one not in fields.get(key, [])]
        else:
            fields[key] = [one for one in fields.get(key, []) if one not in values]

    def check(self, key, values):
        tables = TABLES[self.table][key]
        for value in values:
            if tables and not any(value in self.firewall.tables[table] for table in tables):
                raise Refused(-3, "entry not found in datasource", "", f"value parse error before '{value}'")
        if not values or (key in CHOICES and values[0] not in CHOICES[key]) or not re.fullmatch(FORMS.get(key, ".*"), " ".join(values)):
            raise Refused(-61, "", f"value parse error before '{' '.join(values)}'")

    def keep(self):
        if not self.entry:
            return
        (name, fields), self.entry = self.entry, None
        if self.table in ("firewall addrgrp", "firewall addrgrp6") and not fields.get("member"):
            raise Refused(-56, "", "object check operator error, -56, discard the setting")
        self.firewall.tables[self.table][name] = fields


if __name__ == "__main__":
    FIREWALL = Firewall(Faults())
    SOMEBODY = Console(FIREWALL)
    serve(lambda channel, _: converse(channel, Console(FIREWALL)), FIREWALL.faults, SOMEBODY.answer, FIREWALL.show)
