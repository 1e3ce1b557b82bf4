import { expect, test } from 'vitest'
import type { FoundRule } from '../../src/model/reading.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { type CoveringRule, denyTagsToo, type TagSide, tagSides } from '../../vendors/_azure/tag-sides.ts'
import { bindKit } from '../../vendors/_kit/kit.ts'

bindKit(KIT)

// Every two sides of a small universe, asked address by address.

const side = (more: Partial<TagSide>): TagSide => ({ isAny: false, tag: undefined, prefixes: [], objects: [], ...more })
const prefixed = (...texts: string[]) => side({ prefixes: texts.map(KIT.parsePrefix) })
const SIDES: readonly TagSide[] = [
  side({ isAny: true }),
  ...['Internet', 'INTERNET', 'VirtualNetwork', 'AzureLoadBalancer', 'Sql'].map((tag) => side({ tag })),
  prefixed('10.0.0.0/8'),
  prefixed('192.0.2.0/24', '52.1.1.1/32'),
  prefixed('0.0.0.0/0'),
  prefixed('0.0.0.0/1', '128.0.0.0/1'),
  prefixed('2001:db8::/32'),
  prefixed('::/0'),
  side({ objects: ['web'] }),
]
const ADDRESSES =
  '10.1.2.3 100.64.0.1 127.0.0.1 172.20.0.1 192.0.2.9 52.1.1.1 168.63.129.16 169.254.1.1 224.0.0.1 0.0.0.1 2001:db8::1 2600::1 ::1 fd00::1 fe80::1234:5678:9abc ff02::1'
    .split(' ')
    .map((text) => KIT.parsePrefixOrAddress(text))

const OWN = /^(?:10\.|100\.64\.|172\.20\.|fd00:)/
const NO_HOST = /^(?:0\.|127\.|169\.254\.|224\.|::1$|fe80:|ff02:)/
const textOf = (address: (typeof ADDRESSES)[number]) =>
  ['10.1.2.3', '100.64.0.1', '127.0.0.1', '172.20.0.1', '192.0.2.9', '52.1.1.1', '168.63.129.16', '169.254.1.1']
    .concat('224.0.0.1', '0.0.0.1', '2001:db8::1', '2600::1', '::1', 'fd00::1', 'fe80::1234:5678:9abc', 'ff02::1')
    .find((text) => KIT.addressOf(text)?.address === address.address) as string

/** Whether a side holds an address, said in another way. What `Sql` holds is not known. */
function holds({ isAny, tag, prefixes }: TagSide, address: (typeof ADDRESSES)[number]): boolean {
  const text = textOf(address)
  switch (tag?.toLowerCase()) {
    case 'internet':
      return !OWN.test(text) && !NO_HOST.test(text)
    case 'virtualnetwork':
      return OWN.test(text)
    case 'azureloadbalancer':
      return text === '168.63.129.16' || text === 'fe80::1234:5678:9abc'
    default:
      return isAny || KIT.setOf(prefixes).contains(KIT.setOf([address]))
  }
}

const isMixed = (...sides: readonly TagSide[]) =>
  new Set(sides.flatMap(({ prefixes }) => prefixes.map(({ family }) => family))).size > 1

test('two sides are about the connections that both hold, no more and no fewer', () => {
  let asked = 0
  for (const local of SIDES) {
    for (const remote of SIDES) {
      // The services refuse a rule of both families, and a remote group of machines.
      if (isMixed(local, remote) || remote.objects.length > 0) continue
      for (const isStrict of [false, true]) {
        const found = tagSides(local, remote, isStrict, undefined)
        if (!found.isWhole || found.remote.tags.length > 0 || local.objects.length > 0) continue
        for (const near of ADDRESSES) {
          for (const far of ADDRESSES.filter(({ family }) => family === near.family)) {
            // A list of rules stands before machines of the virtual network, so its tag is all of them.
            const isNear = local.tag?.toLowerCase() === 'virtualnetwork' || holds(local, near)
            const wanted = isNear && holds(remote, far)
            const isSaid =
              (!found.local || found.local.addresses.contains(KIT.setOf([near]))) &&
              found.remote.addresses.contains(KIT.setOf([far]))
            asked++
            if (isSaid !== wanted) expect({ local, remote, isStrict, near, far, isSaid }).toBe(wanted)
          }
        }
      }
    }
  }
  expect(asked).toBeGreaterThan(5000)
})

test('tags stay tags when proving; else those that are not public become addresses, which are a guess for a virtual network', () => {
  for (const local of SIDES) {
    for (const remote of SIDES) {
      const [loose, strict] = [false, true].map((isStrict) => tagSides(local, remote, isStrict, undefined))
      const isInternet = remote.tag?.toLowerCase() === 'internet'
      expect(strict?.remote.tags).toEqual(remote.tag && !isInternet ? [remote.tag] : [])
      expect(loose?.remote.tags).toEqual(remote.tag === 'Sql' ? ['Sql'] : [])
      expect([strict?.isGuessed, loose?.isGuessed]).toEqual([false, remote.tag === 'VirtualNetwork'])
      if (loose?.isGuessed) expect(loose.isWhole).toBe(false)
      const isOneFamily = [8, 9, 11].includes(SIDES.indexOf(local))
      expect(strict?.covers).toBe(isOneFamily ? undefined : remote.isAny ? 'any' : isInternet ? 'internet' : undefined)
    }
  }
})

test('a local side is a part where its tag is not the virtual network, and all of it where it holds what the options say', () => {
  const remote = prefixed('192.0.2.0/24')
  const near = KIT.setOf([KIT.parsePrefix('10.1.0.0/16')])
  const show = (local: TagSide, wide?: typeof near) => {
    const { local: own, isWhole } = tagSides(local, remote, false, wide)
    return [own && [...own.objects, ...own.addresses.texts].join(), isWhole]
  }
  for (const all of [side({ isAny: true }), side({ tag: 'VirtualNetwork' }), prefixed('0.0.0.0/0')])
    expect(show(all)).toEqual([undefined, true])
  expect(show(side({ tag: 'Sql' }))).toEqual([undefined, false])
  expect(show(side({ tag: 'AzureLoadBalancer' }))).toEqual([undefined, false])
  expect(show(side({}))).toEqual([undefined, false])
  expect(show(side({ objects: ['web', 'db'] }))).toEqual(['web,db', true])
  expect(show(prefixed('10.0.0.0/8'))).toEqual(['10.0.0.0/8', true])
  expect(show(prefixed('10.0.0.0/8'), near)).toEqual([undefined, true])
  expect(show(prefixed('10.1.0.0/17'), near)).toEqual(['10.1.0.0/17', true])
  // A tag has addresses of the other family too, which this side is not about.
  expect(tagSides(prefixed('0.0.0.0/0'), side({ tag: 'Sql' }), true, undefined).local).toEqual({
    addresses: KIT.everything('ipv4'),
    objects: [],
  })
})

test('every order of up to four rules: a denial of everything denies the tags that rules behind it allow', () => {
  const rule = (
    action: FoundRule['action'],
    direction: FoundRule['direction'],
    tag?: string,
    covers?: 'any' | 'internet',
  ) =>
    ({
      rule: {
        ...{ name: '', place: { part: 'f', line: 1 }, action, direction, protocol: 'any', ports: KIT.everyPort },
        ...{ coverage: 'whole', remote: { addresses: KIT.empty, tags: tag ? [tag] : [] } },
      },
      covers,
    }) as CoveringRule
  const kinds = [
    rule('allow', 'outbound', 'Sql'),
    rule('allow', 'outbound', 'VirtualNetwork'),
    rule('allow', 'inbound', 'Storage'),
    rule('allow', 'outbound', undefined, 'any'),
    rule('deny', 'outbound', undefined, 'any'),
    rule('deny', 'outbound', undefined, 'internet'),
    rule('deny', 'inbound', undefined, 'any'),
    rule('deny', 'outbound', 'Redis'),
  ]
  let lists: CoveringRule[][] = [[]]
  for (let length = 0; length < 4; length++)
    lists = [[], ...lists.flatMap((list) => kinds.map((one) => [...list, one]))]
  for (const list of lists) {
    const wanted = list.map(({ rule: { action, direction, remote }, covers }, at) => {
      if (action === 'allow' || !covers) return remote.tags
      const behind = list.slice(at + 1).filter(({ rule }) => rule.action === 'allow' && rule.direction === direction)
      const tags = new Set(behind.flatMap(({ rule }) => rule.remote.tags))
      return [...tags].filter((tag) => covers === 'any' || tag !== 'VirtualNetwork').sort()
    })
    const found = denyTagsToo(list)
    const tags = found.map((one) => [...one.remote.tags].sort())
    if (JSON.stringify(tags) !== JSON.stringify(wanted)) expect({ list, tags }).toEqual({ list, tags: wanted })
    expect(found.map(({ action, direction }) => [action, direction])).toEqual(
      list.map(({ rule }) => [rule.action, rule.direction]),
    )
  }
})
