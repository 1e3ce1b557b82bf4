import { PrefixSet } from '../address/prefix-set.ts'
import { UserError } from '../errors.ts'
import type { AddressList, FoundRule, ReadFile, Reading } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Job, Vendor } from '../model/vendor.ts'
import { sanitize } from '../text/sanitize.ts'
import { KIT } from '../vendor/kit/kit.ts'
import type { Reader } from '../vendor/kit/reader-api.ts'
import { checkNarrow, type Narrow } from './narrow.ts'
import { objectNamesOf } from './sides.ts'

/**
 * The rules and lists of a configuration, as the vendor's reader finds them. Throws `UserError` if nothing could be read, or if the
 * configuration lacks the part that `narrow` names.
 */
export function readDevice(
  read: Reader,
  files: readonly ReadFile[],
  { vendor, options }: Job,
  ruleset: Ruleset,
  narrow: Narrow,
): Reading {
  const remotes = PrefixSet.union(ruleset.sets.map(({ prefixes }) => prefixes))
  const localObjects = objectNamesOf(ruleset)
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
    `${place.part} could not be read as ${vendor.name}: line ${place.line} ${reason}${text && `: ${text}`}`,
  )
}

/** A reading in which every name and text of the configuration is one line that hides nothing. */
export function sanitizeReading({ rules, notes, lists, scopes }: Reading): Reading {
  return {
    rules: rules.map(sanitizeRule),
    lists: lists.map(sanitizeList),
    notes: notes.map((note) => ({ ...note, text: sanitize(note.text), reason: sanitize(note.reason) })),
    ...(scopes && {
      scopes: Object.fromEntries(Object.entries(scopes).map(([name, names]) => [name, (names ?? []).map(sanitize)])),
    }),
  }
}

function sanitizeList(list: AddressList): AddressList {
  const { name, tags } = list
  return { ...list, ...(name !== undefined && { name: sanitize(name) }), ...(tags && { tags: tags.map(sanitize) }) }
}

function sanitizeRule(rule: FoundRule): FoundRule {
  const { name, remote, members } = rule
  return {
    ...rule,
    name: sanitize(name),
    ...(remote.tags.length > 0 && { remote: { ...remote, tags: remote.tags.map(sanitize) } }),
    ...(members && { members: members.map((member) => ({ ...member, name: sanitize(member.name) })) }),
  }
}
