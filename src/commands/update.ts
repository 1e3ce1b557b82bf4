import { Option } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import type { Io } from '../io.ts'
import { memo } from '../model/memo.ts'
import type { Policy } from '../model/policy.ts'
import type { BuildResult } from '../model/result.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { buildJson, fetchJson, formatJson } from '../present/json.ts'
import { jobSummary } from '../present/report/job-summary.ts'
import { colorFor } from '../present/text/color.ts'
import { buildText, fetchText } from '../present/text/summary.ts'
import { checkDrafts, type Draft, removeStale, writeDrafts } from '../store/write.ts'
import { hasAnyLocal } from '../workflow/any-local.ts'
import { type BuiltChange, buildChange } from '../workflow/build-change.ts'
import { type BuiltCleanups, buildCleanups } from '../workflow/build-cleanups.ts'
import { type RunbookFile, runbooksThere } from '../workflow/build-runbooks.ts'
import { type BuildPlan, type Built, buildTargets } from '../workflow/build-targets.ts'
import { capacityOf } from '../workflow/capacity.ts'
import { chooseTargets } from '../workflow/choose-targets.ts'
import { exclusively } from '../workflow/exclusive.ts'
import { printWarnings, refuseErrors } from '../workflow/findings-output.ts'
import { deltaFor, type History, openHistory } from '../workflow/history.ts'
import { type Imported, importDocument } from '../workflow/import-document.ts'
import { withSummary } from '../workflow/job-summary.ts'
import { storedDocument } from '../workflow/known-document.ts'
import { loadPolicy, shownPath, vendorFolders } from '../workflow/load.ts'
import { type PlaceOptions, territoryOf } from '../workflow/own-files.ts'
import { checkedSide, type PolicySide, sideOf } from '../workflow/policy-side.ts'
import type { ReportFiles } from '../workflow/report-files.ts'
import { sharedRenderer } from '../workflow/shared-renderer.ts'
import { staleFiles } from '../workflow/stale-files.ts'
import { recordCheck, staleDocument } from '../workflow/staleness.ts'
import { pricesOf } from '../workflow/widen-target.ts'
import type { FetchOptions } from './fetch.ts'

export interface UpdateOptions extends FetchOptions, PlaceOptions {
  readonly requireProof?: boolean
  /** A folder for the report. */
  readonly report?: string
  /** A file of the CI service. */
  readonly summary?: string
}

/** The weekly job: gets the document, stores the snapshot, shows the changes, writes the rules. All of it, or nothing. */
export const command: CommandSpec<[], UpdateOptions> = {
  summary: 'the weekly job: get the document, store the snapshot, show the changes, write the rules',
  uses: 'writes',
  examples: [
    ['tagwall update', 'the weekly job'],
    ['tagwall update --from ServiceTags_Public_20251110.json', 'read the document from a file'],
    ['tagwall update --accept shrink,vanished', 'accept a document that two guards refuse'],
    ['tagwall update --exit-code --report out', 'in CI: exit with 1 if something changed; write a pull request text'],
  ],
  flags: (command) =>
    option
      .addPlaceOptions(option.addDocumentOptions(command))
      .addOption(option.exitCode('something changed'))
      .addOption(option.requireProof())
      .addOption(
        new Option(
          '--report <dir>',
          'write title.txt and body.md for a pull request, and the full report.html, to this folder',
        ),
      )
      .addOption(option.summary()),
  run: (_, options, io) =>
    withSummary(options.summary, 'update', io, (note) =>
      exclusively(options, { createsSnapshots: true }, io, (home) => update(options, home, note, io)),
    ),
}

async function update(
  options: UpdateOptions,
  home: string | undefined,
  note: (markdown: string) => void,
  io: Io,
): Promise<0 | 1> {
  const policy = await loadPolicy(options, io)
  const history = openHistory(options, policy.cloud, io)
  const isDryRun = options.dryRun === true
  const asked = { isDryRun, records: options.record === true, accept: options.accept }
  const imported = await importDocument(options, policy, history, asked, io)
  const { known, result: fetched } = imported
  const after = checkedSide(policy, known, history)
  const plan = {
    policy,
    history,
    targets: chooseTargets(policy, []),
    vendorFolders: vendorFolders(options, io),
    requireProof: options.requireProof === true,
    territory: territoryOf(options, policy, io),
    after,
    render: sharedRenderer(),
  }
  const made = await makeFiles(plan, imported, options, io)
  const { built, cleanups, change, removed } = made
  const report = isReported(options) ? await reportOn(made, plan, imported, options, io) : undefined

  const result: BuildResult = {
    source: fetched.path,
    ruleset: after.ruleset,
    files: [...built.files, ...cleanups.files, ...(change?.files ?? [])],
    prices: [...built.widened].flatMap(([target, ruleset]) => pricesOf(target, ruleset, known.everything)),
    findings: [
      ...imported.findings,
      ...staleDocument(fetched.seen, options.from === undefined, io),
      ...after.findings,
      ...built.findings,
      ...cleanups.findings,
      ...made.capacity.findings,
      ...(change?.findings ?? []),
    ],
    delta: fetched.delta,
    removed: removed.map((path) => shownPath(path, io)),
    runbooks: change?.runbooks ?? [],
    anyLocal: hasAnyLocal(built),
    capacity: made.capacity.uses,
    isDryRun,
  }
  // One transaction, so that snapshot, rules and report always agree.
  const drafts = [...made.drafts, ...(report?.drafts ?? [])]
  if (isDryRun) checkDrafts(drafts)
  else {
    writeDrafts(drafts, home)
    removeStale([...removed, ...imported.superseded])
    recordCheck(policy, history, fetched.seen, home, io)
  }
  printWarnings(result.findings, io)
  const text = { color: colorFor(io.outColor), width: io.outColumns }
  if (options.json)
    io.out(
      formatJson({
        snapshot: fetchJson(fetched),
        ...buildJson(result),
        report: options.report === undefined ? null : report?.json,
      }),
    )
  else io.out(`${fetchText({ ...fetched, delta: undefined }, text)}\n${buildText(result, text)}`)
  const isChanged = fetched.outcome !== 'unchanged' || result.files.some((file) => file.isChanged)
  // The report of a week without changes is still that of the last change.
  if (report)
    note(
      isChanged
        ? `${report.markdown}\n`
        : jobSummary('tagwall update: nothing changed', fetchText(fetched, { color: colorFor(false) })),
    )
  return options.exitCode && isChanged ? 1 : 0
}

const isReported = ({ report, summary }: UpdateOptions) => report !== undefined || summary !== undefined

interface UpdatePlan extends BuildPlan {
  readonly policy: Policy
  readonly history: History
}

/** What a run makes of the document, not yet written. */
interface MadeFiles {
  readonly built: Built
  readonly cleanups: BuiltCleanups
  readonly capacity: ReturnType<typeof capacityOf>
  /** The side that the report compares with. */
  readonly before: PolicySide | undefined
  /** Deltas, rollbacks and runbooks for the report. */
  readonly reported: BuiltChange | undefined
  /** The same to write; undefined in a run without changes, which keeps those of the run before. */
  readonly change: BuiltChange | undefined
  /** The runbooks in the folder after this run. */
  readonly runbooks: readonly RunbookFile[]
  /** The snapshot, and all files of the targets. */
  readonly drafts: readonly Draft[]
  /** Files of earlier runs to remove. */
  readonly removed: readonly string[]
}

async function makeFiles(plan: UpdatePlan, imported: Imported, options: UpdateOptions, io: Io): Promise<MadeFiles> {
  const { policy, history, territory, after } = plan
  const { known, result: fetched } = imported
  const built = await buildTargets(plan, io)
  const isBuilt = built.files.some((file) => file.isChanged)
  if (isBuilt)
    refuseErrors(imported.doubts, `the document of ${fetched.seen.published} is refused; nothing was written`)
  const capacity = capacityOf(built.made, policy, history, after.ruleset.published)
  const cleanups = await buildCleanups(built, territory, io)
  const written = new Map(built.drafts.map(({ path, text }) => [path, text]))
  // Shipped snapshots were never loaded into this user's firewall.
  const earlier = memo((document: TagDocument) => sideOf(policy, storedDocument(document), history))
  const [before, base] = [imported.before, imported.base].map((document) =>
    history.isShipped || !document ? undefined : earlier(document),
  )
  const isNews = !imported.isQuiet || isBuilt
  const replaced = imported.isQuiet ? known.document : base?.known.document
  const older = base && { before: base, written }
  const reported =
    isNews || isReported(options)
      ? await buildChange({ ...plan, built, cleanups, options, replaced, older }, io)
      : undefined
  const change = isNews ? reported : undefined
  const drafts = [...imported.drafts, ...built.drafts, ...cleanups.drafts, ...(change?.drafts ?? [])]
  const stale = staleFiles({ ...plan, files: built.files, drafts }, io)
  return {
    built,
    cleanups,
    capacity,
    before,
    reported,
    change,
    runbooks: isNews ? (change?.runbooks ?? []) : runbooksThere(policy, io),
    drafts,
    removed: [...new Set([...stale, ...(change?.stale ?? [])])],
  }
}

/** The report of a run: the change from the older side to the newer one, and the files of the pull request. */
async function reportOn(
  { built, cleanups, capacity, before, reported, runbooks, drafts, removed }: MadeFiles,
  plan: UpdatePlan,
  imported: Imported,
  options: UpdateOptions,
  io: Io,
): Promise<ReportFiles> {
  const { policy, history } = plan
  const hasSnapshot = !history.isShipped || imported.drafts.length > 0
  // Including files that an earlier run wrote.
  const proposed = [
    ...(hasSnapshot ? [imported.result.path] : []),
    ...drafts.map(({ path }) => path),
    ...[...built.files, ...cleanups.beside, ...(reported?.files ?? []), ...runbooks].map(({ path }) => path),
    ...removed,
    ...imported.superseded,
  ]
  const report = {
    ...plan,
    before,
    capacity,
    delta: before && deltaFor(policy, before.known.document, imported.known.document),
    // Without the age of the newest snapshot, which changes every day.
    findings: [...imported.findings, ...built.findings, ...cleanups.findings, ...(reported?.findings ?? [])],
    deltas: reported?.files ?? [],
    cleanups: cleanups.beside,
    runbooks,
  }
  const { reportFiles } = await import('../workflow/report-files.ts')
  return reportFiles(options.report, report, proposed, io)
}
