import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, tagwall } from '../cli/harness.ts'
import { DOCUMENTS, HAS_DOCUMENTS, LONGEST_BODY, WITHOUT_DOCUMENTS } from '../fixtures.ts'

const REAL: [string, string][] = [
  ['20240101', '20251110'],
  ['20250217', '20250303'],
  ['20251103', '20251110'],
]

test.skipIf(!HAS_DOCUMENTS).for(REAL)(
  `holds every changed prefix of real documents: %s to %s${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  { timeout: 60_000 },
  async (dates) => {
    const folder = folderWith()
    const files = dates.map((date) => join(DOCUMENTS, `ServiceTags_Public_${date}.json`))
    const diff = async (format: string) => (await tagwall(folder, ['diff', ...files, '--format', format])).out
    const { changes } = JSON.parse(await diff('json'))
    const [html, markdown] = [await diff('html'), await diff('markdown')]
    type Set = Record<'ipv4' | 'ipv6', { prefixes: string[] }>
    const cidrs = changes.flatMap(({ added, removed }: Record<'added' | 'removed', Set>) =>
      [added, removed].flatMap(({ ipv4, ipv6 }) => [...ipv4.prefixes, ...ipv6.prefixes]),
    )
    expect(cidrs.filter((cidr: string) => !html.includes(`class="cidr">${cidr}</th>`))).toEqual([])
    expect(cidrs.filter((cidr: string) => !new RegExp(`^[+-] ${cidr} `, 'm').test(markdown))).toEqual([])
    expect(html).not.toContain('unknown')
    expect(markdown.length).toBeLessThan(LONGEST_BODY)
  },
)
