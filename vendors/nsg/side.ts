import type { AddressFamily, FoundLocal, LocatedJson, Prefix, PrefixSet, ReaderKit, RemoteSide } from 'tagwall/reader'
import { evaluate } from './expression.ts'
import { eitherOf, type RuleReader, show } from './fields.ts'
import type { Scope } from './groups.ts'
import { fieldOf, textOf } from './values.ts'

/** One end of a rule, as it is written. */
export interface Side {
  readonly isAny: boolean
  readonly tag: string | undefined
  readonly prefixes: readonly Prefix[]
  /** The line of its application security groups. */
  readonly groups: number | undefined
  /** The identifiers of these groups. */
  readonly ids: readonly string[]
  readonly texts: readonly string[]
  /** Whether the addresses stand in the field that takes tags and any. */
  readonly isSingular: boolean
}

const NOTHING: Side = {
  isAny: false,
  tag: undefined,
  prefixes: [],
  groups: undefined,
  ids: [],
  texts: [],
  isSingular: true,
}
const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/

/**
 * Neither public nor anything's in the tag `Internet`: networks of one's own, and addresses that stand for no host out
 * there. What a virtual network itself uses is not in `Internet` either, but no file says what that is.
 */
const NOT_INTERNET = (
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/3 ' +
  '::/8 fc00::/7 fe80::/10 ff00::/8'
).split(' ')

/** These stand for addresses outside `Internet`; every other tag is public addresses. */
const NOT_PUBLIC = new Set(['virtualnetwork', 'azureloadbalancer'])

/** What stands at one end: any, one tag, or addresses. What the service refuses is refused here too. */
export function sideOf(end: 'source' | 'destination', rule: RuleReader, kit: ReaderKit): Side {
  const found = eitherOf(`${end}AddressPrefix`, `${end}AddressPrefixes`, rule)
  const listed = rule.value(`${end}ApplicationSecurityGroups`)
  const groups = listed?.line
  if (found && groups) rule.refuse(groups, `has both addresses and application security groups as ${end}`)
  if (listed) return { ...NOTHING, groups, ids: idsOf(listed, rule, kit) }
  if (!found) {
    rule.refuse(rule.raw.line, `has no ${end} addresses`)
    return NOTHING
  }
  const { values, isSingular } = found
  const isAlone = isSingular && values.length === 1
  const texts = values.map((value) => textOf(value) ?? '')
  if (isAlone && texts[0] === '*') return { ...NOTHING, texts, isAny: true }
  if (isAlone && TAG.test(texts[0] as string) && texts[0]?.toLowerCase() !== 'any') {
    return { ...NOTHING, texts, tag: texts[0] }
  }
  return { ...NOTHING, texts, isSingular, prefixes: values.flatMap((value) => prefixOf(value, rule, kit)) }
}

function idsOf(list: LocatedJson, rule: RuleReader, kit: ReaderKit): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const written = fieldOf(item, 'id')
    const id = written && textOf(evaluate(written, rule.scope.names))
    if (id === undefined && rule.scope.isStrict)
      rule.refuse(item.line, 'has an application security group without a clear id')
    return id ?? []
  })
}

function prefixOf(value: LocatedJson, rule: RuleReader, kit: ReaderKit): Prefix[] {
  const text = textOf(value) ?? ''
  if (text === '*' || TAG.test(text)) {
    rule.refuse(value.line, `has ${show(value)} where the service takes addresses only`)
    return []
  }
  const prefix = kit.prefixOrReason(text)
  if (typeof prefix !== 'string') return [prefix]
  rule.refuse(value.line, `has ${show(value)}: ${prefix}`)
  return []
}

/** The remote side as addresses and tags. A local side of one family leaves that family only. */
export function remoteSide(remote: Side, local: Side, kit: ReaderKit): RemoteSide {
  const family = local.prefixes[0]?.family
  return { addresses: addressesOf(remote, family, kit), tags: remote.tag && !isInternet(remote) ? [remote.tag] : [] }
}

function addressesOf(remote: Side, family: AddressFamily | undefined, kit: ReaderKit): PrefixSet {
  if (remote.isAny) return kit.everything(family)
  if (isInternet(remote)) return kit.everything(family).subtract(kit.setOf(NOT_INTERNET.map(kit.parsePrefix)))
  return kit.setOf(remote.prefixes)
}

/**
 * The addresses of a remote side that is one's own network. What a virtual network uses is in no file, so it is taken for
 * what networks of one's own use. A load balancer's probes come from one address (azure-docs,
 * articles/virtual-network/what-is-ip-address-168-63-129-16.md and articles/load-balancer/load-balancer-custom-probe-overview.md).
 */
export function ownNetwork({ tag }: Side, kit: ReaderKit): PrefixSet | undefined {
  const prefixes = OWN_NETWORKS.get(tag?.toLowerCase() ?? '')
  return prefixes && kit.setOf(prefixes.map(kit.parsePrefix))
}

const OWN_NETWORKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['virtualnetwork', ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
  ['azureloadbalancer', ['168.63.129.16/32', 'fe80::1234:5678:9abc/128']],
])

export const isVirtualNetwork = ({ tag }: Side) => tag?.toLowerCase() === 'virtualnetwork'

export const isInternet = ({ tag }: Side) => tag?.toLowerCase() === 'internet'

/** Whether a resource ID is written as tagwall writes it: of a group in the resource group of the deployment. */
export const isOwnGroup = (id: string) => /^Microsoft\.Network\/applicationSecurityGroups [\w.-]+$/.test(id)

/** What of the local side a rule is about; `undefined` as `local`: all of it. */
export interface LocalSide {
  readonly local: FoundLocal | undefined
  /** Whether the rule is about all of `local`. */
  readonly isWhole: boolean
}

/**
 * The local side of a rule. A group stands before machines of a virtual network, so its tag holds them all, as any does. Other tags
 * are about a part of which nothing is known.
 */
export function localSideOf(side: Side, remote: Side, scope: Scope, kit: ReaderKit): LocalSide {
  const { options, localObjects, isStrict } = scope
  const whole = { local: undefined, isWhole: true }
  if (side.isAny || isVirtualNetwork(side)) return whole
  if (side.ids.length > 0) {
    const objects = side.ids.map((id) => nameOf(id, localObjects))
    return { local: { addresses: kit.empty, objects }, isWhole: true }
  }
  if (side.prefixes.length === 0) return { local: undefined, isWhole: false }
  const addresses = kit.setOf(side.prefixes)
  // Whole for remote sides of that family, which a tag is not.
  if (isAllOfOneFamily(side, kit) && (remote.tag === undefined || isInternet(remote))) return whole
  // The option may also be a tag or any. The templates have it in the singular field, and a policy's local side in the other.
  const near = side.isSingular || !isStrict ? kit.setOfTexts([String(options.nearSide)]) : undefined
  if (near && addresses.contains(near)) return whole
  return { local: { addresses, objects: [] }, isWhole: true }
}

/** The service does not look at the case of names. */
function nameOf(id: string, known: readonly string[]): string {
  const name = id.split(/[/ ]/).at(-1) ?? id
  return known.find((one) => one.toLowerCase() === name.toLowerCase()) ?? name
}

/** Whether a local side is every address of one family: what it denies is not denied in the other. */
export function isAllOfOneFamily({ prefixes: [first, ...others] }: Side, kit: ReaderKit): boolean {
  return first !== undefined && kit.setOf([first, ...others]).contains(kit.everything(first.family))
}

/** Whether a remote side of every, or every public, address holds this tag. */
export function isHeldBy(tag: string, remote: 'any' | 'internet'): boolean {
  return remote === 'any' || !NOT_PUBLIC.has(tag.toLowerCase())
}
