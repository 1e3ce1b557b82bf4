"""A Linux host for the real ssh: runs the command of each exec request here, with its real kernel. The argument is the command that prints its
rules. Start it in a network namespace of its own.
"""

import os
import subprocess
import sys
import threading

from ssh_server import serve


def session(channel, command):
    print(command, flush=True)
    process = subprocess.Popen(["sh", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def feed():
        while data := channel.recv(65536):
            process.stdin.write(data)
        process.stdin.close()

    def carry(stream, send):
        while data := os.read(stream.fileno(), 65536):
            send(data)

    threads = [threading.Thread(target=carry, args=(process.stdout, channel.sendall)), threading.Thread(target=carry, args=(process.stderr, channel.sendall_stderr))]
    threading.Thread(target=feed, daemon=True).start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    channel.send_exit_status(process.wait())


def run(command):
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout.splitlines()


if __name__ == "__main__":
    serve(session, None, run, lambda: run(sys.argv[1]))
