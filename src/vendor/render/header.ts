import { FAMILIES } from '../../address/prefix.ts'
import { CLOUDS } from '../../model/cloud.ts'
import type { FittedSet } from '../../model/fitted.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { formatPrice, sumOfPrices } from '../../model/widening.ts'

/** The first comment of a full file; `hasHeader` recognizes it. */
export const headerOf = ({ policy, cloud, published, changeNumber }: Ruleset, widened: string) =>
  `Azure service tags ${CLOUDS[cloud]} ${published} (change number ${changeNumber}), policy ${commentable(policy)}${widened && `; widened: ${widened}`}`

/** The first comment of a delta: the documents of both sides, or the one under which the policy changed. */
export function deltaHeaderOf(before: Ruleset, after: Ruleset): string {
  const [from, to] = [before, after].map((side) => `${side.published} (change number ${side.changeNumber})`)
  const change = from === to ? `a change of the policy on ${to}` : `the change from ${from} to ${to}`
  return `Azure service tags ${CLOUDS[after.cloud]}, ${change}, policy ${commentable(after.policy)}`
}

/** True if a text has the header of a view or of a delta, or says that it is a script of tagwall's, so tagwall made it. */
export const hasHeader = (text: string) =>
  HEADER.test(text.slice(0, 2000)) || /^#!.*\n# Written by tagwall: /.test(text)

const LABEL = String.raw`\d{4}-\d{2}-\d{2} \(change number \d+\)`
const HEADER = new RegExp(
  `Azure service tags \\w+(?: |, a change of the policy on |, the change from ${LABEL} to )${LABEL}, policy `,
)

/** Makes a policy name safe in comments. It comes from a file name and may contain a line break, or `--`. */
export const commentable = (name: string) => name.replaceAll(/[^A-Za-z0-9._/ ]+/g, '-')

/** The price of widening, for the header of the file; empty without widening. */
export function priceOf(sets: readonly FittedSet[]): string {
  const prices = sets.flatMap(({ set }) => set.widened?.prices ?? [])
  const sums = FAMILIES.flatMap((family) => {
    const [first, ...more] = prices.filter((price) => price.family === family)
    return first ? [formatPrice(sumOfPrices([first, ...more]))] : []
  })
  return sums.join('; ')
}
