import { parsePrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { UserError } from '../../errors.ts'
import { isTemplate, type MemberLines, type MemberList } from '../../model/made-item.ts'
import { didYouMean } from '../../text/nearest.ts'
import { plural } from '../../text/numbers.ts'
import { onlyIn, type Side, type Thing } from './changed-things.ts'
import { withFields } from './set-view.ts'

/** The lines of what makes a thing: those of members without their beginning, and those around them. */
type Split = ReturnType<typeof splitText>

/**
 * Splits what makes a thing by the pattern with which the line of each member begins. Throws `UserError`, with the place of the pattern, if it matches
 * another number of lines than the thing has members.
 */
export function splitText(text: string, { name, members }: Thing, line: string, at: string) {
  const pattern = new RegExp(line, 'u')
  const split = { before: [] as string[], members: [] as string[], after: [] as string[] }
  for (const one of text.split('\n').filter((line) => line !== '')) {
    const found = pattern.exec(one)
    if (found) split.members.push(one.slice(found.index + found[0].length))
    else (split.members.length > 0 ? split.after : split.before).push(one)
  }
  const count = split.members.length
  if (members ? count === members.length : count > 0) return split
  throw new UserError(
    `${at}.members.line: ${line} matches ${plural(count, 'line')} of what makes ${name}${members ? `, which has ${plural(members.length, 'member')}` : ''}: expected a pattern of the beginning of each member's line, and of no other`,
  )
}

/** The commands by which a thing gains members, and those by which it loses some; empty where there are none. */
export interface Growth {
  /** True if the thing is made again, because members do not say how it differs. */
  readonly isMade: boolean
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
    isMade: false,
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

/** A thing, and the side on which its templates see it. */
interface Seen {
  readonly thing: Thing
  readonly side: Side
}

/**
 * The commands by which a thing gains and loses members of a list; empty where there are none, or where the thing is made instead. Throws `UserError` if
 * a template fails, or things have no such list.
 */
export function growthOfList(
  older: Seen,
  newer: Seen,
  { list, add, take, apart }: MemberList,
  { make, at }: { readonly make: string; readonly at: string },
): Growth {
  const [was, is] = [older, newer].map((seen) => membersOf(seen, list, at)) as [Thing[], Thing[]]
  const [gains, losses] = [onlyIn(is, was), onlyIn(was, is)]
  if ((take === undefined && losses.length > 0) || (apart && overlap(gains, losses)))
    return { isMade: true, grow: '', shrink: '' }
  const field = isTemplate(list) ? 'members' : list
  const over = (template: string | undefined, some: readonly Thing[], { thing, side } = newer) =>
    template === undefined ? '' : side.render(template, withFields(thing, { [field]: some }))
  const isMade = add === undefined || (!isTemplate(list) && over(make, [], older) !== over(make, []))
  return {
    isMade,
    grow: isMade || gains.length === 0 ? '' : over(add, gains),
    shrink: losses.length === 0 ? '' : over(take, losses),
  }
}

function overlap(gains: readonly Thing[], losses: readonly Thing[]): boolean {
  const [some, others] = [gains, losses].map((members) =>
    PrefixSet.of(members.flatMap(({ cidr }) => (cidr === undefined ? [] : [parsePrefix(cidr)]))),
  ) as [PrefixSet, PrefixSet]
  return some.overlaps(others)
}

/** The values of a field of the thing, or the lines of a template. */
function membersOf({ thing, side }: Seen, list: string, at: string): readonly Thing[] {
  if (isTemplate(list))
    return side
      .render(list, thing)
      .split('\n')
      .flatMap((name) => (name === '' ? [] : [{ name }]))
  const fields = thing as Thing & Readonly<Record<string, unknown>>
  const value = Object.hasOwn(fields, list) ? fields[list] : undefined
  if (Array.isArray(value)) return value as Thing[]
  throw new UserError(
    `${at}.members.list: ${thing.name} has no list ${JSON.stringify(list)}${didYouMean(list, Object.keys(fields))}`,
  )
}
