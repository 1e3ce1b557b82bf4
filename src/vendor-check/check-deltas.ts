import { renderDelta } from '../change/commands/render-delta.ts'
import { renderAll } from '../compile/render-target.ts'
import { explain, hasErrors } from '../finding/finding.ts'
import { loadWhole } from '../model/device.ts'
import { itemDifference } from '../model/item.ts'
import type { ReadFile } from '../model/reading.ts'
import type { Job, Vendor } from '../model/vendor.ts'
import { looksRemovable } from '../store/likeness.ts'
import { plural } from '../text/numbers.ts'
import type { DeviceModel, Readers } from '../vendor/kit/reader-api.ts'
import { proofContext } from '../verify/expect-target.ts'
import type { Case } from './check-files.ts'
import { type CheckPlace, type CheckResult, Tally } from './result.ts'
import type { SubjectChange } from './subjects.ts'

/** Correct only for a device that loads a file as one transaction. Otherwise the states between two commands stay unchecked. */
const AT_ONCE =
  'each file takes effect at once, so the order of its commands is not proved; a reader yields after each command that takes effect'

/** Proves each delta command by command, and that it may be loaded twice. Changes come there and back. */
export async function checkDeltas(
  vendor: Vendor,
  cases: readonly Case<SubjectChange>[],
  { follow, device }: Readers,
): Promise<CheckResult> {
  const tally = new Tally('deltas')
  if (vendor.deltas.length === 0) return tally.result('it makes none')
  const refused = new Map<string, number>()
  let [deltas, loaded, commands] = [0, 0, 0]
  for (const { tried: change, job, place } of cases) {
    await tally.attempt(place, async () => {
      const { files, before, findings, proof } = await renderDelta(change, job, true)
      for (const finding of findings) {
        if (finding.code !== 'NO_DELTA' || ['proof', 'end'].includes(finding.why.kind)) tally.addAll([finding], place)
        else if (finding.why.kind !== 'form' && finding.why.kind !== 'before') {
          const text = explain(finding)
          refused.set(text, (refused.get(text) ?? 0) + 1)
        }
      }
      if (findings.length > 0 || !follow) return
      deltas++
      loaded += files.filter(({ text }) => text !== '').length
      commands += proof?.commands ?? 0
      const foreign = files.find(({ text }) => !looksRemovable(text, vendor.recognise))
      if (foreign)
        tally.add('no pattern of "recognise" matches a delta, so an outdated one would not be removed', {
          ...place,
          part: foreign.part,
        })
      checkItems(tally, place, { change, job, before, files, device })
    })
  }
  return tally.result(
    `${plural(deltas, 'delta')} there and back, ${plural(commands, 'command')}, each delta also loaded twice`,
    [
      ...(deltas > 0 && commands <= loaded ? [AT_ONCE] : []),
      ...Array.from(refused, ([text, count]) => `${plural(count, 'change')} without a delta: ${text}`),
    ],
  )
}

interface MadeDelta {
  readonly change: SubjectChange
  readonly job: Job
  readonly before: readonly ReadFile[]
  readonly files: readonly ReadFile[]
  readonly device: DeviceModel
}

/** After a delta, a device holds what the newer full files make on an empty one. */
function checkItems(tally: Tally, place: CheckPlace, { change, job, before, files, device }: MadeDelta): void {
  const full = renderAll(change.after, job)
  if (hasErrors(full.findings)) return
  const [fresh, led] = [device(proofContext(job)), device(proofContext(job))]
  loadWhole(fresh, full.files)
  loadWhole(led, before)
  loadWhole(led, files, 'delta')
  const { added, removed } = itemDifference(fresh.items(), led.items(), 'none')
  for (const { kind, name } of added) tally.add(`a delta leaves the ${kind} "${name}"`, place, `leaves ${kind}`)
  for (const { kind, name } of removed) tally.add(`a delta lacks the ${kind} "${name}"`, place, `lacks ${kind}`)
}
