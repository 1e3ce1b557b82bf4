import { cleanTarget } from '../change/commands/clean-target.ts'
import { renderDelta } from '../change/commands/render-delta.ts'
import { type Renderer, sharedRenderer } from '../compile/share.ts'
import { explain, hasErrors } from '../finding/finding.ts'
import { groupsOf } from '../model/group-by.ts'
import { isNothingLeft } from '../model/item.ts'
import type { Vendor } from '../model/vendor.ts'
import { looksRemovable } from '../store/likeness.ts'
import { plural } from '../text/numbers.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { type Expectation, expectationOf } from '../verify/expectation.ts'
import { proveCleanup, proveReload, type Reload, reloaded } from '../verify/leftovers.ts'
import { Loads } from '../verify/loaded-files.ts'
import { notUnderstood } from '../verify/prove.ts'
import type { Case } from './check-files.ts'
import { type CheckPlace, sentenceOf, Tally } from './result.ts'
import type { SubjectChange } from './subjects.ts'

/** Calls `work` for each change. If the vendor refuses the rules of a side, nobody can be on the way between both. */
async function eachChange(
  cases: readonly Case<SubjectChange>[],
  tally: Tally,
  work: (change: Case<SubjectChange>, render: Renderer) => Promise<void>,
): Promise<void> {
  for (const one of cases) {
    const { before, after } = one.tried
    await tally.attempt(one.place, async () => {
      const render = sharedRenderer()
      const isRefused = [before, after].some((ruleset) => hasErrors(render(ruleset, one.job).findings))
      if (!isRefused) await work(one, render)
    })
  }
}

/** Correct only for a device that loads a file as one transaction. Otherwise the states between two commands stay unchecked. */
const AT_ONCE =
  'each file takes effect at once, so the order of its commands is not proved; a reader yields after each command that takes effect'

/** Proves each delta command by command, that it ends where the newer full files do, and that it may be loaded twice. Changes come there and back. */
export async function checkDeltas(vendor: Vendor, cases: readonly Case<SubjectChange>[], { follows }: Readers) {
  const tally = new Tally('deltas')
  if (vendor.deltas.length === 0) return tally.result('it makes none')
  const refused: string[] = []
  let [deltas, loaded, commands] = [0, 0, 0]
  await eachChange(cases, tally, async ({ tried: change, job, place }, render) => {
    const { files, findings, proof } = await renderDelta(change, job, true, { render })
    for (const finding of findings) {
      if (finding.code !== 'NO_DELTA' || ['proof', 'end'].includes(finding.why.kind)) tally.addAll([finding], place)
      else if (finding.why.kind !== 'form') refused.push(explain(finding))
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
  return tally.result(
    `${plural(deltas, 'delta')} there and back, ${plural(commands, 'command')}, each delta also loaded twice`,
    [
      ...(deltas > 0 && commands <= loaded ? [AT_ONCE] : []),
      ...groupsOf(refused, (text) => text).map((own) => `${plural(own.length, 'change')} without a delta: ${own[0]}`),
    ],
  )
}

/** Loads full files over themselves and over older ones, and says what of the older ones stays. */
export async function checkReload(vendor: Vendor, cases: readonly Case<SubjectChange>[], readers: Readers) {
  const tally = new Tally('reload')
  const kinds: string[] = []
  const cleanups = new Set<string>()
  let [count, removed, items] = [0, 0, 0]
  await eachChange(cases, tally, async ({ tried, job, place }, render) => {
    const { before: older, after: newer } = tried
    const [before, after] = [render(older, job).files, render(newer, job).files]
    count++
    const loads = new Loads()
    const fresh = loads.of(after, readers, job)
    items += fresh.items().length
    checkSecondLoad(tally, place, expectationOf(job, newer), { before: fresh, after: fresh })
    const delta = await renderDelta(tried, job, false, { render })
    const from = { files: before, paths: [], ruleset: older, job, delta }
    const cleaned = await cleanTarget(from, { files: after, ruleset: newer, job }, loads)
    for (const finding of cleaned.findings) {
      const isFault = finding.code !== 'LEFTOVERS_STAY' || finding.isAllowing || finding.isDenying
      const text = sentenceOf(finding)
      if (isFault) tally.add(text, place)
      else kinds.push(...new Set(cleaned.left.stays.map(({ kind }) => kind)))
    }
    const hasEffect = cleaned.isAllowing || cleaned.isDenying
    if (hasEffect && isNothingLeft(cleaned.left))
      tally.add(
        'something that an older full file leaves has an effect, but the items of the reader do not name it',
        place,
      )
    if (!cleaned.proof) return
    removed++
    if (cleaned.files.length === 0) return
    for (const { part } of cleaned.files) cleanups.add(part)
    const reload = { before: loads.of(before, readers, job), after: fresh }
    const device = reloaded(reload)
    const load = () => proveCleanup(expectationOf(job, newer), reload, cleaned.files, 'cleanup', device)
    load()
    const again = load()
    tally.addAll(again.findings, place)
    if (!isNothingLeft(again.left)) tally.add('the cleanup, loaded twice, changes items that it need not remove', place)
  })
  for (const { part } of count > 0 ? vendor.cleanup : []) {
    // Missing items would leave what an older file made on every device.
    if (!cleanups.has(part))
      tally.add(`the cleanup file "${part}" is never made: no item of the reader stays, or a delta removes it`)
  }
  const cleaned = removed > 0 ? `; ${plural(removed, 'cleanup')} removed what was left` : ''
  return tally.result(`${plural(count, 'full load')} over another, and each over itself${cleaned}`, [
    ...groupsOf(kinds, (kind) => kind).map(
      (own) => `${plural(own.length, 'load')} left a ${own[0]} that allows nothing`,
    ),
    ...(count > 0 && items === 0 ? ['the reader names no item, so nothing tells what an older file leaves'] : []),
  ])
}

/** A file that is loaded a second time changes nothing. */
function checkSecondLoad(tally: Tally, place: CheckPlace, expectation: Expectation, reload: Reload): void {
  const { notes, findings, left } = proveReload(expectation, reload)
  tally.addAll([...notUnderstood(expectation.target, { notes }), ...findings], place)
  const differences = [
    ['makes more than loaded once', left.stays],
    ['removes something', left.lacks],
    ['changes words', left.reworded.map(({ item }) => item)],
    ['moves rules', left.moved],
  ] as const
  for (const [what, items] of differences) {
    const names = items.map(({ kind, name }) => `${kind} "${name}"`).join(', ')
    if (items.length > 0) tally.add(`the full file, loaded twice, ${what}: ${names}`, place)
  }
}
