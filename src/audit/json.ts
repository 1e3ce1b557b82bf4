import { formatPrefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import { labelJson, setJson } from '../model/json.ts'
import { portTexts, trafficText } from '../model/traffic.ts'
import type { AuditReport } from './text.ts'
import { type Accepted, type Excess, findingsOf, type Opening, type Outside } from './values.ts'

/** Everything that an audit found, including what the text omits by default. */
export function auditJson({ audit, isStrict, advice, limits, baseline, unaudited }: AuditReport) {
  const { ruleset, family, missing, stale, wider, opened, outside, unresolved, notes, harmless, matches } = audit
  const localJson = (local: PrefixSet | undefined) => (local ? { local: local.texts } : {})
  const excess = ({ rule, place, places, flow, local, localObjects, addresses, objects }: Excess) => {
    const where = {
      rule,
      place,
      places,
      flow: flow ?? null,
      ...localJson(local),
      ...(localObjects && { localObjects }),
    }
    return { ...where, objects: objects.map(formatPrefix), ...setJson(addresses) }
  }
  const reach = ({ rule, place, places, direction, traffic }: Opening | Outside) => {
    return { rule, place, places, direction, traffic: portTexts(traffic) }
  }
  return {
    policy: ruleset.policy,
    document: labelJson(ruleset),
    family: family ?? null,
    strict: isStrict,
    findings: findingsOf(audit, isStrict).length,
    missing: missing.map(({ rule, flow, local, addresses }) => {
      return { rule, flow: flow ?? null, ...localJson(local), ...setJson(addresses) }
    }),
    stale: stale.map(excess),
    wider: wider.map(excess),
    opened: opened.map((entry) => ({
      ...reach(entry),
      opens: trafficText(entry.traffic),
      objects: entry.objects.map(formatPrefix),
      ...setJson(entry.addresses),
    })),
    unresolved,
    notUnderstood: notes,
    harmless,
    notLookedAt: unaudited,
    outside: outside.map((entry) => ({ ...reach(entry), prefixes: entry.prefixes.map(formatPrefix) })),
    advice: [...advice, ...limits],
    baseline: baseline
      ? { file: baseline.name, accepted: baseline.accepted, unused: baseline.unused.map(acceptedJson) }
      : null,
    matches: matches ? { document: labelJson(matches.document), prefixesBehind: matches.behind } : null,
  }
}

function acceptedJson({ traffic, addresses, local, ...rest }: Accepted) {
  return {
    ...rest,
    ...(traffic && { traffic: portTexts(traffic) }),
    ...(addresses && { prefixes: addresses.texts }),
    ...(local && { local: local.texts }),
  }
}
