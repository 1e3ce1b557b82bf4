import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderDelta } from '../../src/change/ways/render-delta.ts'
import { compile } from '../../src/compile/compile.ts'
import { explain } from '../../src/finding/finding.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { documentOf, policyOf } from '../notation.ts'
import { formsWith } from './forms.ts'

// One delta in which most things happen, in every form, as files to read: objects and members come and go, a rule appears,
// a set gains its first IPv6 prefix, a group is split.

const POLICY = `150 Web: Sql outbound tcp 443
160 Door: Front both tcp 443,8000-8080
170 More: Storage.* outbound udp 53 optional`

const rulesetFor = (tags: string, published: string): Ruleset => {
  const document = documentOf(tags, 'public', published)
  return compile(policyOf(POLICY), { document, names: [...document.tags.keys()], where: '' }).ruleset
}
const CHANGE = {
  before: rulesetFor('Sql=20.0.0.0/24,20.0.4.0/24,20.0.8.0/24 Front=20.1.0.0/24', '2025-11-03'),
  after: rulesetFor(
    'Sql=20.0.0.0/24,20.0.8.0/23,20.0.16.0/24,20.0.20.0/24,20.0.24.0/24 Front=20.1.0.0/24,2603:1001::/48 Storage.A=20.2.0.0/24',
    '2025-11-10',
  ),
}

const FORMS = formsWith(
  (vendor): Record<string, string> => (/paloalto|fortigate/.test(vendor) ? { groupMembers: '4' } : {}),
)

test.for(FORMS.map((form) => [form.name, form] as const))('%s', async ([, form]) => {
  for (const [way, change] of [
    ['delta', CHANGE],
    ['rollback', { before: CHANGE.after, after: CHANGE.before }],
  ] as const) {
    const { files, findings } = await renderDelta(change, form, true)
    const stem = join(import.meta.dirname, 'expected', form.name.replaceAll(' ', ','), way)
    if (files.length === 0)
      await expect(`${findings.map(explain).join('\n')}\n`).toMatchFileSnapshot(`${stem}.refused.txt`)
    for (const { part, family, text } of files) {
      const isLines = /^\{.*\}\n\{/.test(text)
      const type = isLines ? 'jsonl' : /^\s*[{[]/.test(text) ? 'json' : /^\s*</.test(text) ? 'xml' : 'txt'
      expect(text).not.toMatch(/undefined|null,|\[object|\r|[ \t]\n/)
      if (type.startsWith('json')) for (const one of isLines ? text.trim().split('\n') : [text]) JSON.parse(one)
      await expect(text).toMatchFileSnapshot(`${stem}.${part}${family ? `.${family}` : ''}.${type}`)
    }
  }
})
