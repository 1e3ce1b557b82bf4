import type { Value } from 'tagwall/reader'
import type { RuleOrObject } from './reader-sections.ts'

/** `list`: set adds to it. `value`: set replaces it. `rest`: whatever follows, all of it. */
type Kind = 'list' | 'value' | 'rest'
type Fields = ReadonlyMap<string, Kind>

const fieldsOf = (kinds: Readonly<Partial<Record<Kind, string>>>): Fields =>
  new Map(
    Object.entries(kinds).flatMap(([kind, names]) =>
      names.split(' ').map((name): [string, Kind] => [name, kind as Kind]),
    ),
  )

const RULE = fieldsOf({
  list: 'from to source destination application service source-user category hip-profiles source-hip destination-hip source-imsi source-imei source-nw-slice devices tag',
  value:
    'action disabled negate-source negate-destination rule-type description log-setting log-start log-end schedule group-tag icmp-unreachable disable-inspect uuid',
  rest: 'profile-setting option qos target saas-tenant-list saas-user-list',
})
/** The fields of a rule or an object. */
export const FIELDS: Readonly<Record<RuleOrObject, Fields>> = {
  'pre-rulebase': RULE,
  rulebase: RULE,
  'post-rulebase': RULE,
  'default-rules': RULE,
  address: fieldsOf({ value: 'ip-netmask ip-range fqdn ip-wildcard description disable-override', list: 'tag' }),
  'address-group': fieldsOf({ list: 'static tag', value: 'description disable-override', rest: 'dynamic' }),
  service: fieldsOf({ value: 'protocol port source-port description disable-override', list: 'tag', rest: 'override' }),
  'service-group': fieldsOf({ list: 'members tag', value: 'description disable-override' }),
}
/** Alternatives: setting one unsets the others. */
const CHOICES = [
  ['ip-netmask', 'ip-range', 'fqdn', 'ip-wildcard'],
  ['static', 'dynamic'],
]
const OTHERS = new Map(
  CHOICES.flatMap((names) => names.map((name) => [name, names.filter((other) => other !== name)] as const)),
)

/** A choice has one value; the ports are those of the protocol. Whether there was another value. */
export function unsetOthers(fields: Map<string, Value[]>, field: string, text: string | undefined): boolean {
  if (fields.size === 0) return false
  const isOther = field === 'protocol' && fields.get(field)?.[0]?.text !== text
  const gone = isOther ? ['port', 'source-port'] : OTHERS.get(field)
  // A new choice unsets the other alternatives.
  if (!gone || (!isOther && fields.has(field))) return false
  let isReplaced = false
  for (const name of gone) isReplaced = fields.delete(name) || isReplaced
  return isReplaced
}
