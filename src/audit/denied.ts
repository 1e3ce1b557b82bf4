import { firstIndex } from '../address/binary-search.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { FoundRule } from '../model/reading.ts'
import {
  commonPorts,
  DIRECTIONS,
  type Direction,
  EVERY_PORT,
  FLOW_PROTOCOLS,
  type FlowProtocol,
  hasPorts,
  joinPorts,
  type PortRange,
} from '../model/traffic.ts'
import { isEveryPort } from '../vendor/kit/ports.ts'

/** The traffic of a piece, without its addresses. */
export interface PieceTraffic {
  readonly protocol: FlowProtocol
  readonly ports: PortRange
}

/** Addresses of one protocol on a run of ports; other protocols have one run, of every port. */
export interface Piece extends PieceTraffic {
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
  const denied = new Denied()
  for (const rule of rules)
    if (rule.action === 'allow') yield { rule, left: (addresses) => denied.left(rule, addresses) }
    else if (rule.coverage === 'whole' && counts(rule)) denied.add(rule)
}

/** Ports, and the addresses that denies block on each of them. */
interface Run {
  readonly ports: PortRange
  readonly addresses: PrefixSet
}

/** The addresses that earlier denies block, by port, while the rules are read in order. */
export class Denied {
  /** Neighbouring runs, from port 0 to 65535. */
  private readonly runs = new Map<string, Run[]>(
    DIRECTIONS.flatMap((direction) =>
      FLOW_PROTOCOLS.map((protocol) => [
        `${direction} ${protocol}`,
        [{ ports: EVERY_PORT, addresses: PrefixSet.empty }],
      ]),
    ),
  )

  /** Adds a deny for the whole local side; a deny for a part does not block the rest. */
  add(rule: FoundRule): void {
    for (const protocol of protocolsOf(rule)) {
      for (const ports of rule.ports) {
        const runs = this.of(rule.direction, protocol)
        const [from, to] = [runAt(runs, ports.first), runAt(runs, ports.last)]
        const split = runs.slice(from, to + 1).flatMap((run) => {
          const [first, last] = [Math.max(run.ports.first, ports.first), Math.min(run.ports.last, ports.last)]
          return [
            { ports: { first: run.ports.first, last: first - 1 }, addresses: run.addresses },
            { ports: { first, last }, addresses: run.addresses.union(rule.remote.addresses) },
            { ports: { first: last + 1, last: run.ports.last }, addresses: run.addresses },
          ].filter(({ ports }) => ports.first <= ports.last)
        })
        runs.splice(from, to + 1 - from, ...split)
      }
    }
  }

  /** The rest of `addresses` for a rule after the denies, in runs of ports. */
  left(rule: FoundRule, addresses: PrefixSet): Piece[] {
    const known = new Map<PrefixSet, PrefixSet>()
    const subtract = (denied: PrefixSet) => {
      const left = known.get(denied) ?? (denied.isEmpty ? addresses : addresses.subtract(denied))
      known.set(denied, left)
      return left
    }
    return protocolsOf(rule).flatMap((protocol) => {
      const runs = this.of(rule.direction, protocol)
      return joinPorts(rule.ports).flatMap((own) =>
        runs.slice(runAt(runs, own.first), runAt(runs, own.last) + 1).flatMap((run): Piece[] => {
          const ports = commonPorts(run.ports, own)
          const left = subtract(run.addresses)
          return ports && !left.isEmpty ? [{ protocol, ports, addresses: left }] : []
        }),
      )
    })
  }

  private of(direction: Direction, protocol: FlowProtocol) {
    return this.runs.get(`${direction} ${protocol}`) ?? []
  }
}

/** The index of the run that holds a port. */
const runAt = (runs: readonly Run[], port: number): number =>
  firstIndex(0, runs.length, (index) => (runs[index] as Run).ports.last >= port)

/** The protocols that a rule matches. A rule with ports does not match protocols without ports. */
function protocolsOf({ protocol, ports }: FoundRule): readonly FlowProtocol[] {
  if (protocol !== 'any') return [protocol]
  return isEveryPort(ports) ? FLOW_PROTOCOLS : FLOW_PROTOCOLS.filter(hasPorts)
}
