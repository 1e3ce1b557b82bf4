import { describe, expect, test } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { type Accepted, acceptKnown, baselineOf } from '../../src/audit/baseline-file.ts'
import { type Audit, findingsOf } from '../../src/audit/values.ts'
import type { Note } from '../../src/model/reading.ts'
import { expectEach } from '../golden-page.ts'
import { readingOf, rulesetOf, setOf } from './notation.ts'

/** The audit of a device with such rules (`; ` between them), against a policy that once had 192.0.2.0/23. */
function auditOf(rules: string, notes: readonly Note[] = [], policy = 'Web out tcp 443 192.0.2.0/24'): Audit {
  const reading = readingOf(...rules.split('; ').filter(Boolean))
  return audit(
    {
      ruleset: rulesetOf(policy),
      older: [rulesetOf('Web out tcp 443 192.0.2.0/23')],
      ownNames: ['Web'],
      tagPrefixes: () => undefined,
    },
    { ...reading, notes: [...notes] },
  )
}

const kinds = (found: Audit, isStrict: boolean) => findingsOf(found, isStrict).map(({ kind }) => kind)

const GOOD = 'allow out tcp 443 192.0.2.0/24'
const NOTE: Note = { place: { part: 'conf', line: 9 }, text: 'frobnicate', reason: 'is not understood' }

// What was accepted, what is found later, and what of it is new.
describe('a baseline', () => {
  test('accepts', async () => {
    await expectEach('baseline.txt', (text) => {
      const [before = '', after = ''] = text.split('\n')
      const all = auditOf(after)
      const known = acceptKnown(all, false, baselineOf(auditOf(before), false))
      const left = kinds(known.audit, false)
      expect(known.accepted).toBe(kinds(all, false).length - left.length)
      return [...left.map((kind) => `new: ${kind}`), ...known.unused.map(() => 'accepted, but gone')]
    })
  })

  test.for<[isMadeStrict: boolean, isStrict: boolean, after: string, left: string[], unused: number]>([
    [true, true, '203.0.113.0/24', [], 0],
    [true, true, '203.0.113.0/25', [], 0],
    [true, true, '203.0.112.0/23', ['outside'], 1],
    // An entry about a rule outside the policy says nothing where such rules are no findings.
    [true, false, '203.0.113.0/24', [], 0],
    [false, true, '203.0.113.0/24', ['outside'], 0],
  ])('made strictly %s, used strictly %s, of a rule outside to %s', ([isMadeStrict, isStrict, after, left, unused]) => {
    const [old, now] = ['203.0.113.0/24', after].map((to) => auditOf(`${GOOD}; allow out tcp 22 ${to} x`)) as [
      Audit,
      Audit,
    ]
    const known = acceptKnown(now, isStrict, baselineOf(old, isMadeStrict))
    expect({ left: kinds(known.audit, isStrict), unused: known.unused.length }).toEqual({ left, unused })
  })

  // A rule for more local addresses than was accepted is a new finding.
  test.for<[before: string, after: string, left: string[]]>([
    ['10.0.0.0/14', '10.0.0.0/14', []],
    ['10.0.0.0/14', '10.0.0.0/15', []],
    ['10.0.0.0/15', '10.0.0.0/14', ['wider']],
    ['10.0.0.0/15', '0.0.0.0/0', ['wider']],
    ['10.1.0.0/17', '10.1.0.0/17', []],
    ['10.1.0.0/17', '10.1.0.0/18', ['missing']],
    ['10.1.0.0/18', '10.1.0.0/17', []],
    ['10.9.0.0/16', '10.1.0.0/17', []],
    ['10.1.0.0/17', '10.9.0.0/16', ['missing']],
    ['10.1.0.0/16,10.9.0.0/16', '10.1.0.0/16', []],
  ])('with the local side %s, and then %s', ([before, after, left]) => {
    const [old, now] = [before, after].map((local) =>
      auditOf(`allow out tcp 443 local=${local} 192.0.2.0/24`, [], 'Web out tcp 443 192.0.2.0/24 local=10.1.0.0/16'),
    ) as [Audit, Audit]
    expect(kinds(acceptKnown(now, false, baselineOf(old, false)).audit, false)).toEqual(left)
  })

  // So is one for more objects, or for objects where addresses were accepted.
  test.for<[before: string, after: string, left: string[]]>([
    ['@lan+dmz', '@lan+dmz', []],
    ['@lan+dmz+guest', '@lan+dmz', []],
    ['@lan+dmz', '@lan+dmz+guest', ['wider']],
    ['@lan+dmz', '@lan+guest', ['wider']],
    ['10.2.0.0/16@lan+dmz', '@lan+dmz', []],
    ['10.2.0.0/16@lan+dmz', '10.2.0.0/16@lan', []],
    ['@lan+dmz', '10.2.0.0/16@lan', ['wider']],
    ['10.2.0.0/16@lan', '@lan+dmz', ['wider']],
    ['10.2.0.0/16@lan', '10.2.0.0/16@lan+dmz', ['wider']],
  ])('with the local side %s, and then %s, where the policy names the object lan', ([before, after, left]) => {
    const [old, now] = [before, after].map((local) =>
      auditOf(`allow out tcp 443 local=${local} 192.0.2.0/24`, [], 'Web out tcp 443 192.0.2.0/24 local=@lan'),
    ) as [Audit, Audit]
    expect(kinds(acceptKnown(now, false, baselineOf(old, false)).audit, false)).toEqual(left)
  })

  test('that is about other addresses does not accept what is about the local side', () => {
    const policy = 'Web out tcp 443 192.0.2.0/24 local=10.1.0.0/16'
    const [more, from] = ['local=10.1.0.0/16 192.0.2.0/24,203.0.113.0/28 x', 'local=10.0.0.0/15 192.0.2.0/24 x'].map(
      (to) => auditOf(`allow out tcp 443 ${to}`, [], policy),
    ) as [Audit, Audit]
    expect(kinds(acceptKnown(from, false, baselineOf(more, false)).audit, false)).toEqual(['wider'])
    expect(kinds(acceptKnown(more, false, baselineOf(from, false)).audit, false)).toEqual(['wider'])
  })

  test.for<[note: Note, left: string[]]>([
    [NOTE, []],
    [{ ...NOTE, place: { part: 'conf', line: 1 } }, []],
    [{ ...NOTE, text: 'frobnicate twice' }, ['not-understood']],
    [{ ...NOTE, reason: 'is too long' }, ['not-understood']],
  ])('accepts a line that is not understood, wherever it stands: %j', ([note, left]) => {
    const known = acceptKnown(auditOf(GOOD, [note]), false, baselineOf(auditOf(GOOD, [NOTE]), false))
    expect(kinds(known.audit, false)).toEqual(left)
  })

  test('says of each finding what it is about', () => {
    const found = auditOf(
      'allow out tcp 443 192.0.2.0/25,192.0.3.0/28,203.0.113.0/28 x; allow out udp 53 192.0.2.0/26 y',
      [NOTE],
    )
    const none = { tcp: [], udp: [], icmp: false, other: false }
    const https = { direction: 'outbound', traffic: { ...none, tcp: [{ first: 443, last: 443 }] } } as const
    const dns = { direction: 'outbound', traffic: { ...none, udp: [{ first: 53, last: 53 }] } } as const
    const want: Accepted[] = [
      { finding: 'missing', rule: 'Web', ...https, prefixes: setOf('192.0.2.128/25') },
      { finding: 'stale', rule: 'x', ...https, prefixes: setOf('192.0.3.0/28') },
      { finding: 'wider', rule: 'x', ...https, prefixes: setOf('203.0.113.0/28') },
      { finding: 'opened', rule: 'y', ...dns, prefixes: setOf('192.0.2.0/26') },
      { finding: 'not-understood', text: 'frobnicate', reason: 'is not understood' },
    ]
    expect(baselineOf(found, false)).toEqual({ policy: 'p', accepted: want })
  })
})
