import type { OptionChange, TargetChange } from '../../model/change.ts'
import { groupBy } from '../../model/group-by.ts'
import type { OptionValue } from '../../model/option.ts'
import { namesBySite } from '../../model/site.ts'
import { listText } from '../../text/list-text.ts'

// The sentences about changed options, shared by the terminal, Markdown, HTML and runbooks, which escape this plain text.

/** The same changes of options of several targets. */
export interface SharedOptions {
  /** `edge`, or `edge (200 sites)`. */
  readonly targets: readonly string[]
  readonly options: readonly OptionChange[]
}

/** The changed options of all targets, equal ones once, in the order of the targets. */
export function sharedOptions(
  targets: readonly Pick<TargetChange, 'target' | 'kind' | 'options'>[],
): (SharedOptions & { readonly isRewritten: boolean })[] {
  const changed = targets.filter(({ options }) => options.length > 0)
  return [...groupBy(changed, ({ kind, options }) => JSON.stringify([kind === 'same', options])).values()].map(
    (alike) => {
      const [{ kind, options }] = alike as [(typeof changed)[number]]
      return { targets: namesBySite(alike.map(({ target }) => target)), options, isRewritten: kind !== 'same' }
    },
  )
}

const MOST_TARGETS = 4
const MOST_OPTIONS = 3
const MOST_GROUPS = 3

/** `rewrites edge: srcintf "lan" -> "any"`, one text for each group of targets; the last one counts the others. */
export function optionsTexts(targets: readonly TargetChange[]): string[] {
  const groups = sharedOptions(targets)
  const shown = groups.slice(0, MOST_GROUPS).map(({ targets, options, isRewritten }) => {
    const names = listText(targets, MOST_TARGETS)
    const changes = listText(options.map(optionText), MOST_OPTIONS)
    return isRewritten ? `rewrites ${names}: ${changes}` : `the same files for ${names} with ${changes}`
  })
  const rest = groups.slice(MOST_GROUPS).flatMap(({ targets }) => targets)
  return rest.length > 0 ? [...shown, `other options for ${listText(rest, MOST_TARGETS)}`] : shown
}

/** `srcintf "lan" -> "any"`. */
export const optionText = ({ name, before, after }: OptionChange): string =>
  `${name} ${valueText(before)} -> ${valueText(after)}`

/** `"lan"`, `5`, or `"lan", "dmz"`; `none` for an empty list. */
export function valueText(value: OptionValue): string {
  if (!Array.isArray(value)) return JSON.stringify(value)
  return value.length > 0 ? value.map((one) => JSON.stringify(one)).join(', ') : 'none'
}
