import type { Finding } from '../finding/finding.ts'
import { type Device, loadWhole, readingsFrom, readingsWhile } from '../model/device.ts'
import { isNothingLeft, type Leftovers, leftoversAmong, NO_LEFTOVERS, type RuleOrder } from '../model/item.ts'
import type { MixedReading, ReadFile } from '../model/reading.ts'
import type { Proof } from '../model/result.ts'
import type { LoadKind } from '../model/vendor-words.ts'
import { heldBy, union, wantedOf } from './allowed.ts'
import { type Expectation, expectedRules } from './expectation.ts'
import type { LoadedFiles } from './loaded-files.ts'
import { asDecided, momentsOf, outside } from './moments.ts'
import { ordersOf, prove, proveEnd } from './prove.ts'

/** A full load over an older one. */
export interface Reload {
  readonly before: LoadedFiles
  readonly after: LoadedFiles
  /** Sees the reading before the full load and after each of its commands. */
  readonly see?: ((reading: MixedReading) => void) | undefined
}

/** How a device after a full load over an older one differs from this load alone. */
export const leftoversOf = (reload: Reload, order: RuleOrder): Leftovers => leftOn(reloaded(reload), reload, order)

const leftOn = (device: Device, { after }: Reload, order: RuleOrder | undefined): Leftovers =>
  leftoversAmong(device.items(), after.items(), order ?? 'each')

/** The result of a full load over an older one, and of the commands after it. */
export interface ProvedReload {
  /** The parts of the older files that the device does not understand; then nothing else is known. */
  readonly notes: MixedReading['notes']
  /** How the device differs from the ruleset. */
  readonly findings: readonly Finding[]
  /** As in `leftoversOf`. */
  readonly left: Leftovers
  /** Undefined if there are no commands, or nothing for them to do. */
  readonly cleanup: Cleanup | undefined
}

/** True if a full load over an older one leads to the ruleset and to the items of this load alone, so that no commands are needed after it. */
export const isClean = ({ notes, findings, left }: Omit<ProvedReload, 'cleanup'>): boolean =>
  notes.length + findings.length === 0 && isNothingLeft(left)

/** Proves that a full load over an older one leads to the ruleset, finds what differs from this load alone, and proves that `commands` remove it. */
export function proveReload(
  expectation: Expectation,
  reload: Reload,
  commands: readonly ReadFile[] = [],
  kind: CommandKind = 'cleanup',
): ProvedReload {
  const { notes } = reload.before.reading()
  if (notes.length > 0) return { notes, findings: [], left: NO_LEFTOVERS, cleanup: undefined }
  const device = reloaded(reload)
  const { findings } = prove(expectation, device.reading())
  const proved = { notes, findings, left: leftOn(device, reload, expectation.order) }
  const isDone = commands.length === 0 || isClean(proved)
  return { ...proved, cleanup: isDone ? undefined : proveCleanup(expectation, reload, commands, kind, device) }
}

type CommandKind = Exclude<LoadKind, 'full'>

/** The result of commands after a full load over an older one. */
export interface Cleanup {
  /** Undefined if a command is unsafe, or something is left. */
  readonly proof: Proof | undefined
  readonly findings: readonly Finding[]
  readonly left: Leftovers
}

/**
 * Proves that commands remove what a full load over an older one leaves on a device: a delta, or files of removals. No command may deny traffic that
 * the ruleset allows and the device allowed before, or allow traffic that neither allowed. In the end the device has exactly the ruleset. `on` is a
 * device that was reloaded like that; the commands change it.
 */
export function proveCleanup(
  expectation: Expectation,
  reload: Reload,
  commands: readonly ReadFile[],
  kind: CommandKind,
  device = reloaded(reload),
): Cleanup {
  const start = device.reading()
  const moment = momentsFrom(start, expectation)
  let count = 0
  let last = start
  for (const reading of readingsWhile(device, commands, kind)) {
    count++
    last = reading
    const findings = moment(reading, count, start.lists)
    if (findings.length > 0) return { proof: undefined, findings, left: NO_LEFTOVERS }
  }
  const { proof, findings } = proveEnd(expectation, last)
  const left = leftOn(device, reload, expectation.order)
  const isDone = findings.length === 0 && isNothingLeft(left)
  return { proof: isDone ? { ...proof, commands: count } : undefined, findings, left }
}

/** The device of the older files, after the full load over them. */
export function reloaded({ before, after, see }: Reload): Device {
  const device = before.take()
  if (see) for (const reading of readingsFrom(device, after.files, 'full')) see(reading)
  else loadWhole(device, after.files)
  return device
}

/** Finds what is wrong at one moment after the other, on the way from a reading. */
function momentsFrom(start: MixedReading, expectation: Expectation) {
  const { target, ruleset, by } = expectation
  const wanted = expectedRules(ruleset, expectation)
  const [rules = [], reversed = rules] = ordersOf(start)
  const ofLists = { least: wantedOf(ruleset.sets, by), most: union(start.lists.map(heldBy)) }
  return momentsOf({
    code: 'CLEANUP_UNSAFE',
    target,
    sides: [
      [wanted, rules],
      [wanted, reversed],
    ],
    ruleset,
    wrongLists: (lists, first) => {
      // A list that was removed holds no addresses.
      if (first.length + lists.length === 0) return undefined
      const sides = outside(ofLists, asDecided(union(lists.map(heldBy))))
      return sides ? [{ flow: 'the lists', rules: [], ...sides }] : []
    },
  })
}
