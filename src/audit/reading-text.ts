import type { AddressList, FoundRule, Reading } from '../model/reading.ts'
import { sanitize } from '../text/sanitize.ts'

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
