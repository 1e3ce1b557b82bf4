import { parsePrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { UserError } from '../../errors.ts'
import { isTemplate, type MemberList } from '../../model/made-item.ts'
import { didYouMean } from '../../text/nearest.ts'
import { onlyIn, type Side, type Thing } from './changed-things.ts'
import type { Growth } from './member-lines.ts'
import { withFields } from './set-view.ts'

/** A thing, and the side on which its templates see it. */
export interface Seen {
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
): Growth & { readonly isMade: boolean } {
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
