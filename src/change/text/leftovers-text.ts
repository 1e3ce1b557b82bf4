import { ITEM_KINDS, type Item } from '../../model/item.ts'
import type { FileResult } from '../../model/result.ts'
import { plural } from '../../text/numbers.ts'

/**
 * How a device differs after full files alone: `leaves 1 rule that still allows more than the policy, and 2 groups`. `ends` is the ending of the verb:
 * `s` for one file, or nothing. Every file of a target's cleanup has all that is left.
 */
export function leftText({ left, isAllowing, isDenying }: NonNullable<FileResult['cleanup']>, ends: string): string {
  const effectOf = (start: string, one: number, end = '') => {
    const [allow, deny] = one === 1 ? ['allows', 'denies'] : ['allow', 'deny']
    const effects = [isAllowing && `${allow} more than the policy`, isDenying && `${deny} what the policy allows`]
    const text = effects.filter(Boolean).join(' and ')
    return text && `${start}${text}${end}`
  }
  const { stays, lacks, reworded, moved } = left
  const hasRules = stays.some(({ kind }) => kind === 'rule')
  const inAll = stays.length > 0 && !hasRules ? effectOf(' that still ', stays.length) || ' that nothing uses' : ''
  // A rule matches traffic as long as it is there, and later addresses may give it an effect.
  const ofRules = (count: number) =>
    effectOf(' that still ', count) || ` that ${count === 1 ? 'changes' : 'change'} nothing yet`
  const differences = [
    stays.length > 0 && `leave${ends} ${countsText(stays, ofRules)}${inAll}`,
    lacks.length > 0 && `lack${ends} ${countsText(lacks)}`,
    reworded.length > 0 && `leave${ends} other words in ${countsText(reworded.map(({ item }) => item))}`,
    moved.length > 0 && `make${ends} another order of rules`,
  ].filter((text) => text !== false)
  return `${listOf(differences)}${stays.length > 0 ? '' : effectOf(', which ', 1, ',')}`
}

/** `1 rule and 2 groups`. */
function countsText(items: readonly Item[], ofRules: (count: number) => string = () => ''): string {
  const counts = ITEM_KINDS.flatMap((kind) => {
    const count = items.filter((item) => item.kind === kind).length
    return count > 0 ? [`${plural(count, kind)}${kind === 'rule' ? ofRules(count) : ''}`] : []
  })
  return listOf(counts)
}

/** `a, b and c`. */
export const listOf = (texts: readonly string[]): string =>
  [texts.slice(0, -1).join(', '), ...texts.slice(-1)].filter(Boolean).join(' and ')
