import { formatPrefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import { labelOf } from '../model/delta.ts'
import { type LocalJson, setJson } from '../model/json.ts'
import type { Note } from '../model/reading.ts'
import type { Action, Flow } from '../model/traffic.ts'
import type { Accepted } from './baseline-file.ts'
import type { AuditReport } from './run-audit.ts'
import { type Excess, findingsOf, type Opening, type Outside } from './values.ts'

/** Everything that an audit found, including what the text omits by default. */
export function auditJson({ audit, isStrict, advice, limits, baseline, unaudited }: AuditReport) {
  const { ruleset, family, missing, stale, wider, opened, outside, unresolved, notes, harmless, matches } = audit
  const excess = ({ rule, place, places, flow, local, localObjects, isDenial, addresses, objects }: Excess) => ({
    rule,
    action: actionOf(isDenial),
    place,
    places,
    flow: flowJson(flow),
    local: localJson(local, localObjects),
    objects: objects.map(formatPrefix),
    ...setJson(addresses),
  })
  const reach = ({ rule, place, places, direction, traffic }: Opening | Outside) => {
    return { rule, place, places, direction, traffic }
  }
  return {
    policy: ruleset.policy,
    document: labelOf(ruleset),
    family: family ?? null,
    strict: isStrict,
    findingCount: findingsOf(audit, isStrict).length,
    missing: missing.map(({ rule, flow, local, isDenial, addresses }) => {
      return { rule, action: actionOf(isDenial), flow: flowJson(flow), local: localJson(local), ...setJson(addresses) }
    }),
    stale: stale.map(excess),
    wider: wider.map(excess),
    opened: opened.map((entry) => ({
      ...reach(entry),
      objects: entry.objects.map(formatPrefix),
      ...setJson(entry.addresses),
    })),
    unresolved,
    notUnderstood: notes.map(noteJson),
    harmless: harmless.map(noteJson),
    notLookedAt: unaudited,
    outside: outside.map((entry) => ({ ...reach(entry), prefixes: entry.prefixes.map(formatPrefix) })),
    advice: [...advice, ...limits],
    baseline: baseline
      ? { file: baseline.name, acceptedCount: baseline.accepted, unused: baseline.unused.map(acceptedJson) }
      : null,
    matches: matches ? { document: labelOf(matches.document), prefixesBehind: matches.behind } : null,
  }
}

const localJson = (local: PrefixSet | undefined, objects: readonly string[] = []): LocalJson | null =>
  local || objects.length > 0 ? { prefixes: local?.texts ?? [], objects } : null

/** The list of a denial has addresses that are denied. */
const actionOf = (isDenial = false): Action => (isDenial ? 'deny' : 'allow')

/** A flow, with its ports as a list like that of a rule. */
const flowJson = (flow: Flow | undefined) => (flow ? { ...flow, ports: [flow.ports] } : null)

const noteJson = ({ place, text, reason }: Note) => ({ place, text, reason })

/** An entry of the baseline: what it does not name is null. */
function acceptedJson(entry: Accepted) {
  const { finding, rule = null, direction = null, traffic = null, prefixes, local, localObjects } = entry
  const { action = null, tags = [], text = null, reason = null } = entry
  return {
    finding,
    rule,
    direction,
    traffic,
    prefixes: prefixes?.texts ?? [],
    local: localJson(local, localObjects),
    action,
    tags,
    text,
    reason,
  }
}
