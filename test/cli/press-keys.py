"""Runs a command on a pseudo-terminal: waits for each text, then presses the keys after it, or types what is no key. TEXT KEYS ... -- COMMAND."""

import fcntl
import os
import pty
import signal
import struct
import sys
import termios
import time

KEYS = {"enter": b"\r", "down": b"\x1b[B", "up": b"\x1b[A", "space": b" ", "tab": b"\t", "interrupt": b"\x03"}

split = sys.argv.index("--")
steps = list(zip(sys.argv[1:split:2], sys.argv[2:split:2]))
command = sys.argv[split + 1 :]

pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 140, 0, 0))
    os.execvp(command[0], command)

# What never ends is ended, with what it had said.
signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
signal.alarm(30)

seen = b""


def read() -> bool:
    """Whether there was more."""
    global seen
    try:
        part = os.read(terminal, 65536)
    except OSError:
        return False
    seen += part
    return part != b""


start = 0
for text, keys in steps:
    while text.encode() not in seen[start:]:
        if not read():
            break
    start = len(seen)
    for key in keys.split():
        os.write(terminal, KEYS.get(key, key.encode()))
        # A key that comes with the next one may be read as one.
        time.sleep(0.05)
while read():
    pass
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
