import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderDelta } from '../../src/change/ways/render-delta.ts'
import { changeOf } from './changes.ts'
import { formsWith } from './forms.ts'

// The vendors of Cisco have no delta for a rule that is reshaped, as one is in `golden.test.ts`: here are members that come and
// go, and a rule that appears or disappears, as files to read.

const OLD = 'Sql=20.0.0.0/24,20.0.4.0/24,2603:1000::/48 Front=20.1.0.0/24,2603:1001::/48'
const YOUNG = `${OLD.replace('20.0.4.0/24', '20.0.8.0/32').replace('2603:1001::/48', '2603:1007::/48')} Storage.A=20.2.0.0/24`

const FORMS = formsWith().filter(({ name }) => name.startsWith('cisco-'))

test.for(FORMS.map((form) => [form.name, form] as const))('%s', async ([, form]) => {
  for (const [way, change] of [
    ['members', changeOf(OLD, YOUNG)],
    ['back', changeOf(YOUNG, OLD)],
  ] as const) {
    const { files, findings, proof } = await renderDelta(change, form, true)
    expect(findings).toEqual([])
    expect(proof?.commands).toBeGreaterThan(0)
    const stem = join(import.meta.dirname, 'expected', form.name.replaceAll(' ', ','), way)
    for (const { part, text } of files) await expect(text).toMatchFileSnapshot(`${stem}.${part}.txt`)
  }
})
