import { join } from 'node:path'
import { expect, test } from 'vitest'
import { policyJsonSchema } from '../../src/policy/policy-schema.ts'
import { ROOT } from '../fixtures.ts'

test('the schema that ships for editors is the one that the program checks with', async () => {
  const text = `${JSON.stringify(policyJsonSchema(), null, 2)}\n`
  await expect(text).toMatchFileSnapshot(join(ROOT, 'policies/policy.schema.json'))
})
