import { expect, test } from 'vitest'
import { fit as fitRuleset } from '../../../src/compile/fit/fit.ts'
import type { MadeItem } from '../../../src/model/made-item.ts'
import { sideOf } from '../../../src/vendor/render/changed-things.ts'
import { differenceView, isNoDifference } from '../../../src/vendor/render/derived-delta.ts'
import { templateOf } from '../../../src/vendor/templates.ts'
import { vendorOf } from '../../compile/acme.ts'
import { compiled } from '../../notation.ts'

// What templates of a delta see: things that are new or made in another way, and those that are gone.

const ITEMS: readonly MadeItem[] = [
  { each: 'rules', when: {}, make: 'rule.hbs' },
  { each: 'wholeSets', when: {}, if: ['isRemote'], make: 'set.hbs' },
]
const TEMPLATES = new Map([
  ['rule.hbs', templateOf('{{name}} {{service.name}}')],
  ['set.hbs', templateOf('{{name}}{{#each prefixes}} {{cidr}}{{/each}}')],
])

const WEB = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150 }
const DOOR = {
  name: 'Door',
  tags: ['Front'],
  direction: 'outbound',
  ports: [443],
  priority: 160,
  local: ['10.1.0.0/16'],
}
const MORE = { ...WEB, name: 'More', priority: 170 }

interface Side {
  readonly tags?: string
  readonly rules?: readonly object[]
}

function differenceOf(before: Side, after: Side) {
  const vendor = vendorOf({ templates: TEMPLATES, items: ITEMS })
  const sides = [before, after].map(({ tags = 'Sql=192.0.2.0/25 Front=198.51.100.0/25', rules = [WEB, DOOR] }) => {
    const ruleset = compiled(rules, tags)
    const { fitted } = fitRuleset(ruleset, { target: 'edge', vendor, options: {}, family: undefined })
    return sideOf(fitted, vendor, {})
  })
  const [older, newer] = sides
  if (!older || !newer) throw new Error('two sides')
  return differenceView(older, newer, new Set())
}

/** Lists of things by their names and what they gain and lose. */
function shown({ changed, gone }: Pick<ReturnType<typeof differenceOf>, 'changed' | 'gone'>) {
  const text = (thing: object) => {
    const { name, previous, added, removed } = thing as Record<string, string & { cidr: string }[]>
    const cidrs = (sign: string, list: { cidr: string }[] = []) => list.map(({ cidr }) => ` ${sign}${cidr}`).join('')
    return `${name}${previous ? ` after ${previous}` : ''}${cidrs('+', added)}${cidrs('-', removed)}`
  }
  const lists = (things: Record<string, readonly object[]>) =>
    Object.values(things).map((list) => list.map(text).join(', '))
  const names = Object.values(gone).map((things) => things.map(({ name }) => name).join(', '))
  return [...lists(changed), ...names]
}

test.for<
  [
    what: string,
    before: Side,
    after: Side,
    want: readonly [rules: string, sets: string, gone: string, goneSets: string],
  ]
>([
  ['nothing changes', {}, {}, ['', '', '', '']],
  [
    'a set gains and loses a prefix',
    {},
    { tags: 'Sql=192.0.2.0/25 Front=203.0.113.0/25' },
    ['', 'Door +203.0.113.0/25 -198.51.100.0/25', '', ''],
  ],
  [
    'rules are new',
    { rules: [WEB] },
    { rules: [WEB, DOOR, MORE] },
    ['Door, More after Door', 'Door +198.51.100.0/25, More after Door +192.0.2.0/25', '', ''],
  ],
  ['a rule has other ports', {}, { rules: [{ ...WEB, ports: [80] }, DOOR] }, ['Web', '', '', '']],
  [
    'rules go, the last one first',
    { rules: [WEB, DOOR, MORE] },
    { rules: [WEB] },
    ['', '', 'More, Door', 'Door, More'],
  ],
])('%s', ([, before, after, want]) => {
  const difference = differenceOf(before, after)
  expect(shown(difference)).toEqual(want)
  expect(isNoDifference(difference)).toBe(want.join('') === '')
})
