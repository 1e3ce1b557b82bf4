import type { Audit, Excess, Flow, Missing } from '../model/audit.ts'
import { formatCount, plural } from '../model/numbers.ts'
import { FAMILIES, formatPrefix } from '../model/prefix.ts'
import { everything, type PrefixSet } from '../model/prefix-set.ts'
import type { Note } from '../model/reading.ts'
import { formatLabel, type Paint } from './text.ts'

// A rule that allows everything has no CIDRs worth printing, and neither has a thousandth prefix.
const MOST_LINES = 20

/** What an audit found, for a terminal. */
export function auditText(audit: Audit, paint: Paint): string {
  const { ruleset, missing, stale, wider, notes, matches } = audit
  const sections = [
    section(
      'missing: what the policy needs and the device does not allow',
      missing.map((entry) => missingText(entry, paint)),
      paint,
    ),
    section(
      'stale: what the device still allows and the tags no longer hold',
      stale.map((entry) => excessText(entry, paint)),
      paint,
    ),
    section(
      'wider: rules that reach further than the policy asks',
      wider.map((entry) => excessText(entry, paint)),
      paint,
    ),
    section('not understood: may matter, and was not read', notes.map(noteText), paint),
  ]
  const counts = [
    missing.length && `${missing.length} missing`,
    stale.length && `${stale.length} stale`,
    wider.length && `${wider.length} wider`,
    notes.length && `${notes.length} not understood`,
  ]
  const verdict = counts.some(Boolean)
    ? `findings: ${counts.filter(Boolean).join(', ')}`
    : 'no findings: the device allows what the policy asks, and no more'
  const month = matches
    ? `this device matches the snapshot of ${matches.document.published}${matches.behind > 0 ? `; ${plural(matches.behind, 'prefix', 'prefixes')} behind the newest` : ', the newest'}\n`
    : ''
  return `${paint('bold', `policy ${ruleset.policy} on ${formatLabel(ruleset)}`)}\n${sections.join('')}\n${month}${verdict}\n`
}

function section(heading: string, entries: readonly string[], paint: Paint): string {
  return entries.length === 0 ? '' : `\n${paint('bold', heading)}\n${entries.join('')}`
}

function missingText({ rule, flow, addresses }: Missing, paint: Paint): string {
  return `  ${rule}, ${flowText(flow)}: ${sizeText(addresses)}\n${prefixLines(addresses, (text) => paint('green', `    + ${text}`))}`
}

function excessText({ rule, place, flow, addresses }: Excess, paint: Paint): string {
  return `  ${rule} (${place.part} line ${place.line}), ${flowText(flow)}: ${sizeText(addresses)}\n${prefixLines(addresses, (text) => paint('red', `    - ${text}`))}`
}

function noteText({ place, text, reason }: Note): string {
  return `  ${place.part} line ${place.line}: ${text}: ${reason}\n`
}

export function flowText({ direction, protocol, ports }: Flow): string {
  return `${direction} ${protocol} ${ports.first === ports.last ? ports.first : `${ports.first}-${ports.last}`}`
}

function sizeText(set: PrefixSet): string {
  const families = FAMILIES.filter((family) => !set.family(family).isEmpty)
  return families
    .map(
      (family) =>
        `${plural(set.family(family).count, 'address', 'addresses')} of ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`,
    )
    .join(', ')
}

function prefixLines(set: PrefixSet, lineOf: (text: string) => string): string {
  // More than half of a family: it was written as "any", less what the policy asks for.
  const isNearlyAny = FAMILIES.some((family) => set.family(family).count * 2n > everything(family).count)
  if (isNearlyAny || set.equals(everything())) return ''
  const lines = set.prefixes.slice(0, MOST_LINES).map((prefix) => lineOf(formatPrefix(prefix)))
  const more = set.prefixes.length - MOST_LINES
  return `${[...lines, ...(more > 0 ? [`    and ${formatCount(more)} more`] : [])].join('\n')}\n`
}
