import type { LocatedJson, PrefixSet } from 'tagwall/reader'
import type { IpGroup } from './reader-ip-groups.ts'
import { fieldOf, type Scope, show, textsOf, type Where } from './reader-scope.ts'

/** One end of a network rule. */
export interface FirewallSide {
  readonly isAny: boolean
  readonly addresses: PrefixSet
  readonly tags: readonly string[]
  /** Names of IP groups that are not in the file. */
  readonly objects: readonly string[]
  /** A group of the file, or a tag: what the templates write for a remote side. */
  readonly isOwn: boolean
}

const TAG = /^[A-Za-z][A-Za-z0-9_.]*$/
const ID = /^\/.*\/ipGroups\/([^/]+)$/i
const OF_MAP = /^\$\{([A-Za-z_][\w.-]*)\["([\w.-]+)"\]\}$/

/** Addresses, tags and groups of one end, together. */
export function firewallSide(
  end: 'source' | 'destination',
  rule: LocatedJson,
  where: Where,
  name: string,
  ipGroups: readonly IpGroup[],
  refuse: (line: number, reason: string) => void,
  scope: Scope,
): FirewallSide {
  const { kit, isStrict } = scope
  const listed = fieldOf(rule, `${end}_addresses`)
  const named = fieldOf(rule, `${end}_ip_groups`)
  if (!listed && !named) refuse(where.line, `has no ${end}`)
  if (isStrict && listed && named) refuse(where.line, `has both ${end}_addresses and ${end}_ip_groups`)
  const texts = textsOf(listed, where, name, scope)
  const isAny = texts.some(({ value }) => value === '*')
  if (isAny && texts.length > 1) refuse(where.line, `has * beside other addresses as ${end}`)
  const tags: string[] = []
  const sets: PrefixSet[] = []
  for (const { value, line } of texts) {
    if (value === '*') continue
    if (end === 'destination' && TAG.test(value)) tags.push(value)
    else sets.push(addressesOf(value, line, refuse, scope))
  }
  if (isStrict && tags.length > 0 && texts.length > 1) refuse(where.line, 'has a tag beside something else')
  const objects: string[] = []
  for (const { value, line } of textsOf(named, where, name, scope)) {
    const group = ipGroups.find(({ id, label }) => isSame(value, id) || value === `\${azurerm_ip_group.${label}.id}`)
    const object = group ? undefined : objectOf(value, scope)
    if (group && !isObject(group, scope)) sets.push(group.addresses)
    else if (group) objects.push(group.name)
    else if (object) objects.push(object)
    else refuse(line, `has ${JSON.stringify(value).slice(0, 80)}, which is no IP group of this file`)
  }
  const isOwn = tags.length > 0 || (objects.length === 0 && named !== undefined)
  const found = { isAny, tags, objects, isOwn }
  // Groups hold IPv4 only, but any is every address.
  return { ...found, addresses: isAny ? kit.everything() : kit.union(sets) }
}

const isSame = (text: string, id: string | undefined) => text.toLowerCase() === id?.toLowerCase()

/** Groups that stand for local sides of the policy are compared by name. */
const isObject = ({ name }: IpGroup, { localObjects, isStrict }: Scope) =>
  !isStrict && localObjects.some((one) => one.toLowerCase() === name.toLowerCase())

function objectOf(text: string, { options, isStrict, localObjects }: Scope): string | undefined {
  const [, map, key] = OF_MAP.exec(text) ?? []
  const ofMap = map === options.localGroups ? key : undefined
  const name = isStrict ? ofMap : (ofMap ?? ID.exec(text)?.[1])
  return localObjects.find((one) => one.toLowerCase() === name?.toLowerCase()) ?? (isStrict ? name : undefined)
}

function addressesOf(
  text: string,
  line: number,
  refuse: (line: number, reason: string) => void,
  { kit, isStrict }: Scope,
): PrefixSet {
  const range = !isStrict && text.includes('-') ? kit.rangeOfText(text) : undefined
  if (range) return kit.setOfRanges([range])
  const prefix = isStrict && !text.includes('/') ? `"${text}" is not a CIDR` : kit.prefixOrReason(text)
  if (typeof prefix !== 'string' && isStrict && prefix.family === 'ipv6')
    refuse(line, `has ${text}, and network rules take IPv6 in a preview only`)
  if (typeof prefix !== 'string') return kit.setOf([prefix])
  refuse(line, `has ${show({ kind: 'scalar', line, value: text })}: ${prefix}`)
  return kit.empty
}
