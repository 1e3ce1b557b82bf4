import { formatPrefix, parsePrefixOrAddress } from '../src/address/prefix.ts'
import { PrefixSet } from '../src/address/prefix-set.ts'
import { compile } from '../src/compile/compile.ts'
import type { Cloud } from '../src/model/cloud.ts'
import type { Policy } from '../src/model/policy.ts'
import type { Ruleset } from '../src/model/ruleset.ts'
import type { TagDocument } from '../src/model/service-tag.ts'
import { formatPorts } from '../src/model/traffic.ts'
import { parsePolicy } from '../src/policy/policy.ts'

/** How tests write values down in a line, and show them again. */

/** `192.0.2.0/24 2001:db8::/32`, or nothing for the empty set. */
export function setOf(text: string): PrefixSet {
  return PrefixSet.of(text.split(/[ ,]+/).filter(Boolean).map(parsePrefixOrAddress))
}

export function show(set: PrefixSet): string {
  return set.prefixes.map(formatPrefix).join(' ')
}

/** `Sql=192.0.2.0/24,2001:db8::/32 Storage=198.51.100.0/24`; `Sql=` is a tag without addresses. */
export function documentOf(text: string, cloud: Cloud = 'public', published = '2025-11-10'): TagDocument {
  const tags = text
    .split(' ')
    .filter(Boolean)
    .map((tag) => {
      const [name, prefixes] = tag.split('=') as [string, string]
      const rest = { changeNumber: 1, region: '', systemService: '', networkFeatures: [] }
      return [name, { name, ...rest, prefixes: setOf(prefixes) }] as const
    })
  return { cloud, published, changeNumber: 376, source: 'document.json', sha256: '0'.repeat(64), tags: new Map(tags) }
}

/**
 * A document as Microsoft publishes it, of tags and their prefixes or of a text: `Sql=20.0.0.0/24,2603:1000::/48 Storage@westeurope=20.1.0.0/24`,
 * where `Sql=` is a tag without addresses.
 */
export function published(tags: string | Readonly<Record<string, readonly string[]>>, changeNumber = 7): string {
  const listed =
    typeof tags === 'string'
      ? tags.split(' ').map((tag) => tag.split('=') as [string, string])
      : Object.entries(tags).map(([name, prefixes]) => [name, prefixes.join()] as const)
  const values = listed.map(([label, prefixes]) => {
    const [name, region = ''] = label.split('@') as [string, string?]
    const rest = { changeNumber: 1, region, platform: 'Azure', systemService: '', networkFeatures: [] }
    return { name, id: name, properties: { ...rest, addressPrefixes: prefixes.split(',').filter(Boolean) } }
  })
  return JSON.stringify({ changeNumber, cloud: 'Public', values })
}

/** A policy of rules such as `150 Web: Sql,Storage.* outbound tcp 443,8000-8080 optional`, one a line. */
export function policyOf(text: string, more: object = {}): Policy {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [, priority, name, tags, direction, protocol, ports, action, optional] =
        /^(\d+) (.+?): (\S+) (\w+) (\w+) (\S+)( deny)?( optional)?$/.exec(line) as unknown as string[]
      return {
        name,
        tags: tags?.split(','),
        direction,
        protocol,
        ports: ports?.split(',').map((entry) => (entry.includes('-') ? entry : Number(entry))),
        priority: Number(priority),
        action: action?.trim(),
        optional: optional !== undefined,
      }
    })
  return parsePolicy(JSON.stringify({ rules, ...more }), 'test', 'tagwall.yaml')
}

/** What rules as a policy file has them become, with these tags. */
export function compiled(rules: readonly object[], tags = 'Sql=20.0.0.0/24', more: object = {}): Ruleset {
  const document = documentOf(tags)
  const policy = parsePolicy(JSON.stringify({ ...more, rules }), 'edge', 'edge.yaml')
  return compile(policy, { document, names: [...document.tags.keys()], where: '' }).ruleset
}

/** A line a rule: `150 Web: Sql outbound allow tcp 443 -> 192.0.2.0/24`. */
export function showRules({ rules }: Ruleset): string[] {
  return rules.map(
    ({ priority, name, direction, action, protocol, ports, set }) =>
      `${priority} ${name}: ${set.tags.join(',')} ${direction} ${action} ${protocol} ${ports.map(formatPorts).join(',')} -> ${show(set.prefixes)}`,
  )
}

/** What `run` throws, as text, or `nothing was thrown`. */
export function problemOf(run: () => unknown): string {
  try {
    run()
    return 'nothing was thrown'
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

/** Numbers from 0 to below `limit`, the same for the same seed (mulberry32). */
export function randomOf(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}
