import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DOCUMENTS, HAS_DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { contentsOf, folderWith, tagwall } from './harness.ts'

test.skipIf(!HAS_DOCUMENTS)(
  `replays the published documents: a week is a change where a tag in use changed${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  { timeout: 120_000 },
  async () => {
    const folder = folderWith()
    const documents = readdirSync(DOCUMENTS)
      .filter((name) => /^ServiceTags_Public_202[4-9]/.test(name))
      .sort()
    const TAGS = [
      'AzureActiveDirectory',
      'AzureResourceManager',
      'AzureFrontDoor.FirstParty',
      'MicrosoftContainerRegistry',
    ]
    const contentOf = (name: string) => {
      const { values } = JSON.parse(readFileSync(join(DOCUMENTS, name), 'utf8').replace(/^\uFEFF/, ''))
      const used = values.filter(({ name }: { name: string }) => TAGS.includes(name))
      return JSON.stringify(
        used.map((tag: { properties: { addressPrefixes: string[] } }) => tag.properties.addressPrefixes),
      )
    }
    const quiet: string[] = []
    let before = ''
    for (const name of documents) {
      const content = contentOf(name)
      const files = contentsOf(folder)
      const { code } = await tagwall(folder, ['update', '--from', join(DOCUMENTS, name), '--exit-code'])
      expect({ name, code }).toEqual({ name, code: content === before ? 0 : 1 })
      if (content === before) {
        quiet.push(name)
        expect(contentsOf(folder)).toEqual(files)
      }
      before = content
    }
    expect(quiet).toEqual(['ServiceTags_Public_20250303.json', 'ServiceTags_Public_20251110.json'])
  },
)
