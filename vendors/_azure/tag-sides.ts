import type { FoundRule, Prefix, PrefixSet, RemoteSide } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** Private networks. */
export const PRIVATE = '10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16 fc00::/7'

/**
 * Not in `Internet`: private and special-purpose ranges. Public addresses that a virtual network uses are not in
 * `Internet` either, but no file lists them.
 */
const NOT_INTERNET =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/3 ::/8 fc00::/7 fe80::/10 ff00::/8'

/**
 * The tags that stand for addresses outside `Internet`; every other tag is public addresses. What a virtual network uses is in no
 * file, so private networks stand for it. A load balancer's probes come from one address (azure-docs,
 * articles/virtual-network/what-is-ip-address-168-63-129-16.md and
 * articles/load-balancer/load-balancer-custom-probe-overview.md).
 */
const NOT_PUBLIC: ReadonlyMap<string, string> = new Map([
  ['virtualnetwork', PRIVATE],
  ['azureloadbalancer', '168.63.129.16/32 fe80::1234:5678:9abc/128'],
])

const setOf = (texts: string) => kit.setOfTexts(texts.split(' ')) as PrefixSet
const isVirtualNetwork = ({ tag }: TagSide) => tag?.toLowerCase() === 'virtualnetwork'
const isInternet = ({ tag }: TagSide) => tag?.toLowerCase() === 'internet'

/**
 * Reads both ends of a rule whose addresses may be tags. `Internet` becomes its addresses. Unless `isStrict`, as in a proof, `VirtualNetwork`
 * becomes all private addresses, and `AzureLoadBalancer` its own. Other tags stay tags. `near`: the whole local side in the options, if that is
 * addresses.
 */
export function tagSides(local: TagSide, remote: TagSide, isStrict: boolean, near: PrefixSet | undefined) {
  const own = isStrict ? undefined : NOT_PUBLIC.get(remote.tag?.toLowerCase() ?? '')
  // Private networks stand for the addresses of the virtual network, which must become a note.
  const isGuessed = own !== undefined && isVirtualNetwork(remote)
  const [first] = local.prefixes
  const isOneFamily = first !== undefined && kit.setOf(local.prefixes).contains(kit.everything(first.family))
  const side = localSide(local, remote, isOneFamily, near)
  // A deny for one family does not deny the other.
  const covers: TagCover = isOneFamily ? undefined : remote.isAny ? 'any' : isInternet(remote) ? 'internet' : undefined
  return {
    /** Undefined: any local address. */
    local: side.local,
    remote: own ? { addresses: setOf(own), tags: [] } : remoteSide(local, remote),
    /** True if the rule covers all traffic between these sides. */
    isWhole: side.isWhole && !isGuessed,
    isGuessed,
    covers,
  }
}

/** The remote side as addresses and tags. A local side of one family leaves that family only. */
function remoteSide({ prefixes: [first] }: TagSide, remote: TagSide): RemoteSide {
  const all = kit.everything(first?.family)
  if (remote.isAny) return { addresses: all, tags: [] }
  if (isInternet(remote)) return { addresses: all.subtract(setOf(NOT_INTERNET)), tags: [] }
  return { addresses: kit.setOf(remote.prefixes), tags: remote.tag ? [remote.tag] : [] }
}

/**
 * The local addresses that a rule matches. Rules protect machines of a virtual network, so the tag of that network means all of
 * them, as `any` does. Any other tag means an unknown part of them.
 */
function localSide(side: TagSide, remote: TagSide, isOneFamily: boolean, near: PrefixSet | undefined) {
  const { prefixes, objects } = side
  const whole = { local: undefined, isWhole: true }
  if (side.isAny || isVirtualNetwork(side)) return whole
  if (objects.length > 0) return { local: { addresses: kit.empty, objects }, isWhole: true }
  if (prefixes.length === 0) return { local: undefined, isWhole: false }
  // Whole for remote sides of that family; a tag has both families.
  if (isOneFamily && (remote.tag === undefined || isInternet(remote))) return whole
  const addresses = kit.setOf(prefixes)
  if (near && addresses.contains(near)) return whole
  return { local: { addresses, objects: [] }, isWhole: true }
}

/** The rules, in their order: a deny of every address, or of every public one, is a deny of the tags that a later rule allows. */
export function denyTagsToo(rules: readonly CoveringRule[]): FoundRule[] {
  const later = { inbound: new Set<string>(), outbound: new Set<string>() }
  return rules
    .toReversed()
    .map(({ rule, covers }): FoundRule => {
      const { action, direction, remote } = rule
      if (action === 'allow') for (const tag of remote.tags) later[direction].add(tag)
      if (action === 'allow' || !covers) return rule
      const isCovered = (tag: string) => covers === 'any' || !NOT_PUBLIC.has(tag.toLowerCase())
      return { ...rule, remote: { ...remote, tags: [...later[direction]].filter(isCovered) } }
    })
    .reverse()
}

/** The source or destination of a rule whose addresses may be a tag. */
export interface TagSide {
  readonly isAny: boolean
  readonly tag: string | undefined
  readonly prefixes: readonly Prefix[]
  /** Names of groups of machines. */
  readonly objects: readonly string[]
}

/** A remote side that holds tags too, in both families. */
type TagCover = 'any' | 'internet' | undefined

/** A rule, and the service tags that its remote side includes. */
export interface CoveringRule {
  readonly rule: FoundRule
  readonly covers: TagCover
}
