import { expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectPage } from '../golden-page.ts'
import { problemOf } from '../notation.ts'

// Policies of several files. The first file is the policy; a file whose name begins with "built-in" is a whole policy.

const rule = (name: string, priority: number) =>
  `  - { name: ${name}, tags: [Sql], direction: outbound, ports: [443], priority: ${priority} }\n`

function parse(files: Readonly<Record<string, string>>) {
  const [first] = Object.keys(files) as [string]
  return parsePolicy(files[first] as string, 'policy', first, (path) => {
    const text = files[path]
    if (text === undefined) throw new UserError(`there is no file ${path}`)
    return { text, file: path, isPolicy: path.startsWith('built-in') }
  })
}

test('takes rules and tests of other files, in the order of the list, before its own', () => {
  const policy = parse({
    'p.yaml': `include: [a.yaml, b.yaml]\nrules:\n${rule('Own', 1)}tests: [{ deny: 192.0.2.1, direction: outbound, port: 1 }]\n`,
    'a.yaml': `include: [c.yaml]\nrules:\n${rule('A', 2)}`,
    'b.yaml': `# tests only\ntests: [{ allow: 192.0.2.1, direction: inbound, port: 1 }]\n`,
    'c.yaml': `\nrules:\n${rule('C', 3)}${rule('D', 4)}`,
  })
  expect(policy.rules.map(({ name, at }) => `${name} ${at}`)).toEqual([
    'C c.yaml:3:5',
    'D c.yaml:4:5',
    'A a.yaml:3:5',
    'Own p.yaml:3:5',
  ])
  expect(policy.tests.map(({ expect, at }) => `${expect} ${at}`)).toEqual(['allow b.yaml:2:9', 'deny p.yaml:4:9'])
})

test('a policy may have only the rules of others', () => {
  expect(parse({ 'p.yaml': 'include: [a.yaml]', 'a.yaml': `rules:\n${rule('A', 2)}` }).rules.length).toBe(1)
})

test('a file that two others include counts once', () => {
  const policy = parse({
    'p.yaml': 'include: [a.yaml, b.yaml]',
    'a.yaml': 'include: [c.yaml]',
    'b.yaml': 'include: [c.yaml]',
    'c.yaml': `rules:\n${rule('C', 3)}`,
  })
  expect(policy.rules.map(({ name }) => name)).toEqual(['C'])
})

test('of a built-in policy, only rules and tests count', () => {
  const policy = parse({
    'p.yaml': 'include: [built-in]\ncloud: usgov\n',
    'built-in': `cloud: china\nrules:\n${rule('A', 1)}targets: [{ name: x, vendor: nsg, out: x }]\n`,
  })
  expect([policy.cloud, policy.rules.length, policy.targets]).toEqual(['usgov', 1, []])
})

const INVALID = (file: string) => `UserErrors: ${file} is not a valid policy: `
const VALID = `rules:\n${rule('A', 2)}`

const REFUSED: readonly [what: string, files: Record<string, string>][] = [
  ['a file that is not there', { 'p.yaml': 'include:\n  - b.yaml\n' }],
  ['an empty list', { 'p.yaml': 'include: []' }],
  ['a path that is no list', { 'p.yaml': 'include: a.yaml' }],
  ['a file that includes itself', { 'p.yaml': 'include: [a.yaml]', 'a.yaml': 'include: [a.yaml]' }],
  ['the policy, included by what it includes', { 'p.yaml': 'include: [a.yaml]', 'a.yaml': '\ninclude: [p.yaml]' }],
  [
    'a circle further down',
    {
      'p.yaml': 'include: [a.yaml]',
      'a.yaml': 'include: [b.yaml]',
      'b.yaml': 'include: [c.yaml]',
      'c.yaml': 'include: [a.yaml]',
    },
  ],
  ['two rules of one name', { 'p.yaml': `include: [a.yaml]\nrules:\n${rule('a', 1)}`, 'a.yaml': VALID }],
  ['two rules of one priority', { 'p.yaml': `include: [a.yaml]\nrules:\n${rule('B', 2)}`, 'a.yaml': VALID }],
  ['a mistake in an included rule', { 'p.yaml': 'include: [a.yaml]', 'a.yaml': VALID.replace('tags', 'tag') }],
  ['what belongs in the policy', { 'p.yaml': 'include: [a.yaml]', 'a.yaml': `${VALID}targets: []\n` }],
  ['an unknown key of an included file', { 'p.yaml': 'include: [a.yaml]', 'a.yaml': `${VALID}test: []\n` }],
  ['a file with nothing in it', { 'p.yaml': 'include: [a.yaml]', 'a.yaml': '{}' }],
  ['a file that is no mapping', { 'p.yaml': 'include: [a.yaml]', 'a.yaml': '[1]' }],
  [
    'no rule anywhere',
    { 'p.yaml': 'include: [a.yaml]', 'a.yaml': 'tests: [{ deny: 192.0.2.1, direction: outbound, port: 1 }]' },
  ],
]

test('refuses with a sentence', async () => {
  await expectPage(
    'include-refusals.txt',
    REFUSED.map(([name, files]) => [name, problemOf(() => parse(files))]),
  )
})

test('a hundred files are enough', () => {
  const chain = Object.fromEntries(
    Array.from({ length: 120 }, (_, index) => [`${index}.yaml`, `include: [${index + 1}.yaml]`]),
  )
  expect(problemOf(() => parse({ 'p.yaml': 'include: [0.yaml]', ...chain }))).toBe(
    'UserError: 98.yaml:1:1: a policy can include 99 files',
  )
})

test('without a way to open files, a policy that names some is refused', () => {
  expect(problemOf(() => parsePolicy('include: [a.yaml]', 'p', 'p.yaml'))).toBe(
    `${INVALID('p.yaml')}p.yaml:1:11: this policy is read alone, without the files that it names`,
  )
})
