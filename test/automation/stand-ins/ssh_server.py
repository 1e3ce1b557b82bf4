"""SSH for the stand-ins: a server on loopback that hands each session to a device. It knows nothing of any device.

Prints its port, then each line that a client sends. A test controls it on standard input, a command on each line: "refuse TEXT" refuses each
line of a client that has this text, "drop TEXT" ends the connection at the first one, "heal" ends both, "enter LINE" gives the device a line of
configuration as somebody else would, and "state" prints its configuration. Ends with its standard input, so that it never outlives its test.
"""

import logging
import os
import socket
import sys
import threading

import paramiko

USER, PASSWORD = "automation", "correct horse"


# A client that ends its connection at once is nothing to say.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class Login(paramiko.ServerInterface):
    def __init__(self):
        self.ready = threading.Event()
        self.command = None

    def get_allowed_auths(self, username):
        return "password,publickey"

    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username, key):
        # The client has proved that it holds the key; any key is one of ours.
        return paramiko.AUTH_SUCCESSFUL if username == USER else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, channel_id):
        return paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_pty_request(self, *_):
        return True

    def check_channel_shell_request(self, channel):
        self.ready.set()
        return True

    def check_channel_exec_request(self, channel, command):
        self.command = command.decode()
        self.ready.set()
        return True

    def check_channel_subsystem_request(self, channel, name):
        self.command = name
        self.ready.set()
        return True


class Faults:
    """What a test asked to go wrong."""

    refused = dropped = None

    def refuses(self, line):
        return self.refused is not None and self.refused in line

    def drops(self, line):
        if self.dropped is None or self.dropped not in line:
            return False
        self.dropped = None
        return True


def serve(session, faults=None, enter=None, state=None):
    """Calls session(channel, command) for each session: the command of an exec request, the name of a subsystem, or None for a shell."""
    listener = socket.create_server(("127.0.0.1", 0))
    key = paramiko.ECDSAKey.generate()
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=accept, args=(listener, key, session), daemon=True).start()
    for line in sys.stdin:
        verb, _, text = line.rstrip("\n").partition(" ")
        if verb == "refuse":
            faults.refused = text
        elif verb == "drop":
            faults.dropped = text
        elif verb == "heal":
            faults.refused = faults.dropped = None
        elif verb == "enter":
            enter(text)
        print("ANSWER", *(state() if verb == "state" else []), "END OF ANSWER", sep="\n", flush=True)
    os._exit(0)


def accept(listener, key, session):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk, args=(connection, key, session), daemon=True).start()


def talk(connection, key, session):
    transport = paramiko.Transport(connection)
    transport.add_server_key(key)
    # A group exchange would need a file of primes.
    options = transport.get_security_options()
    options.kex = [name for name in options.kex if "group-exchange" not in name]
    login = Login()
    try:
        transport.start_server(server=login)
        # A client may open several sessions on one connection, one after another.
        while channel := transport.accept(60):
            login.ready.wait(10)
            login.ready.clear()
            session(channel, login.command)
            channel.close()
    except (EOFError, OSError, paramiko.SSHException):
        pass
    finally:
        transport.close()


def converse(channel, console):
    """A command line: echoes each line, then prints the answer and the prompt. Ends where `console.answer` returns None."""
    channel.sendall(console.prompt())
    pending = b""
    while data := channel.recv(65536):
        pending += data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        while b"\n" in pending:
            line, pending = pending.split(b"\n", 1)
            # A password is not echoed.
            echo = "" if console.prompt().startswith("Password") else line.decode()
            print(echo, flush=True)
            answer = console.answer(line.decode())
            if answer is None:
                return
            text = "".join(f"{one}\r\n" for one in [echo, *answer])
            channel.sendall(text + console.prompt())
