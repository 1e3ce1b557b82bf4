import type { View } from './view.ts'

/**
 * Renders `view` as one text, or as several if that is more than one file or request may hold. They are in loading order:
 * objects, groups, services, rules, so definitions come first. A text only fails to fit if a single item is too large.
 */
export function renderParts(view: View, fits: (text: string) => boolean, render: (view: View) => string): string[] {
  const whole = render(view)
  if (fits(whole)) return [whole]
  const parts = cut(itemsOf(view), (items) => fits(render(partOf(view, items, 0, 0))))
  return parts.map((items, index) => render(partOf(view, items, index + 1, parts.length)))
}

/** `01`: the number of a part; names sort in loading order. */
export const partNumber = (number: number) => String(number).padStart(2, '0')

/** The lists of the view that can be split, in the order of their dependencies. */
const KINDS = ['objects', 'groups', 'services', 'rules'] as const
type Kind = (typeof KINDS)[number]
type Item = { readonly kind: Kind; readonly item: View[Kind][number] }

function itemsOf(view: View): Item[] {
  return KINDS.flatMap((kind) => view[kind].map((item) => ({ kind, item })))
}

/** Halves until each part fits. Cutting in the middle means that one more item moves each border by at most one. */
function cut(items: readonly Item[], fits: (items: readonly Item[]) => boolean): (readonly Item[])[] {
  if (items.length <= 1 || fits(items)) return [items]
  const middle = Math.ceil(items.length / 2)
  return [...cut(items.slice(0, middle), fits), ...cut(items.slice(middle), fits)]
}

function partOf(view: View, items: readonly Item[], number: number, count: number): View {
  const own = Object.fromEntries(
    KINDS.map((kind) => [kind, items.filter((item) => item.kind === kind).map(({ item }) => item)]),
  ) as Pick<View, Kind>
  const part = { number: partNumber(number), count: partNumber(count), isSplit: true }
  // Lists with duplicate content are emptied, so templates do not print them in every part.
  const ofSets = new Set(view.prefixes.map(({ cidr }) => cidr))
  const prefixes = own.objects.filter(({ cidr }) => ofSets.has(cidr))
  return {
    ...view,
    ...own,
    prefixes,
    part,
    sets: [],
    locals: [],
    directions: [],
    closing: [],
    cover: [],
    remotes: [],
    policyRules: [],
    families: [],
  }
}
