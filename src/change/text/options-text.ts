import type { OptionChange, TargetChange } from '../../model/change.ts'
import { groupBy } from '../../model/group-by.ts'
import type { OptionValue } from '../../model/option.ts'
import { namesBySite } from '../../model/site.ts'
import { listText } from '../../text/numbers.ts'
import { shortLines } from './items-text.ts'

// The sentences about changed options, shared by the terminal, Markdown, HTML and runbooks, which escape this plain text.

/** The same changes of options of several targets. */
export interface SharedOptions {
  /** `edge`, or `edge (200 sites)`. */
  readonly targets: readonly string[]
  readonly options: readonly OptionChange[]
}

/** The changed options of all targets, equal ones once, in the order of the targets. */
export function sharedOptions(targets: readonly Pick<TargetChange, 'target' | 'options'>[]): SharedOptions[] {
  const changed = targets.filter(({ options }) => options.length > 0)
  return [...groupBy(changed, ({ options }) => JSON.stringify(options)).values()].map((alike) => {
    const [{ options }] = alike as [(typeof changed)[number]]
    return { targets: namesBySite(alike.map(({ target }) => target)), options }
  })
}

const MOST_TARGETS = 4
const MOST_CHANGES = 3
const MOST_GROUPS = 3

/**
 * `rewrites edge: srcintf "lan" -> "any"`, one text for each group of targets whose options change, or whose items do with the same traffic; the last one
 * counts the others.
 */
export function rewrittenTexts(targets: readonly TargetChange[]): string[] {
  const told = targets.map((one) => ({ ...one, changes: changesOf(one) })).filter(({ changes }) => changes.length > 0)
  const groups = [...groupBy(told, ({ kind, changes }) => JSON.stringify([kind === 'same', changes])).values()]
  const namesOf = (alike: typeof told) => namesBySite(alike.map(({ target }) => target))
  const shown = groups.slice(0, MOST_GROUPS).map((alike) => {
    const [{ kind, changes }] = alike as [(typeof told)[number]]
    const [names, text] = [listText(namesOf(alike), MOST_TARGETS), listText(changes, MOST_CHANGES)]
    return kind === 'same' ? `the same files for ${names} with ${text}` : `rewrites ${names}: ${text}`
  })
  const rest = groups.slice(MOST_GROUPS).flatMap(namesOf)
  return rest.length > 0 ? [...shown, `other changes of ${listText(rest, MOST_TARGETS)}`] : shown
}

/** The changed options of a target, and what changes on its device, if no traffic does. */
function changesOf(target: TargetChange): string[] {
  const { options, kind } = target
  return [...options.map(optionText), ...(kind === 'bytes' ? shortLines(target, options.length > 0) : [])]
}

/** `srcintf "lan" -> "any"`. */
export const optionText = ({ name, before, after }: OptionChange): string =>
  `${name} ${valueText(before)} -> ${valueText(after)}`

/** `"lan"`, `5`, or `"lan", "dmz"`; `none` for an empty list. */
export function valueText(value: OptionValue | undefined): string {
  if (value === undefined) return 'none'
  if (!Array.isArray(value)) return JSON.stringify(value)
  return value.length > 0 ? value.map((one) => JSON.stringify(one)).join(', ') : 'none'
}
