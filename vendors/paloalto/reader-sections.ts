import type { OptionValues, ReaderContext, Word, Words } from 'tagwall/reader'

export const RULEBASES = ['pre-rulebase', 'rulebase', 'post-rulebase'] as const
type Rulebase = (typeof RULEBASES)[number]
export type RuleOrObject = Rulebase | 'default-rules' | 'address' | 'address-group' | 'service' | 'service-group'
/** `other`: what may be named as an address, and is not known here. */
export type Section = RuleOrObject | 'other'

const SECTIONS = new Set<unknown>(['address', 'address-group', 'service', 'service-group'])
const OTHER_RULES =
  /^(?:nat|pbf|qos|decryption|application-override|captive-portal|authentication|tunnel-inspect|dos|sdwan|network-packet-broker)$/
/** By these a text is known as PAN-OS's. */
const SYSTEM =
  /^(?:deviceconfig|mgt-config|network|tag|zone|profiles|profile-group|log-settings|template|template-stack|application-group)$/

/**
 * Where a command is: in a section of a scope; in something else that a device has, of which zones and the parents of device
 * groups count; on the way to one of these, or nowhere.
 */
export type Located =
  | { readonly kind: 'section'; readonly scope: string; readonly section: Section }
  | { readonly kind: 'parent'; readonly scope: string; readonly parent: string }
  | { readonly kind: 'zone'; readonly zone: string }
  | { readonly kind: 'system' | 'unrelated' | 'nothing' | 'nowhere' }

/** Takes the words that lead to a section; the next word is the name of an entry. A proof knows one device only. */
export function locateSection(words: Words<Word>, isProof: boolean): Located {
  words.take('config')
  if (words.take('readonly')) return parentIn(words.rest())
  if (words.take('devices') && words.next() !== 'localhost.localdomain' && isProof) return { kind: 'nowhere' }
  const scope = scopeIn(words)
  const name = words.next()
  if (scope === undefined) return { kind: 'unrelated' }
  if (SECTIONS.has(name)) return { kind: 'section', scope, section: name as Section }
  if (name === 'external-list' || name === 'region') return { kind: 'section', scope, section: 'other' }
  if (name === undefined) return { kind: 'nothing' }
  if (RULEBASES.includes(name as Rulebase)) return rulesIn(words, scope, name as Rulebase)
  if (name === 'zone' && typeof words.peek === 'string') return { kind: 'zone', zone: words.peek }
  return { kind: typeof name === 'string' && SYSTEM.test(name) ? 'system' : 'unrelated' }
}

/** Undefined for sections that only Panorama has. */
function scopeIn(words: Words<Word>): string | undefined {
  const kind = words.take('vsys', 'device-group', 'shared', 'panorama', 'policy')
  if (kind === undefined) return 'vsys vsys1'
  if (kind === 'shared') return kind
  if (kind === 'vsys' || kind === 'device-group') return `${kind} ${words.next()}`
  if (kind === 'policy' && !words.take('panorama')) return undefined
  return words.take('vsys') ? `panorama vsys ${words.next()}` : 'panorama'
}

function rulesIn(words: Words<Word>, scope: string, rulebase: Rulebase): Located {
  const rules = words.next()
  if (rules === undefined) return { kind: 'nothing' }
  if (typeof rules === 'string' && OTHER_RULES.test(rules)) return { kind: 'unrelated' }
  if (rules !== 'security' && rules !== 'default-security-rules') return { kind: 'nowhere' }
  if (words.isDone) return { kind: 'nothing' }
  if (!words.take('rules')) return { kind: 'nowhere' }
  return { kind: 'section', scope, section: rules === 'security' ? rulebase : 'default-rules' }
}

/** Panorama stores the parents of device groups in a separate section. */
function parentIn(words: readonly Word[]): Located {
  const at = words.indexOf('device-group')
  const [name, field, parent] = words.slice(at + 1)
  if (at < 0 || field !== 'parent-dg') return { kind: 'unrelated' }
  return { kind: 'parent', scope: `device-group ${name}`, parent: `device-group ${parent}` }
}

/** The scope that the options name. */
export function scopeOfOptions({ options }: Pick<ReaderContext, 'options'>): string {
  if (options.scope === 'shared') return 'shared'
  return options.scope === 'device-group' ? `device-group ${options.deviceGroup}` : `vsys ${options.vsys || 'vsys1'}`
}

/** The reason why the options exclude a section; undefined if they do not. */
export function outOfPlace(scope: string, section: Section, options: OptionValues): string | undefined {
  const wanted = scopeOfOptions({ options })
  if (scope !== wanted) return `is not in ${wanted}, where the options say`
  if (section === 'other' || section === 'default-rules') return 'does not belong here'
  const rulebase = options.scope === 'vsys' ? 'rulebase' : `${options.rulebase}-rulebase`
  return section.endsWith('rulebase') && section !== rulebase ? `is not in the ${rulebase}` : undefined
}

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
