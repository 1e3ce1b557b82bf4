import { renderDelta } from '../change/commands/render-delta.ts'
import { sharedRenderer } from '../compile/share.ts'
import { explain } from '../finding/finding.ts'
import type { Vendor } from '../model/vendor.ts'
import { looksRemovable } from '../store/likeness.ts'
import { plural } from '../text/numbers.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { type Case, isRefused } from './check-files.ts'
import { type CheckResult, Tally } from './result.ts'
import type { SubjectChange } from './subjects.ts'

/** Correct only for a device that loads a file as one transaction. Otherwise the states between two commands stay unchecked. */
const AT_ONCE =
  'each file takes effect at once, so the order of its commands is not proved; a reader yields after each command that takes effect'

/** Proves each delta command by command, that it ends where the newer full files do, and that it may be loaded twice. Changes come there and back. */
export async function checkDeltas(
  vendor: Vendor,
  cases: readonly Case<SubjectChange>[],
  { follows }: Readers,
): Promise<CheckResult> {
  const tally = new Tally('deltas')
  if (vendor.deltas.length === 0) return tally.result('it makes none')
  const refused = new Map<string, number>()
  let [deltas, loaded, commands] = [0, 0, 0]
  for (const { tried: change, job, place } of cases) {
    await tally.attempt(place, async () => {
      const render = sharedRenderer()
      if (isRefused(change, job, render)) return
      const { files, findings, proof } = await renderDelta(change, job, true, { render })
      for (const finding of findings) {
        if (finding.code !== 'NO_DELTA' || ['proof', 'end'].includes(finding.why.kind)) tally.addAll([finding], place)
        else if (finding.why.kind !== 'form') {
          const text = explain(finding)
          refused.set(text, (refused.get(text) ?? 0) + 1)
        }
      }
      if (findings.length > 0 || !follows) return
      deltas++
      loaded += files.filter(({ text }) => text !== '').length
      commands += proof?.commands ?? 0
      const foreign = files.find(({ text }) => !looksRemovable(text, vendor.recognise))
      if (foreign)
        tally.add('no pattern of "recognise" matches a delta, so an outdated one would not be removed', {
          ...place,
          part: foreign.part,
        })
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
