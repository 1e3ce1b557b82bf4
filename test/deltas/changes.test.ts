import { expect, test } from 'vitest'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { explain } from '../../src/finding/finding.ts'
import { proveDelta } from '../../src/verify/prove-delta.ts'
import { BASE, changeOf } from './changes.ts'
import { formsWith } from './forms.ts'

// What may happen between two documents, small. tables.long.test.ts has every change in every form.

test('a reader that follows nothing proves nothing', () => {
  const { before, after } = changeOf(BASE, BASE.replace('20.0.4.0/24', '20.0.8.0/24'))
  const { findings } = proveDelta({ target: 'edge', by: 'addresses', before, after }, [])
  expect(findings.map(({ code }) => code)).toContain('PROOF_FAILED')
})

test('a delta leads over a copy if a group cannot hold older and newer members together', async () => {
  const settings = (vendor: string): Record<string, string> => (vendor === 'fortigate' ? { groupMembers: '300' } : {})
  const form = formsWith(settings).find(({ name }) => name === 'fortigate')
  const prefixes = (second: number) => Array.from({ length: 200 }, (_, index) => `20.${second}.${index}.0/25`).join(',')
  const change = changeOf(`Sql=${prefixes(4)} Front=20.1.0.0/24`, `Sql=${prefixes(8)} Front=20.1.0.0/24`)
  const { files, findings } = await renderDelta(change, form as NonNullable<typeof form>, true)
  expect(findings.map(explain)).toEqual([])
  expect(files[0]?.text.match(/^ {4}edit "Web.*"$/gm)).toEqual(['    edit "Web-next-v4"', '    edit "Web-v4"'])
})
