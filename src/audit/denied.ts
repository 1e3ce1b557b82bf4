import { PrefixSet } from '../address/prefix-set.ts'
import type { FoundRule } from '../model/reading.ts'
import {
  commonPorts,
  type Direction,
  EVERY_PORT,
  FLOW_PROTOCOLS,
  type FlowProtocol,
  hasPorts,
  type PortRange,
} from '../model/traffic.ts'
import { DIRECTIONS } from '../verify/compare.ts'

/** The traffic of a piece, without its addresses. */
export interface PieceTraffic {
  readonly protocol: FlowProtocol
  readonly ports: PortRange
}

/** Addresses of one protocol on a run of ports; other protocols have one run, of every port. */
export interface Piece extends PieceTraffic {
  readonly addresses: PrefixSet
}

/** The addresses that earlier denies block, by port, while the rules are read in order. */
export class Denied {
  /** Neighbouring runs, from port 0 to 65535. */
  private readonly runs = new Map<string, { ports: PortRange; addresses: PrefixSet }[]>(
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
        const key = `${rule.direction} ${protocol}`
        const runs = this.of(rule.direction, protocol).flatMap((run) => {
          const common = commonPorts(run.ports, ports)
          if (!common) return [run]
          return [
            { ports: { first: run.ports.first, last: common.first - 1 }, addresses: run.addresses },
            { ports: common, addresses: run.addresses.union(rule.remote.addresses) },
            { ports: { first: common.last + 1, last: run.ports.last }, addresses: run.addresses },
          ].filter(({ ports }) => ports.first <= ports.last)
        })
        this.runs.set(key, runs)
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
    return protocolsOf(rule).flatMap((protocol) =>
      this.of(rule.direction, protocol).flatMap((run) =>
        rule.ports.flatMap((own): Piece[] => {
          const ports = commonPorts(run.ports, own)
          const left = ports ? subtract(run.addresses) : PrefixSet.empty
          return ports && !left.isEmpty ? [{ protocol, ports, addresses: left }] : []
        }),
      ),
    )
  }

  private of(direction: Direction, protocol: FlowProtocol) {
    return this.runs.get(`${direction} ${protocol}`) ?? []
  }
}

/** The protocols that a rule matches. A rule with ports does not match protocols without ports. */
export function protocolsOf({ protocol, ports }: FoundRule): readonly FlowProtocol[] {
  if (protocol !== 'any') return [protocol]
  const [only] = ports
  const isEvery = only?.first === EVERY_PORT.first && only.last === EVERY_PORT.last
  return isEvery ? FLOW_PROTOCOLS : FLOW_PROTOCOLS.filter(hasPorts)
}
