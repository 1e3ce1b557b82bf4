import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { setOfTexts } from '../../src/address/set-of-texts.ts'
import { show } from '../notation.ts'
import { randomFrom } from '../random.ts'

/** The slow way. */
function parsedSet(texts: readonly string[]): PrefixSet | undefined {
  try {
    return PrefixSet.of(texts.map(parsePrefix))
  } catch {
    return undefined
  }
}

const shown = (set: PrefixSet | undefined) => set && show(set)

test.for([
  [[]],
  [['192.0.2.0/24', '2001:db8::/32', '192.0.3.0/24', '0.0.0.0/0', '::/0']],
  [['255.255.255.255/32', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128']],
  [['192.0.2.0/24\n192.0.3.0/24']],
  [['192.0.2.0/24\n']],
  [['', '192.0.2.0/24']],
  [['192.0.2.0/24', '']],
  [['192.0.2.0']],
  [['192.0.2.1/24']],
  [['192.0.2.0/024']],
  [['192.0.2.0/24 ']],
  [['::ffff:0:0/96']],
  // Whose low byte is that of a digit.
  [['\u0131.0.0.0/8']],
  [['192.0.2.0/2\u0134']],
])('takes %j as the parser of one prefix does', ([texts]) => {
  expect(shown(setOfTexts(texts as string[]))).toBe(shown(parsedSet(texts as string[])))
})

test('agrees with the parser of single prefixes on lists with an error', () => {
  const random = randomFrom(1)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const valid = ['10.0.0.0/8', '192.0.2.128/25', '1.2.3.4/32', '2603:1030::/40', '::1/128', 'fe80::/10', '0.0.0.0/0']
  let [taken, refused] = [0, 0]
  for (let round = 0; round < 20_000; round++) {
    const texts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(valid))
    const [index, at] = [Math.floor(random() * texts.length), Math.floor(random() * 12)]
    const text = texts[index] as string
    if (random() < 0.8) texts[index] = text.slice(0, at) + pick([...'0123456789abf:./\n, %é']) + text.slice(at + 1)
    const set = setOfTexts(texts)
    const [found, wanted] = [shown(set), shown(parsedSet(texts))]
    if (found !== wanted) expect(found, JSON.stringify(texts)).toBe(wanted)
    if (set) taken++
    else refused++
  }
  expect(Math.min(taken, refused)).toBeGreaterThan(2_000)
})
