import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DOCUMENT, folderWith, tagwall } from './harness.ts'

// The second name begins with a Cyrillic letter.
const RULES = ['arc', '\u0430rc']
const SHOWN = '\\u0430rc'
const NAME = 'ServiceTags_Public_20251110.json'

const policy = `rules:
${RULES.map((name, index) => `  - { name: ${name}, tags: [AzureResourceManager], direction: outbound, ports: [${443 + index}], priority: ${100 + index} }\n`).join('')}targets:
  - { name: edge, vendor: json, out: rules/edge.json }
`

test('a name of mixed scripts is marked in every text, and stays in JSON and in rules', async () => {
  const folder = folderWith({ 'tagwall.yaml': policy, [NAME]: DOCUMENT })
  const { code, out } = await tagwall(folder, ['update', '--from', NAME, '--report', 'out'])
  expect(code).toBe(0)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const markdown = SHOWN.replace('\\', '&#92;')
  for (const [text, shown] of [
    [out, SHOWN],
    [read('out/body.md'), markdown],
    [read('out/report.html'), SHOWN],
  ] as const) {
    expect(text).toContain(shown)
    expect(text).not.toContain(RULES[1])
  }
  const json = JSON.parse((await tagwall(folder, ['plan', '--json'])).out)
  expect(json.resolved.map((rule: { name: string }) => rule.name)).toEqual(RULES)
  expect(read('rules/edge.json')).toContain(`"${RULES[1]}"`)
})

test.for([
  ['ours', /unknown vendor "ours"; expected arista-eos, /],
  ...['vendors/ours', './vendors/ours', '../vendors/ours'].map((name) => [name, /expected a name of letters/] as const),
] as const)('a policy that names the vendor %s finds no folder of the checkout', async ([vendor, want]) => {
  const text = policy.replace('vendor: json', `vendor: ${vendor}`)
  const folder = folderWith({ 'tagwall.yaml': text, [NAME]: DOCUMENT })
  for (const place of ['vendors', '.'])
    expect((await tagwall(folder, ['vendor', 'new', 'ours', '--dir', place])).code).toBe(0)
  for (const argv of [['plan'], ['build'], ['update', '--from', NAME]])
    expect({ argv, ...(await tagwall(folder, argv)) }).toMatchObject({
      argv,
      code: 2,
      err: expect.stringMatching(want),
    })
})
