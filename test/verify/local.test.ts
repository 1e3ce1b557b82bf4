import { describe, expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { everything, PrefixSet } from '../../src/address/prefix-set.ts'
import { audit } from '../../src/audit/audit.ts'
import type { AuditExpectation } from '../../src/audit/values.ts'
import { explain } from '../../src/finding/finding.ts'
import type { ConcreteRule } from '../../src/model/ruleset.ts'
import { localParts } from '../../src/verify/local-parts.ts'
import { prove } from '../../src/verify/prove.ts'
import { findingLines, readingOf, rulesetOf, setOf, sidesIn } from '../audit/notation.ts'
import { expectEach, expectPage } from '../golden-page.ts'

const proofOf = (wanted: string[], found: string[], by: 'addresses' | 'tags' = 'addresses') =>
  prove({ target: 't', ruleset: rulesetOf(...wanted), by }, readingOf(...found)).findings.map(explain)

const WEB = 'Web out tcp 443 192.0.2.0/24'

describe('a proof', () => {
  test('succeeds', async () => {
    await expectEach('local-proved.txt', (text) => (proofOf(...sidesIn(text)).length === 0 ? 'proved' : 'refused'))
  })

  test('fails', async () => {
    await expectEach('local-fails.txt', (text) => proofOf(...sidesIn(text)))
  })

  // On some devices an object has addresses of one family, so a rule is one for each.
  const BOTH = '192.0.2.0/24,2001:db8::/48'
  const APART: readonly (readonly [local: string, found: string[]])[] = [
    ['@lan+lan6', ['allow out tcp 443 local=@lan 192.0.2.0/24', 'allow out tcp 443 local=@lan6 2001:db8::/48']],
    ['@lan+lan6', ['allow out tcp 443 local=@lan6 192.0.2.0/24', 'allow out tcp 443 local=@lan 2001:db8::/48']],
    ['@lan+lan6', ['allow out tcp 443 local=@lan 192.0.2.0/24']],
    ['@lan', ['allow out tcp 443 local=@lan 192.0.2.0/24']],
    ['@lan', [`allow out tcp 443 local=@lan ${BOTH}`]],
  ]
  test('where each object has one family', async () => {
    await expectPage(
      'local-apart.txt',
      APART.map(([local, found]) => {
        const ruleset = rulesetOf(`Web out tcp 443 ${BOTH} local=${local}`)
        const proof = prove({ target: 't', ruleset, by: 'addresses', areObjectsApart: true }, readingOf(...found))
        return [`${local} by ${found.join('; ')}`, proof.findings.map(explain)]
      }),
    )
  })

  test('of an object for both families is one rule, unless objects are apart', () => {
    expect(proofOf([`Web out tcp 443 ${BOTH} local=@lan`], [`allow out tcp 443 local=@lan ${BOTH}`])).toEqual([])
    expect(proofOf([`Web out tcp 443 ${BOTH} local=@lan+lan`], [`allow out tcp 443 local=@lan ${BOTH}`])).toEqual([])
  })

  test('of an object for each family is not that of one of them', () => {
    expect(proofOf([`Web out tcp 443 ${BOTH} local=@lan+lan6`], [`allow out tcp 443 local=@lan ${BOTH}`])).not.toEqual(
      [],
    )
  })

  test('by tags, in which a rule denies, asks for the same order', () => {
    const wanted = ['No out any - 192.0.2.0/25 #Sql deny', 'Web out any - 192.0.2.0/24 #Storage']
    expect(proofOf(wanted, ['deny out any * #Sql', 'allow out any * #Storage'], 'tags')).toEqual([])
    expect(proofOf(wanted, ['allow out any * #Storage', 'deny out any * #Sql'], 'tags')).not.toEqual([])
  })

  test.for([
    [['deny out any * part #Sql', 'allow out any * #Storage']],
    [['deny out any * #Sql', 'allow out any * part #Storage']],
    [['deny out any * #Sql', 'allow out any * local=10.0.0.0/8 #Storage']],
    [['deny out any * local=10.0.0.0/8 #Sql', 'allow out any * #Storage']],
  ])('by tags, in which a rule denies, asks for the whole local side: not %j', ([found]) => {
    const wanted = ['No out any - 192.0.2.0/25 #Sql deny', 'Web out any - 192.0.2.0/24 #Storage']
    expect(proofOf(wanted, found as string[], 'tags')).not.toEqual([])
  })

  test('by tags goes family by family where the local side has both', () => {
    const ruleset = rulesetOf(
      'No out any - 192.0.2.0/24 deny',
      'Web out any - 192.0.2.0/24 #Sql local=10.0.0.0/8,fd00::/16',
    )
    const [deny, web] = ruleset.rules as [ConcreteRule, ConcreteRule]
    const denied = { ...deny, set: { ...deny.set, tags: [], own: deny.set.prefixes } }
    const reading = readingOf(
      'deny out any * 192.0.2.0/24',
      'allow out any * local=10.0.0.0/8 #Sql',
      'allow out any * local=fd00::/16 #Sql',
    )
    expect(prove({ target: 't', ruleset: { ...ruleset, rules: [denied, web] }, by: 'tags' }, reading).findings).toEqual(
      [],
    )
  })
})

describe('an audit', () => {
  const auditOf = (wanted: string[], found: string[], { isStrict = false, ...more }: Partial<RequestedTags> = {}) => {
    const result = audit(
      { ruleset: rulesetOf(...wanted), older: [], ownNames: ['Web'], tagPrefixes: () => undefined, ...more },
      readingOf(...found),
    )
    return findingLines(result, isStrict)
  }

  test('compares local sides', async () => {
    await expectEach('local-sides.txt', (text) => auditOf(...sidesIn(text)))
  })

  test('names the local addresses for which a rule about any of them is missing, if others are compared', () => {
    const found = [
      'allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24 Web',
      'allow out tcp 1433 local=10.1.0.0/16 198.51.100.0/24',
    ]
    expect(auditOf([WEB, 'Db out tcp 1433 198.51.100.0/24 local=10.1.0.0/16'], found)).toEqual([
      '  Web, outbound tcp 443, from other local addresses: 256 addresses of IPv4',
      'findings: 1 missing',
    ])
  })

  const WIDE = 'allow out tcp 443 local=10.0.0.0/15 192.0.2.0/24 Web'

  test('a later denial for some local addresses takes nothing away', () => {
    const found = [WIDE, 'deny out any * local=10.0.0.0/16 any']
    expect(auditOf([`${WEB} local=10.1.0.0/16`], found)).toEqual([
      '  Web (conf line 1), outbound tcp 443, from local 10.0.0.0/16: 256 addresses of IPv4',
      'findings: 1 wider',
    ])
  })

  // What is too much, of the policy's traffic and addresses.

  test('a rule for more local addresses is wider', async () => {
    await expectEach('local-wider.txt', (text) => {
      const lines = auditOf(...sidesIn(text)).filter((line) => line.includes('from local'))
      return lines.map((line) => line.replace(/^ {2}.*?, /, ''))
    })
  })

  test('a finding about the local side has the prefixes that it is about', () => {
    const found = readingOf('allow out tcp 443 local=10.0.0.0/15 192.0.2.0/25,203.0.113.0/24 x')
    const { wider } = audit(
      {
        ruleset: rulesetOf(`${WEB} local=10.1.0.0/16`, 'B out tcp 80 203.0.113.0/24 local=10.1.0.0/16'),
        ...{ older: [], ownNames: [], tagPrefixes: () => undefined },
      },
      found,
    )
    const place = { part: 'conf', line: 1 }
    const addresses = setOf('192.0.2.0/25')
    expect(wider).toEqual([
      {
        ...{ rule: 'x', place, places: [place], local: setOf('10.0.0.0/16'), addresses, objects: addresses.prefixes },
        flow: { direction: 'outbound', protocol: 'tcp', ports: { first: 443, last: 443 } },
      },
    ])
  })

  // Nobody knows what an object holds.
  test('compares objects', async () => {
    await expectEach('local-objects.txt', (text) => auditOf(...sidesIn(text)))
  })

  // No connection has addresses of two families.
  test('a rule for local addresses of one family', async () => {
    await expectEach('local-families.txt', (text) => auditOf(...sidesIn(text), { isStrict: true }))
  })

  test('compares denials where each object has one family', async () => {
    await expectEach('local-denials.txt', (text) => auditOf(...sidesIn(text), { areObjectsApart: true }))
  })

  // What rules do in several parts of the local side is told once.
  const A = 'A out tcp 443 192.0.2.0/24 local=10.1.0.0/16'
  const B = 'B out tcp 443 198.51.100.0/24 local=10.2.0.0/16'
  const [HAS_A, HAS_B] = [
    'allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24 A',
    'allow out tcp 443 local=10.2.0.0/16 198.51.100.0/24 B',
  ]

  test('tells once in all parts', async () => {
    const older = [rulesetOf(A.replace('192.0.2.0/24', '192.0.2.0/24,203.0.112.0/24'), B)]
    await expectEach('local-parts.txt', (text) => auditOf([A, B], text.split('\n'), { isStrict: true, older }))
  })

  test.for<[name: string, found: string[], want: string | undefined]>([
    ['all of it', [HAS_A, HAS_B], '2025-11-10'],
    ['the older one', [HAS_A, HAS_B, 'allow out tcp 443 local=10.2.0.0/16 203.0.113.0/24 B'], '2024-01-01'],
    ['the newest for one rule only', [HAS_A], undefined],
    ['the newest for one rule, and nothing for a part', [HAS_A, HAS_B.replace('/16', '/17')], undefined],
  ])('a device matches a snapshot if it does in every part of the local side: %s', ([, found, want]) => {
    const older = { ...rulesetOf(A, B.replace('/24', '/24,203.0.113.0/24')), published: '2024-01-01' }
    const { matches } = audit(
      { ruleset: rulesetOf(A, B), older: [older], ownNames: [], tagPrefixes: () => undefined },
      readingOf(...found),
    )
    expect(matches?.document.published).toBe(want)
  })

  // With more kinds of local sides than that, each is compared as if it were for some of the policy's.
  test.for<[kinds: number, others: number, want: string]>([
    [24, 0, CLEAN()],
    [24, 9, CLEAN()],
    [25, 0, 'findings: 1 missing'],
  ])('follows %s kinds of local sides, whatever other addresses have: %s', ([kinds, others, want]) => {
    const hosts = Array.from({ length: kinds }, (_, index) => `10.1.0.${index}/32`)
    const found = hosts.map((host) => `allow out tcp 443 local=${host} 192.0.2.0/24 Web`)
    const unrelated = Array.from(
      { length: others },
      (_, host) => `allow out tcp 443 local=10.2.0.${host}/32 203.0.113.0/24`,
    )
    expect(auditOf([`${WEB} local=${hosts}`], [...found, ...unrelated]).at(-1)).toBe(want)
  })
})

interface RequestedTags extends AuditExpectation {
  readonly isStrict: boolean
}

function CLEAN() {
  return 'no findings: for the addresses of the policy, the device allows exactly what the policy allows'
}

test('two objects at a time tell any two lists of rules apart: every list of three rules against every other', () => {
  const names = ['', 'a', 'b', 'c']
  const kinds = names.flatMap((name) => (['allow', 'deny'] as const).map((action) => ({ name, action })))
  const lists = kinds.flatMap((one) => kinds.flatMap((two) => kinds.map((three) => [one, two, three] as const)))
  const decide = (list: (typeof lists)[number], chosen: ReadonlySet<string>) =>
    list.find(({ name }) => name === '' || chosen.has(name))?.action ?? 'none'
  const locals = ['a', 'b', 'c'].map((name) => ({ addresses: PrefixSet.empty, objects: [name] }))
  const all = localParts(locals, 3).map(({ objects }) => objects)
  const few = localParts(locals).map(({ objects }) => objects)
  expect([all.length, few.length]).toEqual([8, 7])
  const textOf = (parts: typeof all) => lists.map((list) => parts.map((chosen) => decide(list, chosen)).join())
  const [byAll, byFew] = [textOf(all), textOf(few)]
  expect(new Set(byAll).size).toBe(new Set(byFew).size)
})

test('fifty objects are compared in a moment', () => {
  const rules = Array.from({ length: 50 }, (_, index) => `R${index} out tcp 443 192.0.2.${index}/32 local=@o${index}`)
  const found = rules.map((_, index) => `allow out tcp 443 local=@o${index} 192.0.2.${index}/32`)
  expect(proofOf(rules, found)).toEqual([])
})

test('parts of the local side cover every address once, and no rule splits them', () => {
  const sets = ['10.0.0.0/31', '10.0.0.1/32', '10.0.0.0/30', 'fd00::/127', '10.0.0.2/32,fd00::1/128'].map(setOf)
  for (let chosen = 0; chosen < 2 ** sets.length; chosen++) {
    const own = sets.filter((_, index) => chosen & (1 << index))
    const parts = localParts(own.map((addresses) => ({ addresses, objects: [] })))
    const all = parts.map(({ addresses }) => addresses)
    expect(PrefixSet.union(all).equals(everything())).toBe(true)
    expect(all.reduce((sum, { count }) => sum + count, 0n)).toBe(everything().count)
    for (const part of all)
      for (const set of own)
        expect(set.contains(part) || !set.overlaps(part), formatPrefix(part.prefixes[0] as never)).toBe(true)
  }
})

test('the parts that the first local sides hold come first, and what none holds comes last', () => {
  const orderOf = (...sides: string[]) =>
    localParts(sides.map((side) => ({ addresses: setOf(side), objects: [] }))).map(({ addresses }) =>
      addresses.prefixes.length > 2 ? 'the rest' : addresses.prefixes.map(formatPrefix).join(),
    )
  expect(orderOf('10.0.0.0/30', '10.0.0.1/32,10.0.0.8/32', '10.0.0.1/32,10.0.0.2/32')).toEqual([
    '10.0.0.1/32',
    '10.0.0.2/32',
    '10.0.0.0/32,10.0.0.3/32',
    '10.0.0.8/32',
    'the rest',
  ])
  expect(orderOf('10.0.0.0/31', '10.0.0.1/32')).toEqual(['10.0.0.1/32', '10.0.0.0/32', 'the rest'])
  expect(orderOf('10.0.0.9/32', '10.0.0.0/31', '10.0.0.0/32')).toEqual([
    '10.0.0.9/32',
    '10.0.0.0/32',
    '10.0.0.1/32',
    'the rest',
  ])
  expect(orderOf('10.0.0.0/32', '10.0.0.9/32', '10.0.0.0/32')).toEqual(['10.0.0.0/32', '10.0.0.9/32', 'the rest'])
})
