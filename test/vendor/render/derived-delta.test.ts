import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compile } from '../../../src/compile/compile.ts'
import { fit as fitRuleset } from '../../../src/compile/fit/fit.ts'
import type { MadeItem } from '../../../src/model/made-item.ts'
import { linesIn } from '../../../src/model/made-item.ts'
import { parsePolicy } from '../../../src/policy/policy.ts'
import { sideOf } from '../../../src/vendor/render/changed-things.ts'
import { itemChanges, textOfChanges } from '../../../src/vendor/render/derived-delta.ts'
import { templateOf } from '../../../src/vendor/templates.ts'
import { vendorOf } from '../../compile/acme.ts'
import { expectPage } from '../../golden-page.ts'
import { documentOf, problemOf } from '../../notation.ts'

// A device with objects, groups and rules; every change of them is derived from how each is made and how it goes.

const TEMPLATES: Readonly<Record<string, string>> = {
  'gone.hbs': 'no {{name}}\n',
  'object.hbs': 'object {{name}}\n',
  'group.hbs': '{{name}}\n{{#each members}}\n  member {{name}}\n{{/each}}\n  next\n',
  'set.hbs': 'set {{name}}-{{word}}\n note {{tagSummary}}\n{{#each prefixes}}\n {{cidr}}\n{{/each}}\n',
  'set-gone.hbs': 'no set {{name}}-{{word}}\n',
  'whole-set.hbs': 'set {{name}}\n note {{tagSummary}}\n{{#each prefixes}}\n {{cidr}}\n{{/each}}\n',
  'listed.hbs': 'list {{name}}-{{word}}\n{{#each prefixes}}\n {{cidr}}\n{{/each}}\n',
  'taken.hbs': 'list {{name}}-{{word}} without{{#each prefixes}} {{cidr}}{{/each}}\n',
  'chain.hbs': 'chain {{direction}} {{name}}{{#each rules}} {{name}}{{/each}}\n',
  'chain-gone.hbs': 'no chain {{direction}} {{name}}\n',
  'direction.hbs': 'list {{direction}}{{#each services}} {{name}}{{/each}}\n',
  'family.hbs': 'family {{word}}{{#each @root.rules}} {{name}}{{/each}}\n',
  'once.hbs': 'all{{#each rules}} {{name}}{{/each}} of {{@root.policy}}\n',
  'rule.hbs': 'rule {{name}} {{action}} {{service.name}} {{set.name}}\n',
  'noted.hbs': 'rule {{name}} {{description}} of {{@root.policy}}\n',
  'lines.hbs': 'set {{name}} note {{description}}\nset {{name}} to {{set.name}}\nset {{name}} port {{service.name}}\n',
  'gains.hbs': '{{name}} gains{{#each members}} {{name}}{{/each}}\n',
  'loses.hbs': '{{name}} loses{{#each members}} {{name}}{{/each}}\n',
  'ports.hbs': '{{#each service.ports}}\nport {{text}}\n{{/each}}\n',
  'open.hbs': 'open {{@root.policy}}\n',
  'list.hbs': 'list {{direction}}\n',
  'entries.hbs': '{{#each service.ports}}\n {{../action}} {{../set.name}} {{text}}\n{{/each}}\n',
  'place.hbs': 'move {{name}}{{#each move}} {{#if isAfter}}after{{else}}before{{/if}} {{neighbor.name}}{{/each}}\n',
}

const item = (each: MadeItem['each'], make: string, more: Partial<MadeItem> = {}): MadeItem => {
  return { each, when: {}, make, gone: 'gone.hbs', ...more }
}
const GROUP = item('groups', 'group.hbs', {
  within: ['groups', 'end'],
  members: { line: '^ +member ', add: '  add ', take: '  take ' },
})
const ITEMS = [item('objects', 'object.hbs'), GROUP, item('rules', 'rule.hbs', { place: 'place.hbs' })]

/** A set, as a device has it whose description is a command of its own. */
const LINES = { line: '^ (?!note )', add: ' ', take: ' no ', alone: '^ note ' }
const SETS = [item('sets', 'set.hbs', { gone: 'set-gone.hbs', members: LINES }), item('rules', 'rule.hbs')]

const WEB = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150 }
const DOOR = { name: 'Door', tags: ['Front'], direction: 'outbound', ports: [443], priority: 160 }
const NO = { ...DOOR, name: 'No', action: 'deny', priority: 170 }
const TAGS = 'Sql=192.0.2.0/25 Front=198.51.100.0/25'

interface Side {
  readonly tags?: string
  readonly rules?: readonly object[]
}

function deltaOf(
  before: Side,
  after: Side,
  items: readonly MadeItem[] = ITEMS,
  reworded: readonly string[] = [],
  part?: string,
): string {
  const lines = linesIn({ lines: {}, items, deltas: [] })
  const templates = new Map([...lines, ...Object.entries(TEMPLATES)].map(([file, text]) => [file, templateOf(text)]))
  const vendor = vendorOf({ templates, items, groups: { members: 'most', families: 'together' } })
  const options = { most: 4 }
  const [older, newer] = [before, after].map(({ tags = TAGS, rules = [WEB, DOOR] }) => {
    const policy = parsePolicy(JSON.stringify({ rules }), 'test', 'tagwall.yaml')
    const { ruleset } = compile(policy, { document: documentOf(tags), names: [], where: '' })
    const { fitted } = fitRuleset(ruleset, { target: 'edge', vendor, options, family: undefined })
    return sideOf(fitted, vendor, options)
  })
  if (!older || !newer) throw new Error('two sides')
  return textOfChanges(itemChanges(older, newer, { vendor, reworded: new Set(reworded) }, part))
}

const OTHER = { tags: 'Sql=192.0.2.0/25 Front=203.0.113.0/25' }

/** What happens, from which rules and addresses to which. */
const CASES: readonly [what: string, before: Side, after: Side][] = [
  ['nothing changes', {}, {}],
  ['a group gains a member and loses one', {}, OTHER],
  ['a group only loses a member', { tags: `${TAGS},198.51.100.128/26` }, {}],
  ['a rule comes in between', {}, { rules: [WEB, { ...DOOR, name: 'New', priority: 155 }, DOOR] }],
  ['a rule comes first', {}, { rules: [{ ...DOOR, name: 'New', priority: 145 }, WEB, DOOR] }],
  ['a rule goes', {}, { rules: [DOOR] }],
  ['no rule stays', { rules: [WEB] }, { rules: [DOOR] }],
  ['rules change places', {}, { rules: [{ ...WEB, priority: 165 }, DOOR] }],
  ['a rule has other ports', {}, { rules: [WEB, { ...DOOR, ports: [80] }] }],
  [
    'a denial grows first and shrinks last',
    { rules: [WEB, NO] },
    { rules: [WEB, NO], tags: 'Sql=192.0.2.128/25 Front=203.0.113.0/25' },
  ],
  [
    'a group is split',
    { rules: [DOOR] },
    { rules: [DOOR], tags: `Front=${[0, 16, 32, 48, 64].map((last) => `203.0.113.${2 * last}/28`).join(',')}` },
  ],
]

test('what is derived', async () => {
  const text = CASES.map(([what, before, after]) => `# ${what}\n${deltaOf(before, after)}`).join('\n')
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'expected/derived-delta.txt'))
})

/** The families of sets, and whole sets. */
const CASES_OF_SETS: readonly [what: string, before: Side, after: Side][] = [
  ['nothing changes', {}, {}],
  ['a set gains a member and loses one', {}, OTHER],
  ['a set gains a family', {}, { tags: `${TAGS},2001:db9::/32` }],
  [
    'a set loses a family and has other tags',
    { tags: `${TAGS},2001:db9::/32` },
    { rules: [WEB, { ...DOOR, tags: ['Sql'] }] },
  ],
  ['a set goes', {}, { rules: [DOOR] }],
  [
    'a denial grows first and shrinks last',
    { rules: [WEB, NO] },
    { rules: [WEB, NO], tags: 'Sql=192.0.2.128/25 Front=203.0.113.0/25' },
  ],
]

test('what is derived of sets', async () => {
  const whole = [item('wholeSets', 'whole-set.hbs', { members: LINES })]
  const text = CASES_OF_SETS.map(
    ([what, before, after]) => `# ${what}\n${deltaOf(before, after, SETS)}# whole\n${deltaOf(before, after, whole)}`,
  ).join('\n')
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'expected/derived-sets.txt'))
})

/** Lists of entries, each of which comes and goes by its words. */
const ENTRIES = item('entries', 'entries.hbs', {
  gone: undefined,
  within: ['list.hbs', ''],
  members: { line: '^ ', add: ' ', take: ' no ' },
})
const CASES_OF_ENTRIES: readonly [what: string, before: Side, after: Side][] = [
  ['only addresses change', {}, OTHER],
  [
    'a rule has more ports and fewer',
    {},
    {
      rules: [
        { ...WEB, ports: [443, 80] },
        { ...DOOR, ports: [80] },
      ],
    },
  ],
  ['rules change places', {}, { rules: [{ ...WEB, priority: 165 }, DOOR] }],
  ['a rule denies', {}, { rules: [{ ...WEB, action: 'deny' }, DOOR] }],
  [
    'rules come in both directions',
    { rules: [WEB] },
    { rules: [WEB, { ...DOOR, direction: 'both', ports: [80, 443] }] },
  ],
  ['rules go, the last first', { rules: [WEB, { ...DOOR, direction: 'both', ports: [80, 443] }] }, { rules: [WEB] }],
]

test('what is derived of entries', async () => {
  const text = CASES_OF_ENTRIES.map(([what, before, after]) => `# ${what}\n${deltaOf(before, after, [ENTRIES])}`).join(
    '\n',
  )
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'expected/derived-entries.txt'))
})

const listed = (members: MadeItem['members'], more: Partial<MadeItem> = {}) => [
  item('sets', 'listed.hbs', { gone: 'set-gone.hbs', members, ...more }),
]

test.for<[what: string, members: MadeItem['members'], before: Side, after: Side, want: string]>([
  [
    'gains and loses members by templates',
    { list: 'prefixes', add: 'listed.hbs', take: 'taken.hbs', apart: true },
    {},
    OTHER,
    'list Door-v4\n 203.0.113.0/25\nlist Door-v4 without 198.51.100.0/25\n',
  ],
  [
    'is made again if a member comes that overlaps one that goes',
    { list: 'prefixes', add: 'listed.hbs', take: 'taken.hbs', apart: true },
    {},
    { tags: 'Sql=192.0.2.0/24 Front=198.51.100.0/25' },
    'list Web-v4\n 192.0.2.0/24\n',
  ],
  [
    'is made again if it loses members and nothing takes them',
    { list: 'prefixes', add: 'listed.hbs', apart: false },
    {},
    OTHER,
    'list Door-v4\n 203.0.113.0/25\n',
  ],
  [
    'gains members where nothing takes any',
    { list: 'prefixes', add: 'listed.hbs', apart: false },
    { tags: 'Sql=192.0.2.0/25,192.0.3.0/25 Front=198.51.100.0/25' },
    { tags: 'Sql=192.0.2.0/25,192.0.3.0/25,192.0.4.0/25 Front=198.51.100.0/25' },
    'list Web-v4\n 192.0.4.0/25\n',
  ],
])('a set %s', ([, members, before, after, want]) => {
  expect(deltaOf(before, after, listed(members))).toBe(want)
})

const AGAIN: readonly [what: string, items: readonly MadeItem[], after: Side][] = [
  [
    'a chain that differs, and one that goes',
    [item('chains', 'chain.hbs', { gone: 'chain-gone.hbs' })],
    { rules: [WEB, { ...DOOR, ports: [80] }] },
  ],
  [
    'a chain that goes',
    [item('chains', 'chain.hbs', { gone: 'chain-gone.hbs' })],
    {
      rules: [
        { ...WEB, ports: [80] },
        { ...DOOR, ports: [80] },
      ],
    },
  ],
  [
    'a direction, and no other',
    [item('directions', 'direction.hbs', { gone: undefined })],
    { rules: [WEB, { ...DOOR, ports: [80] }] },
  ],
  ['both families', [item('families', 'family.hbs', { gone: undefined })], { rules: [WEB] }],
  ['the whole', [item('once', 'once.hbs', { gone: undefined })], { rules: [WEB] }],
  ['nothing where the texts are the same', [item('once', 'once.hbs', { gone: undefined })], OTHER],
]

test('items that are made again', async () => {
  await expectPage(
    'made-again.txt',
    AGAIN.map(([name, items, after]) => [name, deltaOf({}, after, items)]),
  )
})

test('a set that no template removes goes as it loses all its members', () => {
  const members = { list: 'prefixes', add: 'listed.hbs', take: 'taken.hbs', apart: false }
  const sets = listed(members, { gone: undefined })
  expect(deltaOf({}, { rules: [WEB] }, sets)).toBe('list Door-v4 without 198.51.100.0/25\n')
  expect(deltaOf({}, OTHER, sets)).toBe('list Door-v4\n 203.0.113.0/25\nlist Door-v4 without 198.51.100.0/25\n')
})

test('the whole is made again if the device words anything otherwise', () => {
  expect(deltaOf({}, {}, [item('once', 'once.hbs', { gone: undefined })], ['a rule'])).toBe('all Web Door of test\n')
})

test('of several files, each holds the changes of its part', () => {
  const items = [...listed(undefined, { part: 'sets', gonePart: 'gone' }), item('rules', 'rule.hbs', { part: 'rules' })]
  const of = (part: string) => deltaOf({}, { rules: [{ ...WEB, ports: [80] }] }, items, [], part)
  expect({ sets: of('sets'), rules: of('rules'), gone: of('gone') }).toEqual({
    sets: '',
    rules: 'rule Web allow tcp-80 Web\nno Door\n',
    gone: 'no set Door-v4\n',
  })
})

test('a value that one more template prints is in the delta', () => {
  const noted = [item('rules', 'noted.hbs')]
  expect(deltaOf({ rules: [WEB] }, { rules: [{ ...WEB, description: 'Reports' }] }, noted)).toBe(
    'rule Web Reports of test\n',
  )
})

test('what the device words otherwise is made again', () => {
  const one = { rules: [WEB] }
  expect(deltaOf(one, one, ITEMS, ['Web'])).toBe(`groups
Web
  member 192-0-2-0-25
  next
end
rule Web allow tcp-443 Web
`)
})

test('of a rule whose lines are commands, only lines that differ are given, and lists lose what went', () => {
  const members = { line: '^set (?=\\w+ (?:to|port) )', add: 'set ', take: 'delete ', alone: '^set ' }
  const [before, after] = [WEB, { ...WEB, ports: [80], description: 'Reports' }]
  expect(deltaOf({ rules: [before] }, { rules: [after] }, [item('rules', 'lines.hbs', { members })])).toBe(
    'set Web note Reports\nset Web port tcp-80\ndelete Web port tcp-443\n',
  )
})

test('members of a list come and go by templates', () => {
  const members = { list: 'members', add: 'gains.hbs', take: 'loses.hbs', apart: false }
  const groups = item('groups', 'group.hbs', { members, together: ['open.hbs', 'close'] })
  expect(deltaOf({}, OTHER, [groups])).toBe('open test\nDoor gains 203-0-113-0-25\nclose\nDoor loses 198-51-100-0-25\n')
})

test('of a rule that is made again, only the members of its list go that it no longer has', () => {
  const members = { list: 'ports.hbs', take: 'loses.hbs', apart: false }
  const [before, after] = [{ ...WEB, ports: [80, 443] }, WEB]
  expect(deltaOf({ rules: [before] }, { rules: [after] }, [item('rules', 'rule.hbs', { members })])).toBe(
    'rule Web allow tcp-443 Web\nWeb loses port 80\n',
  )
})

const PROBLEMS: readonly [what: string, items: readonly MadeItem[]][] = [
  [
    'a list that is not there',
    [item('groups', 'group.hbs', { members: { list: 'member', take: 'loses.hbs', apart: false } })],
  ],
  ['a flag that is not there', [item('rules', 'rule.hbs', { if: 'isOutbond' })]],
  ['a pattern that matches no member', [{ ...GROUP, members: { line: '^member', add: 'a', take: 't' } }]],
  ['a pattern that matches no entry', [{ ...ENTRIES, members: { line: '^permit', add: 'a', take: 't' } }]],
  ['a pattern that matches another line', [{ ...GROUP, members: { line: '^ +', add: 'a', take: 't' } }]],
]

test('is one sentence', async () => {
  await expectPage(
    'derived-problems.txt',
    PROBLEMS.map(([name, items]) => [name, problemOf(() => deltaOf({}, OTHER, items))]),
  )
})
