import { expect, test } from 'vitest'
import { formatPrefix } from '../../../src/address/prefix.ts'
import { formatPorts } from '../../../src/model/traffic.ts'
import {
  type BaseChain,
  type ChainRule,
  type ChainWalk,
  EVERY_CONNECTION,
  type KeptWalk,
  type Match,
  type Verdict,
} from '../../../src/vendor/kit/chain-values.ts'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import { expectOutcomes } from '../../golden-page.ts'
import { randomFrom } from '../../random.ts'

const place = (line: number) => ({ part: 'f', line })
const setOf = (...texts: string[]) => KIT.setOf(texts.map(KIT.parsePrefix))

const object = (side: 'source' | 'destination', ...texts: string[]) => {
  return { side, name: 'lan', addresses: texts.length > 0 ? setOf(...texts) : undefined } as const
}

/** `tcp 443 from 192.0.2.0/24 to 198.51.100.0/24 part zone`, each of it or nothing. */
function matchOf(text: string): Match {
  const words = KIT.words(text.split(' '))
  const protocol = words.take('tcp', 'udp') ?? 'any'
  const port = /^\d/.test(words.peek ?? '') ? KIT.portRange(words.next() as string) : undefined
  const source = words.take('from') && setOf(...(words.next() as string).split(','))
  const destination = words.take('to') && setOf(words.next() as string)
  const part = words.take('part') ? (words.take('zone', 'other') ?? 'other') : 'no'
  return {
    protocol,
    ports: port ? [port] : KIT.everyPort,
    source: source || undefined,
    destination: destination || undefined,
    part,
  }
}

/** Rules that differ in a prefix on one side, the first one with a name of its own. */
const membersOf = (side: 'source' | 'destination', ...prefixes: string[]): Partial<ChainRule> => ({
  name: 'm',
  matches: [{ ...EVERY_CONNECTION, [side]: setOf(...prefixes) }],
  members: {
    side,
    rules: prefixes.map((prefix, at) => {
      return { name: at === 0 ? 'one' : undefined, place: place(7 + at), prefix: KIT.parsePrefix(prefix) }
    }),
  },
})

type Chains = Readonly<Record<string, readonly (string | Partial<ChainRule>)[]>>

/** `allow tcp 443`, `jump B udp`: lines are counted through all chains. */
function chainsOf(chains: Chains) {
  let line = 0
  const rules = new Map(
    Object.entries(chains).map(([name, texts]) => [
      name,
      texts.map((given): ChainRule => {
        line++
        const empty = {
          name: undefined,
          place: place(line),
          text: `line ${line}`,
          matches: [EVERY_CONNECTION],
          verdict: { kind: 'allow' },
          doubts: [],
        } as const
        if (typeof given !== 'string') return { ...empty, ...given }
        const [kind = '', ...rest] = given.split(' ')
        const jumps = kind === 'jump' || kind === 'goto'
        const verdict = (jumps ? { kind, chain: rest.shift() } : { kind }) as Verdict
        return { ...empty, name: `r${line}`, matches: [matchOf(rest.join(' '))], verdict }
      }),
    ]),
  )
  return (chain: string) => rules.get(chain)
}

type More = Partial<ChainWalk> & { readonly bases?: readonly string[] }

/** The rules and notes of a walk from chain A on, and through the base chains of `bases`. */
function follow(rulesOf: ChainWalk['rulesOf'], { bases = [], ...more }: More = {}): string[] {
  const notes = KIT.notes()
  const next = bases.map((chain) => ({ chain, rulesOf }))
  const found = KIT.followChains(
    { chain: 'A', direction: 'outbound', isDecided: true, family: 'ipv4', rulesOf, next, ...more },
    notes,
  )
  return [
    ...found.map(
      ({ name, place, direction, action, protocol, ports, local, coverage, isPartByZone, remote, members }) => {
        const isAny = remote.addresses.equals(KIT.everything('ipv4'))
        const addresses = [...(isAny ? ['any'] : remote.addresses.prefixes.map(formatPrefix)), ...remote.tags].join(' ')
        const own = local ? ` local ${[...local.objects, ...local.addresses.prefixes.map(formatPrefix)].join(' ')}` : ''
        const side = `${coverage}${isPartByZone ? ' by zone' : ''}${own}`
        const inner = members
          ?.map(({ name, place, prefix }) => `${name}@${place.line} ${formatPrefix(prefix)}`)
          .join(', ')
        return `${name}@${place.line} ${direction} ${action} ${protocol} ${ports.map(formatPorts).join(',')} ${side}: ${addresses}${inner ? ` [${inner}]` : ''}`
      },
    ),
    ...notes.all.map(
      ({ place, text, reason, isHarmless, about }) =>
        `! ${place.line} ${text} ${reason}${isHarmless ? ', harmless' : ''}${about ? ` about ${about.map(({ protocol, ports }) => `${protocol} ${ports.map(formatPorts).join(',')}`).join('; ')}` : ''}`,
    ),
  ]
}

const CHAINS: Readonly<Record<string, Chains | readonly [chains: Chains, more: More]>> = {
  'a jump comes back, and each rule holds only as far as the jump goes': {
    A: ['jump B tcp', 'allow to 192.0.2.0/24'],
    B: ['allow to 198.51.100.0/24', 'deny udp'],
  },
  'a goto does not come back': { A: ['goto B tcp', 'allow'], B: ['allow 443'] },
  'a goto for one zone is left out if the next one for all leads to the same chain': {
    A: [
      'jump D',
      'goto C tcp 80',
      'goto B part zone',
      'goto B part other',
      { matches: [EVERY_CONNECTION, matchOf('tcp')], verdict: { kind: 'goto', chain: 'B' } },
    ],
    B: ['allow 443', 'deny'],
    C: ['allow'],
    D: ['return'],
  },
  'a goto for one zone stays if the next one for all leads elsewhere': {
    A: ['goto B part zone', 'goto C'],
    B: ['deny 443'],
    C: ['allow 443'],
  },
  'a goto for one zone stays if the next one is for one protocol, or in doubt': {
    A: ['goto B part zone', 'goto B tcp', { verdict: { kind: 'goto', chain: 'B' }, doubts: [{ reason: 'is odd' }] }],
    B: ['allow 443'],
  },
  'an object stands for the local side, and its return takes nothing for sure': {
    A: [{ matches: [{ ...EVERY_CONNECTION, object: object('source') }], verdict: { kind: 'return' } }, 'allow'],
  },
  'an object on the remote side is what it holds, or a part of everything': {
    A: [
      { name: 'a', matches: [{ ...EVERY_CONNECTION, object: object('source') }] },
      { name: 'b', matches: [{ ...EVERY_CONNECTION, object: object('destination', '192.0.2.0/24') }] },
      { name: 'c', matches: [{ ...EVERY_CONNECTION, object: object('destination') }] },
    ],
  },
  'inbound, an object of the source is remote, and members of the source stay together': [
    {
      A: [
        { name: 'a', matches: [{ ...EVERY_CONNECTION, object: object('source', '192.0.2.0/24') }] },
        { name: 'b', matches: [{ ...EVERY_CONNECTION, object: object('destination') }] },
        membersOf('source', '192.0.2.0/24'),
      ],
    },
    { direction: 'inbound' },
  ],
  'some addresses of a local object are a part, and none of a remote one are no rule': {
    A: [
      { name: 'a', matches: [{ ...matchOf('from 192.0.2.0/24'), object: object('source') }] },
      { name: 'b', matches: [{ ...matchOf('to 192.0.2.0/24'), object: object('destination', '198.51.100.0/24') }] },
    ],
  },
  'a return takes what it matches from the rest of its chain': {
    A: ['jump B', 'deny'],
    B: ['return tcp 443', 'allow 443'],
  },
  'the policy is about what no rule decides, and what returned': [
    { A: ['return tcp', 'allow 443'] },
    { policy: { action: 'deny', name: 'policy', place: place(9) } },
  ],
  'a part returns, so that all may go on': { A: ['return tcp part other', 'allow tcp 443'] },
  'a zone that nobody named makes a part that naming it could make whole': {
    A: ['allow tcp part zone', 'allow udp from 192.0.2.0/24 part zone', 'jump B part zone'],
    B: ['allow part other', 'allow part zone'],
  },
  'connections of another family, or that no policy decides, are in no rule': [
    { A: ['allow tcp'] },
    { family: undefined, sees: 'ipv4' },
  ],
  'both addresses of a connection have one family, and all local ones of it limit the remote side alone': [
    {
      A: ['', ',2001:db8::/32', ',::/0', ',2001:db8::/32 to 198.51.100.0/24', ' to 2001:db8::/32'].flatMap((more) =>
        ['192.0.2.0/24', '0.0.0.0/0'].map((local) => `allow from ${local}${more}`),
      ),
    },
    { family: undefined },
  ],
  'inbound, the source is remote': [
    { A: ['allow from 192.0.2.0/24', 'allow to 192.0.2.0/24'] },
    { direction: 'inbound' },
  ],
  'where both directions pass, a rule that only asks for the local side is about the other direction': [
    { A: ['allow from 192.0.2.0/24', 'allow from 192.0.2.0/24 to 198.51.100.0/24', 'allow tcp'] },
    { isDecided: false },
  ],
  'private addresses that the policy does not have as remote are local, and so is an object of the policy': [
    {
      A: [
        'allow from 10.0.0.0/8',
        'allow from 192.0.2.0/24',
        'allow from 172.16.5.0/24',
        'allow from 0.0.0.0/4',
        { name: 'object', matches: [{ ...EVERY_CONNECTION, object: object('source') }] },
      ],
    },
    { isDecided: false, remotes: setOf('20.0.0.0/8', '172.16.0.0/16') },
  ],
  'an object on the remote side says which side is remote': [
    {
      A: [
        { name: 'a', matches: [{ ...matchOf('from 192.0.2.0/24'), object: object('destination', '198.51.100.0/24') }] },
        { name: 'b', matches: [{ ...matchOf('from 192.0.2.0/24'), object: object('destination') }] },
      ],
    },
    { isDecided: false },
  ],
  'in an audit, an object whose addresses are not known is local': [
    {
      A: [
        { name: 'a', matches: [{ ...matchOf('from 20.0.0.0/24'), object: object('destination', '198.51.100.0/24') }] },
        { name: 'b', matches: [{ ...matchOf('from 20.0.0.0/24'), object: object('destination') }] },
      ],
    },
    { isDecided: false, remotes: setOf('20.0.0.0/8') },
  ],
  'names come from the rule, else from the jump, else from the chain': {
    A: [
      { verdict: { kind: 'jump', chain: 'B' } },
      { name: 'x', verdict: { kind: 'jump', chain: 'B' }, matches: [matchOf('tcp')] },
    ],
    B: [{ matches: [matchOf('443')] }],
  },
  'chains that lead back to themselves': {
    A: ['jump A tcp', 'jump B', 'allow udp'],
    B: ['jump C 443'],
    C: ['jump C', 'goto A', 'deny'],
  },
  'a chain that leads back to itself is followed once': { A: ['jump A tcp', 'allow tcp 443'] },
  'a chain that is not there': { A: ['jump X tcp', 'goto X udp', 'allow'] },
  'no chain at all': {},
  'a doubt about a rule that nothing meets': {
    A: ['jump B tcp'],
    B: [
      {
        matches: [matchOf('udp')],
        doubts: [
          { reason: 'is odd' },
          { reason: 'is open', isOpen: true },
          { reason: 'is harmless', isHarmless: true },
        ],
      },
    ],
  },
  'a jump with a doubt is about what meets it, or about all traffic with these addresses if it may allow': {
    A: [
      {
        matches: [matchOf('udp')],
        verdict: { kind: 'continue' },
        doubts: [
          { reason: 'is odd' },
          { reason: 'may be any', side: 'source' },
          { reason: 'may let in', mayAllow: true },
        ],
      },
      { matches: [matchOf('udp')], verdict: { kind: 'deny' }, doubts: [{ reason: 'is open', isOpen: true }] },
    ],
  },
  'a rule with several matches holds for any of them, and a return takes all of them': {
    A: [{ matches: [matchOf('tcp 1'), matchOf('udp 2')], verdict: { kind: 'jump', chain: 'B' } }],
    B: [{ matches: [matchOf('tcp'), matchOf('udp 2')], verdict: { kind: 'return' } }, 'allow', 'deny'],
  },
  'what one base chain allows goes on to the next, known by the first rule or the first one with a name': [
    {
      A: ['deny tcp 1', { matches: [matchOf('tcp 2')] }, 'allow tcp 3', 'allow tcp 4', 'jump C udp'],
      B: ['deny tcp 2', { matches: [matchOf('tcp 3')] }, 'allow tcp 4', 'allow udp'],
      C: [{ matches: [matchOf('udp 5')] }],
    },
    { bases: ['B'] },
  ],
  'a jump that nothing meets is no circle': { A: ['jump B tcp', 'allow 443'], B: ['jump B udp'] },
  'doubts of a denial are about what meets it, of other rules about all traffic with these addresses': {
    A: [
      'deny tcp 0-442',
      {
        matches: [matchOf('tcp 0-500 to 192.0.2.0/24')],
        doubts: [
          { reason: 'is odd' },
          { reason: 'is open', isOpen: true },
          { reason: 'is harmless', isHarmless: true },
          { reason: 'is in', direction: 'inbound' },
          { reason: 'is out', direction: 'outbound' },
        ],
      },
      {
        matches: [matchOf('udp')],
        verdict: { kind: 'deny' },
        doubts: [{ reason: 'may be any', side: 'destination' }],
      },
      { matches: [matchOf('tcp 5')], doubts: [{ reason: 'is met by nothing' }] },
    ],
  },
  'members of the remote side stay together, of the local side they are rules of their own': {
    A: [
      membersOf('destination', '192.0.2.0/24', '198.51.100.0/24'),
      membersOf('source', '192.0.2.0/24', '198.51.100.0/24'),
    ],
  },
  'members of the local side that no jump leads to are no rules': {
    A: ['jump B from 192.0.2.0/24'],
    B: [membersOf('source', '192.0.2.0/24', '198.51.100.0/24')],
  },
}

test('follows chains', async () => {
  await expectOutcomes('chains.txt', CHAINS, (given) => {
    const [chains, more] = Array.isArray(given) ? (given as readonly [Chains, More]) : [given as Chains]
    return follow(chainsOf(chains), more)
  })
})

test('seeded chains decide about every connection as a device does, packet by packet', () => {
  const ADDRESSES = ['192.0.2.1', '198.51.100.1', '203.0.113.1']
  const NAMES = ['A', 'B', 'C', 'D']
  for (const seed of [1, 2, 3]) {
    const next = randomFrom(seed)
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(next() * items.length)] as Item
    const rule = (chain: string): string => {
      const behind = NAMES.filter((name) => name > chain)
      const verdict = pick([
        'allow',
        'deny',
        'return',
        ...(behind.length > 0 ? [`jump ${pick(behind)}`, `goto ${pick(behind)}`] : []),
      ])
      return [
        verdict,
        pick(['', 'tcp', 'udp']),
        pick(['', '80', '80-443']),
        pick(['', ...ADDRESSES.map((one) => `to ${one}/32`)]),
      ]
        .filter((word) => word !== '')
        .join(' ')
    }
    for (let round = 0; round < 1000; round++) {
      const chains = Object.fromEntries(
        NAMES.map((name) => [name, Array.from({ length: Math.floor(next() * 5) }, () => rule(name))]),
      )
      const rulesOf = chainsOf(chains)
      const baseOf = (chain: string) => {
        const policy = { action: pick(['allow', 'deny'] as const), name: 'policy', place: place(0) }
        return { chain, rulesOf, policy, sees: pick([undefined, undefined, 'ipv4', 'ipv6'] as const) }
      }
      const bases = ['A', ...pick([[], ['B'], ['C', 'D']])].map(baseOf)
      const [first, ...later] = bases as [BaseChain, ...BaseChain[]]
      const walk = { direction: 'outbound', isDecided: true, family: pick(['ipv4', undefined] as const) } as const
      const found = KIT.followChains({ ...walk, ...first, next: later }, KIT.notes())
      for (const protocol of ['tcp', 'udp'] as const)
        for (const port of [80, 443])
          for (const address of ADDRESSES) {
            const set = setOf(`${address}/32`)
            const meets = (match: Pick<Match, 'protocol' | 'ports'>, remote: typeof set | undefined) =>
              (match.protocol === 'any' || match.protocol === protocol) &&
              match.ports.some(({ first, last }) => first <= port && port <= last) &&
              (remote?.contains(set) ?? true)
            const run = (chain: string): string | undefined => {
              for (const { matches, verdict } of rulesOf(chain) ?? []) {
                if (!matches.some((match) => meets(match, match.destination))) continue
                if (verdict.kind === 'return') return undefined
                if (!('chain' in verdict)) return verdict.kind
                const inner = run(verdict.chain)
                if (inner || verdict.kind === 'goto') return inner
              }
              return undefined
            }
            const first = found.find((one) => meets(one, one.remote.addresses))
            const denies = ({ chain, sees, policy }: BaseChain) =>
              sees !== 'ipv6' && (run(chain) ?? policy?.action) === 'deny'
            const wanted = bases.some(denies) ? 'deny' : 'allow'
            if (first?.action === wanted) continue
            const text = `seed ${seed}, round ${round}, ${protocol} ${port} ${address}: ${JSON.stringify(chains)}`
            expect(first?.action, text).toBe(wanted)
          }
    }
  }
})

test('chains that fork and fork again end, with a note', () => {
  const names = Array.from({ length: 31 }, (_, index) => (index === 0 ? 'A' : `${index}`))
  const chains = names.map((name, index) => [name, index === 30 ? [] : [`jump ${index + 1}`, `jump ${index + 1} tcp`]])
  const isTooMuch = (text: string) => text.endsWith(' is a chain with too many jumps to it to follow')
  expect(follow(chainsOf(Object.fromEntries(chains))).filter(isTooMuch)).toHaveLength(1)
  // A step for each jump, and for each rule behind it.
  const walk = (more: number, kept?: KeptWalk) => {
    const jumps = [...new Array(999).fill('jump B'), ...new Array(more).fill('deny')]
    return follow(chainsOf({ A: jumps, B: new Array(1000).fill({ verdict: { kind: 'continue' } }) }), { kept })
  }
  expect([1, 2].map((more) => walk(more).filter(isTooMuch).length)).toEqual([0, 1])
  expect(walk(2, KIT.kept())).toEqual(walk(2))
})

test('jumps behind jumps do not exhaust the stack', () => {
  const rules = chainsOf(
    Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [index === 0 ? 'A' : `${index}`, [`jump ${index + 1}`]]),
    ),
  )
  expect(follow(rules)).toEqual(['! 201 202 is a chain after too many jumps'])
})

test('a walk that keeps results finds what a new one finds, with the same objects for what has not changed', () => {
  const next = randomFrom(23)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(next() * items.length)] as Item
  let [line, reused, found] = [0, 0, 0]
  const newRule = (chain: string): ChainRule => {
    const kinds = ['allow', 'deny', 'jump B', 'jump C', ...(chain === 'A' && next() < 0.8 ? [] : ['return', 'goto C'])]
    const [rule] = chainsOf({ X: [`${pick(kinds)} ${pick(['tcp', 'udp'])} ${pick(['80', '443', '80-443'])}`] })(
      'X',
    ) as ChainRule[]
    line++
    const doubts = next() < 0.3 ? [{ reason: 'is in doubt' }] : []
    return { ...(rule as ChainRule), name: `r${line}`, place: place(line), doubts }
  }
  for (let round = 0; round < 100; round++) {
    const chains = new Map(['A', 'B', 'C'].map((name) => [name, Array.from({ length: 4 }, () => newRule(name))]))
    const rulesOf = (name: string) => chains.get(name)
    const walk: ChainWalk = { chain: 'A', direction: 'outbound', isDecided: true, family: 'ipv4', rulesOf }
    const kept: KeptWalk = KIT.kept()
    let before = new Set<object>()
    for (let step = 0; step < 8; step++) {
      const name = pick(['A', 'A', 'B', 'C'])
      const held = chains.get(name) ?? []
      const edit = pick(['add', 'remove', 'replace', 'nothing'])
      const at = Math.floor(next() * held.length)
      const added = edit === 'remove' ? [] : [newRule(name)]
      if (edit !== 'nothing') chains.set(name, held.toSpliced(at, edit === 'add' ? 0 : 1, ...added))
      if (edit === 'remove' && name !== 'A' && next() < 0.1) chains.delete(name)
      expect(follow(rulesOf, { kept, changed: [name] })).toEqual(follow(rulesOf))
      const now = KIT.followChains({ ...walk, kept }, KIT.notes())
      found += now.length
      reused += now.filter((rule) => before.has(rule)).length
      before = new Set(now)
    }
  }
  expect(reused).toBeGreaterThan(found / 3)
})
