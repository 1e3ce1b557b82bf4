import type { LocatedJson, Prefix, TagSide } from 'tagwall/reader'
import type { RuleFields } from './reader-fields.ts'
import { type Scope, show } from './reader-scope.ts'

/** One end of a security rule, as it is written. */
export interface Side extends TagSide {
  /** Whether the addresses stand in the field that takes tags and any. */
  readonly isSingular: boolean
  readonly text: string
}

const NOTHING: Side = { isAny: false, tag: undefined, prefixes: [], objects: [], isSingular: true, text: '' }
const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/

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
  if (groups) return { ...NOTHING, objects: groups.flatMap((item) => groupOf(item, rule, scope)) }
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
