import { diff } from '../compile/diff.ts'
import { checkDrafts, removeStale, writeDrafts } from '../emit/write.ts'
import type { Io } from '../io.ts'
import type { BuildResult } from '../model/result.ts'
import { buildJson, fetchJson, formatJson } from '../present/json.ts'
import { paintFor } from '../present/paint.ts'
import { buildText, fetchText } from '../present/text.ts'
import { alone } from './alone.ts'
import { buildDeltas } from './build-deltas.ts'
import { buildTargets, chooseTargets } from './build-targets.ts'
import { compilePolicy } from './compile-policy.ts'
import type { FetchOptions } from './fetch.ts'
import { importDocument } from './import-document.ts'
import { comparable, loadPolicy, openHistory, storedDocument, vendorFolders } from './inputs.ts'
import { type PlaceOptions, territoryOf } from './own-files.ts'
import { printWarnings } from './report.ts'
import { staleness } from './staleness.ts'
import { pricesOf, widenerFor } from './widen-target.ts'

export interface UpdateOptions extends FetchOptions, PlaceOptions {
  readonly requireProof?: boolean
  /** A folder for the report. */
  readonly report?: string
}

/** The monthly job: gets the document, stores the snapshot, says what changed, writes the rules. All of it, or nothing. */
export function runUpdate(options: UpdateOptions, io: Io): Promise<0 | 1> {
  return alone(options, true, io, (home) => update(options, home, io))
}

async function update(options: UpdateOptions, home: string | undefined, io: Io): Promise<0 | 1> {
  const policy = loadPolicy(options, io)
  const history = openHistory(options, policy.cloud, io)
  const isDryRun = options.dryRun === true
  const imported = await importDocument(options, policy, history, { isDryRun, accept: options.accept }, io)
  const { known, drafts, result: fetched } = imported
  const { ruleset, findings } = compilePolicy(policy, known)
  const own = history.isShipped ? [] : history.files
  const stale = staleness([...own.map(({ published }) => published), known.document.published], io)
  const plan = {
    targets: chooseTargets(policy, []),
    vendorFolders: vendorFolders(options, io),
    requireProof: options.requireProof === true,
    territory: territoryOf(options, io),
    widen: widenerFor(policy, known, history),
  }
  const built = await buildTargets(plan, ruleset, io)
  const written = new Map(built.drafts.map(({ path, text }) => [path, text]))
  // What came with the program was never loaded into this user's firewall.
  const before = history.isShipped || !imported.before ? undefined : storedDocument(imported.before)
  // A run that changes nothing leaves the commands of the one that did; its report still tells of them.
  const isNews = fetched.outcome !== 'unchanged' || built.files.some((file) => file.isChanged)
  const made =
    before &&
    (isNews || options.report !== undefined) &&
    (await buildDeltas(
      {
        ...plan,
        way: 'delta',
        policy,
        before,
        after: ruleset,
        widenBefore: widenerFor(policy, before, history),
        written,
      },
      io,
    ))
  const deltas = isNews && made ? made : undefined

  const report =
    options.report === undefined
      ? undefined
      : (await import('./report-files.ts')).reportFiles(
          options.report,
          {
            policy,
            history,
            vendorFolders: plan.vendorFolders,
            before,
            after: known,
            delta: before && diff(comparable(before.document, known.document, policy), known.document),
            // Without how old the newest snapshot is today: that would be another number tomorrow.
            findings: [...imported.findings, ...built.findings, ...(made ? made.findings : [])],
            deltas: made ? made.files : undefined,
          },
          io,
        )

  const result: BuildResult = {
    source: fetched.path,
    ruleset,
    files: [...built.files, ...(deltas?.files ?? [])],
    prices: [...built.widened].flatMap(([target, ruleset]) => pricesOf(target, ruleset, known.everything)),
    findings: [...imported.findings, ...stale, ...findings, ...built.findings, ...(deltas?.findings ?? [])],
    delta: fetched.delta,
    isDryRun,
  }
  // One transaction: the snapshot never says something that the rules do not, nor the report something that neither does.
  const all = [...drafts, ...built.drafts, ...(deltas?.drafts ?? []), ...(report?.drafts ?? [])]
  if (isDryRun) checkDrafts(all)
  else {
    writeDrafts(all, home)
    removeStale(deltas?.stale ?? [])
  }
  printWarnings(result.findings, io)
  const paint = paintFor(io.errColor)
  if (options.json)
    io.out(formatJson({ snapshot: fetchJson(fetched), ...buildJson(result), report: report?.json ?? null }))
  else io.err(`${fetchText({ ...fetched, delta: undefined }, paint)}\n${buildText(result, paint)}`)
  const isChanged = fetched.outcome !== 'unchanged' || result.files.some((file) => file.isChanged)
  return options.exitCode && isChanged ? 1 : 0
}
