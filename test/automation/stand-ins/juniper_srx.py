"""A stand-in for a Junos SRX: a candidate, a running configuration and its history, over NETCONF (SSH subsystem, framing of base 1.0).

From Juniper's pages: NETCONF XML Management Protocol Developer Guide (lock, load-configuration, compare, confirmed commits, rollback),
CLI User Guide (set, delete and insert; "statement not found" is a warning), Security Policies User Guide (what a policy must name).
A warning comes as an rpc-error of severity "warning", as it does without "rfc-compliant". That load-configuration takes `insert`
with action="set" is an assumption: the pages name set and delete.
"""

import copy
import re
import threading
import xml.etree.ElementTree as xml
from xml.sax.saxutils import escape

from ssh_server import Faults, serve

END = b"]]>]]>"
JUNOS = "http://xml.juniper.net/junos/22.4R0/junos"
HELLO = """<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities>
<capability>urn:ietf:params:netconf:base:1.0</capability><capability>urn:ietf:params:netconf:capability:candidate:1.0</capability>
<capability>urn:ietf:params:netconf:capability:confirmed-commit:1.0</capability><capability>urn:ietf:params:netconf:capability:validate:1.0</capability>
<capability>http://xml.juniper.net/netconf/junos/1.0</capability></capabilities><session-id>1</session-id></hello>"""
NAME = r"(?:\"[^\"]*\"|\S+)"
POLICY = rf"security policies from-zone {NAME} to-zone {NAME} policy {NAME}"
# Statements that this device knows, to their last word; of those with a last group, a new value replaces the old one.
STATEMENTS = [
    re.compile(pattern)
    for pattern in (
        rf"security address-book global address {NAME}()( \S+/\d+)",
        rf"security address-book global address-set {NAME} (?:address|address-set) {NAME}",
        rf"security address-book global address-set {NAME} description()( {NAME})",
        rf"applications application {NAME}(?: term {NAME})? protocol()( (?:tcp|udp))",
        rf"applications application {NAME}(?: term {NAME})? destination-port()( \d+(?:-\d+)?)",
        rf"{POLICY} description()( {NAME})",
        rf"{POLICY} match (?:source-address|destination-address|application) {NAME}",
        rf"{POLICY} then()( (?:permit|deny))",
        rf"{POLICY} then log (?:session-init|session-close)",
        rf"system host-name()( {NAME})",
        rf"security zones security-zone {NAME} interfaces {NAME}",
    )
]
START = """system host-name srx
security zones security-zone trust interfaces ge-0/0/1.0
security zones security-zone untrust interfaces ge-0/0/0.0"""


class Refused(Exception):
    pass


class Warned(Exception):
    pass


def words_of(text):
    return re.findall(NAME, text)


def lines_of(tree, path=()):
    if not tree:
        return [" ".join(path)]
    return [line for word, below in tree.items() for line in lines_of(below, (*path, word))]


def node_at(tree, words):
    for word in words:
        tree = tree.get(word) if tree is not None else None
    return tree


class Device:
    def __init__(self, faults):
        self.faults = faults
        self.running = {}
        for line in START.split("\n"):
            self.set(self.running, line)
        self.candidate = copy.deepcopy(self.running)
        self.history = []
        self.timer = None

    def enter(self, line):
        self.load(self.running, line)
        self.discard()

    def discard(self):
        self.candidate = copy.deepcopy(self.running)

    def go_back(self, before):
        self.running = before
        self.discard()

    def set(self, tree, text):
        known = next((one for one in (pattern.fullmatch(text) for pattern in STATEMENTS) if one), None)
        if not known:
            raise Refused(f"syntax error: {text}")
        words = words_of(text)
        for word in words[:-1]:
            tree = tree.setdefault(word, {})
        # `then permit` replaces `then deny`, but leaves `then log`.
        if known.groups():
            for old in [old for old, below in tree.items() if not below]:
                del tree[old]
        tree.setdefault(words[-1], {})

    def delete(self, tree, text):
        words = words_of(text)
        if node_at(tree, words) is None:
            raise Warned(f"statement not found: {text}")
        del node_at(tree, words[:-1])[words[-1]]
        # A container without contents is gone; an entry of a list, such as a policy, stays.
        for depth in range(len(words) - 1, 0, -1):
            if node_at(tree, words[:depth]) or words[depth - 2] in ("policy", "address-set", "application", "term"):
                return
            del node_at(tree, words[: depth - 1])[words[depth - 1]]

    def insert(self, tree, text):
        what, how, other = re.fullmatch(r"(.+) (before|after) policy (\S+)", text).groups()
        *path, name = words_of(what)
        policies = node_at(tree, path)
        if not policies or name not in policies or other not in policies:
            raise Refused(f"statement not found: {text}")
        moved = policies.pop(name)
        order = [(key, value) for key, value in policies.items()]
        place = [key for key, _ in order].index(other) + (how == "after")
        order.insert(place, (name, moved))
        policies.clear()
        policies.update(order)

    def load(self, tree, text):
        """Loads set commands. Returns the warnings."""
        warnings = []
        for line in text.split("\n"):
            line = " ".join(line.split())
            if line == "" or line.startswith("#"):
                continue
            if self.faults.drops(line):
                raise ConnectionAbortedError
            if self.faults.refuses(line):
                raise Refused(f"syntax error: {line}")
            verb, _, rest = line.partition(" ")
            if verb not in ("set", "delete", "insert"):
                raise Refused(f"unknown command: {line}")
            try:
                {"set": self.set, "delete": self.delete, "insert": self.insert}[verb](tree, rest)
            except Warned as warning:
                warnings.append(str(warning))
        return warnings

    def check(self, tree):
        """What a commit checks: the names that sets and policies use, and that a policy is whole."""
        book = node_at(tree, ["security", "address-book", "global"]) or {}
        names = {"any", *book.get("address", {}), *book.get("address-set", {})}
        applications = {"any", "junos-icmp-all", "junos-icmp6-all", *(node_at(tree, ["applications", "application"]) or {})}
        for name, members in book.get("address-set", {}).items():
            for member in [*members.get("address", {}), *members.get("address-set", {})]:
                if member not in names:
                    raise Refused(f"address-set {name}: address {member} is not defined")
        for zone in (node_at(tree, ["security", "policies", "from-zone"]) or {}).values():
            for pair in zone.get("to-zone", {}).values():
                for name, policy in pair.get("policy", {}).items():
                    match = policy.get("match", {})
                    for part in ("source-address", "destination-address", "application"):
                        missing = set(match.get(part, {})) - (applications if part == "application" else names)
                        if part not in match or missing or "then" not in policy:
                            raise Refused(f"policy {name}: {part} {' '.join(sorted(missing))} is missing or not defined")

    def commit(self, candidate, minutes):
        self.check(candidate)
        if self.timer:
            self.timer.cancel()
            self.timer = None
        if minutes:
            before = self.running
            self.timer = threading.Timer(60 * minutes, lambda: self.go_back(before))
            self.timer.daemon = True
            self.timer.start()
        if shape_of(candidate) != shape_of(self.running):
            self.history.insert(0, self.running)
        self.running = copy.deepcopy(candidate)


def shape_of(tree):
    """Two configurations are one if they have the same lines, and policies in the same order."""
    order = [line for line in lines_of(tree) if " policy " in line]
    return sorted(lines_of(tree)), list(dict.fromkeys(re.match(POLICY, line)[0] for line in order))


class Session:
    def __init__(self, device):
        self.device = device
        self.is_locked = False

    def close(self):
        """The end of a session that holds the lock discards the candidate."""
        if self.is_locked:
            self.device.discard()

    def reply(self, request):
        operation = request[0]
        name = re.sub(r"{.*}", "", operation.tag)
        print(name, *[re.sub(r"{.*}", "", part.tag) for part in operation], *[f"{key}={value}" for key, value in operation.items()], flush=True)
        answer = getattr(self, name.replace("-", "_"), None)
        return f"<error>unknown rpc {name}</error>" if answer is None else answer(operation)

    def get_software_information(self, _):
        return (
            "<software-information><host-name>srx</host-name><product-model>vsrx</product-model>"
            "<product-name>vsrx</product-name><junos-version>22.4R3.25</junos-version></software-information>"
        )

    def lock(self, _):
        if shape_of(self.device.candidate) != shape_of(self.device.running):
            raise Refused("configuration database modified")
        self.is_locked = True
        return "<ok/>"

    def unlock(self, _):
        # Uncommitted changes stay in the candidate.
        self.is_locked = False
        return "<ok/>"

    def discard_changes(self, _):
        self.device.discard()
        return "<ok/>"

    def get_configuration(self, operation):
        if operation.get("compare") == "rollback":
            older = [self.device.running, *self.device.history][int(operation.get("rollback", "0"))]
            now, then = set(lines_of(self.device.candidate)), set(lines_of(older))
            if shape_of(self.device.candidate) == shape_of(older):
                return "<configuration-information><configuration-output>\n</configuration-output></configuration-information>"
            changes = [f"+ {line}" for line in sorted(now - then)] + [f"- {line}" for line in sorted(then - now)] or ["! order of policies"]
            text = escape("\n".join(["[edit]", *changes]))
            return f"<configuration-information><configuration-output>{text}</configuration-output></configuration-information>"
        text = escape("\n".join(f"set {line}" for line in lines_of(self.device.candidate)))
        return f"<configuration-set>\n{text}\n</configuration-set>"

    def command(self, operation):
        if not (operation.text or "").startswith("show configuration"):
            raise Refused("unknown command")
        text = escape("\n".join(f"set {line}" for line in lines_of(self.device.running)))
        return f"<configuration-information><configuration-output>\n{text}\n</configuration-output></configuration-information>"

    def load_configuration(self, operation):
        if (number := operation.get("rollback")) is not None:
            older = [self.device.running, *self.device.history]
            if int(number) >= len(older):
                raise Refused("rollback: no such configuration")
            self.device.candidate = copy.deepcopy(older[int(number)])
            return "<load-configuration-results><ok/></load-configuration-results>"
        commands = next((part for part in operation if part.tag.endswith("configuration-set")), None)
        if operation.get("action") != "set" or commands is None:
            raise Refused("syntax error: expecting a configuration in braces, found commands")
        warnings = self.device.load(self.device.candidate, commands.text or "")
        errors = "".join(f"<rpc-error><error-severity>warning</error-severity><error-message>{escape(one)}</error-message></rpc-error>" for one in warnings)
        return f"<load-configuration-results>{errors}<ok/></load-configuration-results>"

    def validate(self, _):
        self.device.check(self.device.candidate)
        return "<ok/>"

    def commit_configuration(self, operation):
        given = {re.sub(r"{.*}", "", part.tag): part.text for part in operation}
        if "check" in given:
            return self.validate(operation)
        minutes = int(given.get("confirm-timeout") or 10) if "confirmed" in given else 0
        self.device.commit(self.device.candidate, minutes)
        return "<ok/>"

    def close_session(self, _):
        return "<ok/>"


def talk(channel, device):
    session = Session(device)
    channel.sendall(HELLO.encode() + END)
    pending = b""
    while data := channel.recv(65536):
        pending += data
        while END in pending:
            message, pending = pending.split(END, 1)
            request = xml.fromstring(message)
            if request.tag.endswith("hello"):
                continue
            try:
                body = session.reply(request)
            except ConnectionAbortedError:
                session.close()
                return
            except Refused as refused:
                body = f"<rpc-error><error-type>protocol</error-type><error-tag>operation-failed</error-tag><error-severity>error</error-severity><error-message>{escape(str(refused))}</error-message></rpc-error>"
            number = request.get("message-id")
            channel.sendall(f'<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:junos="{JUNOS}" message-id="{number}">{body}</rpc-reply>'.encode() + END)


if __name__ == "__main__":
    DEVICE = Device(Faults())
    serve(
        lambda channel, _: talk(channel, DEVICE),
        DEVICE.faults,
        DEVICE.enter,
        lambda: [
            *(f"set {line}" for line in lines_of(DEVICE.running)),
            *(["uncommitted changes in the candidate"] if shape_of(DEVICE.candidate) != shape_of(DEVICE.running) else []),
        ],
    )
