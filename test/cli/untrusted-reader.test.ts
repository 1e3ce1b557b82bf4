import { expect, test } from 'vitest'
import { contentsOf, DOCUMENT, folderWith, tagwall } from './harness.ts'

// A vendor of a user's own, whose reader says what is not legal: nothing is proved, nothing is audited, nothing is written.

const NAME = 'ServiceTags_Public_20251110.json'
const POLICY = `rules:
  - { name: Login, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150 }
targets:
  - { name: edge, vendor: asa, out: rules/edge.txt }
`
const MANIFEST = JSON.stringify({
  title: 'ASA',
  recognise: ['^permit'],
  artefacts: [{ part: 'rules', template: 'rules.hbs' }],
  items: [{ each: 'rules', make: 'permit any any', gone: 'no {{name}}' }],
  deltas: [{ part: 'rules', template: 'rules.hbs' }],
})
const TEMPLATE = 'permit any any\n'

/** One rule that allows everything, in place of the policy's own; `fields` are what is wrong with it. */
const READ = (fields: string) => `
const rule = ({ kit }) => ({
  name: 'any-any', place: { part: 'PART', line: 1 }, direction: 'outbound', action: 'allow', protocol: 'any',
  ports: [{ first: 0, last: 65535 }], coverage: 'whole', remote: { addresses: kit.everything(), tags: [] }, ${fields}
})
const reading = ([{ part }], context) => ({ rules: [{ ...rule(context), place: { part, line: 1 } }], lists: [], notes: [] })
export default reading
`

const AT = 'tagwall: the reader of asa'
// What else a reader may say stands in test/vendor/reading.test.ts.
const CASES: readonly (readonly [what: string, reader: string, message: string])[] = [
  ['an action of its own', READ('action: "permit"'), `${AT}: rule 1 "any-any": action "permit" is not allow or deny\n`],
  [
    'a name that is a command',
    READ('name: "\\n::error::x\\u001b[2J", coverage: 1'),
    `${AT}: rule 1 "\\n::error::x\\u001b[2J": coverage 1 is not whole or part\n`,
  ],
  ['nothing', 'export default () => {}', `${AT} returned undefined; expected { rules, lists, notes }\n`],
  [
    'an error',
    'export default (files) => files.none.length',
    `${AT} failed: TypeError: Cannot read properties of undefined (reading 'length') (reader.js line 1); TAGWALL_DEBUG=1 shows where\n`,
  ],
]

test.for(CASES)('%s in a reader refuses proof and audit alike, in one sentence', async ([, reader, message]) => {
  const folder = folderWith({
    'tagwall.yaml': POLICY,
    [NAME]: DOCUMENT,
    'device.txt': TEMPLATE,
    'mine/asa/vendor.json': MANIFEST,
    'mine/asa/rules.hbs': TEMPLATE,
    'mine/asa/reader.js': reader,
  })
  const before = contentsOf(folder)
  const common = ['--vendors', 'mine']
  for (const argv of [
    ['update', '--from', NAME, ...common],
    ['build', '--snapshot', NAME, ...common],
    ['emit', 'edge', '--snapshot', NAME, ...common],
    ['audit', 'edge', 'device.txt', '--snapshot', NAME, ...common],
  ]) {
    const { code, out, err } = await tagwall(folder, argv)
    expect({ argv, code, out, err: err.replace(/^(?:note|warning): .*\n/gm, '') }).toEqual({
      argv,
      code: 2,
      out: '',
      err: message,
    })
  }
  expect(contentsOf(folder)).toEqual(before)
})

test('a reader whose device fails is named, too', async () => {
  const folder = folderWith({
    'tagwall.yaml': POLICY,
    [NAME]: DOCUMENT,
    'mine/asa/vendor.json': MANIFEST,
    'mine/asa/rules.hbs': TEMPLATE,
    'mine/asa/reader.js': 'export const device = () => { throw new Error("lost") }',
  })
  const argv = ['build', '--snapshot', NAME, '--since', NAME, '--vendors', 'mine']
  const { code, out, err } = await tagwall(folder, argv)
  expect({ code, out, err }).toEqual({
    code: 2,
    out: '',
    err: `${AT} failed: Error: lost (reader.js line 1); TAGWALL_DEBUG=1 shows where\n`,
  })
})

test('TAGWALL_DEBUG=1 shows where a reader failed', async () => {
  const folder = folderWith({
    'tagwall.yaml': POLICY,
    [NAME]: DOCUMENT,
    'mine/asa/vendor.json': MANIFEST,
    'mine/asa/rules.hbs': TEMPLATE,
    'mine/asa/reader.js': 'export default (files) => files.none.length',
  })
  const argv = ['emit', 'edge', '--snapshot', NAME, '--vendors', 'mine']
  const { err } = await tagwall(folder, argv, { env: { TAGWALL_DEBUG: '1' } })
  expect(err).toMatch(/caused by TypeError: .*\n +at .*reader\.js\?asa:1:/)
})
