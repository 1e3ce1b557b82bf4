import type { DeltaArtefact } from '../../model/artefact.ts'
import type { Vendor } from '../../model/vendor.ts'
import type { Side } from '../../vendor/render/changed-things.ts'
import { type ItemChange, itemChanges, textOfChanges } from '../../vendor/render/derived-delta.ts'
import { differenceView, isNoDifference } from '../../vendor/render/difference-view.ts'
import { deltaHeaderOf } from '../../vendor/render/header.ts'
import { templatesOf } from '../../vendor/render/render.ts'
import { withFields } from '../../vendor/render/set-view.ts'

/** The rulesets that commands lead over, from the first to the last: two, or more with rulesets on the way. Each has the options of its view. */
export type Sides = readonly [Side, ...Side[], Side]

/** A way over rulesets. `reworded`: the names of what the device words otherwise than the first of them is written. */
export interface Route {
  readonly sides: Sides
  readonly reworded: ReadonlySet<string>
}

/** The text of one file of a delta, by its template or derived from the `items` of the manifest; none if nothing changes. */
export function deltaText(artefact: DeltaArtefact, route: Route, vendor: Vendor): string {
  const { template } = artefact
  if (template === undefined) return derivedText(artefact, route, vendor)
  const view = differenceOf(route, vendor)
  return isNoDifference(view) ? '' : templatesOf(vendor)(template, view)
}

/** The input of the templates of a delta: the difference, or the changes that are derived. */
export function seenDelta(artefacts: readonly DeltaArtefact[], sides: Sides, vendor: Vendor): object {
  const route = { sides, reworded: new Set<string>() }
  if (artefacts.every(({ template }) => template !== undefined)) return differenceOf(route, vendor)
  return { header: headerOf(sides), changes: changesOf(route, vendor).flat() }
}

/** Each two sides beside each other. */
export const pairsOf = (sides: Sides): (readonly [Side, Side])[] =>
  sides.slice(1).map((side, index) => [sides[index] as Side, side])

const lastOf = (sides: Sides) => sides.at(-1) as Side

const headerOf = (sides: Sides) => deltaHeaderOf(sides[0].fitted.ruleset, lastOf(sides).fitted.ruleset)

const changesOf = ({ sides, reworded }: Route, vendor: Vendor, part?: string): ItemChange[][] =>
  pairsOf(sides).map(([before, after]) => itemChanges(before, after, { vendor, reworded }, part))

/** The difference between the first and the last side, for templates. */
const differenceOf = ({ sides, reworded }: Route, vendor: Vendor) =>
  differenceView(sides[0], lastOf(sides), { vendor, reworded })

function derivedText({ part, begin, end }: DeltaArtefact, route: Route, vendor: Vendor): string {
  const commands = changesOf(route, vendor, part).map(textOfChanges).join('')
  if (commands === '') return ''
  const view = withFields(lastOf(route.sides).view, { header: headerOf(route.sides) })
  const around = (template: string | undefined) => (template === undefined ? '' : templatesOf(vendor)(template, view))
  return `${around(begin)}${commands}${around(end)}`
}
