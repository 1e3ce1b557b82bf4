import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fit as fitRuleset } from '../../../src/compile/fit/fit.ts'
import type { MadeItem } from '../../../src/model/made-item.ts'
import { linesIn } from '../../../src/model/made-item.ts'
import { sideOf } from '../../../src/vendor/render/changed-things.ts'
import { itemChanges, textOfChanges } from '../../../src/vendor/render/derived-delta.ts'
import { templateOf } from '../../../src/vendor/templates.ts'
import { vendorOf } from '../../compile/acme.ts'
import { expectOutcomes } from '../../golden-page.ts'
import { compiled, problemOf } from '../../notation.ts'

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
    const ruleset = compiled(rules, tags)
    const { fitted } = fitRuleset(ruleset, { target: 'edge', vendor, options, family: undefined })
    return sideOf(fitted, vendor, options)
  })
  if (!older || !newer) throw new Error('two sides')
  return textOfChanges(itemChanges(older, newer, new Set(reworded), part))
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

const BY_TEMPLATES = { list: 'prefixes', add: 'listed.hbs', take: 'taken.hbs', apart: true }
const ONLY_ADDED = { list: 'prefixes', add: 'listed.hbs', apart: false }
const CHAINS = [item('chains', 'chain.hbs', { gone: 'chain-gone.hbs' })]
const DIRECTIONS = [item('directions', 'direction.hbs', { gone: undefined })]
const ONCE = [item('once', 'once.hbs', { gone: undefined })]
const PARTS = [...listed(undefined, { part: 'sets', gonePart: 'gone' }), item('rules', 'rule.hbs', { part: 'rules' })]
const TAKEN = listed({ list: 'prefixes', add: 'listed.hbs', take: 'taken.hbs', apart: false }, { gone: undefined })
const LINE = { line: '^set (?=\\w+ (?:to|port) )', add: 'set ', take: 'delete ', alone: '^set ' }
const OTHER_DOOR = { rules: [WEB, { ...DOOR, ports: [80] }] }

/** Other items than those above, and what changes. */
const OF_ITEMS: Readonly<Record<string, Parameters<typeof deltaOf>>> = {
  'a set gains and loses members by templates': [{}, OTHER, listed(BY_TEMPLATES)],
  'a set is made again if a member comes that overlaps one that goes': [
    {},
    { tags: 'Sql=192.0.2.0/24 Front=198.51.100.0/25' },
    listed(BY_TEMPLATES),
  ],
  'a set is made again if it loses members and nothing takes them': [{}, OTHER, listed(ONLY_ADDED)],
  'a set gains members where nothing takes any': [
    { tags: 'Sql=192.0.2.0/25,192.0.3.0/25 Front=198.51.100.0/25' },
    { tags: 'Sql=192.0.2.0/25,192.0.3.0/25,192.0.4.0/25 Front=198.51.100.0/25' },
    listed(ONLY_ADDED),
  ],
  'a set that no template removes goes as it loses all its members': [{}, { rules: [WEB] }, TAKEN],
  'a set that no template removes changes': [{}, OTHER, TAKEN],
  'a chain that differs, and one that goes, are made again': [{}, OTHER_DOOR, CHAINS],
  'a chain that goes': [{}, { rules: [WEB, DOOR].map((rule) => ({ ...rule, ports: [80] })) }, CHAINS],
  'a direction is made again, and no other': [{}, OTHER_DOOR, DIRECTIONS],
  'both families are made again': [{}, { rules: [WEB] }, [item('families', 'family.hbs', { gone: undefined })]],
  'the whole is made again': [{}, { rules: [WEB] }, ONCE],
  'nothing is made again where the texts are the same': [{}, OTHER, ONCE],
  'the whole is made again if the device words anything otherwise': [{}, {}, ONCE, ['a rule']],
  'what the device words otherwise is made again': [{ rules: [WEB] }, { rules: [WEB] }, ITEMS, ['Web']],
  ...Object.fromEntries(
    ['sets', 'rules', 'gone'].map((part) => [
      `of several files, that of the ${part} has the changes of its part`,
      [{}, { rules: [{ ...WEB, ports: [80] }] }, PARTS, [], part],
    ]),
  ),
  'a value that one more template prints': [
    { rules: [WEB] },
    { rules: [{ ...WEB, description: 'Reports' }] },
    [item('rules', 'noted.hbs')],
  ],
  'of a rule whose lines are commands, only lines that differ are given, and lists lose what went': [
    { rules: [WEB] },
    { rules: [{ ...WEB, ports: [80], description: 'Reports' }] },
    [item('rules', 'lines.hbs', { members: LINE })],
  ],
  'members of a list come and go by templates': [
    {},
    OTHER,
    [
      item('groups', 'group.hbs', {
        members: { list: 'members', add: 'gains.hbs', take: 'loses.hbs', apart: false },
        together: ['open.hbs', 'close'],
      }),
    ],
  ],
  'of a rule that is made again, only the members of its list go that it no longer has': [
    { rules: [{ ...WEB, ports: [80, 443] }] },
    { rules: [WEB] },
    [item('rules', 'rule.hbs', { members: { list: 'ports.hbs', take: 'loses.hbs', apart: false } })],
  ],
}

test('what is derived of other items', async () => {
  await expectOutcomes('derived-items.txt', OF_ITEMS, (given) => deltaOf(...given))
})

const PROBLEMS: Readonly<Record<string, readonly MadeItem[]>> = {
  'a list that is not there': [
    item('groups', 'group.hbs', { members: { list: 'member', take: 'loses.hbs', apart: false } }),
  ],
  'a flag that is not there': [item('rules', 'rule.hbs', { if: 'isOutbond' })],
  'a flag that is nearly another field': [item('rules', 'rule.hbs', { if: 'names' })],
  'a pattern that matches no member': [{ ...GROUP, members: { line: '^member', add: 'a', take: 't' } }],
  'a pattern that matches no entry': [{ ...ENTRIES, members: { line: '^permit', add: 'a', take: 't' } }],
  'a pattern that matches another line': [{ ...GROUP, members: { line: '^ +', add: 'a', take: 't' } }],
}

test('is one sentence', async () => {
  await expectOutcomes('derived-problems.txt', PROBLEMS, (items) => problemOf(() => deltaOf({}, OTHER, items)))
})
