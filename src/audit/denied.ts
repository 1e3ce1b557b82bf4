import { PrefixSet } from '../address/prefix-set.ts'
import { memo } from '../model/lazy.ts'
import type { FoundRule } from '../model/reading.ts'
import { commonPorts, FLOW_PROTOCOLS, type Flow, hasPorts, joinPorts, type PortRange } from '../model/traffic.ts'
import { isEveryPort } from '../vendor/kit/ports.ts'
import { flowFinder, flowsOf } from '../verify/compare.ts'

/** Addresses in one flow. */
export interface Piece extends Flow {
  readonly addresses: PrefixSet
}

/** A rule that allows, and what the denials before it leave of some of its addresses. */
export interface AllowBehind {
  readonly rule: FoundRule
  readonly left: (addresses: PrefixSet) => Piece[]
}

/** The rules that allow, in their order, behind those denials that `counts` takes. A denial for a part of the local side never counts. */
export function* allowsBehind(
  rules: readonly FoundRule[],
  counts: (denial: FoundRule) => boolean = () => true,
): Generator<AllowBehind> {
  const isDenial = (rule: FoundRule) => rule.action === 'deny' && rule.coverage === 'whole' && counts(rule)
  const cutsIn = flowFinder(flowsOf(rules.filter(isDenial).flatMap(({ ports }) => ports)))
  // The addresses that the denials so far block in some flow.
  let deniedAnywhere = PrefixSet.empty
  // The addresses that the denials so far block in each flow, which none of them splits.
  const denied = new Map<Flow, PrefixSet>()
  const left = (rule: FoundRule, addresses: PrefixSet): Piece[] => {
    if (!addresses.overlaps(deniedAnywhere)) return flowsOfRule(rule).map((flow) => ({ ...flow, addresses }))
    const without = memo((blocked: PrefixSet | undefined) => (blocked ? addresses.subtract(blocked) : addresses))
    return flowsOfRule(rule).flatMap((flow) =>
      cutsIn(flow).flatMap((cut): Piece[] => {
        const [rest, ports] = [without(denied.get(cut)), commonPorts(cut.ports, flow.ports) as PortRange]
        return rest.isEmpty ? [] : [{ direction: cut.direction, protocol: cut.protocol, ports, addresses: rest }]
      }),
    )
  }
  for (const rule of rules) {
    if (rule.action === 'allow') yield { rule, left: (addresses) => left(rule, addresses) }
    if (!isDenial(rule)) continue
    // Many flows have been blocked alike so far.
    const and = memo((blocked: PrefixSet | undefined) => PrefixSet.union([blocked ?? [], rule.remote.addresses]))
    for (const flow of flowsOfRule(rule).flatMap(cutsIn)) denied.set(flow, and(denied.get(flow)))
    deniedAnywhere = deniedAnywhere.union(rule.remote.addresses)
  }
}

/** The traffic of a rule. One with ports does not match protocols without ports. */
function flowsOfRule({ direction, protocol, ports }: FoundRule): Flow[] {
  const all = isEveryPort(ports) ? FLOW_PROTOCOLS : FLOW_PROTOCOLS.filter(hasPorts)
  const protocols = protocol === 'any' ? all : [protocol]
  return protocols.flatMap((protocol) => joinPorts(ports).map((run) => ({ direction, protocol, ports: run })))
}
