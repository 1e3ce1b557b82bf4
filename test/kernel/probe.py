"""Sends one packet for each probe on stdin, a JSON list, and prints a JSON list: whether the rules at output let it go."""

import ipaddress
import json
import random
import socket
import struct
import sys

TCP, UDP = 6, 17
SYN = 2


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


def main():
    request = json.load(sys.stdin)
    sockets = {
        4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
        6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW),
    }
    # A source port of its own for each probe, so that each is a connection of its own.
    sport = random.randrange(1024, 20000)
    passed = []
    for protocol, address, port in request["probes"]:
        sport += 1
        destination = ipaddress.ip_address(address)
        source = ipaddress.ip_address(request["sources"][str(destination.version)])
        try:
            sockets[destination.version].sendto(
                packet(source, destination, protocol, segment(protocol, port, sport)), (address, 0)
            )
            passed.append(True)
        except PermissionError:
            passed.append(False)
    print(json.dumps(passed))


main()
