import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatPrefix } from '../../src/address/prefix.ts'
import { everything, type PrefixSet } from '../../src/address/prefix-set.ts'
import type { Note, Reading } from '../../src/model/reading.ts'
import { formatPorts, type PortRange } from '../../src/model/traffic.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { device } from '../../vendors/fortigate/reader.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'
import { type Golden, harnessOf } from './harness.ts'

const HARNESS = harnessOf('fortigate', device)

export const { apart, goldenOf, objectionsTo } = HARNESS

const POLICIES = [
  ['arc-kubernetes', 'policies/arc-kubernetes.yaml'],
  ['several', 'policies/conformance/several.yaml'],
  ['one-rule', 'policies/conformance/one-rule.yaml'],
  ['sides', 'vendors/fortigate/expected/policies/sides.yaml'],
] as const

/** Every policy with every setting of the golden files, whose texts the conformance tests hold to be these. */
export const GOLDEN: readonly Golden[] = POLICIES.flatMap(([policy, file]) => {
  const cases = JSON.parse(readFileSync(join(ROOT, 'vendors/fortigate/expected/cases.json'), 'utf8'))
  const ruleset = rulesetOf(join(ROOT, file), policy, join(ROOT, 'policies/conformance/document.json'), '2025-11-10')
  // A feed has no local side, and what other options do is seen in the other policies.
  const isLeftOut = (one: Record<string, unknown>) =>
    (policy === 'sides' && ('form' in one || 'groupMembers' in one)) || (policy !== 'several' && 'beforePolicy' in one)
  const settings = [{}, ...cases].filter((one) => !isLeftOut(one))
  return settings.map((setting): Golden => {
    return goldenOf(`${policy} ${JSON.stringify(setting)}`, ruleset, HARNESS.optionsOf(setting))
  })
})

/** What a device runs, as text: `outbound allow tcp 443 whole: 192.0.2.0/24`. */
export const audit = (
  text: string,
  given: { options?: Record<string, unknown>; narrow?: ReaderContext['narrow'] } = {},
  localObjects: readonly string[] = [],
) => short(HARNESS.auditOf(text, { ...given, part: 'file', localObjects }))

/** The names that a configuration has, to narrow an audit to. */
export const scopesOf = (text: string) => HARNESS.auditOf(text).scopes

function short({ rules, lists, notes }: Reading): string[] {
  return [
    ...rules.map(({ name, direction, action, protocol, ports, coverage, isPartByZone, remote, local }) => {
      const own = local
        ? ` local ${[...local.objects, setText(local.addresses)].filter((text) => text !== '').join(' ')}`
        : ''
      return `${name}: ${direction} ${action} ${protocol} ${portsText(ports)} ${coverage}${isPartByZone ? ' by zone' : ''}${own}: ${setText(remote.addresses)}`
    }),
    ...lists.map(({ part, addresses }) => `list ${part}: ${setText(addresses)}`),
    ...notes.map(noteText),
  ]
}

export const noteText = ({ place, text, reason, isHarmless }: Note) =>
  `${place.line} ${text} | ${reason}${isHarmless ? ' (harmless)' : ''}`

const portsText = (ports: readonly PortRange[]) => {
  const text = ports.map(formatPorts).join(',')
  return text === '0-65535' ? '*' : text
}

export function setText(set: PrefixSet): string {
  if (set.equals(everything())) return 'any'
  if (set.equals(everything('ipv4'))) return 'any4'
  if (set.equals(everything('ipv6'))) return 'any6'
  return set.prefixes.map(formatPrefix).join(' ')
}
