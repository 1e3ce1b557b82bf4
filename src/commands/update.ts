import { Option } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import type { Io } from '../io.ts'
import { memo } from '../model/memo.ts'
import type { BuildResult } from '../model/result.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { buildJson, fetchJson, formatJson } from '../present/json.ts'
import { jobSummary } from '../present/report/job-summary.ts'
import { colorFor } from '../present/text/color.ts'
import { buildText, fetchText } from '../present/text/summary.ts'
import { checkDrafts, removeStale, writeDrafts } from '../store/write.ts'
import { hasAnyLocal } from '../workflow/any-local.ts'
import { buildChange } from '../workflow/build-change.ts'
import { buildCleanups } from '../workflow/build-cleanups.ts'
import { runbooksThere } from '../workflow/build-runbooks.ts'
import { buildTargets } from '../workflow/build-targets.ts'
import { capacityOf } from '../workflow/capacity.ts'
import { chooseTargets } from '../workflow/choose-targets.ts'
import { exclusively } from '../workflow/exclusive.ts'
import { printWarnings, refuseErrors } from '../workflow/findings-output.ts'
import { deltaFor, openHistory } from '../workflow/history.ts'
import { importDocument } from '../workflow/import-document.ts'
import { withSummary } from '../workflow/job-summary.ts'
import { storedDocument } from '../workflow/known-document.ts'
import { loadPolicy, shownPath, vendorFolders } from '../workflow/load.ts'
import { type PlaceOptions, territoryOf } from '../workflow/own-files.ts'
import { checkedSide, sideOf } from '../workflow/policy-side.ts'
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
  const isReported = options.report !== undefined || options.summary !== undefined
  const asked = { isDryRun, records: options.record === true, accept: options.accept }
  const imported = await importDocument(options, policy, history, asked, io)
  const { known, drafts, result: fetched } = imported
  const after = checkedSide(policy, known, history)
  const { ruleset } = after
  const stale = staleDocument(fetched.seen, options.from === undefined, io)
  const plan = {
    targets: chooseTargets(policy, []),
    vendorFolders: vendorFolders(options, io),
    requireProof: options.requireProof === true,
    territory: territoryOf(options, policy, io),
    after,
    render: sharedRenderer(),
  }
  const built = await buildTargets(plan, io)
  if (built.files.some((file) => file.isChanged))
    refuseErrors(imported.doubts, `the document of ${fetched.seen.published} is refused; nothing was written`)
  const capacity = capacityOf(built.made, policy, history, ruleset.published)
  const cleanups = await buildCleanups(built, plan.territory, io)
  const written = new Map(built.drafts.map(({ path, text }) => [path, text]))
  // Shipped snapshots were never loaded into this user's firewall.
  const earlier = memo((document: TagDocument) => sideOf(policy, storedDocument(document), history))
  const [before, base] = [imported.before, imported.base].map((document) =>
    history.isShipped || !document ? undefined : earlier(document),
  )
  // A run without changes keeps the deltas and runbooks of the run before; its report still mentions them.
  const isNews = !imported.isQuiet || built.files.some((file) => file.isChanged)
  const made =
    isNews || isReported
      ? await buildChange(
          {
            ...plan,
            ...{ policy, built, cleanups, options },
            replaced: imported.isQuiet ? known.document : base?.known.document,
            older: base && { before: base, written },
          },
          io,
        )
      : undefined
  const change = isNews ? made : undefined

  const work = [...drafts, ...built.drafts, ...cleanups.drafts, ...(change?.drafts ?? [])]
  const removed = [
    ...new Set([...staleFiles({ ...plan, policy, files: built.files, drafts: work }, io), ...(change?.stale ?? [])]),
  ]
  const runbooks = isNews ? (change?.runbooks ?? []) : runbooksThere(policy, io)
  // The files of the pull request, including those that an earlier run wrote.
  const proposed = [
    ...(history.isShipped && drafts.length === 0 ? [] : [fetched.path]),
    ...work.map(({ path }) => path),
    ...[...built.files, ...cleanups.beside, ...(made ? made.files : []), ...runbooks].map(({ path }) => path),
    ...removed,
    ...imported.superseded,
  ]
  const report = !isReported
    ? undefined
    : (await import('../workflow/report-files.ts')).reportFiles(
        options.report,
        {
          policy,
          history,
          vendorFolders: plan.vendorFolders,
          before,
          after,
          render: plan.render,
          capacity,
          delta: before && deltaFor(policy, before.known.document, known.document),
          // Without the age of the newest snapshot, which changes every day.
          findings: [...imported.findings, ...built.findings, ...cleanups.findings, ...(made ? made.findings : [])],
          deltas: made ? made.files : undefined,
          cleanups: cleanups.beside,
          runbooks,
        },
        proposed,
        io,
      )

  // One transaction, so that snapshot, rules and report always agree.
  const all = [...work, ...(report?.drafts ?? [])]
  const result: BuildResult = {
    source: fetched.path,
    ruleset,
    files: [...built.files, ...cleanups.files, ...(change?.files ?? [])],
    prices: [...built.widened].flatMap(([target, ruleset]) => pricesOf(target, ruleset, known.everything)),
    findings: [
      ...imported.findings,
      ...stale,
      ...after.findings,
      ...built.findings,
      ...cleanups.findings,
      ...capacity.findings,
      ...(change?.findings ?? []),
    ],
    delta: fetched.delta,
    removed: removed.map((path) => shownPath(path, io)),
    runbooks: change?.runbooks ?? [],
    anyLocal: hasAnyLocal(built),
    capacity: capacity.uses,
    isDryRun,
  }
  if (isDryRun) checkDrafts(all)
  else {
    writeDrafts(all, home)
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
