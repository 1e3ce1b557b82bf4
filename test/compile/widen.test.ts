import { describe, expect, test } from 'vitest'
import { FAMILIES, formatPrefix } from '../../src/address/prefix.ts'
import { compile } from '../../src/compile/compile.ts'
import type { CheckedRuleset } from '../../src/compile/rules-of-target.ts'
import { mergesOf, priceCurve } from '../../src/compile/widen/run-widen.ts'
import { type Compiled, coveredWith, widen, widenSeries } from '../../src/compile/widen/widen.ts'
import { wideningDiff } from '../../src/compile/widen/widened-targets.ts'
import { explain } from '../../src/finding/finding.ts'
import type { Policy } from '../../src/model/policy.ts'
import { type Ruleset, restrict } from '../../src/model/ruleset.ts'
import { formatPrice, type Widening } from '../../src/model/widening.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectPage } from '../golden-page.ts'
import { compiled, documentOf, policyOf, setOf, show } from '../notation.ts'

const POLICY = policyOf(`150 Web: Sql outbound tcp 443
  151 Door: Front both tcp 443`)

/** A policy on a document such as `Sql=20.0.0.0/24 Front=20.1.0.0/24`. */
function stageWith(policy: Policy, text: string) {
  const document = documentOf(text)
  return { ...compile(policy, { document, names: [], where: '' }), document }
}

/** The policy above on a document; the tag Cloud is the one to widen within. */
function stageOf(text: string): Compiled {
  const { findings, ...stage } = stageWith(POLICY, text)
  expect(findings).toEqual([])
  return stage
}

interface RequestedTags extends Partial<Omit<Widening, 'never'>> {
  readonly never?: string
}

function optionsOf({ never = '', ...asked }: RequestedTags) {
  const widening: Widening = {
    maxPrefixes: { ipv4: 1, ipv6: 1 },
    per: 'rule',
    within: 'Cloud',
    minPrefixLength: { ipv4: 8, ipv6: 16 },
    ...asked,
    never: setOf(never),
  }
  return { target: 'edge', widening }
}

/** Documents without the tag to widen within are left out, so by default there is none. */
const seriesOf = (stages: readonly Compiled[], asked: RequestedTags) =>
  widenSeries(stages, optionsOf({ within: undefined, ...asked }))

/** A line a set: its prefixes, and what each family costs; or what is wrong. */
function shown({ ruleset, findings }: CheckedRuleset): string[] {
  if (findings.length > 0) return findings.map(explain)
  return ruleset.sets.map(
    ({ name, prefixes, widened }) => `${name}: ${show(prefixes)} | ${widened?.prices.map(formatPrice).join('; ')}`,
  )
}

const FRONT = 'Front=20.1.0.0/24'
const GAP = 'Sql=20.0.0.0/24,20.0.3.0/24'

const WIDENED: readonly [what: string, document: string, asked: RequestedTags][] = [
  ['each rule has its own budget', `${GAP} Front=20.1.0.0/24,20.1.1.0/25`, {}],
  [
    'one budget for the target goes where it saves most',
    `${GAP} Front=20.1.0.0/24,20.1.1.0/25`,
    { per: 'target', maxPrefixes: { ipv4: 3 } },
  ],
  [
    'a family has its own budget, and stays as it is without one',
    `${GAP},2603:1000::/64,2603:1000:0:3::/64 ${FRONT}`,
    { maxPrefixes: { ipv6: 1 } },
  ],
  ['what fits costs nothing', `${GAP} ${FRONT}`, { maxPrefixes: { ipv4: 2 } }],
  [
    'addresses that are never admitted make another cover cheapest',
    `Sql=20.0.0.0/24,20.0.3.0/24,20.0.8.0/24,20.0.15.0/24 ${FRONT}`,
    { maxPrefixes: { ipv4: 3 }, never: '20.0.1.0/32' },
  ],
  [
    'more addresses are taken from a tag first, even if they are many more',
    `Sql=20.0.0.0/24,20.0.3.0/24,20.0.8.0/24,20.0.15.0/24 ${FRONT} Cloud=20.0.8.0/22,20.0.12.0/23`,
    { maxPrefixes: { ipv4: 3 }, within: 'Cloud' },
  ],
  ['special-use addresses are never admitted', `Sql=192.0.1.0/24,192.0.3.0/24 ${FRONT}`, {}],
  ['nor are those of "never"', `${GAP} ${FRONT}`, { never: '20.0.1.7/32' }],
  [
    'no prefix is wider than the shortest length',
    `Sql=20.0.0.0/24,21.0.0.0/24,22.0.0.0/24 ${FRONT}`,
    { maxPrefixes: { ipv4: 2 } },
  ],
  [
    'neighbours of exactly the shortest length are allowed, and written as one prefix',
    `Sql=20.0.0.0/11,20.32.0.0/12,20.64.0.0/11,20.96.0.0/12 ${FRONT}`,
    { maxPrefixes: { ipv4: 2 }, minPrefixLength: { ipv4: 10, ipv6: 16 } },
  ],
  [
    'but they count as two',
    `Sql=20.0.0.0/11,20.32.0.0/12,20.64.0.0/11,20.96.0.0/12 ${FRONT}`,
    { minPrefixLength: { ipv4: 10, ipv6: 16 } },
  ],
  ['two constraints together', `Sql=9.0.0.0/24,11.0.0.0/24 ${FRONT}`, {}],
  [
    'a rule without addresses of a family takes nothing of its budget',
    'Sql=2603:1000::/64 Front=20.1.0.0/24,20.1.3.0/24',
    { per: 'target' },
  ],
  ['two sets need two prefixes', `${GAP} ${FRONT}`, { per: 'target' }],
  [
    'of several rules that cannot be widened, each is told',
    `${GAP} Front=20.1.0.0/24,20.1.3.0/24`,
    { never: '20.0.1.7/32 20.1.1.7/32' },
  ],
]

test('each rule becomes', async () => {
  await expectPage(
    'widen.txt',
    WIDENED.map(([name, document, asked]) => [name, shown(widen(stageOf(document), optionsOf(asked)))]),
  )
})

test('a ruleset that cannot be widened stays as it is', () => {
  const stage = stageOf(`${GAP},2603:1000::/64,2603:1000:0:3::/64 ${FRONT}`)
  expect(widen(stage, optionsOf({ never: '20.0.1.7/32' })).ruleset).toBe(stage.ruleset)
})

test('locked covers are taken as they are, with their price; a rule without one keeps its own prefixes', () => {
  const stage = stageOf(`${GAP} Front=20.1.0.0/24,20.1.3.0/24`)
  const ruleset = coveredWith(stage, optionsOf({}), new Map([['Web', setOf('20.0.0.0/20')]]))
  expect(shown({ ruleset, findings: [] })).toEqual([
    'Web: 20.0.0.0/20 | 2 -> 1 IPv4 prefixes, 3,584 addresses more (8.0 x)',
    'Door: 20.1.0.0/24 20.1.3.0/24 | 2 IPv4 prefixes, no address more',
  ])
})

/** Rules `ACTION TRAFFIC PREFIXES`, in order, each widened to one prefix: the prefixes of each, or what is wrong. */
function widenedRules(rules: readonly string[], asked: RequestedTags = {}): string[] {
  const parsed = rules.map((rule, index) => {
    const [action, direction, traffic = '', prefixes = ''] = rule.split(' ')
    const [protocol, port] = traffic.split('/')
    const ports = port && { ports: [Number(port)] }
    return {
      name: `R${index}`,
      priority: 100 + index,
      action,
      direction,
      protocol,
      ...ports,
      prefixes: prefixes.split(','),
    }
  })
  const ruleset = compiled(parsed, '')
  const { ruleset: widened, findings } = widen({ ruleset, document: documentOf('') }, optionsOf(asked))
  return findings.length > 0 ? findings.map(explain) : widened.sets.map(({ prefixes }) => show(prefixes))
}

const [EVEN, ODD] = ['20.0.0.0/32,20.0.0.2/32', '20.0.0.1/32']

const SERIES: readonly [what: string, rules: string[], asked?: RequestedTags][] = [
  ['of a later denial', [`allow outbound tcp/443 ${EVEN}`, `deny outbound any ${ODD}`]],
  ['of a later permission', [`deny outbound any ${EVEN}`, `allow outbound tcp/443 ${ODD}`]],
  ['in either direction', [`allow both tcp/443 ${EVEN}`, `deny inbound any ${ODD}`]],
  ['but those of an earlier rule, which decides', [`deny outbound any ${ODD}`, `allow outbound tcp/443 ${EVEN}`]],
  ['but those of other ports', [`allow outbound tcp/443 ${EVEN}`, `deny outbound tcp/80 ${ODD}`]],
  ['but those of another protocol', [`allow outbound tcp/443 ${EVEN}`, `deny outbound udp/443 ${ODD}`]],
  ['but those of the other direction', [`allow outbound tcp/443 ${EVEN}`, `deny inbound any ${ODD}`]],
  ['but those that are allowed too', [`allow outbound tcp/443 ${EVEN}`, `allow outbound any ${ODD}`]],
  [
    'but those of a denial that the rule is an exception of',
    [`allow outbound tcp/443 ${EVEN}`, 'deny outbound any 0.0.0.0/0'],
  ],
  [
    'of a permission that the rule is an exception of',
    [`deny outbound any ${EVEN}`, 'allow outbound tcp/443 20.0.0.0/8'],
  ],
  [
    'also with one budget for all',
    [`allow outbound tcp/443 ${EVEN}`, `deny outbound any ${ODD}`],
    { per: 'target', maxPrefixes: { ipv4: 2 } },
  ],
]

test('no rule takes over addresses', async () => {
  await expectPage(
    'widen-rules.txt',
    SERIES.map(([name, rules, asked]) => [name, widenedRules(rules, asked)]),
  )
})

test('a set that both halves of a rule share stays shared, and counts once', () => {
  const { ruleset } = widen(
    stageOf('Sql=20.0.0.0/24 Front=20.1.0.0/24,20.1.3.0/24'),
    optionsOf({ per: 'target', maxPrefixes: { ipv4: 3 } }),
  )
  const [, out, back] = ruleset.rules
  expect(out?.set).toBe(back?.set)
  expect(ruleset.sets.flatMap(({ prefixes }) => prefixes.prefixes).length).toBe(3)
})

test('one family of a widened ruleset has the prices of that family', () => {
  const stage = stageOf(`${GAP},2603:1000::/64,2603:1000:0:3::/64 ${FRONT}`)
  const { ruleset } = widen(stage, optionsOf({}))
  for (const family of FAMILIES) {
    const [set] = restrict(ruleset, family).sets
    expect(set?.widened?.prices.map((price) => price.family)).toEqual([family])
    expect(set?.widened?.exact.equals(stage.ruleset.sets[0]?.prefixes.family(family) ?? setOf(''))).toBe(true)
  }
})

describe('a series', () => {
  const covers = (documents: readonly string[], asked: RequestedTags) =>
    seriesOf(documents.map(stageOf), asked).map(({ ruleset }) => show(ruleset.sets[0]?.prefixes ?? setOf('')))

  // Either half could be merged for 512 addresses; a third block decides once, and the next cover stays with it.
  test('stays with the cover before, of those that cost the same', () => {
    const both = 'Sql=20.0.0.0/24,20.0.3.0/24,20.0.8.0/24,20.0.11.0/24'
    const [low, high] = [`${both},20.0.1.0/25`, `${both},20.0.9.0/25`]
    const asked = { maxPrefixes: { ipv4: 3 } }
    const [merged, other] = ['20.0.0.0/22 20.0.8.0/24 20.0.11.0/24', '20.0.0.0/24 20.0.3.0/24 20.0.8.0/22']
    const coversOf = (...sets: string[]) =>
      covers(
        sets.map((sql) => `${sql} ${FRONT}`),
        asked,
      )
    expect(coversOf(low, both, both)).toEqual([merged, merged, merged])
    expect(coversOf(high, both, both)).toEqual([other, other, other])
  })

  test('skips impossible budgets, and uses the last cover before them', () => {
    const both = '20.0.0.0/24,20.0.3.0/24,20.0.8.0/24,20.0.11.0/24'
    const scattered = '20.0.0.0/24,60.0.0.0/24,99.0.0.0/24,130.0.0.0/24'
    const coversWith = (more: string) =>
      covers(
        [`${both},${more}`, scattered, scattered, both].map((sql) => `Sql=${sql} ${FRONT}`),
        { maxPrefixes: { ipv4: 3 } },
      )
    const [low, high] = ['20.0.0.0/22 20.0.8.0/24 20.0.11.0/24', '20.0.0.0/24 20.0.3.0/24 20.0.8.0/22']
    expect(coversWith('20.0.1.0/25')).toEqual([low, low])
    expect(coversWith('20.0.9.0/25')).toEqual([high, high])
  })

  test('keeps neighbours of the shortest length, which the previous cover has as one prefix', () => {
    const quarters = [0, 64, 128, 192].flatMap((start) => [`20.${start}.0.0/12`, `20.${start + 32}.0.0/12`])
    const both = `Sql=${quarters.join(',')} ${FRONT}`
    const high = both.replace('20.160.0.0/12', '20.160.0.0/11').replace('20.224.0.0/12', '20.224.0.0/11')
    const asked = { maxPrefixes: { ipv4: 6 }, minPrefixLength: { ipv4: 10, ipv6: 16 } }
    const other = '20.0.0.0/12 20.32.0.0/12 20.64.0.0/12 20.96.0.0/12 20.128.0.0/9'
    expect(covers([high, both], asked)).toEqual([other, other])
  })

  test('decides for each rule by itself', () => {
    const both = '20.0.0.0/24,20.0.3.0/24,20.0.8.0/24,20.0.11.0/24'
    const scattered = '20.0.0.0/24,60.0.0.0/24,99.0.0.0/24,130.0.0.0/24'
    const documents = [`Sql=${both},20.0.9.0/25 Front=${scattered}`, `Sql=${both} ${FRONT}`]
    expect(covers(documents, { maxPrefixes: { ipv4: 3 } })).toEqual(['20.0.0.0/24 20.0.3.0/24 20.0.8.0/22'])
  })

  test('looks back beyond a document that does not have the rule', () => {
    const policy = policyOf(`150 Web: Sql outbound tcp 443 optional
      151 Door: Front both tcp 443`)
    const high = '20.0.0.0/24,20.0.3.0/24,20.0.8.0/24,20.0.11.0/24,20.0.9.0/25'
    const stages = [`Sql=${high} ${FRONT}`, FRONT, `Sql=${high.replace(',20.0.9.0/25', '')} ${FRONT}`].map((text) =>
      stageWith(policy, text),
    )
    const series = seriesOf(stages, { maxPrefixes: { ipv4: 3 } })
    const web = (ruleset: Ruleset | undefined) => ruleset?.sets.find(({ name }) => name === 'Web')
    const cover = '20.0.0.0/24 20.0.3.0/24 20.0.8.0/22'
    expect(series.map(({ ruleset }) => show(web(ruleset)?.prefixes ?? setOf('')))).toEqual([cover, '', cover])
  })

  test('divides the budget again when a rule is gone, and when one is new', () => {
    const policy = policyOf(`150 Web: Sql outbound tcp 443
      151 Door: Front both tcp 443 optional`)
    const stages = [`${GAP} Front=20.1.0.0/24,20.1.1.0/25`, GAP, `${GAP} Front=20.1.0.0/24,20.1.1.0/25`].map((text) =>
      stageWith(policy, text),
    )
    const series = seriesOf(stages, { per: 'target', maxPrefixes: { ipv4: 2 } })
    const divided = [
      'Web: 20.0.0.0/22 | 2 -> 1 IPv4 prefixes, 512 addresses more (2.0 x)',
      'Door: 20.1.0.0/23 | 2 -> 1 IPv4 prefixes, 128 addresses more (1.33 x)',
    ]
    const alone = ['Web: 20.0.0.0/24 20.0.3.0/24 | 2 IPv4 prefixes, no address more']
    expect(series.map(shown)).toEqual([divided, alone, divided])
  })

  test('widens a rule that takes the place of another with the same addresses', () => {
    const policy = policyOf(`150 Web: Sql outbound tcp 443 optional
      151 Door: Front both tcp 443 optional`)
    const stages = ['Sql', 'Front'].map((tag) => stageWith(policy, `${tag}=20.0.0.0/24,20.0.3.0/24`))
    expect(seriesOf(stages, { per: 'target' }).map(shown)).toEqual(
      ['Web', 'Door'].map((rule) => [`${rule}: 20.0.0.0/22 | 2 -> 1 IPv4 prefixes, 512 addresses more (2.0 x)`]),
    )
  })

  test('keeps the previous cover of each rule if all share a budget', () => {
    const both = (net: number) => [0, 3, 8, 11].map((third) => `20.${net}.${third}.0/24`).join(',')
    const before = `Sql=${both(0)},20.0.9.0/25 Front=${both(1)},20.1.9.0/25`
    const after = `Sql=${both(0)} Front=${both(1)}`
    const series = seriesOf([before, after].map(stageOf), { per: 'target', maxPrefixes: { ipv4: 6 } })
    expect(series.map(({ ruleset }) => ruleset.sets.map(({ prefixes }) => show(prefixes)))).toEqual(
      Array(2).fill([0, 1].map((net) => `20.${net}.0.0/24 20.${net}.3.0/24 20.${net}.8.0/22`)),
    )
  })

  test.for<[what: string, before: string, after: string, isSame: boolean, per?: 'rule' | 'target']>([
    ['the same prefixes', `${GAP} ${FRONT}`, `${GAP} ${FRONT}`, true],
    ['the same prefixes, with one budget for all', `${GAP} ${FRONT}`, `${GAP} ${FRONT}`, true, 'target'],
    ['another rule that changes', `${GAP} ${FRONT}`, `${GAP} Front=20.2.0.0/24`, true],
    ['another rule that shares the budget', `${GAP} ${FRONT}`, `${GAP} Front=20.2.0.0/24`, false, 'target'],
    ['another prefix', `${GAP} ${FRONT}`, `${GAP},20.0.1.0/25 ${FRONT}`, false],
    ['the same tag to widen within', `${GAP} ${FRONT} Cloud=20.0.0.0/22`, `${GAP} ${FRONT} Cloud=20.0.0.0/22`, true],
    ['another tag to widen within', `${GAP} ${FRONT} Cloud=20.0.0.0/22`, `${GAP} ${FRONT} Cloud=20.0.0.0/23`, false],
  ])('computes a cover once with %s', ([, before, after, isSame, per = 'rule']) => {
    const within = before.includes('Cloud') ? 'Cloud' : undefined
    const asked = { per, maxPrefixes: { ipv4: per === 'rule' ? 1 : 2 }, within }
    const [old, young] = seriesOf([before, after].map(stageOf), asked).map(({ ruleset }) => ruleset.sets[0]?.prefixes)
    expect(show(young ?? setOf(''))).toBe('20.0.0.0/22')
    expect(old === young).toBe(isSame)
  })

  test.for<[what: string, except: readonly string[], deny: readonly string[]]>([
    ['its exceptions change', ['20.0.1.0/24', '20.0.9.0/24'], ['20.9.0.0/24', '20.9.0.0/24']],
    ['the addresses of a later denial change', ['20.9.0.0/24', '20.9.0.0/24'], ['20.0.1.0/24', '20.0.9.0/24']],
  ])('computes the cover of a rule again if %s', ([, except, deny]) => {
    const stages = [0, 1].map((index) => {
      const rest = { direction: 'outbound', ports: [443] }
      const prefixes = ['20.0.0.0/24', '20.0.3.0/24', '20.0.8.0/24', '20.0.11.0/24']
      const rules = [
        { ...rest, name: 'Web', prefixes, except: [except[index]], priority: 100 },
        { ...rest, name: 'Not', prefixes: [deny[index]], action: 'deny', priority: 110 },
      ]
      return stageWith(parsePolicy(JSON.stringify({ rules }), 'test', 'tagwall.yaml'), '')
    })
    const series = seriesOf(stages, { maxPrefixes: { ipv4: 3 } })
    expect(series.map(({ ruleset }) => show(ruleset.sets[0]?.prefixes ?? setOf('')))).toEqual([
      '20.0.0.0/24 20.0.3.0/24 20.0.8.0/22',
      '20.0.0.0/22 20.0.8.0/24 20.0.11.0/24',
    ])
  })

  test('sees that only the tag to widen within changed', () => {
    const sql = 'Sql=20.0.0.0/24,20.0.3.0/24,20.0.8.0/24,20.0.11.0/24'
    const documents = ['20.0.0.0/22', '20.0.8.0/22'].map((cloud) => `${sql} ${FRONT} Cloud=${cloud}`)
    expect(covers(documents, { maxPrefixes: { ipv4: 3 }, within: 'Cloud' })).toEqual([
      '20.0.0.0/22 20.0.8.0/24 20.0.11.0/24',
      '20.0.0.0/24 20.0.3.0/24 20.0.8.0/22',
    ])
  })
})

test('a price curve counts as budgets do', () => {
  const [set] = stageOf(`Sql=20.0.0.0/11,20.32.0.0/12,20.64.0.0/11,20.96.0.0/12 ${FRONT}`).ruleset.sets
  const { widening } = optionsOf({ minPrefixLength: { ipv4: 10, ipv6: 16 } })
  const [curve] = priceCurve(set as NonNullable<typeof set>, widening, undefined, undefined)
  expect(curve).toMatchObject({ least: 2, binding: ['minPrefixLength'] })
  expect(curve?.points.map(({ price }) => `${price.after} ${price.extra}`)).toEqual(['4 0', '3 1048576', '2 2097152'])
})

test('a price curve halves and takes three quarters, down to the minimum', () => {
  const blocks = Array.from({ length: 16 }, (_, index) => `20.0.${2 * index}.0/24`)
  const curveOf = (document: string, asked: RequestedTags, within?: string, everything?: string) => {
    const [set] = stageOf(`${document} ${FRONT}`).ruleset.sets
    const [of, all] = [within, everything].map((text) => (text === undefined ? undefined : setOf(text)))
    const tag = of && { name: 'Cloud', prefixes: of }
    return priceCurve(set as NonNullable<typeof set>, optionsOf(asked).widening, tag, all).map((curve) => ({
      ...curve,
      points: curve.points.map(({ price, inSomeTag }) =>
        [price.after, price.extra, price.inside && `${price.inside.extra} in ${price.inside.tag}`, inSomeTag]
          .join(' ')
          .trim(),
      ),
    }))
  }
  const [whole] = curveOf(`Sql=${blocks}`, {})
  expect(whole).toMatchObject({ rule: 'Web', family: 'ipv4', before: 16, addresses: 4096n, least: 1, binding: [] })
  // Four prefixes cost as much as one.
  expect(whole?.points).toEqual(['16 0', '12 1536', '8 2560', '6 3072', '1 4096'])
  const [within] = curveOf(`Sql=${blocks.slice(0, 2)}`, { within: 'Cloud' }, '20.0.1.0/25', '20.0.1.0/26,20.0.9.0/24')
  expect(within?.points).toEqual(['2 0 0 in Cloud 0', '1 512 128 in Cloud 64'])
  expect(curveOf(`Sql=${blocks.slice(0, 2)}`, {})[0]?.points).toEqual(['2 0', '1 512'])
  const both = curveOf(`Sql=${blocks.slice(0, 3)},2603::/64,2603:0:0:2::/64`, { never: '20.0.5.0/32' })
  expect(both.map(({ family, least, binding, points }) => `${family} ${least} ${binding}: ${points}`)).toEqual([
    'ipv4 2 never: 3 0,2 512',
    `ipv6 1 : 2 0,1 ${2n ** 65n}`,
  ])
})

test('merges are the prefixes that the tags do not have, and how many each replaces', () => {
  const documents = `${GAP},20.0.8.0/24,2603:1000::/64,2603:1000:0:3::/64 ${FRONT}`
  const { ruleset } = widen(stageOf(documents), optionsOf({ maxPrefixes: { ipv4: 2, ipv6: 1 } }))
  const merges = (rule: string, family: 'ipv4' | 'ipv6') =>
    mergesOf(ruleset, rule, family).map(
      ({ prefix, replaced, extra }) => `${formatPrefix(prefix)} for ${replaced}, ${extra} more`,
    )
  expect(merges('Web', 'ipv4')).toEqual(['20.0.0.0/22 for 2, 512 more'])
  expect(merges('Web', 'ipv6')).toEqual([`2603:1000::/62 for 2, ${2n ** 65n} more`])
  expect(merges('Door', 'ipv4')).toEqual([])
  expect(merges('Nobody', 'ipv4')).toEqual([])
  const { ruleset: exact } = stageOf(documents)
  expect(() => mergesOf(exact, 'Web', 'ipv4')).not.toThrow()
})

test('the change of a widened rule that is new, gone, or was not widened', () => {
  const [old, young] = seriesOf([stageOf(`${GAP} ${FRONT}`), stageOf(`${GAP} ${FRONT}`)], {})
  const [wide, exact] = [(young as CheckedRuleset).ruleset, stageOf(`${GAP} ${FRONT}`).ruleset]
  const none = { ...exact, sets: [], rules: [] }
  const web = (before: Ruleset, after: Ruleset) => {
    const [delta] = wideningDiff('edge', before, after)
    const { target, rule, published, widening, before: was, after: is } = delta as NonNullable<typeof delta>
    const [added, removed] = [
      `+${show(published.added)} w+${show(widening.added)}`,
      `-${show(published.removed)} w-${show(widening.removed)}`,
    ]
    return `${target} ${rule}: ${added} ${removed} (${was.map(formatPrice)} -> ${is.map(formatPrice)})`
  }
  const [blocks, gap] = ['20.0.0.0/24 20.0.3.0/24', '20.0.1.0/24 20.0.2.0/24']
  const price = '2 -> 1 IPv4 prefixes, 512 addresses more (2.0 x)'
  expect(web(none, wide)).toBe(`edge Web: +${blocks} w+${gap} - w- ( -> ${price})`)
  expect(web((old as CheckedRuleset).ruleset, none)).toBe(`edge Web: + w+ -${blocks} w-${gap} (${price} -> )`)
  expect(web(exact, wide)).toBe(`edge Web: + w+${gap} - w- ( -> ${price})`)
  expect(web(wide, exact)).toBe(`edge Web: + w+ - w-${gap} (${price} -> )`)
})

test.for([
  ['nothing', '20.0.0.0/24 20.0.3.0/24', '20.0.0.0/24 20.0.3.0/24', '+ - w+ w- kept known'],
  [
    'a prefix beyond the cover: what is published, and what widening adds for it',
    '20.0.0.0/24 20.0.3.0/24',
    '20.0.0.0/24 20.0.3.0/24 20.0.7.0/24',
    '+20.0.7.0/24 - w+20.0.4.0/23 20.0.6.0/24 w- kept known',
  ],
  [
    'a prefix within the cover',
    '20.0.0.0/24 20.0.3.0/24',
    '20.0.0.0/24 20.0.3.0/24 20.0.2.0/24',
    '+ - w+ w- kept known20.0.2.0/24',
  ],
  [
    'a prefix that is withdrawn, but still in the cover',
    '20.0.0.0/24 20.0.3.0/24 20.0.2.0/24',
    '20.0.0.0/24 20.0.3.0/24',
    '+ - w+ w- kept20.0.2.0/24 known',
  ],
  [
    'a prefix that is withdrawn, and what was admitted for it',
    '20.0.0.0/24 20.0.3.0/24 20.0.7.0/24',
    '20.0.0.0/24 20.0.3.0/24',
    '+ -20.0.7.0/24 w+ w-20.0.4.0/23 20.0.6.0/24 kept known',
  ],
] as const)('the change of a widened rule: %s', ([, before, after, want]) => {
  const [old, young] = seriesOf(
    [before, after].map((sql) => stageOf(`Sql=${sql.replaceAll(' ', ',')} ${FRONT}`)),
    {},
  )
  const [delta] = wideningDiff('edge', (old as CheckedRuleset).ruleset, (young as CheckedRuleset).ruleset)
  const { published, widening, kept, known } = delta as NonNullable<typeof delta>
  expect(
    [
      `+${show(published.added)}`,
      `-${show(published.removed)}`,
      `w+${show(widening.added)}`,
      `w-${show(widening.removed)}`,
      `kept${show(kept)}`,
      `known${show(known)}`,
    ].join(' '),
  ).toBe(want)
})

test('what a rule leaves out stays out, however few prefixes there may be', () => {
  const rest = { direction: 'outbound', ports: [443], priority: 150 }
  const rules = [{ ...rest, name: 'Web', tags: ['Sql'], except: ['20.0.1.0/24'] }]
  const policy = parsePolicy(JSON.stringify({ rules }), 'test', 'tagwall.yaml')
  expect(shown(widen(stageWith(policy, 'Sql=20.0.0.0/22'), optionsOf({ maxPrefixes: { ipv4: 1 } })))).toEqual([
    'target "edge": rule "Web" cannot be widened to 1 IPv4 prefix: the minimum is 2, 1 more, because wider prefixes would hold addresses of "never"',
  ])
})

test('an exception of one rule is told among the constraints of all', () => {
  const rest = { direction: 'outbound', ports: [443] }
  const rules = [
    { ...rest, name: 'Web', prefixes: ['9.0.0.0/24', '11.0.0.0/24'], except: ['9.5.0.0/24'], priority: 100 },
    { ...rest, name: 'Db', prefixes: ['20.0.0.0/24'], priority: 110 },
  ]
  const ruleset = compiled(rules, '')
  const asked = optionsOf({ per: 'target', maxPrefixes: { ipv4: 2 } })
  expect(shown(widen({ ruleset, document: documentOf('') }, asked))).toEqual([
    'target "edge": all rules together cannot be widened to 2 IPv4 prefixes: the minimum is 3, 1 more, because wider prefixes would hold addresses of "never", and wider prefixes would hold special-use addresses, which are never admitted, and wider prefixes would be shorter than "minPrefixLength"',
  ])
})
