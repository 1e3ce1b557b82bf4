import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { guard } from '../../src/document/guards/guards.ts'
import type { Cloud } from '../../src/model/cloud.ts'
import { DEFAULT_LIMITS } from '../../src/model/guard.ts'
import { DOCUMENTS, HAS_DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'

const HISTORIES: [Cloud, string][] = [
  ['public', 'Public'],
  ['usgov', 'AzureGovernment'],
  ['china', 'China'],
]

test.skipIf(!HAS_DOCUMENTS).for(HISTORIES)(
  `the real history of %s trips no guard${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  ([cloud, name]) => {
    const files = readdirSync(DOCUMENTS)
      .filter((file) => file.startsWith(`ServiceTags_${name}_`))
      .sort()
    const tags = [
      'AzureActiveDirectory',
      'AzureResourceManager',
      'AzureFrontDoor.FirstParty',
      'MicrosoftContainerRegistry',
    ]
    const documents = files.map((file) => {
      const published = file.replace(/^.*_(\d{4})(\d\d)(\d\d)\.json$/, '$1-$2-$3')
      return parseDocument({ bytes: readFileSync(join(DOCUMENTS, file)), name: file, published }, cloud, tags).document
    })
    const found = documents.map((document, index) =>
      guard(document, documents[index - 1], () => true, { limits: DEFAULT_LIMITS, accept: [] }),
    )
    expect(found.flat().filter(({ severity }) => severity === 'error')).toEqual([])
    console.log(`${cloud}: ${Math.max(0, documents.length - 1)} consecutive pairs compared`)
  },
)
