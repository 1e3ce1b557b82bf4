import { parsePrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { UserError } from '../../errors.ts'
import { isTemplate, type MemberList } from '../../model/made-item.ts'
import { didYouMean } from '../../text/nearest.ts'
import type { Growth } from './member-lines.ts'
import type { Render } from './render.ts'
import { withFields } from './set-view.ts'
import type { View } from './view.ts'

interface Named {
  readonly name: string
  /** Of a prefix. */
  readonly cidr?: string
}

/** One side of a thing, with the view in which its templates see it. */
export interface Seen {
  readonly thing: Named
  readonly view: View
}

/**
 * The commands by which a thing gains and loses members of a list; empty where there are none, or where the thing is made instead. Throws `UserError` if
 * a template fails, or things have no such list.
 */
export function growthOfList(
  older: Seen,
  newer: Seen,
  { list, add, take, apart }: MemberList,
  { make, render, at }: { readonly make: string; readonly render: Render; readonly at: string },
): Growth & { readonly isMade: boolean } {
  const [was, is] = [older, newer].map((seen) => membersOf(seen, list, render, at)) as [Named[], Named[]]
  const [gains, losses] = [missingIn(was, is), missingIn(is, was)]
  if ((take === undefined && losses.length > 0) || (apart && overlap(gains, losses)))
    return { isMade: true, grow: '', shrink: '' }
  const field = isTemplate(list) ? 'members' : list
  const over = (template: string | undefined, some: readonly Named[], { thing, view } = newer) =>
    template === undefined ? '' : render(template, withFields(thing, { [field]: some }), view)
  const isMade = add === undefined || (!isTemplate(list) && over(make, [], older) !== over(make, []))
  return {
    isMade,
    grow: isMade || gains.length === 0 ? '' : over(add, gains),
    shrink: losses.length === 0 ? '' : over(take, losses),
  }
}

function overlap(gains: readonly Named[], losses: readonly Named[]): boolean {
  const [some, others] = [gains, losses].map((members) =>
    PrefixSet.of(members.flatMap(({ cidr }) => (cidr === undefined ? [] : [parsePrefix(cidr)]))),
  ) as [PrefixSet, PrefixSet]
  return some.overlaps(others)
}

/** The values of a field of the thing, or the lines of a template. */
function membersOf({ thing, view }: Seen, list: string, render: Render, at: string): readonly Named[] {
  if (isTemplate(list))
    return render(list, thing, view)
      .split('\n')
      .flatMap((name) => (name === '' ? [] : [{ name }]))
  const fields = thing as Named & Readonly<Record<string, unknown>>
  const value = Object.hasOwn(fields, list) ? fields[list] : undefined
  if (Array.isArray(value)) return value as Named[]
  throw new UserError(
    `${at}.members.list: ${thing.name} has no list ${JSON.stringify(list)}${didYouMean(list, Object.keys(fields))}`,
  )
}

function missingIn(these: readonly Named[], those: readonly Named[]): Named[] {
  const known = new Set(these.map(({ name }) => name))
  return those.filter(({ name }) => !known.has(name))
}
