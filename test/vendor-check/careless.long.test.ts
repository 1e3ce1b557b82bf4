import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Vendor } from '../../src/model/vendor.ts'
import type { Readers } from '../../src/vendor/kit/reader-api.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { readVendor } from '../../src/vendor/vendor.ts'
import { checkAudit } from '../../src/vendor-check/check-audit.ts'
import { checkEdits } from '../../src/vendor-check/check-edits.ts'
import { checkVendor } from '../../src/vendor-check/check-vendor.ts'
import type { CheckName, CheckResult } from '../../src/vendor-check/result.ts'
import { settingsOf } from '../../src/vendor-check/settings.ts'
import { folderWith } from '../cli/harness.ts'
import { THOROUGH } from '../thorough.ts'

// Readers with one careless habit each. The check must find every habit by which a wrong file could pass its proof.

const GATE = join(import.meta.dirname, 'gate')
const FILES = Object.fromEntries(readdirSync(GATE).map((name) => [name, readFileSync(join(GATE, name), 'utf8')]))

type Stage = (vendor: Vendor) => Promise<readonly CheckResult[]>

const whole =
  (only: readonly CheckName[], edits = 0): Stage =>
  async (vendor) =>
    (await checkVendor(vendor, { edits, editsOfFile: 20, history: 0, only })).checks
/** A check alone, of files that are proved. */
const alone =
  (check: typeof checkEdits, edits: number, editsOfFile: number): Stage =>
  async (vendor) => [
    await check(vendor, settingsOf(vendor).settings, { edits, editsOfFile }, (await loadReader(vendor)) as Readers),
  ]
const audits: typeof checkEdits = (_, ...given) => checkAudit(...given)

/** For a vendor that has findings, the quickest first; a few edits tell of most habits. */
const UNTIL_FOUND: readonly Stage[] = [
  whole(['files', 'proof']),
  alone(audits, 200, 3),
  alone(checkEdits, 200, 3),
  whole(['reload', 'deltas']),
  alone(checkEdits, 2000, 20),
  whole(['hostile']),
]
/** For a vendor that has none. */
const WHOLE: readonly Stage[] = [
  whole(['files', 'proof', 'reload', 'deltas', 'edits', 'audit', 'hostile'], THOROUGH ? 8000 : 1200),
]

type Change = readonly [file: string, from: string, to: string]

/** The findings of the first checks that have any, of the vendor whose files have these texts replaced. */
async function findingsOf(changes: readonly Change[], stages = UNTIL_FOUND) {
  const files = { ...FILES }
  for (const [file, from, to] of changes) {
    const text = files[file] ?? ''
    files[file] = text.replaceAll(from, () => to)
    expect(files[file], `${file}: ${from}`).not.toBe(text)
  }
  const folder = folderWith(Object.fromEntries(Object.entries(files).map(([name, text]) => [`gate/${name}`, text])))
  const vendor = readVendor('gate', [folder])
  const found: string[] = []
  for (const stage of stages) {
    const checks = await stage(vendor)
    found.push(...checks.flatMap(({ check, findings }) => findings.map(({ text }) => `${check}: ${text}`)))
    if (found.length > 0) break
  }
  return found
}

/** What a reader does in place of this code. */
type Habit = readonly [habit: string, from: string, to: string]

const SKIPS = 'if (reason) notes.push({ place, text: line, reason })'
const FOUND = 'return { rules: found, lists: [], notes: faults }'
const sorting = (first: string) =>
  `return { rules: [...found.filter(({ action }) => action === '${first}'), ...found.filter(({ action }) => action !== '${first}')], lists: [], notes: faults }`
const LOOP = 'of held.rules) {'
/** The rules that are held, changed. */
const rules = (change: string) => `of held.rules.${change}) {`

const HARMFUL: readonly Habit[] = [
  [
    'skips lines that it does not know',
    SKIPS,
    "if (reason && reason !== 'is not understood') notes.push({ place, text: line, reason })",
  ],
  ['skips every fault', SKIPS, ''],
  [
    'ignores ports',
    LOOP,
    rules("map((rule) => ({ ...rule, ports: rule.protocol === 'tcp' ? [{ first: 443, last: 443 }] : rule.ports }))"),
  ],
  ['takes a denial for an allow', LOOP, rules("map((rule) => ({ ...rule, action: 'allow' }))")],
  ['skips denials', LOOP, rules("filter(({ action }) => action === 'allow')")],
  ['has no default', 'if (found.length > 0 && !held.denies)', 'if (false)'],
  [
    'accepts host bits',
    'const prefix = kit.prefixOrReason(text)',
    "const block = kit.blockOf(text)\nconst prefix = block ? { family: block.family, address: block.first, length: block.length } : 'x'",
  ],
  [
    'ignores the case of words',
    'const words = (isInside ? line.slice(2) : line).split(',
    'const words = (isInside ? line.slice(2) : line).replace(/^[A-Za-z]+/, (word) => word.toLowerCase()).split(',
  ],
  [
    'reads a file with a known header only once',
    'return { rules: found, lists: [], notes: faults }',
    'return (globalThis.known ??= new Map()).get(first) ?? known.set(first, { rules: found, lists: [], notes: faults }).get(first)',
  ],
  [
    'takes a local object for any',
    'rule.local = { addresses: kit.empty, objects: [rest[1]] }',
    'rule.local = undefined',
  ],
  [
    'takes every local object for one',
    'rule.local = { addresses: kit.empty, objects: [rest[1]] }',
    "rule.local = { addresses: kit.empty, objects: ['lab'] }",
  ],
  ['ignores local sides', LOOP, rules('map((rule) => ({ ...rule, local: undefined }))')],
  ['takes the first port only', 'rule.ports = ports', 'rule.ports = ports.slice(0, 1)'],
  [
    'takes a range for its first port',
    'rule.ports = ports',
    'rule.ports = hasPorts ? ports.map(({ first }) => ({ first, last: first })) : ports',
  ],
  [
    'takes a range for its last port',
    'return { first: Number(first), last: Number(last) }',
    'return { first: Number(last), last: Number(last) }',
  ],
  ['ignores removals of members', 'if (isRemoved) members.delete(cidr)', 'if (isRemoved) {}'],
  [
    'needs no commit',
    "if (line === 'commit' && staged) {",
    "if (staged) held = staged\nif (line === 'commit' && staged) {",
  ],
  ['takes udp for tcp', 'rule.protocol = protocol', "rule.protocol = protocol === 'udp' ? 'tcp' : protocol"],
  ['puts allows before denials', FOUND, sorting('allow')],
  ['puts denials before allows', FOUND, sorting('deny')],
  ['takes icmp for any', 'rule.protocol = protocol', "rule.protocol = protocol === 'icmp' ? 'any' : protocol"],
  ['takes any for icmp', 'rule.protocol = protocol', "rule.protocol = protocol === 'any' ? 'icmp' : protocol"],
  ['takes any for tcp', 'rule.protocol = protocol', "rule.protocol = protocol === 'any' ? 'tcp' : protocol"],
  [
    'mixes local and remote addresses',
    'remote: { addresses, tags: [] },',
    'remote: { addresses: local ? addresses.union(local.addresses) : addresses, tags: [] }, local: undefined,',
  ],
  ['ignores sets of IPv6', "['ipv4', 'ipv6'].flatMap(", "['ipv4'].flatMap("],
  ['ignores IPv6 where a set has IPv4', 'kit.union(sets.flatMap(', 'kit.union(sets.slice(0, 1).flatMap('],
  ['takes every direction for outbound', LOOP, rules("map((rule) => ({ ...rule, direction: 'outbound' }))")],
  ['skips rules inbound', LOOP, rules("filter(({ direction }) => direction === 'outbound')")],
  [
    'finds a denial anywhere in a line',
    "if (rest.length !== 1 || !['allow', 'deny'].includes(rest[0])) return 'is not an action'",
    "rest = [rest.join(' ').includes('deny') ? 'deny' : 'allow']",
  ],
  [
    'ignores more words',
    "if (verb !== 'member' || more.length > 0 || !addresses)",
    "if (verb !== 'member' || !addresses)",
  ],
  ['names no items', '[...held.sets.keys()].map((key) => {', '[].map((key) => {'],
  [
    'takes one rule for each name',
    'staged.rules.push(block.rule)',
    "staged.rules = [...staged.rules.filter(({ name }) => name.replace(/-in$/, '') !== block.rule.name.replace(/-in$/, '')), block.rule]",
  ],
  [
    'keeps local IPv4 only',
    'rule.local = { addresses: kit.union(sides), objects: [] }',
    "rule.local = { addresses: kit.union(sides).family('ipv4'), objects: [] }",
  ],
  [
    'keeps the first local prefix',
    'rule.local = { addresses: kit.union(sides), objects: [] }',
    'rule.local = { addresses: sides[0], objects: [] }',
  ],
  ['takes a member of one family for the other', '(family && prefix.family !== family)', 'false'],
  ['takes every address for none', ': kit.setOf([prefix])', ': kit.setOf(prefix.length === 0 ? [] : [prefix])'],
  [
    'compares names without case',
    `held.sets.get(\`\${family} \${remote}\`) ?? []`,
    `[...held.sets].flatMap(([key, members]) => (key.toLowerCase() === \`\${family} \${remote}\`.toLowerCase() ? [members] : []))`,
  ],
]

test.for(HARMFUL)('a reader that %s is found', async ([habit, from, to]) => {
  const changes: Change[] = [['reader.js', from, to]]
  if (habit.includes('header'))
    changes.push(
      [
        'reader.js',
        'for (const { part, text } of files) {',
        'first = files[0].text.split("\\n", 1)[0]\nfor (const { part, text } of files) {',
      ],
      ['reader.js', 'let block\n', 'let block\nlet first = ""\n'],
    )
  expect(await findingsOf(changes)).not.toEqual([])
})

// What a reader does only where it reads a running configuration.
const OPEN = 'export const device = ({ kit, options }) => {'
const AUDIT = "purpose === 'audit'"
test.for<Habit>([
  ['fails', OPEN, `${OPEN}\nif (${AUDIT}) throw new Error('no')`],
  ['drops notes', FOUND, `return { rules: found, lists: [], notes: ${AUDIT} ? [] : faults }`],
  [
    'takes denials for allows',
    FOUND,
    `return { rules: ${AUDIT} ? found.map((rule) => ({ ...rule, action: 'allow' })) : found, lists: [], notes: faults }`,
  ],
  ['finds no rules', FOUND, `return { rules: ${AUDIT} ? [] : found, lists: [], notes: faults }`],
  [
    'ignores ports',
    FOUND,
    `return { rules: ${AUDIT} ? found.map((rule) => ({ ...rule, ports: EVERY_PORT })) : found, lists: [], notes: faults }`,
  ],
  [
    'finds rules of IPv4 only',
    FOUND,
    `return { rules: ${AUDIT} ? found.map((rule) => ({ ...rule, remote: { ...rule.remote, addresses: rule.remote.addresses.family('ipv4') } })) : found, lists: [], notes: faults }`,
  ],
])('a reader that %s in an audit is found', async ([, from, to]) => {
  const given = to.startsWith(OPEN) ? OPEN : from
  const own = 'export const device = ({ kit, options, purpose }) => {'
  const changes =
    given === OPEN
      ? [['reader.js', from, to.replace(OPEN, own)] as const]
      : [['reader.js', OPEN, own] as const, ['reader.js', from, to] as const]
  expect(await findingsOf(changes)).not.toEqual([])
})

test.for<Habit>([
  ['is careful', '', ''],
  // A device may well do so, and no line can say that it does not.
  [
    'lets the first of two values count',
    "if (rule[verb] !== undefined) return 'is there twice'",
    'if (rule[verb] !== undefined) return undefined',
  ],
  ['lets the last of two values count', "if (rule[verb] !== undefined) return 'is there twice'", ''],
  // Then the rule is missing, which the proof finds.
  [
    'leaves out rules whose set is not there',
    "faults.push({ place, text: remote, reason: 'is a set that is not there' })",
    'continue',
  ],
  [
    'takes a set that is not there for an empty one',
    "if (sets.length === 0) faults.push({ place, text: remote, reason: 'is a set that is not there' })",
    '',
  ],
])('a reader that %s has no findings', async ([, from, to]) => {
  expect(await findingsOf(from ? [['reader.js', from, to]] : [], WHOLE)).toEqual([])
})

// The same device, where a number decides on the place of a rule, and not the line.
const SORTED = '[...held.rules].sort((one, other) => one.number - other.number)'
const NUMBERED: readonly Change[] = [
  ['vendor.json', '"title":', '"order": "none", "title":'],
  ['_rules.hbs', 'rule {{direction}} {{name}}\n', 'rule {{direction}} {{name}}\n  number {{priority}}\n'],
  [
    'reader.js',
    "if (verb === 'protocol') {",
    "if (verb === 'number') {\n rule.number = Number(rest[0])\n return /^\\d+$/.test(rest.join(' ')) ? undefined : 'is not a number'\n }\n if (verb === 'protocol') {",
  ],
  [
    'reader.js',
    'items: () =>\n      [...held.sets.keys()]',
    "items: () => held.rules.map(({ name, direction, action, number }) => ({ kind: 'rule', name, list: direction, fields: { action, number: String(number) } })).concat(\n      [...held.sets.keys()]",
  ],
  ['reader.js', 'fields: {} }\n      }),', 'fields: {} }\n      })),'],
]
test('a reader that follows numbers has no findings', async () => {
  expect(await findingsOf([...NUMBERED, ['reader.js', LOOP, `of ${SORTED}) {`]], WHOLE)).toEqual([])
})
test.for<[habit: string, order: string]>([
  ['takes rules as they are written', 'of [...held.rules]) {'],
  [
    'takes rules as they are written, where one has the number 0',
    `of held.rules.some(({ number }) => number === 0) ? held.rules : ${SORTED}) {`,
  ],
  ['takes the number 0 for none', `of ${SORTED.replaceAll('one.number', '(one.number || other.number)')}) {`],
])('a reader that %s is found', async ([, order]) => {
  expect(await findingsOf([...NUMBERED, ['reader.js', LOOP, order]])).toContainEqual(
    expect.stringMatching(/not noticed: the number/),
  )
})

/** The sets that stay go by a cleanup, in place of a delta. */
const CLEANUP = [
  'vendor.json',
  '"deltas": [{ "part": "rules", "template": "delta.hbs" }]',
  '"cleanup": [{ "part": "rules", "template": "cleanup.hbs" }]',
] as const

test.for<[what: string, changes: readonly Change[]]>([
  [
    'denials first, in the template and in the reader',
    [
      ['_rules.hbs', '{{#each rules}}\n', '{{#each rules}}\n{{#if isDeny}}\n'],
      [
        '_rules.hbs',
        '{{/unless}}\n{{/each}}\n',
        '{{/unless}}\n{{/if}}\n{{/each}}\n{{#each rules}}\n{{#if isAllow}}\nrule {{direction}} {{name}}\n  action allow\n  protocol {{service.protocol}}{{#each service.ports}} {{first}}-{{last}}{{/each}}\n  remote {{set.name}}\n{{#unless local.isAny}}\n{{#if local.isObject}}\n  local object {{local.object}}\n{{else}}\n  local{{#each local.prefixes}} {{cidr}}{{/each}}\n{{/if}}\n{{/unless}}\n{{/if}}\n{{/each}}\n',
      ],
      ['reader.js', FOUND, sorting('deny')],
    ],
  ],
  ['no cleanup where sets stay', [CLEANUP, ['cleanup.hbs', 'no set {{word}} {{name}}', '! no set']]],
  [
    'a delta that leaves older sets',
    [
      ['delta.hbs', 'no set {{word}}', '! no set {{word}}'],
      [
        'vendor.json',
        '"items": [',
        '"items": [{ "each": "rules", "make": "! {{name}}", "gone": "no rule {{direction}} {{name}}" },',
      ],
      [
        'reader.js',
        '    const [, direction, rule] =',
        '    const [, way, gone] = /^no rule (inbound|outbound) (\\S+)$/.exec(text) ?? []\n    if (gone) {\n      staged.rules = staged.rules.filter((one) => one.name !== gone || one.direction !== way)\n      return undefined\n    }\n    const [, direction, rule] =',
      ],
    ],
  ],
  [
    'a cleanup of sets that stay',
    [
      CLEANUP,
      [
        'cleanup.hbs',
        '{{#each gone.sets}}\nno set {{word}} {{name}}\n{{/each}}',
        '{{#each families}}\n{{#each sets}}\nno set {{../word}} {{name}}\n{{/each}}\n{{/each}}',
      ],
    ],
  ],
  [
    'a reader that says that a full load clears all, and a cleanup',
    [
      CLEANUP,
      [
        'reader.js',
        '*load(files) {',
        "*load(files, kind) {\nif (kind === 'full') held = { sets: new Map(), rules: [], denies: false }",
      ],
    ],
  ],
])('a vendor with %s is found', async ([, changes]) => {
  expect(await findingsOf(changes)).not.toEqual([])
})
