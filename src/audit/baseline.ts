import { PrefixSet } from '../address/prefix-set.ts'
import { groupBy } from '../model/group-by.ts'
import { containsPorts, type Flow, hasPorts, type ProtocolPorts } from '../model/traffic.ts'
import type { Accepted, Baseline } from './baseline-file.ts'
import { type Audit, type AuditFinding, FIELDS, findingsOf } from './values.ts'

/** An audit as a baseline that accepts all of it. */
export function baselineOf(audit: Audit, isStrict: boolean): Baseline {
  return { policy: audit.ruleset.policy, accepted: findingsOf(audit, isStrict).map(contentOf) }
}

/** Removes the accepted findings from an audit; returns their number and the unused entries. */
export function acceptKnown(
  audit: Audit,
  isStrict: boolean,
  { accepted }: Baseline,
): { audit: Audit; accepted: number; unused: Accepted[] } {
  const byKey = groupBy(accepted, keyOf)
  const used = new Set<Accepted>()
  const known = new Set<AuditFinding['entry']>()
  for (const finding of findingsOf(audit, isStrict)) {
    const content = contentOf(finding)
    for (const entry of byKey.get(keyOf(content)) ?? []) {
      if (!covers(entry, content)) continue
      used.add(entry)
      known.add(finding.entry)
    }
  }
  const rest = Object.values(FIELDS).map((field) => [field, audit[field].filter((entry) => !known.has(entry))])
  return {
    audit: { ...audit, ...Object.fromEntries(rest) },
    accepted: known.size,
    unused: accepted.filter((entry) => !used.has(entry) && (isStrict || entry.finding !== 'outside')),
  }
}

/**
 * The identity of a finding. A `wider` finding has the whole prefixes of its rule, because the part of them outside
 * the policy changes with every document.
 */
function contentOf(finding: AuditFinding): Accepted {
  const { kind } = finding
  switch (kind) {
    case 'missing':
    case 'stale': {
      const { rule, flow, addresses, local } = finding.entry
      return { finding: kind, rule, ...flowContent(flow), prefixes: addresses, ...(local && { local }) }
    }
    case 'wider': {
      const { rule, flow, objects, local, localObjects } = finding.entry
      const sides = { ...(local && { local }), ...(localObjects && { localObjects }) }
      return { finding: kind, rule, ...flowContent(flow), prefixes: PrefixSet.of(objects), ...sides }
    }
    case 'opened': {
      const { rule, direction, traffic, objects } = finding.entry
      return { finding: kind, rule, direction, traffic, prefixes: PrefixSet.of(objects) }
    }
    case 'outside': {
      const { rule, direction, traffic, prefixes } = finding.entry
      return { finding: kind, rule, direction, traffic, prefixes: PrefixSet.of(prefixes) }
    }
    case 'unresolved': {
      const { rule, direction, action, tags } = finding.entry
      return { finding: kind, rule, direction, action, tags }
    }
    case 'not-understood': {
      const { text, reason } = finding.entry
      return { finding: kind, text, reason }
    }
  }
}

function flowContent(flow: Flow | undefined): Pick<Accepted, 'direction' | 'traffic'> {
  if (!flow) return {}
  const none = { tcp: [], udp: [], icmp: false, other: false }
  const own = hasPorts(flow.protocol) ? [flow.ports] : true
  return { direction: flow.direction, traffic: { ...none, [flow.protocol]: own } }
}

/** The parts that must be equal; the rest must not be larger. */
const keyOf = ({ finding, rule, direction, action, text, reason }: Accepted) =>
  JSON.stringify([finding, rule, direction, action, text, reason])

function covers(entry: Accepted, content: Accepted): boolean {
  return (
    holdsTraffic(entry.traffic, content.traffic) &&
    holdsLocal(entry, content) &&
    (entry.prefixes ?? PrefixSet.empty).contains(content.prefixes ?? PrefixSet.empty) &&
    (content.tags ?? []).every((tag) => entry.tags?.includes(tag))
  )
}

/** A missing finding without local addresses holds for all of them. A wider finding with them never covers one without. */
function holdsLocal(entry: Accepted, content: Accepted): boolean {
  if (isAnyLocal(content) || isAnyLocal(entry))
    return isAnyLocal(content) === isAnyLocal(entry) || (entry.finding === 'missing' && isAnyLocal(entry))
  return (
    (entry.local ?? PrefixSet.empty).contains(content.local ?? PrefixSet.empty) &&
    (content.localObjects ?? []).every((name) => entry.localObjects?.includes(name))
  )
}

const isAnyLocal = ({ local, localObjects }: Accepted) => !local && !localObjects

function holdsTraffic(outer: ProtocolPorts | undefined, inner: ProtocolPorts | undefined): boolean {
  if (!outer || !inner) return outer === inner
  const isWithin = containsPorts(outer.tcp, inner.tcp) && containsPorts(outer.udp, inner.udp)
  return isWithin && (outer.icmp || !inner.icmp) && (outer.other || !inner.other)
}
