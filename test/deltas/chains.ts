import { type RenderedDelta, renderDelta, TargetWork } from '../../src/change/commands/render-delta.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { explain } from '../../src/finding/finding.ts'
import { type Device, loadWhole } from '../../src/model/device.ts'
import { type ItemDifference, itemDifference } from '../../src/model/item.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { expectationOf } from '../../src/verify/expectation.ts'
import { isClean, proveReload } from '../../src/verify/leftovers.ts'
import type { Loads } from '../../src/verify/loaded-files.ts'
import { randomFrom } from '../random.ts'
import { devicesOf, type Form } from './forms.ts'

// Chains of changes, each loaded in one of the ways that a runbook offers, on one device.

/** `back`: there, back by the rollback, and there again; `stopped`: the same, and the first time the delta stops on its way. */
const WAYS = ['delta', 'full', 'back', 'stopped'] as const

/** A step of a chain, and how the device then differs from one with the newer full files alone. */
export interface Step {
  readonly way: (typeof WAYS)[number]
  readonly difference: ItemDifference
  /** Why there was no delta where one was needed, so that the device was made anew; empty if it was not. */
  readonly lost: readonly string[]
}

/** Leads a device over so many of `rulesets`, chosen at random, each in a random way. */
export async function* chainOf(
  form: Form,
  rulesets: readonly Ruleset[],
  { seed, steps }: { readonly seed: number; readonly steps: number },
): AsyncGenerator<Step> {
  const readers = await loadReader(form.vendor)
  if (!readers) throw new Error('no reader')
  const random = randomFrom(seed)
  const oneOf = <One>(all: readonly One[]): One => all[Math.floor(random() * all.length)] as One
  const devices = await devicesOf(form)
  const made = (ruleset: Ruleset) => devices([renderAll(ruleset, form).files])
  let before = oneOf(rulesets)
  let device = made(before)
  for (let step = 0; step < steps; step++) {
    const after = oneOf(rulesets.filter((ruleset) => ruleset !== before))
    const shared = new TargetWork()
    const way = oneOf(WAYS)
    const between = (from: Ruleset, to: Ruleset, undoes?: RenderedDelta) =>
      renderDelta({ before: from, after: to }, form, true, { shared, undoes })
    const delta = await between(before, after)
    const [older, newer] = [before, after].map((ruleset) =>
      shared.loads.of(renderAll(ruleset, form).files, readers, form),
    ) as [ReturnType<Loads['of']>, ReturnType<Loads['of']>]
    if (way === 'full') loadWhole(device, renderAll(after, form).files)
    const needsDelta =
      way !== 'full' || !isClean(proveReload(expectationOf(form, after), { before: older, after: newer }))
    const lost = needsDelta ? delta.findings.map(explain) : []
    if (lost.length > 0) device = made(after)
    else if (way === 'back' || way === 'stopped') {
      const rollback = await between(after, before, delta)
      thereAndBack(device, delta, rollback, way === 'stopped' ? random() : 1)
    } else if (needsDelta) loadWhole(device, delta.files, 'delta')
    yield { way, difference: itemDifference(newer.items(), device.items(), form.vendor.order), lost }
    before = after
  }
}

/** Loads a part of a delta, goes back as the runbook says, and loads the delta. */
function thereAndBack(device: Device, delta: RenderedDelta, rollback: RenderedDelta, part: number): void {
  const commands = Math.ceil((delta.proof?.commands ?? 0) * part)
  const steps = device.load(delta.files, 'delta')[Symbol.iterator]()
  for (let step = 0; step < commands; step++) steps.next()
  if (part < 1 && !rollback.isFromHalfway) loadWhole(device, delta.files, 'delta')
  if (rollback.files.length > 0) loadWhole(device, rollback.files, 'delta')
  loadWhole(device, delta.files, 'delta')
}
