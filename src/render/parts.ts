import type { View } from './view.ts'

/**
 * What `render` makes of `view`: one text, or where that has more than `bytes`, several, in the order in which they are
 * to be loaded: objects before groups before services before rules, so that nothing is used above its definition. A
 * text goes over `bytes` only where it holds a single thing.
 */
export function renderParts(view: View, bytes: number, render: (view: View) => string): string[] {
  const whole = render(view)
  if (Buffer.byteLength(whole) <= bytes) return [whole]
  const parts = cut(itemsOf(view), (items) => Buffer.byteLength(render(partOf(view, items, 0, 0))) <= bytes)
  return parts.map((items, index) => render(partOf(view, items, index + 1, parts.length)))
}

/** `01`: the number of a part, so that names sort in the order of loading. */
export const partNumber = (number: number) => String(number).padStart(2, '0')

/** What is made in parts: the lists of the view that hold definitions, in the order in which these depend on each other. */
const KINDS = ['prefixes', 'groups', 'services', 'rules'] as const
type Item = { [Kind in (typeof KINDS)[number]]: { kind: Kind; item: View[Kind][number] } }[(typeof KINDS)[number]]

function itemsOf(view: View): Item[] {
  return KINDS.flatMap((kind) => view[kind].map((item) => ({ kind, item }) as Item))
}

/** Halves that fit. Cut in the middle, so that one item more moves each border by one at most. */
function cut(items: readonly Item[], fits: (items: readonly Item[]) => boolean): (readonly Item[])[] {
  if (items.length <= 1 || fits(items)) return [items]
  const middle = Math.ceil(items.length / 2)
  return [...cut(items.slice(0, middle), fits), ...cut(items.slice(middle), fits)]
}

function partOf(view: View, items: readonly Item[], number: number, count: number): View {
  const own = Object.fromEntries(
    KINDS.map((kind) => [kind, items.filter((item) => item.kind === kind).map(({ item }) => item)]),
  ) as Pick<View, (typeof KINDS)[number]>
  const part = { number: partNumber(number), count: partNumber(count), isSplit: true }
  // What says the same in other words is left out, so that no template prints it in every part.
  return { ...view, ...own, part, sets: [], directions: [], closing: [], cover: [], families: [] }
}
