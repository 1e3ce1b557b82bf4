import { UserError } from '../../errors.ts'
import type { MemberLines } from '../../model/made-item.ts'
import { plural } from '../../text/numbers.ts'

/** The lines of what makes a thing: those of members without their beginning, and those around them. */
export interface Split {
  readonly before: readonly string[]
  readonly members: readonly string[]
  readonly after: readonly string[]
}

/**
 * Splits what makes a thing by the pattern with which the line of each member begins. Throws `UserError`, with the place of the pattern, if it matches
 * another number of lines than the thing has members.
 */
export function splitText(text: string, thing: { readonly name: string }, line: string, at: string): Split {
  const pattern = new RegExp(line, 'u')
  const split = { before: [] as string[], members: [] as string[], after: [] as string[] }
  for (const one of text.split('\n').filter((line) => line !== '')) {
    const found = pattern.exec(one)
    if (found) split.members.push(one.slice(found.index + found[0].length))
    else (split.members.length > 0 ? split.after : split.before).push(one)
  }
  const { members } = thing as { readonly members?: readonly unknown[] }
  const count = split.members.length
  if (members ? count === members.length : count > 0) return split
  throw new UserError(
    `${at}.members.line: ${line} matches ${plural(count, 'line')} of what makes ${thing.name}${members ? `, which has ${plural(members.length, 'member')}` : ''}: expected a pattern of the beginning of each member's line, and of no other`,
  )
}

/** The commands by which a thing gains members, and those by which it loses some; empty where there are none. */
export interface Growth {
  readonly grow: string
  readonly shrink: string
}

/** The commands that add the members that only `newer` has, and those that take the members that only `older` has; empty where there are none. */
export function growthOf(older: Split, whole: Split, { add, take, alone }: MemberLines): Growth {
  const newer = framed(whole, older)
  const [adds, takes] = [
    missingIn(older, newer).map((member) => `${add}${member}`),
    missingIn(newer, older).map((member) => `${take}${member}`),
  ]
  const known = new Set([...older.before, ...older.after])
  const isNew = (line: string) => !known.has(line)
  const pattern = alone === undefined ? undefined : new RegExp(alone, 'u')
  const isAround = (line: string) => pattern?.test(line) !== true
  const textOf = (commands: readonly string[], isPrinted: (line: string) => boolean) =>
    [...newer.before.filter(isPrinted), ...commands, ...newer.after.filter(isPrinted)]
      .map((line) => `${line}\n`)
      .join('')
  const isGrown = adds.length > 0 || [...newer.before, ...newer.after].some(isNew)
  return {
    grow: isGrown ? textOf(adds, (line) => isAround(line) || isNew(line)) : '',
    shrink: takes.length > 0 ? textOf(takes, isAround) : '',
  }
}

/** A thing that only loses members has no line that tells where they stood: as many lines end it as end the older one. */
function framed(newer: Split, older: Split): Split {
  if (newer.members.length > 0 || newer.after.length > 0) return newer
  const end = newer.before.length - older.after.length
  return { ...newer, before: newer.before.slice(0, end), after: newer.before.slice(end) }
}

/** The members that only the other side has. */
function missingIn({ members }: Split, other: Split): string[] {
  const known = new Set(members)
  return other.members.filter((member) => !known.has(member))
}
