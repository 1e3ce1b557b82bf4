import { expect, test } from 'vitest'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { bindKit } from '../../vendors/_kit/kit.ts'
import { oneFamily } from '../../vendors/_policies/rules.ts'

bindKit(KIT)

// Three addresses of each family, one of them every other address, tried in every combination.

const PIECES = (['ipv4', 'ipv6'] as const).flatMap((family) => {
  const [one, other] = family === 'ipv4' ? ['0.0.0.0/1', '128.0.0.0/2'] : ['::/1', '8000::/2']
  const parts = [one, other].map((text) => KIT.setOfTexts([text]) ?? KIT.empty)
  return [...parts, KIT.everything(family).subtract(KIT.union(parts))]
})
const SETS = Array.from({ length: 2 ** PIECES.length }, (_, bits) =>
  KIT.union(PIECES.filter((_, at) => bits & (1 << at))),
)

test('the sides allow the same connections between addresses of one family, and any is said so', () => {
  const pairs = (local: number, remote: number) =>
    PIECES.flatMap((_, a) =>
      PIECES.flatMap((_, b) =>
        local & (1 << a) && remote & (1 << b) && Math.floor(a / 3) === Math.floor(b / 3) ? [`${a} ${b}`] : [],
      ),
    )
  const bitsOf = (set: (typeof SETS)[number]) => SETS.findIndex((one) => one.equals(set))
  SETS.forEach((addresses, bits) => {
    SETS.forEach((remote, remoteBits) => {
      const sides = oneFamily({ addresses, objects: [] }, remote)
      const localBits = sides.local ? bitsOf(sides.local.addresses) : SETS.length - 1
      expect(pairs(localBits, bitsOf(sides.remote))).toEqual(pairs(bits, remoteBits))
      expect(sides.local === undefined).toBe([7, 56, 63].includes(bits))
    })
  })
})

test('a local object is never any', () => {
  const local = { addresses: KIT.everything(), objects: ['lan'] }
  expect(oneFamily(local, KIT.everything())).toEqual({ local, remote: KIT.everything() })
})
