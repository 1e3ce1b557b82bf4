import { formatPrefix } from '../address/prefix.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
import type { PolicyLocal, Rule } from '../model/policy.ts'
import { formatPorts } from '../model/traffic.ts'

/** The parts of a rule that a person writes. */
export type WrittenRule = Omit<Rule, 'at' | 'optionalIn' | 'notes'> & Partial<Pick<Rule, 'optionalIn' | 'notes'>>

/** A rule in the words of a policy file, in their order there; undefined for the defaults, except for the protocol. */
export const ruleWords = ({ except, ports, local, optionalIn = [], notes, ...rule }: WrittenRule) => ({
  name: rule.name,
  tags: unlessEmpty(rule.tags),
  prefixes: unlessEmpty(rule.prefixes.map(formatPrefix)),
  except: unlessEmpty([...except.tags, ...except.prefixes.map(formatPrefix)]),
  direction: rule.direction,
  action: rule.action === 'allow' ? undefined : rule.action,
  protocol: rule.protocol,
  ports: unlessEmpty(ports.map((range) => (range.first === range.last ? range.first : formatPorts(range)))),
  local: local && localWords(local),
  targets: rule.targets,
  sites: rule.sites,
  priority: rule.priority,
  optional: optionalIn.length === CLOUD_NAMES.length ? true : unlessEmpty(optionalIn),
  description: notes?.description || undefined,
  ticket: notes?.ticket || undefined,
  owner: notes?.owner || undefined,
})

const unlessEmpty = <Item>(list: readonly Item[]) => (list.length > 0 ? list : undefined)

/** A local side in the words of a policy file. */
export const localWords = (local: PolicyLocal) =>
  'prefixes' in local ? local.prefixes.texts : { object: local.object, object6: local.object6 }

/** A rule as an entry of a list in YAML. `noteOf` has a comment for some of its keys. */
export function ruleText(rule: WrittenRule, noteOf: (key: string) => string | undefined = () => undefined): string {
  const lines = Object.entries(ruleWords(rule)).flatMap(([key, value]) => {
    if (value === undefined) return []
    const note = noteOf(key)
    const text =
      key === 'prefixes'
        ? rule.prefixes.map((one) => `\n      - ${scalar(formatPrefix(one))}`).join('')
        : ` ${yamlText(value)}`
    return [`${key}:${text}${note ? ` # ${note}` : ''}`]
  })
  return `  - ${lines.join('\n    ')}\n`
}

/** A value in one line of YAML. */
export function yamlText(value: unknown): string {
  if (typeof value === 'string') return scalar(value)
  if (Array.isArray(value)) return `[${value.map(yamlText).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  return `{ ${entries.map(([key, one]) => `${key}: ${yamlText(one)}`).join(', ')} }`
}

/** Text in YAML: in quotes where YAML 1.1 or 1.2 could read another type, and with special characters. JSON quotes are valid YAML. */
export function scalar(text: string): string {
  const isPlain = /^[A-Za-z][A-Za-z0-9_./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
  return isPlain ? text : JSON.stringify(text)
}
