import { PrefixSet } from '../address/prefix-set.ts'
import { UserError } from '../errors.ts'
import { groupsOf } from '../model/group-by.ts'
import type { FoundRule, Place, ReadFile, Reading } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { hasPorts, shareTraffic } from '../model/traffic.ts'
import type { Job, Vendor } from '../model/vendor.ts'
import { inputName } from '../parse/read-file.ts'
import { didYouMean } from '../text/nearest.ts'
import { byCodeUnit, listText } from '../text/numbers.ts'
import { sanitizeName } from '../text/sanitize.ts'
import { KIT } from '../vendor/kit/kit.ts'
import type { Reader, ReaderContext } from '../vendor/kit/reader-api.ts'
import { objectNamesOf } from './object-families.ts'
import type { Audit, AuditExpectation } from './values.ts'

/** The facts for a reader about the rules that its reading is compared with. */
export type Compared = Required<Pick<ReaderContext, 'remotes' | 'localObjects'>>

export const comparedWith = (ruleset: Ruleset): Compared => ({
  remotes: PrefixSet.union(ruleset.sets.map(({ prefixes }) => prefixes)),
  localObjects: objectNamesOf(ruleset),
})

/** The rules and lists that a reader finds. Throws `UserError` if nothing could be read, or the part that `narrow` names is missing. */
export function readDevice(
  read: Reader,
  files: readonly ReadFile[],
  { vendor, options }: Pick<Job, 'vendor' | 'options'>,
  { remotes, localObjects }: Compared,
  narrow: Narrow,
): Reading {
  const reading = sanitizeReading(read(files, { options, purpose: 'audit', localObjects, remotes, narrow, kit: KIT }))
  checkNarrow(narrow, reading)
  checkRead(reading, vendor)
  return reading
}

/** Throws `UserError` if nothing in a text could be read. A text that is read in part is audited, with notes. */
function checkRead({ rules, lists, notes }: Reading, vendor: Vendor): void {
  const foreign = notes.find(({ isForeign }) => isForeign)
  if (!foreign || rules.length > 0 || lists.length > 0) return
  const { place, text, reason } = foreign
  throw new UserError(
    `${inputName(place.part)} could not be read as ${vendor.name}: line ${place.line} ${reason}${text && `: ${text}`}`,
  )
}

/** A reading in which every name and text of the configuration is one line that hides nothing. */
export function sanitizeReading({ rules, notes, lists, scopes = {} }: Reading): Reading {
  const safe = (names: readonly string[]) => names.map(sanitizeName)
  return {
    rules: rules.map(({ name, local, remote, members, ...rule }) => ({
      ...rule,
      name: sanitizeName(name),
      local: local && { ...local, objects: safe(local.objects) },
      remote: { ...remote, tags: safe(remote.tags) },
      members: members?.map((member) => ({ ...member, name: sanitizeName(member.name) })),
    })),
    lists: lists.map(({ name, tags, ...list }) => ({
      ...list,
      name: name && sanitizeName(name),
      tags: tags && safe(tags),
    })),
    notes: notes.map((note) => ({ ...note, text: sanitizeName(note.text), reason: sanitizeName(note.reason) })),
    scopes: Object.fromEntries(Object.entries(scopes).map(([name, names = []]) => [name, safe(names)])),
  }
}

// An audit of a part of a configuration: `--narrow KEY=VALUE`, with the keys that the vendor declares.

/** Values by key of the manifest's `narrows`. */
export type Narrow = Readonly<Record<string, string>>

/** The part of a configuration that an audit looks at. Throws `UserError` for a key that `vendor` does not have. */
export function narrowOf(narrow: Narrow, vendor: Vendor): Narrow {
  const keys = Object.keys(vendor.narrows)
  for (const [key, value] of Object.entries(narrow)) {
    if (!keys.includes(key)) {
      const advice = didYouMean(key, keys) || (keys.length > 0 ? `; it has ${keys.join(', ')}` : '')
      throw new UserError(`--narrow ${key} does not apply to ${vendor.name}${advice}`)
    }
    if (value === '') throw new UserError(`--narrow ${key} is empty; expected a value: ${vendor.narrows[key]?.help}`)
  }
  return narrow
}

/** Throws `UserError` if the configuration lacks what an audit was narrowed to, as far as its reader knows what there is. */
function checkNarrow(narrow: Narrow, { scopes }: Reading): void {
  for (const [key, value] of Object.entries(narrow)) {
    const names = scopes?.[key]
    if (names === undefined || names.includes(value)) continue
    const there = names.length > 0 ? `; it has ${listed(names)}` : ', and no other'
    throw new UserError(`the configuration has no ${key} "${value}"${didYouMean(value, names) || there}`)
  }
}

/** Possible causes of missing addresses. */
export function narrowAdvice({ missing }: Audit, { rules, scopes }: Reading, narrow: Narrow, vendor: Vendor): string[] {
  const zones = Object.keys(vendor.narrows).filter((key) => vendor.narrows[key]?.isZone)
  const isAsked = zones.length > 0 && zones.every((key) => narrow[key] === undefined)
  if (!isAsked || missing.length === 0 || !rules.some(({ isPartByZone }) => isPartByZone)) return []
  const names = [...new Set(zones.flatMap((key) => scopes?.[key] ?? []))]
  const choices = names.length > 0 ? ` (${listed(names)})` : ''
  const flags = zones.map((key) => `--narrow ${key}=NAME`).join(' and ')
  return [`some rules are limited to one zone or interface and do not count; select it with ${flags}${choices}`]
}

/** The rules that allow missing addresses, but for the local addresses that they name. They do not count, because the policy names none. */
export function localAdvice(
  { missing, ruleset }: Audit,
  { rules }: Reading,
  { tagPrefixes }: Pick<AuditExpectation, 'tagPrefixes'>,
): string[] {
  if (missing.length === 0 || ruleset.rules.some(({ local }) => local)) return []
  const addresses = PrefixSet.union(missing.map((entry) => entry.addresses))
  const asked = groupsOf(ruleset.rules, ({ direction, protocol, ports }) =>
    JSON.stringify([direction, protocol, ports]),
  )
  const named = rules.filter(
    ({ action, local, remote, ...rule }) =>
      action === 'allow' &&
      local !== undefined &&
      !isLimited(rule) &&
      asked.some(([first]) => shareTraffic(first, rule)) &&
      [remote.addresses, ...remote.tags.map(tagPrefixes)].some((set) => set?.overlaps(addresses)),
  )
  if (named.length === 0) return []
  const names = [...new Set(named.map(({ name, place }) => whichRule(name, place)))]
  return [
    `these rules do not count, because they are for some local addresses only (set \`local\` in the policy if it is about these): ${listText(names, MOST_NAMES)}`,
  ]
}

/** The wider rules that let only a part of their traffic through, such as that of an application. */
export function limitAdvice({ wider, opened }: Audit, { rules }: Reading): string[] {
  // A rule of several services may limit only some, such as one type of ICMP.
  const compared = rules.filter(({ protocol }) => protocol === 'any' || hasPorts(protocol))
  const found = new Set(compared.filter(isLimited).flatMap(placesOf))
  if (found.size === 0) return []
  for (const key of compared.filter((rule) => !isLimited(rule)).flatMap(placesOf)) found.delete(key)
  const limited = [...wider, ...opened].flatMap(({ rule, places }) =>
    places.filter((place) => found.has(placeKey(rule, place))).map((place) => whichRule(rule, place)),
  )
  if (limited.length === 0) return []
  const what = 'more conditions, such as an application, a user, hours or source ports, which are not compared'
  return [`these rules have ${what}, so they may allow less: ${listText([...new Set(limited)], MOST_NAMES)}`]
}

/** True if a rule matches a part of its traffic only, other than by zones. */
const isLimited = ({ coverage, isPartByZone }: Pick<FoundRule, 'coverage' | 'isPartByZone'>) =>
  coverage === 'part' && !isPartByZone

const whichRule = (name: string, { line }: Place) => `${name || 'unnamed rule'} (line ${line})`

const placesOf = ({ name, place, members = [] }: FoundRule): string[] =>
  [place, ...members.map((member) => member.place)].map((one) => placeKey(name, one))

const placeKey = (name: string, { part, line }: Place) => JSON.stringify([name, part, line])

const MOST_NAMES = 10

const listed = (names: readonly string[]) => listText([...names].sort(byCodeUnit), MOST_NAMES)
