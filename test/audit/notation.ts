import { parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { auditText } from '../../src/audit/text.ts'
import type { Audit } from '../../src/audit/values.ts'
import type { FoundRule, Reading } from '../../src/model/reading.ts'
import type { ConcreteRule, LocalSide, Ruleset } from '../../src/model/ruleset.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'

const sideOf = (
  { addresses, objects: [object, object6] }: { addresses: PrefixSet; objects: string[] },
  name: string,
): LocalSide =>
  object === undefined
    ? { set: { name: `${name}-local`, id: 'local', tags: [], prefixes: addresses } }
    : { object, object6 }

export const setOf = (text: string): PrefixSet =>
  text === 'any' ? KIT.everything() : PrefixSet.of(text.split(',').filter(Boolean).map(parsePrefix))

const portsOf = (text: string) =>
  text === '*'
    ? [{ first: 0, last: 65535 }]
    : text.split('+').map((run) => {
        const [first, last = first] = run.split('-').map(Number) as [number, number?]
        return { first, last: last as number }
      })

/**
 * `local=10.0.0.0/8`, `local=@name+other` or `local=10.0.0.0/8@name`: addresses, or objects on the device; of a rule of a policy, one
 * for each family.
 */
function localOf(words: string[]): { readonly addresses: PrefixSet; readonly objects: string[] } | undefined {
  const index = words.findIndex((word) => word.startsWith('local='))
  if (index < 0) return undefined
  const [text = ''] = words.splice(index, 1).map((word) => word.slice('local='.length))
  const [addresses = '', objects] = text.split('@')
  return { addresses: setOf(addresses), objects: objects?.split('+') ?? [] }
}

/**
 * `Web out tcp 443 192.0.2.0/24 #Tag`: a rule of a policy. Without a tag it has one of its own name; with `deny` at the end, it
 * denies. `local=` anywhere gives it a local side.
 */
export function rulesetOf(...lines: string[]): Ruleset {
  const rules = lines.map((line, index): ConcreteRule => {
    const words = line.split(' ')
    const local = localOf(words)
    const action = words.at(-1) === 'deny' ? (words.pop() as 'deny') : 'allow'
    const [name, direction, protocol, ports, prefixes, tag] = words as [
      string,
      string,
      'tcp' | 'udp' | 'icmp' | 'any',
      string,
      string,
      string?,
    ]
    const tags = [tag?.slice(1) ?? name]
    return {
      name,
      suffix: '',
      direction: direction === 'out' ? 'outbound' : 'inbound',
      action,
      protocol,
      ports: ports === '-' ? [] : portsOf(ports),
      priority: 100 + index,
      set: { name, id: `${direction}-${100 + index}`, tags, prefixes: setOf(prefixes) },
      ...(local && { local: sideOf(local, name) }),
    }
  })
  return {
    policy: 'p',
    cloud: 'public',
    published: '2025-11-10',
    changeNumber: 1,
    sets: rules.map(({ set }) => set),
    rules,
  }
}

/** `allow out tcp 443 192.0.2.0/24 name`, `allow out any * #Tag`, with `part` before the remote side where the local side is one. */
export function readingOf(...lines: string[]): Reading {
  const rules = lines.map((line, index): FoundRule => {
    const words = line.split(' ')
    const local = localOf(words)
    const [action, direction, protocol, ports, ...rest] = words as [
      'allow' | 'deny',
      string,
      FoundRule['protocol'],
      string,
      ...string[],
    ]
    // `@7` at the end is the line where it stands.
    const at = rest.at(-1)?.startsWith('@') ? Number(rest.pop()?.slice(1)) : index + 1
    const coverage = rest[0] === 'part' ? 'part' : 'whole'
    const [remote, name = `r${index + 1}`] = (coverage === 'part' ? rest.slice(1) : rest) as [string, string?]
    return {
      name,
      place: { part: 'conf', line: at },
      action,
      direction: direction === 'out' ? 'outbound' : 'inbound',
      protocol,
      ports: portsOf(ports),
      ...(local && { local }),
      coverage,
      remote: remote.startsWith('#')
        ? { addresses: PrefixSet.empty, tags: remote.slice(1).split(',') }
        : { addresses: setOf(remote), tags: [] },
    }
  })
  return { rules, lists: [], notes: [] }
}

/** The rules one by one, where some are read as one with members. */
export function singly(rules: readonly FoundRule[]): FoundRule[] {
  return rules.flatMap(({ members, ...rule }) =>
    (members ?? [undefined]).map((member): FoundRule => {
      if (!member) return rule
      const addresses = PrefixSet.of([member.prefix]).intersect(rule.remote.addresses)
      return { ...rule, name: member.name, place: member.place, remote: { ...rule.remote, addresses } }
    }),
  )
}

/** The rules of a policy in a text, and those of a device, which begin with `allow` or `deny`. */
export function sidesIn(text: string): [wanted: string[], found: string[]] {
  const lines = text.split('\n')
  const isFound = (line: string) => /^(allow|deny) /.test(line)
  return [lines.filter((line) => !isFound(line)), lines.filter(isFound)]
}

/** The findings of an audit and their sum, as its text tells them; `isAll` with the rules outside the policy. */
export function findingLines(audit: Audit, isStrict = false, isAll = true): string[] {
  const report = { audit, isStrict, isAll, newest: '', unaudited: [], advice: [], limits: [], baseline: undefined }
  const lines = auditText(report, (_, text) => text).split('\n')
  return lines.filter((line) => /^ {2}\S|findings/.test(line))
}
