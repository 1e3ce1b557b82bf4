import type { DeltaArtefact } from '../../model/artefact.ts'
import type { Fitted } from '../../model/fitted.ts'
import type { Job } from '../../model/vendor.ts'
import type { Side } from '../../vendor/render/changed-things.ts'
import { type ItemChange, itemChanges, textOfChanges } from '../../vendor/render/derived-delta.ts'
import { differenceView, isNoDifference } from '../../vendor/render/difference-view.ts'
import { deltaHeaderOf } from '../../vendor/render/header.ts'
import { type Render, templatesOf } from '../../vendor/render/render.ts'
import { withFields } from '../../vendor/render/set-view.ts'
import { viewOf } from '../../vendor/render/view.ts'

/** The rulesets that commands lead over, from the first to the last: two, or more with rulesets on the way. */
export type Sides = readonly [Fitted, ...Fitted[], Fitted]

/** A way over rulesets. `reworded`: the names of what the device words otherwise than the first of them is written. */
export interface Route {
  readonly sides: Sides
  readonly reworded: ReadonlySet<string>
}

/** The text of one file of a delta, by its template or derived from the `items` of the manifest; none if nothing changes. */
export function deltaText(artefact: DeltaArtefact, { sides, reworded }: Route, { vendor, options }: Job): string {
  const render = templatesOf(vendor)
  const { template } = artefact
  if (template === undefined) return derivedText(artefact, { sides, reworded }, { vendor, options }, render)
  const view = differenceOf({ sides, reworded }, { vendor, options })
  return isNoDifference(view) ? '' : render(template, view)
}

/** The input of the templates of a delta: the difference, or the changes that are derived. */
export function seenDelta(artefacts: readonly DeltaArtefact[], sides: Sides, { vendor, options }: Job): object {
  if (artefacts.every(({ template }) => template !== undefined))
    return differenceOf({ sides, reworded: new Set() }, { vendor, options })
  return {
    header: deltaHeaderOf(sides[0].ruleset, lastOf(sides).ruleset),
    changes: changesOf({ sides, reworded: new Set() }, { vendor, options }).flat(),
  }
}

/** Each two sides beside each other. */
export const pairsOf = (sides: Sides): (readonly [Fitted, Fitted])[] =>
  sides.slice(1).map((side, index) => [sides[index] as Fitted, side])

const lastOf = (sides: Sides) => sides.at(-1) as Fitted

type VendorForm = Pick<Job, 'vendor' | 'options'>

function changesOf({ sides, reworded }: Route, { vendor, options }: VendorForm, part?: string): ItemChange[][] {
  const seen = sides.map((fitted) => ({ fitted, view: viewOf(fitted, vendor, options) }))
  return seen
    .slice(1)
    .map((after, index) => itemChanges(seen[index] as Side, after, { vendor, options, reworded }, part))
}

/** The difference between the first and the last side, for templates. */
function differenceOf({ sides, reworded }: Route, { vendor, options }: VendorForm) {
  const [before, after] = [sides[0], lastOf(sides)].map((fitted) => ({ fitted, view: viewOf(fitted, vendor, options) }))
  return differenceView(before as Side, after as Side, { vendor, options, reworded })
}

function derivedText({ part, begin, end }: DeltaArtefact, route: Route, form: VendorForm, render: Render): string {
  const commands = changesOf(route, form, part).map(textOfChanges).join('')
  if (commands === '') return ''
  const after = lastOf(route.sides)
  const view = withFields(viewOf(after, form.vendor, form.options), {
    header: deltaHeaderOf(route.sides[0].ruleset, after.ruleset),
  })
  const around = (template: string | undefined) => (template === undefined ? '' : render(template, view))
  return `${around(begin)}${commands}${around(end)}`
}
