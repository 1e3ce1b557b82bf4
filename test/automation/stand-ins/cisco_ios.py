"""A stand-in for a Cisco IOS XE router: object groups, access lists and their modes, at the command line over SSH.

From Cisco's pages: Object Groups for ACLs (no group that an access list uses may be removed or made empty; a list takes an entry once),
IP Access List Entry Sequence Numbering (numbers in steps of ten), Configuration Rollback Confirmed Change (revert timer, archive), and
Using the Command-Line Interface (a line that the mode does not know is tried in configuration mode; else "Invalid input").
"""

import copy
import re
import sys
import threading

from ssh_server import Faults, converse, serve

INVALID = "% Invalid input detected at '^' marker."
IPV4 = r"\d+\.\d+\.\d+\.\d+"
IPV6 = r"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*"
MEMBERS = {
    "network": re.compile(rf"host {IPV4}|{IPV4} {IPV4}|range {IPV4} {IPV4}|group-object \S+"),
    "v6-network": re.compile(rf"host {IPV6}|{IPV6}/\d+|group-object \S+"),
}
SIDE = {
    "ip": rf"(?:any|host {IPV4}|{IPV4} {IPV4}|object-group \S+)",
    "ipv6": rf"(?:any|host {IPV6}|{IPV6}/\d+|object-group \S+)",
}
PORTS = r"(?: (?:eq|neq|lt|gt) \S+| range \S+ \S+)?"
# An entry of a list begins with a name of the family: "ip" for any protocol of IPv4, "ipv6" for IPv6.
ENTRIES = {
    family: re.compile(rf"(?:permit|deny) (?:tcp|udp|icmp|{family}) {side}{PORTS} {side}{PORTS}(?: established)?")
    for family, side in SIDE.items()
}
PROMPTS = {
    "exec": "",
    "config": "(config)",
    "network": "(config-network-group)",
    "v6-network": "(config-v6network-group)",
    "ip": "(config-ext-nacl)",
    "ipv6": "(config-ipv6-acl)",
}
START = """hostname edge
archive
 path flash:archive
interface GigabitEthernet0/0
 description internet
 ip access-group outside-in in
 ipv6 traffic-filter outside-in-v6 in
interface GigabitEthernet0/1
 description inside
 ip access-group tagwall-outbound in
 ipv6 traffic-filter tagwall-outbound-v6 in"""


class Router:
    def __init__(self, faults, is_numbered):
        self.faults, self.is_numbered = faults, is_numbered
        self.groups = {}  # name: (kind, description, members)
        # (family, name): {number: entry}. What comes in from outside are replies alone.
        self.lists = {
            ("ip", "outside-in"): {10: "permit tcp any any established"},
            ("ipv6", "outside-in-v6"): {10: "permit tcp any any established"},
        }
        self.before = None
        self.timer = None

    def is_used(self, group):
        return any(f"object-group {group}" in re.findall(r"object-group \S+", entry) for entries in self.lists.values() for entry in entries.values())

    def running(self):
        lines = ["Building configuration...", "", "Current configuration : 4096 bytes", "!", "version 17.9", *START.split("\n"), "!"]
        for name, (kind, description, members) in sorted(self.groups.items()):
            lines += [f"object-group {kind} {name} "]
            lines += [f" description {description}"] if description else []
            lines += [f" {member}" for member in members] + ["!"]
        for (family, name), entries in sorted(self.lists.items()):
            lines += [f"ip access-list extended {name}" if family == "ip" else f"ipv6 access-list {name}"]
            lines += [self.entry(family, number, entry) for number, entry in sorted(entries.items())] + ["!"]
        return lines + ["end", ""]

    def entry(self, family, number, entry):
        if not self.is_numbered:
            return f" {entry}"
        return f" {number} {entry}" if family == "ip" else f" sequence {number} {entry}"

    def keep(self, minutes):
        self.before = copy.deepcopy((self.groups, self.lists))
        self.timer = threading.Timer(60 * minutes, self.revert)
        self.timer.daemon = True
        self.timer.start()

    def confirm(self):
        self.timer.cancel()
        self.timer = None

    def revert(self):
        self.confirm()
        self.groups, self.lists = self.before


class Console:
    def __init__(self, router):
        self.router = router
        self.mode = "exec"
        self.at = None  # the group or list of a submode

    def prompt(self):
        return f"edge{PROMPTS[self.mode]}#"

    def answer(self, line):
        words = " ".join(line.split())
        if self.router.faults.drops(words):
            return None
        if words == "" or words.startswith("!"):
            return []
        if self.router.faults.refuses(words):
            return [INVALID]
        if self.mode == "exec":
            return self.exec(words)
        answer = self.submode(words) if self.mode != "config" else None
        return self.config(words) if answer is None else answer

    def exec(self, words):
        router = self.router
        if words in ("exit", "logout"):
            return None
        if re.fullmatch(r"terminal (length|width) \d+|copy running-config \S+|enable", words):
            return []
        if words == "show version":
            return ["Cisco IOS XE Software, Version 17.09.04a", "edge uptime is 1 day"]
        if words == "show running-config":
            return router.running()
        if words == "show privilege":
            return ["Current privilege level is 15"]
        if words == "show archive":
            return ["The maximum archive configurations allowed is 10.", "The next archive file will be named flash:archive-0"]
        if words == "show archive config rollback timer":
            return ["Time configured(or reconfigured): 12:00:00"] if router.timer else ["%No Rollback Confirmed Change pending"]
        if timer := re.fullmatch(r"configure terminal revert timer (\d+)", words):
            if router.timer:
                return ["%Rollback Confirmed Change is already pending"]
            router.keep(int(timer[1]))
            self.mode = "config"
            return [f"Rollback Confirmed Change: Backing up current running config to flash:archive-0", "Enter configuration commands, one per line.  End with CNTL/Z."]
        if words == "configure terminal":
            self.mode = "config"
            return ["Enter configuration commands, one per line.  End with CNTL/Z."]
        if words in ("configure confirm", "configure revert now"):
            if not router.timer:
                return ["%No Rollback Confirmed Change pending"]
            router.confirm() if words == "configure confirm" else router.revert()
            return []
        if words == "write memory":
            return ["Building configuration...", "[OK]"]
        return [INVALID]

    def config(self, words):
        router = self.router
        if words in ("end", "exit"):
            self.mode = "exec"
            return []
        if group := re.fullmatch(r"(no )?object-group (network|v6-network) (\S{1,64})", words):
            return self.group(*group.groups())
        if found := re.fullmatch(r"(no )?(?:(ip) access-list extended|(ipv6) access-list) (\S+)", words):
            key = (found[2] or found[3], found[4])
            if found[1]:
                router.lists.pop(key, None)
                self.mode = "config"
                return []
            router.lists.setdefault(key, {})
            self.mode, self.at = key[0], key
            return []
        return [INVALID]

    def group(self, no, kind, name):
        groups = self.router.groups
        if name in groups and groups[name][0] != kind:
            return [f"% object-group {name} has another type: Error"]
        if no:
            if name not in groups:
                return [f"% object-group {name} not found"]
            if self.router.is_used(name):
                return [f"% Error: object-group {name} is in use"]
            del groups[name]
            self.mode = "config"
            return []
        groups.setdefault(name, (kind, "", []))
        self.mode, self.at = kind, name
        return []

    def submode(self, words):
        if words == "exit":
            self.mode = "config"
            return []
        return self.member(words) if self.mode in MEMBERS else self.list_entry(words)

    def member(self, words):
        kind, description, members = self.router.groups[self.at]
        if words.startswith("description "):
            self.router.groups[self.at] = (kind, words.removeprefix("description "), members)
            return []
        bare = words.removeprefix("no ")
        if not MEMBERS[kind].fullmatch(bare):
            return None
        if bare == words:
            if bare not in members:
                members.append(bare)
            return []
        if bare in members:
            if len(members) == 1 and self.router.is_used(self.at):
                return [f"% Error: object-group {self.at} is in use and cannot be empty"]
            members.remove(bare)
        return []

    def list_entry(self, words):
        entries = self.router.lists[self.at]
        found = re.fullmatch(r"(no )?(?:sequence )?(?:(\d+) ?)?((?:permit|deny) .+)?", words)
        if not found or not (found[2] or found[3]):
            return None
        number, entry = int(found[2]) if found[2] else None, found[3]
        if entry and not ENTRIES[self.mode].fullmatch(entry):
            return [INVALID]
        if missing := [group for group in re.findall(r"object-group (\S+)", entry or "") if group not in self.router.groups]:
            return [f"% Error: object-group {missing[0]} does not exist"]
        same = next((key for key, value in entries.items() if (value == entry if entry else key == number)), None)
        if found[1]:
            entries.pop(same, None)
        elif same is None and entry:
            entries[number or max(entries, default=0) + 10] = entry
        return []


if __name__ == "__main__":
    ROUTER = Router(Faults(), is_numbered="--numbered" in sys.argv)
    SOMEBODY = Console(ROUTER)
    SOMEBODY.mode = "config"
    serve(lambda channel, _: converse(channel, Console(ROUTER)), ROUTER.faults, SOMEBODY.answer, ROUTER.running)
