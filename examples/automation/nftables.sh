#!/bin/sh
# Loads tagwall's rules for nftables into a Linux host over SSH, as one transaction. They stay only if the audit of the host finds nothing.
# Run it beside tagwall.yaml, after "tagwall update" has written rules/edge.nft and rules/edge.delta.nft (form=table, the default).
#   HOST=root@edge.example.com sh nftables.sh --check   lets the kernel check the delta, or the first load, and loads nothing
#   HOST=root@edge.example.com sh nftables.sh           loads the delta, unless the audit finds nothing to load
#   HOST=root@edge.example.com sh nftables.sh --full    the first load, or over unknown rules
set -eu
delta=rules/edge.delta.nft
full=rules/edge.nft
boot=${BOOT:-/etc/nftables.d/tagwall.nft} # included by /etc/nftables.conf of the host

# If chains of the host accept traffic of the policy too, the audit finds that after a correct load as well. Accept what is meant to stay:
#   tagwall audit edge edge.before --write-baseline edge.baseline.json
known=
[ ! -e edge.baseline.json ] || known='--baseline edge.baseline.json'

on() { ssh "$HOST" "$@"; }
audit() {
  on nft list ruleset > "$1" < /dev/null
  tagwall audit edge "$1" $known
}

tagwall plan edge --exit-code > /dev/null
file=$delta
case ${1-} in --full) file=$full ;; esac
if audit edge.before && [ "$file" = "$delta" ]; then exit; fi # edge.before is the backup
case ${1-} in --check) { [ -e "$delta" ] && grep -q '^table inet tagwall' edge.before; } || file=$full ;; esac
[ -e "$file" ] || { echo 'Before the second document there is no delta: add --full.' >&2; exit 1; }

on nft -c -f - < "$file"
case ${1-} in --check) exit ;; esac

# The host puts its earlier table back unless this script confirms within two minutes.
back=$(on mktemp < /dev/null)
on sh -s "$back" "${WAIT:-120}" << 'END'
  (echo 'table inet tagwall'; echo 'delete table inet tagwall'; nft list table inet tagwall 2> /dev/null || true) > "$1"
  nohup sh -c 'sleep "$2"; test -e "$1" && nft -f "$1" && rm "$1"' sh "$@" > /dev/null 2>&1 &
END
if on nft -f - < "$file" && audit edge.after; then
  on rm "$back" < /dev/null
  on "cat > $boot" < "$full"
else
  on "nft -f $back && rm $back" < /dev/null
  echo 'A line was refused, or the audit found something: the earlier rules are back.' >&2
  exit 1
fi
