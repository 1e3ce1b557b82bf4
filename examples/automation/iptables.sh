#!/bin/sh
# Loads tagwall's rules for iptables into a Linux host over SSH. They stay only if the audit of the host finds nothing.
# Run it beside tagwall.yaml, after "tagwall update" has written rules/edge.v4, .v6, .hook.sh and the deltas (match=rules, the default).
#   HOST=root@edge.example.com sh iptables.sh --check   lets the kernel check the delta, or the first load, and loads nothing
#   HOST=root@edge.example.com sh iptables.sh           loads the delta, unless the audit finds nothing to load
#   HOST=root@edge.example.com sh iptables.sh --full    the first load, or over unknown rules
set -eu
kind=.delta
case ${1-} in --full) kind= ;; esac

# If chains of the host accept traffic of the policy too, the audit finds that after a correct load as well. Accept what is meant to stay:
#   tagwall audit edge edge.before --write-baseline edge.baseline.json
known=
[ ! -e edge.baseline.json ] || known='--baseline edge.baseline.json'

on() { ssh "$HOST" "$@"; }
audit() {
  on 'iptables-save && ip6tables-save' > "$1" < /dev/null
  tagwall audit edge "$1" $known
}
# Never without --noflush: the tool would delete all other chains. Each family is one transaction.
restore() {
  { [ ! -e "rules/edge$kind.v4" ] || on iptables-restore --noflush "$@" < "rules/edge$kind.v4"; } &&
    { [ ! -e "rules/edge$kind.v6" ] || on ip6tables-restore --noflush "$@" < "rules/edge$kind.v6"; }
}

tagwall plan edge --exit-code > /dev/null
if audit edge.before && [ "$kind" ]; then exit; fi # edge.before is the backup
there() { [ -e "rules/edge$kind.v4" ] || [ -e "rules/edge$kind.v6" ]; }
case ${1-} in --check) { there && grep -q '^:TAGWALL' edge.before; } || kind= ;; esac
there || { echo 'Before the second document there is no delta: add --full.' >&2; exit 1; }
restore --test
case ${1-} in --check) exit ;; esac

# The host puts all its earlier rules back unless this script confirms within two minutes.
back=$(on mktemp -d < /dev/null)
on sh -s "$back" "${WAIT:-120}" << 'END'
  iptables-save > "$1/v4" && ip6tables-save > "$1/v6"
  echo 'test -e "$1" && iptables-restore < "$1/v4" && ip6tables-restore < "$1/v6" && rm -r "$1"' > "$1/back.sh"
  nohup sh -c 'sleep "$2"; test -e "$1" && sh "$1/back.sh" "$1"' sh "$@" > /dev/null 2>&1 &
END
if restore && { [ "$kind" ] || on sh < rules/edge.hook.sh; } && audit edge.after; then
  on rm -r "$back" < /dev/null
else
  on sh "$back/back.sh" "$back" < /dev/null
  echo 'A line was refused, or the audit found something: the earlier rules are back.' >&2
  exit 1
fi
