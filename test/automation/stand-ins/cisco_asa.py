"""A stand-in for a Cisco ASA 9: object groups, access lists and configuration sessions, at the command line over SSH.

From Cisco's pages: ASA Firewall CLI guide (Edit ACLs in an Isolated Configuration Session: prompt, commit, abort, three sessions, a group
that a session created cannot be edited in it; Objects for Access Control: no group in use may be removed or made empty) and the
command reference (access-list, object-group). The prompt of a group within a session, and what a second, equal member or the removal of
one that is not there print, are assumptions.
"""

import copy
import re

from ssh_server import PASSWORD, Faults, converse, serve

INVALID = ["                                      ^", "ERROR: % Invalid input detected at '^' marker."]
IPV4, IPV6 = r"\d+\.\d+\.\d+\.\d+", r"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*"
MEMBER = re.compile(rf"network-object (?:host (?:{IPV4}|{IPV6})|{IPV4} {IPV4}|{IPV6}/\d+)")
SIDE = rf"(?:any|any4|any6|host \S+|{IPV4} {IPV4}|{IPV6}/\d+|object-group \S+)"
PORTS = r"(?: (?:eq|neq|lt|gt) \S+| range \S+ \S+)?"
ENTRY = re.compile(rf"extended (?:permit|deny) (?:tcp|udp|icmp|icmp6|ip) {SIDE}{PORTS} {SIDE}{PORTS}")
# The ASA prints these ports by name.
PORT_NAMES = {"443": "https", "80": "www", "53": "domain", "22": "ssh"}
START = """hostname asa
interface GigabitEthernet0/0
 nameif outside
 security-level 0
interface GigabitEthernet0/1
 nameif inside
 security-level 100"""


class Firewall:
    def __init__(self, faults):
        self.faults = faults
        self.groups = {}  # name: [description, members]
        self.lists = {}  # name: entries
        self.sessions = {}  # name: the groups and lists of a session, and the groups that it created

    def running(self):
        lines = [": Saved", ":", "ASA Version 9.16(4)", "!", *START.split("\n"), "!"]
        for name, (description, members) in self.groups.items():
            lines += [f"object-group network {name}", *([f" description {description}"] if description else []), *[f" {member}" for member in members]]
        for name, entries in self.lists.items():
            lines += [f"access-list {name} {entry} " for entry in entries]
        bound = "tagwall-outbound" in self.lists
        return lines + (["access-group tagwall-outbound in interface inside"] if bound else []) + [": end"]


class Console:
    def __init__(self, firewall):
        self.firewall = firewall
        self.mode = "user"
        self.session = None  # the name of the session
        self.at = None  # the group of a submode

    def prompt(self):
        if self.mode == "password":
            return "Password: "
        if self.mode == "user":
            return "asa> "
        if self.mode == "exec":
            return "asa# "
        return f"asa(config{'-s' if self.session else ''}{'-network-object-group' if self.at else ''})# "

    def place(self):
        """The groups and lists that a command is about."""
        return self.firewall.sessions[self.session] if self.session else {"groups": self.firewall.groups, "lists": self.firewall.lists, "new": set()}

    def answer(self, line):
        words = " ".join(line.split())
        if self.mode == "password":
            self.mode = "exec" if line == PASSWORD else "user"
            return [] if line == PASSWORD else ["Invalid password"]
        if self.firewall.faults.drops(words):
            return None
        if words == "" or words.startswith("!"):
            return []
        if self.firewall.faults.refuses(words):
            return INVALID
        if self.mode in ("user", "exec"):
            return self.exec(words)
        answer = self.member(words) if self.at else None
        return self.config(words) if answer is None else answer

    def exec(self, words):
        if words in ("exit", "quit", "logout"):
            return None
        if words == "enable" and self.mode == "user":
            self.mode = "password"
            return []
        if words == "show curpriv":
            return ["Username : automation", f"Current privilege level : {15 if self.mode == 'exec' else 1}", "Current Mode/s : P_PRIV"]
        if self.mode == "user":
            return INVALID
        if re.fullmatch(r"terminal pager \d+", words):
            return []
        if words == "show running-config":
            return self.firewall.running()
        if words in ("write mem", "write memory"):
            return ["Building configuration...", "[OK]"]
        if words in ("configure terminal", "config term"):
            self.mode = "config"
            return []
        if found := re.fullmatch(r"configure session (\S{1,32})", words):
            return self.open(found[1])
        return INVALID

    def open(self, name):
        sessions = self.firewall.sessions
        if name not in sessions:
            if len(sessions) == 3:
                return ["ERROR: Maximum number of configuration sessions reached"]
            sessions[name] = {**copy.deepcopy({"groups": self.firewall.groups, "lists": self.firewall.lists}), "new": set()}
        self.mode, self.session = "config", name
        return []

    def leave(self):
        self.mode, self.session, self.at = "exec", None, None
        return []

    def config(self, words):
        if words in ("exit", "end"):
            return self.leave()
        if self.session and words in ("commit", "commit noconfirm", "abort"):
            session = self.firewall.sessions.pop(self.session)
            if words != "abort":
                self.firewall.groups, self.firewall.lists = session["groups"], session["lists"]
            return self.leave()
        if not self.session and re.fullmatch(r"terminal width \d+", words):
            return []
        if found := re.fullmatch(r"(no )?object-group network (\S{1,64})", words):
            return self.group(*found.groups())
        if found := re.fullmatch(r"(no )?access-list (\S+) (.+)", words):
            return self.entry(*found.groups())
        return INVALID

    def is_used(self, group):
        return any(f" object-group {group} " in f" {entry} " for entries in self.place()["lists"].values() for entry in entries)

    def group(self, no, name):
        place = self.place()
        if no:
            if name not in place["groups"]:
                return [f"ERROR: object-group {name} does not exist"]
            if self.is_used(name):
                return [f"ERROR: Removing object-group ({name}) not allowed, it is being used."]
            del place["groups"][name]
            self.at = None
            return []
        if name in place["new"] and self.at != name:
            return [f"ERROR: object-group {name} was created in this session and cannot be edited"]
        if name not in place["groups"]:
            place["groups"][name] = ["", []]
            if self.session:
                place["new"].add(name)
        self.at = name
        return []

    def member(self, words):
        group = self.place()["groups"][self.at]
        if words == "exit":
            self.at = None
            return []
        if words.startswith("description "):
            group[0] = words.removeprefix("description ")
            return []
        bare = words.removeprefix("no ")
        if not MEMBER.fullmatch(bare):
            return None
        if bare == words:
            if bare in group[1]:
                return [f"Adding obj ({bare}) to object-group ({self.at}) failed; object already exists"]
            group[1].append(bare)
            return []
        if bare not in group[1]:
            return [f"Removing obj ({bare}) from object-group ({self.at}) failed; object not found"]
        if len(group[1]) == 1 and self.is_used(self.at):
            return [f"ERROR: Removing obj ({bare}) from object-group ({self.at}) not allowed, it is being used."]
        group[1].remove(bare)
        return []

    def entry(self, no, name, entry):
        if not ENTRY.fullmatch(entry):
            return INVALID
        if missing := [group for group in re.findall(r"object-group (\S+)", entry) if group not in self.place()["groups"]]:
            return [f"ERROR: specified object group <{missing[0]}> not found"]
        entry = re.sub(r"\b(eq|neq|lt|gt) (\d+)", lambda found: f"{found[1]} {PORT_NAMES.get(found[2], found[2])}", entry)
        entries = self.place()["lists"].setdefault(name, [])
        self.at = None
        if no:
            if entry not in entries:
                return [f"ERROR: access-list {name} does not have this element"]
            entries.remove(entry)
        elif entry in entries:
            return [f"WARNING: <{name}> found duplicate element"]
        else:
            entries.append(entry)
        if not entries:
            del self.place()["lists"][name]
        return []


if __name__ == "__main__":
    FIREWALL = Firewall(Faults())
    SOMEBODY = Console(FIREWALL)
    SOMEBODY.mode = "config"
    serve(lambda channel, _: converse(channel, Console(FIREWALL)), FIREWALL.faults, SOMEBODY.answer, FIREWALL.running)
