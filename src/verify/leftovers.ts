import type { Finding } from '../finding/finding.ts'
import { type Device, type Item, itemKey } from '../model/device.ts'
import { loadWhole, readingsWhile } from '../model/device-readings.ts'
import type { ReadFile } from '../model/found-rule.ts'
import type { FoundRule, Reading } from '../model/reading.ts'
import type { Proof } from '../model/result.ts'
import { difference, facts, intersection, isNothing, isWithin, union } from './allowed.ts'
import { allowedFor, bothAllowedFor } from './compare.ts'
import { type Expectation, expectedRules, flowText } from './expectation.ts'
import { type FlowDifference, joinFlows } from './join-flows.ts'
import { heldBy, wantedOf } from './lists.ts'
import { partText } from './local-parts.ts'
import { partitionOf } from './partition.ts'
import { prove, proveEnd, rulesBehind } from './prove.ts'

/** A full load over an older one. */
export interface Reload {
  /** Makes a device that is empty. */
  readonly device: () => Device
  readonly before: readonly ReadFile[]
  readonly after: readonly ReadFile[]
}

/** A device after a full load over an older one. */
export interface Reloaded {
  readonly device: Device
  /** The keys of the items that the newer load alone makes. */
  readonly own: ReadonlySet<string>
}

/** The items on a device after a full load over an older one that this load alone would not make; in the order of removal. */
export function leftoversOf(reload: Reload): Item[] {
  return extraItems(reloaded(reload))
}

/** The result of a full load over an older one. */
export interface ReloadResult {
  /** The parts of the older files that the device does not understand; then nothing else is known. */
  readonly notes: Reading['notes']
  /** How the device differs from the ruleset. */
  readonly findings: readonly Finding[]
  /** As in `leftoversOf`. */
  readonly left: readonly Item[]
  /** Whether the device has the rules of the newer load alone, in another order. */
  readonly isOrder: boolean
  /** The device, for commands that are proved on it. */
  readonly device: Reloaded | undefined
}

/** Proves that a full load over an older one leads to exactly the ruleset, and lists the leftovers. */
export function proveReload(expectation: Expectation, reload: Reload): ReloadResult {
  const device = reload.device()
  loadWhole(device, reload.before)
  const { notes } = device.reading()
  if (notes.length > 0) return { notes, findings: [], left: [], isOrder: false, device: undefined }
  loadWhole(device, reload.after)
  const reading = device.reading()
  const { findings } = prove(expectation, reading)
  const isOrder = findings.length > 0 && reading.lists.length === 0 && hasSameRules(reading, reload)
  const result = { device, own: itemsOf(reload) }
  return { notes, findings, left: extraItems(result), isOrder, device: result }
}

/** Whether a device has the rules that the newer load alone makes, in any order. */
function hasSameRules(reading: Reading, { device: make, after }: Reload): boolean {
  const alone = make()
  loadWhole(alone, after)
  const [held, own] = [reading, alone.reading()].map(({ rules }) => rules.map(ruleKey).sort().join('\n'))
  return held === own
}

const ruleKey = ({ direction, action, protocol, ports, coverage, remote }: FoundRule) =>
  JSON.stringify([direction, action, protocol, ports, coverage, remote.addresses.texts, remote.tags])

/**
 * Proves that commands remove what a full load over an older one leaves on a device: a delta, or files of removals. No command may deny traffic that the
 * ruleset allows and the device allowed before, or allow traffic that neither allowed. In the end the device has exactly the
 * ruleset. `on` is a device that was reloaded like that; the commands change it.
 */
export function proveCleanup(
  expectation: Expectation,
  reload: Reload,
  commands: readonly ReadFile[],
  kind: 'delta' | 'cleanup',
  on = reloaded(reload),
): { proof: Proof | undefined; findings: Finding[]; left: readonly Item[] } {
  const { device } = on
  const start = device.reading()
  let count = 0
  let last = start
  for (const reading of readingsWhile(device, commands, kind)) {
    count++
    last = reading
    const findings = unsafe(expectation, start, reading, count)
    if (findings.length > 0) return { proof: undefined, findings, left: [] }
  }
  const { proof, findings } = proveEnd(expectation, last)
  const left = extraItems(on)
  const isDone = findings.length === 0 && left.length === 0
  return { proof: isDone ? { ...proof, commands: count } : undefined, findings, left }
}

/** The items of a device that the newer load alone does not make. */
function extraItems({ device, own }: Reloaded): Item[] {
  const left = device.inventory().filter((item) => !own.has(itemKey(item)))
  // Removing an item also removes its members.
  return left.filter(({ of }) => !of || !left.some(({ kind, name }) => kind === of.kind && name === of.name))
}

function itemsOf({ device: make, after }: Reload): ReadonlySet<string> {
  const alone = make()
  loadWhole(alone, after)
  return new Set(alone.inventory().map(itemKey))
}

function reloaded(reload: Reload): Reloaded {
  const device = reload.device()
  loadWhole(device, reload.before)
  loadWhole(device, reload.after)
  return { device, own: itemsOf(reload) }
}

function unsafe(expectation: Expectation, start: Reading, reading: Reading, command: number): Finding[] {
  const { target, ruleset } = expectation
  if (start.lists.length > 0) return unsafeLists(expectation, start, reading, command)
  const wanted = expectedRules(ruleset, expectation)
  const { parts, cellsOf } = partitionOf([wanted, start.rules, reading.rules])
  return parts.flatMap((part) => {
    const wrong = cellsOf(part).flatMap(({ flow, rules: [least = [], most = [], held = []] }): FlowDifference[] => {
      const own = allowedFor(flow, least, 'surely')
      const { surely, possibly } = bothAllowedFor(flow, held)
      const before = bothAllowedFor(flow, most)
      // A leftover rule may deny what the ruleset allows.
      const refused = difference(intersection(own, before.surely), surely)
      const opened = difference(difference(possibly, before.possibly), own)
      if (isNothing(refused) && isNothing(opened)) return []
      return [{ flow, missing: refused, extra: opened }]
    })
    return joinFlows(wrong).map(({ flow, ...sides }): Finding => {
      const text = `${flowText(flow)}${partText(part, flow.direction)}`
      const [missing, extra] = [facts(sides.missing), facts(sides.extra)]
      const rules = rulesBehind(flow, ruleset, sides.missing, sides.extra)
      return { code: 'CLEANUP_UNSAFE', severity: 'error', target, command, flow: text, rules, missing, extra }
    })
  })
}

/** The same for lists. A list that was removed holds no addresses. */
function unsafeLists(
  { target, ruleset, by }: Expectation,
  start: Reading,
  reading: Reading,
  command: number,
): Finding[] {
  const before = union(start.lists.map(heldBy))
  const now = union(reading.lists.map(heldBy))
  const own = wantedOf(ruleset.sets, by)
  if (isWithin(own, now) && isWithin(now, before)) return []
  const [missing, extra] = [facts(difference(own, now)), facts(difference(now, before))]
  return [{ code: 'CLEANUP_UNSAFE', severity: 'error', target, command, flow: 'the lists', rules: [], missing, extra }]
}
