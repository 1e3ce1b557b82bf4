import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { specialUse } from '../../src/document/guards/special-use.ts'
import { publishedTags } from '../address/published-prefixes.ts'
import { HAS_DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'

test.skipIf(!HAS_DOCUMENTS)(
  `no published document holds any${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  { timeout: 120_000 },
  () => {
    const texts = new Set(publishedTags().flatMap((tags) => [...tags.values()].flat()))
    const published = PrefixSet.of([...texts].map(parsePrefix))
    expect(specialUse().filter(({ set }) => set.overlaps(published))).toEqual([])
    console.log(`${texts.size} published prefixes looked at`)
  },
)
