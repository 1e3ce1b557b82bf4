"""Listens on the ports in argv, echoes, and tries connections and packets as asked on stdin: one JSON a line, one answer a line."""

import ipaddress
import json
import os
import random
import resource
import select
import selectors
import socket
import struct
import sys
import threading
import time

IP_FREEBIND = 15
IPV6_FREEBIND = 78
# A reset instead of a last handshake, so that thousands of connections leave nothing behind.
RESET = struct.pack("ii", 1, 0)
TCP, UDP = 6, 17
SYN = 2


def listen(port):
    server = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.bind(("::", port))
    server.listen(65535)
    return server


def serve(servers):
    poll = selectors.DefaultSelector()
    for server in servers:
        server.setblocking(False)
        poll.register(server, selectors.EVENT_READ, "server")
    while True:
        for key, _ in poll.select():
            try:
                if key.data == "server":
                    connection, _ = key.fileobj.accept()
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    poll.register(connection, selectors.EVENT_READ, "connection")
                    continue
                data = key.fileobj.recv(4096)
                if data:
                    key.fileobj.sendall(data)
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass
            if key.data == "connection":
                poll.unregister(key.fileobj)
                key.fileobj.close()


def begin(attempt):
    is_ipv6 = ":" in attempt["destination"]
    client = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_STREAM)
    client.setblocking(False)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    if "source" in attempt:
        # Any address may be the source here, whether the machine has it or not.
        if is_ipv6:
            client.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        else:
            client.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        client.bind((attempt["source"], 0))
    error = client.connect_ex((attempt["destination"], attempt["port"]))
    return client, error


def connect(attempts, seconds):
    results = ["timeout"] * len(attempts)
    poll = select.epoll()
    waiting = {}

    def settle(wait):
        events = poll.poll(wait, 4096)
        for number, _ in events:
            index, client = waiting.pop(number)
            error = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            results[index] = os.strerror(error) if error else "connected"
            poll.unregister(number)
            client.close()
        return len(events)

    for index, attempt in enumerate(attempts):
        client, error = begin(attempt)
        # 115 is "in progress".
        if error not in (0, 115):
            results[index] = os.strerror(error)
            client.close()
            continue
        waiting[client.fileno()] = (index, client)
        poll.register(client.fileno(), select.EPOLLOUT)
        if index % 16 == 0:
            settle(0)
    quiet_since = time.monotonic()
    while waiting and time.monotonic() - quiet_since < seconds:
        if settle(0.05):
            quiet_since = time.monotonic()
    for _, client in waiting.values():
        client.close()
    poll.close()
    return results


def open_one(attempt):
    client, _ = begin(attempt)
    client.settimeout(3)
    select.select([], [client], [], 3)
    return client


def segment(protocol, port, sport):
    if protocol == "udp":
        return struct.pack("!HHHH", sport, port, 8, 0)
    # Checksums are looked at where packets come in, not where they go out.
    return struct.pack("!HHIIBBHHH", sport, port, 1, 0, 5 << 4, SYN, 1024, 0, 0)


def packet(source, destination, protocol, payload):
    number = TCP if protocol == "tcp" else UDP
    if destination.version == 6:
        head = struct.pack("!IHBB", 6 << 28, len(payload), number, 64)
        return head + source.packed + destination.packed + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, number, 0)
    return head + source.packed + destination.packed + payload


def probe(sources, probes):
    """Sends one packet for each probe; whether the rules at output let it go."""
    sockets = {
        4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
        6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW),
    }
    # A source port of its own for each probe, so that each is a connection of its own.
    sport = random.randrange(1024, 20000)
    passed = []
    for protocol, address, port in probes:
        sport += 1
        destination = ipaddress.ip_address(address)
        source = ipaddress.ip_address(sources[str(destination.version)])
        try:
            sockets[destination.version].sendto(
                packet(source, destination, protocol, segment(protocol, port, sport)), (address, 0)
            )
            passed.append(True)
        except PermissionError:
            passed.append(False)
    return passed


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    servers = [listen(int(port)) for port in sys.argv[1:]]
    threading.Thread(target=serve, args=(servers,), daemon=True).start()
    held = None
    for line in sys.stdin:
        request = json.loads(line)
        answer = None
        if request["do"] == "connect":
            answer = connect(request["attempts"], request["seconds"])
        elif request["do"] == "probe":
            answer = probe(request["sources"], request["probes"])
        elif request["do"] == "open":
            held = open_one(request)
        elif request["do"] == "talk":
            try:
                held.sendall(request["text"].encode())
                answer = held.recv(4096).decode()
            except OSError as error:
                answer = str(error)
        print(json.dumps(answer), flush=True)


main()
