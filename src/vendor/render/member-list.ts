import { UserError } from '../../errors.ts'
import type { MemberList } from '../../model/made-item.ts'
import { didYouMean } from '../../text/nearest.ts'
import type { Render } from './render.ts'
import { withFields } from './set-view.ts'
import type { View } from './view.ts'

interface Named {
  readonly name: string
}

/** One side of a thing, with the view in which its templates see it. */
export interface Seen {
  readonly thing: Named
  readonly view: View
}

/**
 * The commands by which a thing gains and loses members of a list; empty where there are none. Throws `UserError` if a template fails, or things
 * have no such list.
 */
export function growthOfList(older: Seen, newer: Seen, members: MemberList, render: Render, at: string) {
  const { list, add, take } = members
  const [was, is] = [older, newer].map((seen) => membersOf(seen, list, render, at)) as [Named[], Named[]]
  const field = isTemplate(list) ? 'members' : list
  const over = (template: string | undefined, some: readonly Named[]) =>
    template === undefined || some.length === 0
      ? ''
      : render(template, withFields(newer.thing, { [field]: some }), newer.view)
  return { grow: over(add, missingIn(was, is)), shrink: over(take, missingIn(is, was)) }
}

export const isTemplate = (text: string) => text.endsWith('.hbs')

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
