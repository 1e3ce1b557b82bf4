import { FAMILY_NAMES } from '../address/family.ts'
import { formatPrefix, type Prefix } from '../address/prefix.ts'
import { familiesOf, isNearlyAny, PrefixSet } from '../address/prefix-set.ts'
import { formatLabel } from '../model/delta.ts'
import { groupsOf } from '../model/group-by.ts'
import type { Note, Place } from '../model/reading.ts'
import { countPorts, type Direction, flowText, trafficText } from '../model/traffic.ts'
import { inputName } from '../parse/read-file.ts'
import { type Color, firstLines, linesText } from '../text/lines.ts'
import { formatCount, plural } from '../text/numbers.ts'
import type { Accepted } from './baseline-file.ts'
import type { AuditReport } from './run-audit.ts'
import {
  type Audit,
  type AuditFinding,
  type Excess,
  findingsOf,
  type Missing,
  type Opening,
  type Outside,
  type Unresolved,
} from './values.ts'

// Long lists of prefixes are unreadable.
const MOST_LINES = 20
// If an object is left in more pieces than this, name the object instead.
const MOST_PIECES = 3
const WIDEST = 3

/** The text of an audit, for a terminal. */
export function auditText(report: AuditReport, color: Color): string {
  const { audit, isStrict, isAll, advice, limits } = report
  const { ruleset, opened, outside, unresolved, notes, harmless } = audit
  const most = isAll ? Number.POSITIVE_INFINITY : MOST_LINES
  const missed = (entry: Missing) => missingText(entry, most, color)
  const excess = (entry: Excess) => excessText(entry, most, color)
  const [allowed, denied] = [differencesOf(audit, false), differencesOf(audit, true)]
  const more = byPlace([
    ...allowed.wider.map((entry) => ({ place: entry.place, text: excess(entry) })),
    ...opened.map((entry) => ({ place: entry.place, text: openingText(entry) })),
  ]).map(({ text }) => text)
  const section = (heading: string, entries: readonly string[], note: readonly string[] = []) =>
    entries.length > 0
      ? `\n${color('bold', heading)}\n${[...entries, ...note.map((text) => `  note: ${text}\n`)].join('')}`
      : ''
  const sections = [
    section('missing: allowed by the policy, but not by the device', allowed.missing.map(missed), advice),
    section('missing: denied by the policy, but not in the list', denied.missing.map(missed)),
    section('stale: still allowed by the device, but no longer in the tags', allowed.stale.map(excess)),
    section('stale: in the list of a denial, but no longer in the tags', denied.stale.map(excess)),
    section('wider: rules that allow more than the policy', more, limits),
    section('wider: in the list of a denial, but not in the policy', denied.wider.map(excess)),
    section('unresolved: rules with tags that the snapshot does not have', unresolved.map(unresolvedText), [
      'a snapshot has only the tags of the policy; for all tags, audit with --snapshot and a published document',
    ]),
    isStrict ? section('outside: rules for addresses outside the policy', byPlace(outside).map(outsideText)) : '',
    section('not understood: lines that may matter', noteLines(notes, most)),
    isAll ? section('harmless: lines that allow nothing', harmless.map(noteText)) : '',
    isStrict ? '' : outsideParagraph(outside, isAll, color),
    isAll ? '' : harmlessText(harmless.length),
  ]
  return `${color('bold', `policy ${ruleset.policy} on ${formatLabel(ruleset)}`)}\n${sections.join('')}\n${baselineText(report)}${matchText(report)}${verdict(report)}`
}

/** The addresses that differ in the lists of denials, or everywhere else. */
function differencesOf({ missing, stale, wider }: Audit, isOfDenials: boolean) {
  const isOwn = ({ isDenial = false }: Missing | Excess) => isDenial === isOfDenials
  return { missing: missing.filter(isOwn), stale: stale.filter(isOwn), wider: wider.filter(isOwn) }
}

/** The device's snapshot, relative to the compared one. Other addresses and ports do not count here: findings are about those. */
function matchText({ audit: { matches, ruleset, forms }, newest }: AuditReport): string {
  if (!matches) return ''
  const what = forms.includes('rules')
    ? 'on the addresses and ports of the policy, this device'
    : 'on the addresses of the policy, this list'
  const isNewest = newest === ruleset.published
  const compared = isNewest ? 'the newest' : `that of ${ruleset.published}`
  const behind = matches.behind > 0 && `; ${plural(matches.behind, 'prefix', 'prefixes')} behind ${compared}`
  const place = isNewest ? ', the newest' : `; the newest is that of ${newest}`
  return `${what} matches the snapshot of ${matches.document.published}${behind || place}\n`
}

function verdict({ audit, isStrict, baseline, unaudited }: AuditReport): string {
  const found = findingsOf(audit, isStrict)
  const counts = [...new Set(Object.values(WORDS))].flatMap((word) => {
    const own = found.filter(({ kind }) => WORDS[kind] === word)
    // A rule that is wider in several ways counts once.
    const count = word === 'wider' ? new Set(own.map(placeKey)).size : own.length
    return count > 0 ? [`${formatCount(count)} ${word}`] : []
  })
  const skipped = unaudited.length > 0 ? `not looked at: ${unaudited.join(', ')}\n` : ''
  const compared = `${comparedText(audit, isStrict)}${skipped}`
  if (counts.length > 0) return `findings: ${counts.join(', ')}\n${compared}`
  const but = baseline && baseline.accepted > 0 ? ', except those that the baseline accepts' : ''
  const claim = audit.forms.includes('rules')
    ? 'for the addresses of the policy, the device allows exactly what the policy allows'
    : 'the list holds exactly the addresses of the policy'
  return `no findings: ${claim}${but}\n${compared}`
}

/** The word for each kind in the verdict, in its order. */
const WORDS: Readonly<Record<AuditFinding['kind'], string>> = {
  missing: 'missing',
  stale: 'stale',
  wider: 'wider',
  opened: 'wider',
  unresolved: 'unresolved',
  outside: 'outside',
  'not-understood': 'not understood',
}

const placeKey = ({ entry }: AuditFinding) =>
  'place' in entry ? JSON.stringify([entry.place, 'rule' in entry && entry.rule]) : ''

/** The scope of the verdict. */
function comparedText({ ruleset, family, forms }: Audit, isStrict: boolean): string {
  const families = family ? `${FAMILY_NAMES[family]} only` : 'IPv4 and IPv6'
  const what = forms.includes('rules')
    ? `outbound and inbound, every port of TCP and UDP, rules for any protocol, ${isStrict ? 'addresses outside the policy too, ' : ''}`
    : 'addresses, '
  return `compared: ${what}${families}, with the snapshot of ${ruleset.published}\n`
}

function baselineText({ baseline }: AuditReport): string {
  if (!baseline) return ''
  const { name, accepted, unused } = baseline
  const stale =
    unused.length > 0
      ? `${plural(unused.length, 'entry', 'entries')} of ${name} ${unused.length === 1 ? 'matches' : 'match'} no finding any more; update the file with --write-baseline\n${unused.map((entry) => `  ${acceptedText(entry)}\n`).join('')}`
      : ''
  return `${name} accepts ${plural(accepted, 'finding')}\n${stale}`
}

function acceptedText({ finding, rule, direction, traffic, text, reason }: Accepted): string {
  const what = [rule, direction, traffic && trafficText(traffic), text, reason].filter(Boolean)
  return `${finding}: ${what.join(', ')}`
}

/** In the order of the configuration, so everything about one rule is together. */
function byPlace<Entry extends { readonly place: Place }>(entries: readonly Entry[]): Entry[] {
  const byPart = groupsOf(entries, ({ place }) => place.part)
  return byPart.flatMap((own) => own.sort((a, b) => a.place.line - b.place.line))
}

const placeText = ({ part, line }: Place) => `${inputName(part)} line ${line}`

const placesText = ([first, ...more]: readonly Place[]) =>
  `${placeText(first as Place)}${more.length > 0 ? ` and ${formatCount(more.length)} more` : ''}`

/** A rule on the device: not every configuration language gives its rules names. */
const whichText = (rule: string, places: readonly Place[]) => `${rule || 'unnamed rule'} (${placesText(places)})`

function missingText({ rule, flow, local, addresses }: Missing, most: number, color: Color): string {
  const lines = addresses.prefixes.map((prefix) => color('green', `    + ${formatPrefix(prefix)}`))
  return `  ${rule}${flow ? `, ${flowText(flow)}` : ''}${localText(local, flow?.direction)}: ${sizeText(addresses)}\n${capped(lines, most)}`
}

function excessText(entry: Excess, most: number, color: Color): string {
  const { rule, places, flow, local, localObjects, addresses, objects } = entry
  const side = localText(local, flow?.direction, localObjects)
  const name = flow ? `${whichText(rule, places)}, ${flowText(flow)}${side}` : rule
  const lines = objectLines(addresses, objects).map((text) => color('red', `    - ${text}`))
  return `  ${name}: ${sizeText(addresses)}\n${capped(lines, most)}`
}

/** `, from local 10.1.0.0/16 and the object dmz`, if a finding concerns only some of the local side. */
function localText(
  local: PrefixSet | undefined,
  direction: Direction | undefined,
  objects: readonly string[] = [],
): string {
  const named = objects.length > 0 ? [`the ${objects.length === 1 ? 'object' : 'objects'} ${objects.join(', ')}`] : []
  const addresses = local ? [isNearlyAny(local) ? 'other local addresses' : `local ${reachText(local.prefixes)}`] : []
  const sides = [...addresses, ...named].join(' and ')
  return sides && `, ${direction === 'inbound' ? 'to' : 'from'} ${sides}`
}

function openingText({ rule, places, direction, traffic, addresses }: Opening): string {
  const toward = direction === 'outbound' ? 'to' : 'from'
  const size = familiesOf(addresses)
    .map((family) => `${formatCount(addresses.family(family).count)} ${FAMILY_NAMES[family]}`)
    .join(' and ')
  return `  ${whichText(rule, places)}, ${direction}: opens ${trafficText(traffic)} ${toward} ${size} addresses of the policy\n`
}

function outsideText({ rule, places, direction, traffic, prefixes }: Outside): string {
  const toward = direction === 'outbound' ? 'to' : 'from'
  return `  ${whichText(rule, places)}, ${direction}: ${trafficText(traffic)} ${toward} ${reachText(prefixes)}\n`
}

function reachText(prefixes: readonly Prefix[]): string {
  const addresses = PrefixSet.of(prefixes)
  if (isNearlyAny(addresses)) return sizeText(addresses)
  const more = prefixes.length - 2
  const shown = prefixes.slice(0, 2).map(formatPrefix).join(', ')
  return `${shown}${more > 0 ? ` and ${plural(more, 'more prefix', 'more prefixes')}` : ''}`
}

function unresolvedText({ rule, place, direction, action, tags }: Unresolved): string {
  return `  ${whichText(rule, [place])}, ${direction}: ${action === 'allow' ? 'allows' : 'denies'} ${tags.join(', ')}\n`
}

/** The notes; of many with the same reason, only the first ones. */
function noteLines(notes: readonly Note[], most: number): string[] {
  const byReason = groupsOf(notes, ({ reason }) => reason)
  const shown = new Set(byReason.flatMap((own) => own.slice(0, most)))
  const cut = byReason.filter(({ length }) => length > most)
  return [
    ...notes.filter((note) => shown.has(note)).map(noteText),
    ...cut.map(({ length, 0: { reason } }) => {
      return `  and ${plural(length - most, 'more line')}: ${reason}; --all lists them\n`
    }),
  ]
}

function noteText({ place, text, reason }: Note): string {
  return `  ${placeText(place)}: ${text}: ${reason}\n`
}

function harmlessText(count: number): string {
  if (count === 0) return ''
  const what = count === 1 ? 'line that allows nothing was' : 'lines that allow nothing were'
  return `\n${formatCount(count)} ${what} left out; --all lists ${count === 1 ? 'it' : 'them'}\n`
}

function outsideParagraph(outside: readonly Outside[], isAll: boolean, color: Color): string {
  if (outside.length === 0) return ''
  const rules = new Set(outside.flatMap(({ rule, places }) => places.map((place) => JSON.stringify([rule, place]))))
    .size
  const widest = isAll ? byPlace(outside) : widestOf(outside)
  const more = widest.length < outside.length
  const heading = `also allowed on this device, outside this policy: ${plural(rules, 'rule')}${more ? ', the widest ones' : ''}`
  return `\n${color('bold', heading)}\n${widest.map(outsideText).join('')}${more ? '  --all lists the rest; --strict reports them as findings\n' : ''}`
}

function widestOf(outside: readonly Outside[]): Outside[] {
  const shares = new Map(outside.map((entry) => [entry, trafficShare(entry)]))
  const of = (entry: Outside) => shares.get(entry) ?? 0
  return [...outside].sort((a, b) => of(b) - of(a)).slice(0, WIDEST)
}

/** The share of all addresses times ports, so both families count equally. */
function trafficShare({ prefixes, traffic }: Outside): number {
  const share = prefixes.reduce((sum, { length }) => sum + 2 ** -length, 0)
  return share * (countPorts(traffic.tcp) + countPorts(traffic.udp) + (traffic.icmp || traffic.other ? 65_536 : 0))
}

function sizeText(set: PrefixSet): string {
  return familiesOf(set)
    .map((family) => `${plural(set.family(family).count, 'address', 'addresses')} of ${FAMILY_NAMES[family]}`)
    .join(', ')
}

/** The pieces of each object outside the policy; the object itself if there are many. */
function objectLines(addresses: PrefixSet, objects: readonly Prefix[]): string[] {
  if (isNearlyAny(addresses)) return []
  return objects.flatMap((object) => {
    const beyond = PrefixSet.of([object]).intersect(addresses)
    const pieces = beyond.prefixes
    if (pieces.length <= MOST_PIECES) return pieces.map(formatPrefix)
    const count = plural(beyond.count, 'address', 'addresses')
    return [`${formatPrefix(object)}, of which ${count} are beyond the policy`]
  })
}

const capped = (lines: readonly string[], most: number): string =>
  linesText(firstLines(lines, most, (more) => `    and ${formatCount(more)} more`))
