import { describe, expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { everything, PrefixSet } from '../../src/address/prefix-set.ts'
import { type AuditExpectation, audit } from '../../src/audit/audit.ts'
import { auditText } from '../../src/audit/text.ts'
import { explain } from '../../src/finding/finding.ts'
import type { ConcreteRule } from '../../src/model/ruleset.ts'
import { localParts } from '../../src/verify/local-parts.ts'
import { prove } from '../../src/verify/prove.ts'
import { readingOf, rulesetOf, setOf } from '../audit/notation.ts'
import { expectOutcomes, expectPage } from '../golden-page.ts'

const proofOf = (wanted: string[], found: string[], by: 'addresses' | 'tags' = 'addresses') =>
  prove({ target: 't', ruleset: rulesetOf(...wanted), by }, readingOf(...found)).findings.map(explain)

/** Rules of a policy, and of a device, by name. */
type Sides = Readonly<Record<string, readonly [wanted: string[], found: string[]]>>

const WEB = 'Web out tcp 443 192.0.2.0/24'

describe('a proof', () => {
  test.for<[name: string, wanted: string[], found: string[]]>([
    ['of the same local side', [`${WEB} local=10.1.0.0/16`], ['allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24']],
    [
      'of a local side in two rules',
      [`${WEB} local=10.0.0.0/15`],
      ['allow out tcp 443 local=10.0.0.0/16 192.0.2.0/24', 'allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24'],
    ],
    ['of an object', [`${WEB} local=@lan`], ['allow out tcp 443 local=@lan 192.0.2.0/24']],
    [
      'of rules with different local sides',
      [`A out tcp 443 192.0.2.0/24 local=10.1.0.0/16`, 'B out tcp 443 198.51.100.0/24 local=10.2.0.0/16'],
      ['allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24', 'allow out tcp 443 local=10.2.0.0/16 198.51.100.0/24'],
    ],
    [
      'of both families',
      ['Web out tcp 443 192.0.2.0/24,2001:db8::/48 local=10.1.0.0/16,fd00::/16'],
      ['allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24', 'allow out tcp 443 local=fd00::/16 2001:db8::/48'],
    ],
    [
      'of a rule that denies before one that allows',
      ['No out any - 192.0.2.0/25 deny', WEB],
      ['deny out any * 192.0.2.0/25', 'allow out tcp 443 192.0.2.0/24'],
    ],
    ['of ICMP', ['Ping out icmp - 192.0.2.0/24'], ['allow out icmp * 192.0.2.0/24']],
    ['of every protocol', ['All out any - 192.0.2.0/24'], ['allow out any * 192.0.2.0/24']],
  ])('%s succeeds', ([, wanted, found]) => {
    expect(proofOf(wanted, found)).toEqual([])
  })

  const FAILS: Sides = {
    'any local address': [[`${WEB} local=10.1.0.0/16`], ['allow out tcp 443 192.0.2.0/24']],
    'fewer local addresses': [[`${WEB} local=10.0.0.0/15`], ['allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24']],
    'more local addresses': [[`${WEB} local=10.1.0.0/16`], ['allow out tcp 443 local=10.0.0.0/15 192.0.2.0/24']],
    'an inbound rule that is not there': [['Web in tcp 443 192.0.2.0/24 local=10.1.0.0/16'], []],
    'three local addresses too few': [[`${WEB} local=10.0.0.0/32,10.0.0.2/32,10.0.0.4/32`], []],
    'four, of which it names three': [[`${WEB} local=10.0.0.0/32,10.0.0.2/32,10.0.0.4/32,10.0.0.6/32`], []],
    'two objects, which it names in their order': [
      [`${WEB} local=@lan`, 'Db out tcp 443 198.51.100.0/24 local=@dmz'],
      [],
    ],
    'another object': [[`${WEB} local=@lan`], ['allow out tcp 443 local=@wan 192.0.2.0/24']],
    'addresses for an object': [[`${WEB} local=@lan`], ['allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24']],
    'a local side where none is asked': [[WEB], ['allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24']],
    'the local sides swapped': [
      [`A out tcp 443 192.0.2.0/24 local=10.1.0.0/16`, 'B out tcp 443 198.51.100.0/24 local=10.2.0.0/16'],
      ['allow out tcp 443 local=10.2.0.0/16 192.0.2.0/24', 'allow out tcp 443 local=10.1.0.0/16 198.51.100.0/24'],
    ],
    'a rule that denies too late': [
      ['No out any - 192.0.2.0/25 deny', WEB],
      ['allow out tcp 443 192.0.2.0/24', 'deny out any * 192.0.2.0/25'],
    ],
    'no rule for one that denies what nothing allows': [
      ['No out any - 203.0.113.0/24 deny', WEB],
      ['allow out tcp 443 192.0.2.0/24'],
    ],
    'a tag that is denied': [[WEB], ['deny out any * #Sql', 'allow out tcp 443 192.0.2.0/24']],
    'TCP for ICMP': [['Ping out icmp - 192.0.2.0/24'], ['allow out tcp * 192.0.2.0/24']],
    'every protocol for ICMP': [['Ping out icmp - 192.0.2.0/24'], ['allow out any * 192.0.2.0/24']],
  }

  test('fails', async () => {
    await expectOutcomes('local-fails.txt', FAILS, ([wanted, found]) => proofOf(wanted, found))
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
    const report = {
      audit: result,
      isStrict,
      isAll: true,
      newest: '',
      unaudited: [],
      advice: [],
      limits: [],
      baseline: undefined,
    }
    const lines = auditText(report, (_, text) => text).split('\n')
    return lines.filter((line) => /^ {2}\S|findings/.test(line))
  }

  const SIDES: Sides = {
    'what is asked': [[`${WEB} local=10.1.0.0/16`], ['allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24 Web']],
    'from any local address': [[`${WEB} local=10.1.0.0/16`], ['allow out tcp 443 192.0.2.0/24 Web']],
    'from more local addresses': [
      [`${WEB} local=10.1.0.0/16`],
      ['allow out tcp 443 local=10.0.0.0/15 192.0.2.0/24 Web'],
    ],
    'two rules of the policy as one, so that each goes to the addresses of the other': [
      ['A out tcp 443 192.0.2.0/24 local=10.1.0.0/16', 'B out tcp 443 198.51.100.0/24 local=10.2.0.0/16'],
      ['allow out tcp 443 local=10.1.0.0/16,10.2.0.0/16 192.0.2.0/24,198.51.100.0/24 both'],
    ],
    'what the policy denies is not allowed too widely': [
      ['No out any - 192.0.2.0/25 deny', `${WEB} local=10.1.0.0/16`],
      ['deny out any * local=10.0.0.0/15 192.0.2.0/25', 'allow out tcp 443 local=10.0.0.0/15 192.0.2.0/24 Web'],
    ],
    'what the policy denies for some local addresses, allowed for more than it allows it for': [
      ['No out any - 192.0.2.0/24 local=10.9.0.0/16 deny', `${WEB} local=10.1.0.0/16`],
      ['deny out any * local=10.9.0.0/16 192.0.2.0/24', 'allow out tcp 443 local=10.0.0.0/15 192.0.2.0/24 Web'],
    ],
    'what the policy denies for some local addresses, allowed for them': [
      ['No out any - 192.0.2.0/24 local=10.9.0.0/16 deny', WEB],
      ['allow out tcp 443 192.0.2.0/24 Web'],
    ],
    'what the policy denies for some local addresses only, and allows for the others': [
      ['No out any - 192.0.2.0/24 local=10.9.0.0/16 deny', WEB],
      ['deny out any * local=10.9.0.0/16 192.0.2.0/24', 'allow out tcp 443 192.0.2.0/24 Web'],
    ],
    'what the policy denies, allowed': [
      ['No out any - 192.0.2.0/25 deny', WEB],
      ['allow out tcp 443 192.0.2.0/24 other'],
    ],
    'from fewer': [[`${WEB} local=10.0.0.0/15`], ['allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24 Web']],
    "from somebody else's addresses, which is no business of the policy": [
      [`${WEB} local=10.1.0.0/16`],
      [
        'allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24 Web',
        'allow out tcp 443 local=10.9.0.0/16 192.0.2.0/24 other',
      ],
    ],
    'an object by its name': [[`${WEB} local=@lan`], ['allow out tcp 443 local=@lan 192.0.2.0/24 Web']],
    'another object': [[`${WEB} local=@lan`], ['allow out tcp 443 local=@wan 192.0.2.0/24 Web']],
    'without a local side in the policy, a rule for some local addresses allows too little': [
      [WEB],
      ['allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24 Web'],
    ],
    'behind a deny for another object of the policy, which may hold the same addresses': [
      ['Web out tcp 443 192.0.2.0/24 local=@lan', 'Db out tcp 1433 198.51.100.0/24 local=@dmz'],
      [
        'allow out tcp 443 local=@lan 192.0.2.0/24 Web',
        'deny out any * local=@lan any',
        'allow out tcp 1433 local=@dmz 198.51.100.0/24 Db',
      ],
    ],
    'ping, which the policy does not ask about': [
      [WEB],
      ['allow out icmp * any ping', 'allow out tcp 443 192.0.2.0/24 Web'],
    ],
  }

  test('compares local sides', async () => {
    await expectOutcomes('local-sides.txt', SIDES, ([wanted, found]) => auditOf(wanted, found))
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

  // A rule that denies for some local addresses takes them from what a later one allows.
  const WIDE = 'allow out tcp 443 local=10.0.0.0/15 192.0.2.0/24 Web'
  test.for<[deny: string, left: string | undefined]>([
    ['deny out any * local=10.0.0.0/16 any', undefined],
    ['deny out tcp 80-443 local=10.0.0.0/16 192.0.2.0/24', undefined],
    ['deny out any * local=10.0.0.0/17 any', 'from local 10.0.128.0/17: 256 addresses of IPv4'],
    ['deny out any * local=10.0.0.0/16 192.0.2.0/25', 'from local 10.0.0.0/16: 128 addresses of IPv4'],
    ['deny out any * local=10.0.0.0/16 part any', 'from local 10.0.0.0/16: 256 addresses of IPv4'],
    ['deny out any * local=10.9.0.0/16 any', 'from local 10.0.0.0/16: 256 addresses of IPv4'],
    ['deny out any * local=fd00::/16 any', 'from local 10.0.0.0/16: 256 addresses of IPv4'],
    ['deny out tcp 80 local=10.0.0.0/16 any', 'from local 10.0.0.0/16: 256 addresses of IPv4'],
    ['deny out udp * local=10.0.0.0/16 any', 'from local 10.0.0.0/16: 256 addresses of IPv4'],
    ['deny in any * local=10.0.0.0/16 any', 'from local 10.0.0.0/16: 256 addresses of IPv4'],
    ['deny out any * 203.0.113.0/24', 'from local 10.0.0.0/16: 256 addresses of IPv4'],
  ])('behind %s: %s', ([deny, left]) => {
    const line = `  Web (conf line 2), outbound tcp 443, ${left}`
    expect(auditOf([`${WEB} local=10.1.0.0/16`], [deny, WIDE])).toEqual(left ? [line, 'findings: 1 wider'] : [CLEAN()])
  })

  test('a later denial for some local addresses takes nothing away', () => {
    const found = [WIDE, 'deny out any * local=10.0.0.0/16 any']
    expect(auditOf([`${WEB} local=10.1.0.0/16`], found)).toEqual([
      '  Web (conf line 1), outbound tcp 443, from local 10.0.0.0/16: 256 addresses of IPv4',
      'findings: 1 wider',
    ])
  })

  // What is too much, of the policy's traffic and addresses.
  const WIDER: Sides = {
    'on each port, after a denial of one': [
      ['Web out tcp 80+443 192.0.2.0/24 local=10.1.0.0/16'],
      ['deny out tcp 443 192.0.2.0/25', 'allow out tcp 80-443 local=10.0.0.0/15 192.0.2.0/24 Web'],
    ],
    'on each port, after a denial of the other': [
      ['Web out tcp 80+443 192.0.2.0/24 local=10.1.0.0/16'],
      ['deny out tcp 80 192.0.2.0/25', 'allow out tcp 80-443 local=10.0.0.0/15 192.0.2.0/24 Web'],
    ],
    'on each protocol, after a denial of one': [
      ['Web out any - 192.0.2.0/24 local=10.1.0.0/16'],
      ['deny out udp * 192.0.2.0/25', 'deny out icmp * any', 'allow out any * local=10.0.0.0/15 192.0.2.0/24 Web'],
    ],
    'behind a denial for some of the connections': [[`${WEB} local=10.1.0.0/16`], ['deny out any * part any', WIDE]],
    'but not what the policy denies for every local address': [
      ['No out any - 192.0.2.0/25 deny', `${WEB} local=10.1.0.0/16`],
      [WIDE],
    ],
    'where the policy denies the rest at its end': [
      [`${WEB} local=10.1.0.0/16`, 'No out any - 192.0.2.0/24 deny'],
      [WIDE, 'deny out any * 192.0.2.0/24'],
    ],
    'of two rules of the policy for the same local addresses, as one': [
      [`${WEB} local=10.1.0.0/16`, 'More out tcp 443 198.51.100.0/24 local=10.1.0.0/16'],
      ['allow out tcp 443 local=10.0.0.0/15 192.0.2.0/24,198.51.100.0/24 Web'],
    ],
    'and nothing of a rule for local addresses that the policy only denies': [
      ['No out any - 192.0.2.0/24 local=10.9.0.0/16 deny', `${WEB} local=10.1.0.0/16`],
      ['allow out tcp 443 local=10.9.0.0/16 192.0.2.0/24 x'],
    ],
  }

  test('a rule for more local addresses is wider', async () => {
    await expectOutcomes('local-wider.txt', WIDER, ([wanted, found]) => {
      const lines = auditOf(wanted, found).filter((line) => line.includes('from local'))
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
  const DB = 'Db out tcp 1433 198.51.100.0/24 local=@dmz'
  const HAS_DB = 'allow out tcp 1433 local=@dmz 198.51.100.0/24 Db'
  test.for<[name: string, found: string[], want: string]>([
    ['the object of another rule', ['allow out tcp 443 local=@lan+dmz 192.0.2.0/24 Web'], 'from the object dmz'],
    ['an object that no rule names', ['allow out tcp 443 local=@lan+guest 192.0.2.0/24 Web'], 'from the object guest'],
    ['two more', ['allow out tcp 443 local=@dmz+lan+guest 192.0.2.0/24 Web'], 'from the objects dmz, guest'],
    [
      'addresses and an object',
      ['allow out tcp 443 local=10.2.0.0/16@lan+dmz 192.0.2.0/24 Web'],
      'from local 10.2.0.0/16 and the object dmz',
    ],
    [
      'an object of which a part is denied',
      ['deny out any * local=@dmz part any', 'allow out tcp 443 local=@lan+dmz 192.0.2.0/24 Web'],
      'from the object dmz',
    ],
    [
      'one of two that are denied',
      ['deny out any * local=@dmz any', 'allow out tcp 443 local=@dmz+lan+guest 192.0.2.0/24 Web'],
      'from the object guest',
    ],
  ])('an object by its name, and %s', ([, found, want]) => {
    const line = `  Web (conf line ${found.length + 1}), outbound tcp 443, ${want}: 256 addresses of IPv4`
    const lines = auditOf([`${WEB} local=@lan`, DB], [HAS_DB, ...found])
    expect(lines.filter((line) => !line.startsWith('  Web, '))).toEqual([line, expect.stringMatching(/1 wider$/)])
  })

  const OBJECTS: Sides = {
    'another object, denied for half of the addresses before': [
      [`${WEB} local=@lan`, DB],
      [HAS_DB, 'deny out any * local=@dmz 192.0.2.0/25', 'allow out tcp 443 local=@lan+dmz 192.0.2.0/24 Web'],
    ],
    'an object of both families': [
      ['Web out tcp 443 192.0.2.0/24,2001:db8::/120 local=@lan+lan'],
      ['allow out tcp 443 local=@lan 192.0.2.0/24,2001:db8::/120 Web'],
    ],
    'an object of both families, of which the policy names one for each': [
      ['Web out tcp 443 192.0.2.0/24,2001:db8::/120 local=@lan+lan6'],
      ['allow out tcp 443 local=@lan 192.0.2.0/24,2001:db8::/120 Web'],
    ],
    'an object that is denied before': [
      [`${WEB} local=@lan`],
      ['deny out any * local=@guest 198.51.100.0/24', 'allow out tcp 443 local=@lan 192.0.2.0/24 Web'],
    ],
    'behind a denial for an object that no rule names, which may hold the same addresses': [
      [`${WEB} local=@lan`],
      ['deny out any * local=@guest any', 'allow out tcp 443 local=@lan 192.0.2.0/24 Web'],
    ],
    'behind a denial for it and for one that another rule has': [
      [`${WEB} local=@lan`, DB],
      ['deny out any * local=@dmz+guest 192.0.2.0/24', HAS_DB, 'allow out tcp 443 local=@lan 192.0.2.0/24 Web'],
    ],
    'addresses of the policy, and an object that no rule names': [
      [`${WEB} local=10.1.0.0/16`],
      ['allow out tcp 443 local=10.1.0.0/16@guest 192.0.2.0/24 Web'],
    ],
    'of an object that no rule names, on another port': [
      [`${WEB} local=@lan`],
      ['allow out tcp 443 local=@lan 192.0.2.0/24 Web', 'allow out tcp 22 local=@guest 192.0.2.0/24 x'],
    ],
  }

  test('compares objects', async () => {
    await expectOutcomes('local-objects.txt', OBJECTS, ([wanted, found]) => auditOf(wanted, found))
  })

  // No connection has addresses of two families.
  const BOTH = '192.0.2.0/24,2001:db8::/120'
  test.for<[name: string, wanted: string[], found: string[], want: string[]]>([
    [
      'opens nothing to the other family',
      [`Web out tcp 443 ${BOTH}`],
      [`allow out tcp 443 ${BOTH} Web`, `allow out tcp 80 local=10.0.0.0/8 ${BOTH} x`],
      ['  x (conf line 2), outbound: opens tcp 80 to 256 IPv4 addresses of the policy', 'findings: 1 wider'],
    ],
    [
      'is not outside for the other family',
      [WEB],
      ['allow out tcp 443 192.0.2.0/24 Web', 'allow out tcp 443 local=fd00::/16 198.51.100.0/24 x'],
      [CLEAN()],
    ],
    [
      'allows more only for the family of the local addresses',
      [`Web out tcp 443 ${BOTH} local=10.1.0.0/16,fd01::/16`],
      [`allow out tcp 443 local=10.1.0.0/16,fd00::/15 ${BOTH} Web`],
      ['  Web (conf line 1), outbound tcp 443, from local fd00::/16: 256 addresses of IPv6', 'findings: 1 wider'],
    ],
  ])('a rule for local addresses of one family %s', ([, wanted, found, want]) => {
    expect(auditOf(wanted, found, { isStrict: true })).toEqual(want)
  })

  describe('where each object has one family', () => {
    const LAN = `Web out tcp 443 ${BOTH} local=@lan+lan6`
    const NO = `No out any - ${BOTH} local=@lan+lan6 deny`
    const DENIED = ['deny out any * local=@lan 192.0.2.0/24 No', 'deny out any * local=@lan6 2001:db8::/120 No']
    const DENIALS: Sides = {
      'what is asked': [
        [LAN],
        ['allow out tcp 443 local=@lan 192.0.2.0/24 Web', 'allow out tcp 443 local=@lan6 2001:db8::/120 Web'],
      ],
      'in one rule': [[LAN], [`allow out tcp 443 local=@lan+lan6 ${BOTH} Web`]],
      'more than the object can reach': [[LAN], [`allow out tcp 443 local=@lan+lan6 any Web`, 'deny in any * any']],
      'the objects swapped': [
        [LAN],
        ['allow out tcp 443 local=@lan6 192.0.2.0/24 Web', 'allow out tcp 443 local=@lan 2001:db8::/120 Web'],
      ],
      'one family less': [[LAN], ['allow out tcp 443 local=@lan 192.0.2.0/24 Web']],
      'another object of one family': [
        [LAN, `Db out tcp 1433 ${BOTH} local=@dmz+dmz6`],
        [`allow out tcp 443 local=@lan+lan6+dmz6 ${BOTH} Web`, `allow out tcp 1433 local=@dmz+dmz6 ${BOTH} Db`],
      ],
      'another pair of objects, beside addresses': [
        [`Web out tcp 443 ${BOTH} local=10.1.0.0/16,fd01::/16`, `Db out tcp 1433 ${BOTH} local=@dmz+dmz6`],
        [
          `allow out tcp 443 local=10.1.0.0/16,fd01::/16@dmz+dmz6 ${BOTH} Web`,
          `allow out tcp 1433 local=@dmz+dmz6 ${BOTH} Db`,
        ],
      ],
      'a denial for both, and what it leaves': [
        [NO, `Web out tcp 443 ${BOTH}`],
        [...DENIED, `allow out tcp 443 ${BOTH} Web`],
      ],
      'a denial for one of them only': [
        [NO, `Web out tcp 443 ${BOTH}`],
        [...DENIED.slice(0, 1), `allow out tcp 443 ${BOTH} Web`],
      ],
    }

    test('compares denials of a local side', async () => {
      await expectOutcomes('local-denials.txt', DENIALS, ([wanted, found]) =>
        auditOf(wanted, found, { areObjectsApart: true }),
      )
    })
  })

  // What rules do in several parts of the local side is told once.
  const A = 'A out tcp 443 192.0.2.0/24 local=10.1.0.0/16'
  const B = 'B out tcp 443 198.51.100.0/24 local=10.2.0.0/16'
  const [HAS_A, HAS_B] = [
    'allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24 A',
    'allow out tcp 443 local=10.2.0.0/16 198.51.100.0/24 B',
  ]
  const IN_PARTS: Readonly<Record<string, string[]>> = {
    nothing: [HAS_A, HAS_B],
    'what one of them opens': [HAS_A, HAS_B, 'allow out tcp 22 192.0.2.0/24,198.51.100.0/24 x'],
    'what is wider in both': [HAS_A, HAS_B, 'allow out tcp 443 local=10.1.0.0/16 192.0.2.0/24,203.0.113.0/32 x'],
    'a rule of both, with more': [HAS_A, HAS_B, 'allow out tcp 443 192.0.2.0/25,198.51.100.0/25,203.0.113.0/32 x'],
    'more local addresses behind denials for some of them, of which one denies nothing of it': [
      HAS_A,
      HAS_B,
      'deny out tcp 443 local=10.2.0.0/17 192.0.2.0/25',
      'deny out tcp 443 local=10.2.192.0/18 203.0.113.0/24',
      'allow out tcp 443 local=10.1.0.0/16,10.2.0.0/16 192.0.2.0/24 x',
    ],
    "the same behind three denials, which stand in each other's way and are on other ports, or too late": [
      HAS_A,
      HAS_B,
      'deny out tcp 443 local=10.2.0.0/17 192.0.2.0/25',
      'deny out any * local=10.2.64.0/18 192.0.2.128/26',
      'deny out tcp 80 local=10.2.0.0/16 192.0.2.0/24',
      'allow out tcp 443 local=10.1.0.0/16,10.2.0.0/16 192.0.2.0/24 x',
      'deny out tcp 443 local=10.2.0.0/16 192.0.2.0/24',
    ],
    'the addresses of another rule, which are not outside': [
      HAS_A,
      HAS_B,
      'allow out tcp 443 local=10.2.0.0/16 192.0.2.0/24 x',
    ],
    'rules outside in both': [HAS_A, HAS_B, 'allow out tcp 22 203.0.113.0/25 x', 'allow out tcp 22 203.0.113.128/25 x'],
    'rules of one name, one outside and one about the policy': [
      HAS_A,
      HAS_B,
      'allow out tcp 22 203.0.113.0/25 x',
      'allow out tcp 22 192.0.2.0/25 x',
    ],
    'a rule that is outside for one and stale for the other': [HAS_A, HAS_B, 'allow out tcp 443 203.0.112.0/24 x'],
    'two different things missing': [
      'allow out tcp 443 local=10.1.0.0/17 192.0.2.0/24 A',
      'allow out tcp 443 local=10.2.0.0/16 198.51.100.0/25 B',
    ],
    'one thing missing in two parts': [
      'allow out tcp 443 local=10.1.64.0/18 192.0.2.0/24 A',
      'allow out tcp 443 local=10.2.128.0/17 198.51.100.0/24 B',
    ],
  }

  test('tells once in all parts', async () => {
    const older = [rulesetOf(A.replace('192.0.2.0/24', '192.0.2.0/24,203.0.112.0/24'), B)]
    await expectOutcomes('local-parts.txt', IN_PARTS, (found) => auditOf([A, B], found, { isStrict: true, older }))
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
  expect(orderOf('10.0.0.9/32', '10.0.0.0/31', '10.0.0.0/32')).toEqual([
    '10.0.0.9/32',
    '10.0.0.0/32',
    '10.0.0.1/32',
    'the rest',
  ])
  expect(orderOf('10.0.0.0/32', '10.0.0.9/32', '10.0.0.0/32')).toEqual(['10.0.0.0/32', '10.0.0.9/32', 'the rest'])
})
