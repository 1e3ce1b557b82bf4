#!/bin/sh
# Written by tagwall: makes the firewall use its chains. Run it after the first load, and at boot after the load. Running it
# again changes nothing. `remove` takes the jumps out again, and leaves what other rules may rely on.
set -eu
case "${1:-add}" in
add) ensure() { tool=$1 chain=$2; shift 2; "$tool" -w 5 -C "$chain" "$@" 2>/dev/null || "$tool" -w 5 -I "$chain" 1 "$@"; } ;;
remove) ensure() { case "$*" in *" -j TAGWALL-"*) tool=$1 chain=$2; shift 2; "$tool" -w 5 -D "$chain" "$@" 2>/dev/null || :;; esac; } ;;
*) echo "usage: $0 [add|remove]" >&2; exit 2 ;;
esac
for tables in iptables ip6tables; do
  # A target of one family has no chains in the other.
  "$tables" -w 5 -n -L TAGWALL-OUT >/dev/null 2>&1 || { echo "$tables has no chain TAGWALL-OUT: left as it is" >&2; continue; }
  ensure "$tables" OUTPUT -j TAGWALL-OUT
  ensure "$tables" INPUT -j TAGWALL-IN
  # The chains look at new connections only: what follows on one is accepted here, in both directions.
  ensure "$tables" OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
  ensure "$tables" INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
  [ "$tables" = ip6tables ] || continue
  # IPv6 finds its neighbours and routers with ICMPv6 types 133 to 136 (RFC 4861); without them nothing is reachable.
  for type in 133 134 135 136; do
    ensure ip6tables OUTPUT -p ipv6-icmp --icmpv6-type "$type" -j ACCEPT
    ensure ip6tables INPUT -p ipv6-icmp --icmpv6-type "$type" -j ACCEPT
  done
done
