import type { FoundLocal, LocatedJson, Prefix, PrefixSet, ReaderKit, RemoteSide } from 'tagwall/reader'
import type { RuleFields } from './reader-fields.ts'
import { type Scope, show } from './reader-scope.ts'

/** One end of a security rule, as it is written. */
export interface Side {
  readonly isAny: boolean
  readonly tag: string | undefined
  readonly prefixes: readonly Prefix[]
  /** Names of its application security groups. */
  readonly groups: readonly string[]
  /** Whether the addresses stand in the field that takes tags and any. */
  readonly isSingular: boolean
  readonly text: string
}

const NOTHING: Side = { isAny: false, tag: undefined, prefixes: [], groups: [], isSingular: true, text: '' }
const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/

/**
 * Neither public nor anything's in the tag `Internet`: networks of one's own, and addresses that stand for no host out
 * there. What a virtual network itself uses is not in `Internet` either, but no file says what that is.
 */
const NOT_INTERNET = (
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/3 ' +
  '::/8 fc00::/7 fe80::/10 ff00::/8'
).split(' ')

/** What the tags of one's own networks are taken for: what such networks use, and what probes of a load balancer come from. */
const OWN_NETWORKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['virtualnetwork', ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
  ['azureloadbalancer', ['168.63.129.16/32', 'fe80::1234:5678:9abc/128']],
])

/** What stands at one end: any, one tag, addresses or groups. What the service refuses is refused here too. */
export function sideOf(end: 'source' | 'destination', rule: RuleFields, scope: Scope): Side {
  const one = rule.value(`${end}_address_prefix`)
  const several = rule.list(`${end}_address_prefixes`)
  const groups = rule.list(`${end}_application_security_group_ids`)
  const given = [one, several, groups].filter((value) => value !== undefined)
  if (given.length !== 1)
    rule.refuse(
      rule.line,
      given.length === 0 ? `has no ${end} addresses` : `has ${end} addresses in more than one field`,
    )
  if (given.length !== 1) return NOTHING
  if (groups) return { ...NOTHING, groups: groups.flatMap((item) => groupOf(item, rule, scope)) }
  if (!one)
    return { ...NOTHING, isSingular: false, prefixes: (several ?? []).flatMap((item) => prefixOf(item, rule, scope)) }
  const text = scope.kit.textOf(one) ?? ''
  if (text === '*') return { ...NOTHING, text, isAny: true }
  if (TAG.test(text) && text.toLowerCase() !== 'any') return { ...NOTHING, text, tag: text }
  return { ...NOTHING, text, prefixes: prefixOf(one, rule, scope) }
}

function prefixOf(value: LocatedJson, rule: RuleFields, { kit, isStrict }: Scope): Prefix[] {
  const text = kit.textOf(value) ?? ''
  if (text === '*' || TAG.test(text)) {
    rule.refuse(value.line, `has ${show(value)} where the service takes addresses only`)
    return []
  }
  const prefix = isStrict && !text.includes('/') ? 'is not a CIDR' : kit.prefixOrReason(text)
  if (typeof prefix !== 'string') return [prefix]
  rule.refuse(value.line, `has ${show(value)}: ${prefix}`)
  return []
}

const ID = /^\/.*\/applicationSecurityGroups\/([^/]+)$/i
const OF_MAP = /^\$\{([A-Za-z_][\w.-]*)\["([\w.-]+)"\]\}$/
const OF_RESOURCE = /^\$\{azurerm_application_security_group\.([\w-]+)\.id\}$/

/** The name of an application security group by its ID, or by an expression that leads to it. */
function groupOf(value: LocatedJson, rule: RuleFields, { kit, options, isStrict, localObjects }: Scope): string[] {
  const text = kit.textOf(value) ?? ''
  const [, map, key] = OF_MAP.exec(text) ?? []
  const isOwn = map === options.localGroups
  const name = isStrict
    ? isOwn && key
    : (ID.exec(text)?.[1] ?? (isOwn ? key : undefined) ?? OF_RESOURCE.exec(text)?.[1])
  if (!name) {
    rule.refuse(value.line, `has ${show(value)} where the ID of an application security group belongs`)
    return []
  }
  // The service does not look at the case of names.
  return [localObjects.find((one) => one.toLowerCase() === name.toLowerCase()) ?? name]
}

export const isVirtualNetwork = ({ tag }: Side) => tag?.toLowerCase() === 'virtualnetwork'
export const isInternet = ({ tag }: Side) => tag?.toLowerCase() === 'internet'

/** The addresses of a remote side that is one's own network, by tag. */
export function ownNetwork({ tag }: Side, kit: ReaderKit): PrefixSet | undefined {
  const prefixes = OWN_NETWORKS.get(tag?.toLowerCase() ?? '')
  return prefixes && kit.setOf(prefixes.map(kit.parsePrefix))
}

/** The remote side as addresses and tags. A local side of one family leaves that family only. */
export function remoteSide(remote: Side, local: Side, kit: ReaderKit): RemoteSide {
  const all = kit.everything(local.prefixes[0]?.family)
  if (remote.isAny) return { addresses: all, tags: [] }
  if (isInternet(remote)) return { addresses: all.subtract(kit.setOf(NOT_INTERNET.map(kit.parsePrefix))), tags: [] }
  return { addresses: kit.setOf(remote.prefixes), tags: remote.tag ? [remote.tag] : [] }
}

/** What of the local side a rule is about; `undefined` as `local`: all of it. */
export function localSide(
  side: Side,
  remote: Side,
  { options, isStrict, kit }: Scope,
): { readonly local: FoundLocal | undefined; readonly isWhole: boolean } {
  const whole = { local: undefined, isWhole: true }
  if (side.isAny || isVirtualNetwork(side)) return whole
  if (side.groups.length > 0) return { local: { addresses: kit.empty, objects: side.groups }, isWhole: true }
  // Other tags are about a part of which nothing is known.
  if (side.prefixes.length === 0) return { local: undefined, isWhole: false }
  const addresses = kit.setOf(side.prefixes)
  // Whole for remote sides of that family, which a tag is not.
  if (isAllOfOneFamily(side, kit) && (remote.tag === undefined || isInternet(remote))) return whole
  const near = side.isSingular || !isStrict ? kit.setOfTexts([String(options.nearSide)]) : undefined
  if (near && addresses.contains(near)) return whole
  return { local: { addresses, objects: [] }, isWhole: true }
}

/** Whether a local side is every address of one family: what it denies is not denied in the other. */
export function isAllOfOneFamily({ prefixes: [first, ...others] }: Side, kit: ReaderKit): boolean {
  return first !== undefined && kit.setOf([first, ...others]).contains(kit.everything(first.family))
}
