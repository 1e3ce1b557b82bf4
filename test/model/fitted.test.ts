import { expect, test } from 'vitest'
import { isRegrouped, isRematched, type RuleChanges } from '../../src/model/fitted.ts'

const SAME: RuleChanges = {
  ...{ addresses: false, families: false, service: false, priority: false, tags: false, description: false },
  ...{ set: false, local: false, localAddresses: false, action: false },
}

test('only some differences of a rule change its groups, or the packets that it matches', () => {
  const kinds = Object.keys(SAME) as (keyof RuleChanges)[]
  const after = (is: (changes: RuleChanges) => boolean) => kinds.filter((kind) => is({ ...SAME, [kind]: true }))
  expect(after(isRegrouped)).toEqual(['families', 'set'])
  expect(after(isRematched)).toEqual(['families', 'service', 'set', 'local', 'action'])
  expect([isRegrouped(SAME), isRematched(SAME)]).toEqual([false, false])
})
