import { resolve } from 'node:path'
import { Option } from 'commander'
import { exclusively } from '../change/exclusive.ts'
import { buildJson } from '../change/json.ts'
import { resultOf } from '../change/outcome.ts'
import type { PlaceOptions } from '../change/own-files.ts'
import { type Prepared, prepare } from '../change/prepare.ts'
import { withSummary } from '../change/report/append-summary.ts'
import { jobSummary } from '../change/report/job-summary.ts'
import type { ReportFiles } from '../change/report/report-files.ts'
import { makeRun, type Run } from '../change/run.ts'
import { isEmptyChange } from '../change/sentences.ts'
import { shippedDraft } from '../change/shipped-draft.ts'
import { openSince, type Since, sinceInPlace } from '../change/since.ts'
import { fetchText } from '../change/summary-text.ts'
import { buildText } from '../change/text.ts'
import { isUncommitted, uncommittedDeltas } from '../change/uncommitted.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { type Imported, importDocument } from '../document/import-document.ts'
import { recordCheck, staleDocument } from '../document/staleness.ts'
import { printWarnings } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { fetchJson, formatJson } from '../model/json.ts'
import type { FetchResult } from '../model/result.ts'
import { chooseTargets } from '../policy/choose-targets.ts'
import { shownPath } from '../policy/load.ts'
import { checkDrafts, removeStale, writeDrafts } from '../store/write.ts'
import { colorFor } from '../text/color.ts'
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
  const prepared = await prepare(options, io)
  const { policy, history } = prepared
  const isDryRun = options.dryRun === true
  const imported = await imports(prepared, options, io)
  const run = await runOf(prepared, imported, sinceInPlace(prepared.open, prepared.history, io), options, io)
  const fetched = fetchedBy(imported, run, prepared, options, io)
  // One transaction, so that snapshot, rules, lock and report always agree.
  const stored = fetched.outcome === 'unchanged' ? shippedDraftOf(run, prepared) : imported.drafts
  const superseded = fetched.outcome === 'unchanged' ? [] : imported.superseded
  const findings = [
    ...imported.findings,
    ...staleDocument(fetched.seen, options.from === undefined, io),
    ...uncommittedDeltas(run, prepared.open, io),
  ]
  const report = isReported(options)
    ? await reportOn(
        run,
        prepared,
        imported,
        [resolve(io.cwd, fetched.path), ...stored.map(({ path }) => path), ...superseded],
        options,
        io,
      )
    : undefined
  const result = resultOf(run, { source: fetched.path, isDryRun, prunes: false, findings }, io)
  const drafts = [...stored, ...run.drafts, ...(report?.drafts ?? [])]
  if (isDryRun) checkDrafts(drafts)
  else {
    writeDrafts(drafts, home)
    removeStale([...run.stale, ...superseded])
    recordCheck(policy, history, fetched.seen, home, io)
  }
  printWarnings(result.findings, io)
  const text = { color: colorFor(io.outColor), width: io.outColumns }
  const json = () => ({
    snapshot: fetchJson(fetched),
    ...buildJson(result),
    report: options.report === undefined ? null : report?.json,
  })
  if (options.json) io.out(formatJson(json()))
  else io.out(`${buildText(result, text)}\n${fetchText({ ...fetched, delta: undefined }, text)}`)
  if (report)
    note(
      report.isEmpty
        ? jobSummary('tagwall update: nothing changed', fetchText(fetched, { color: colorFor(false) }))
        : `${report.markdown}\n`,
    )
  return options.exitCode && (fetched.outcome !== 'unchanged' || !isEmptyChange(run.change)) ? 1 : 0
}

const isReported = ({ report, summary }: UpdateOptions) => report !== undefined || summary !== undefined

/** Gets the document and checks it, against that of the files in place. */
const imports = ({ policy, history, locked }: Prepared, options: UpdateOptions, io: Io): Promise<Imported> =>
  importDocument(
    options,
    policy,
    history,
    {
      isDryRun: options.dryRun === true,
      records: options.record === true,
      accept: options.accept,
      builds: true,
      locked,
    },
    io,
  )

/** Makes the rules of the document, and what changes from the files in place. */
const runOf = (prepared: Prepared, { known }: Imported, since: Since, options: UpdateOptions, io: Io): Promise<Run> =>
  makeRun(
    {
      ...prepared,
      ...{ known, since, mayKeep: true },
      targets: chooseTargets(prepared.policy, []),
      requireProof: options.requireProof === true,
    },
    io,
  )

/** What happens to the document: one that changes no rule of any target is not stored, unless it is recorded or repairs a snapshot. */
function fetchedBy(
  { result }: Imported,
  run: Run,
  { history, policy }: Prepared,
  options: UpdateOptions,
  io: Io,
): FetchResult {
  if (!run.isKept || options.record || result.outcome === 'repaired') return result
  const { published } = run.after.known.document
  const stored = history.files.find((file) => file.published === published)
  const path = stored ? shownPath(stored.path, io) : `the snapshot of ${policy.cloud} ${published}`
  return { ...result, outcome: 'unchanged', path, superseded: [] }
}

/** The shipped snapshot, if rules are made from it for the first time. */
const shippedDraftOf = (run: Run, { history }: Prepared) =>
  isEmptyChange(run.change) ? [] : shippedDraft(run.after.known.document, history)

/**
 * The report of a run: the text of its pull request, and the files of that. What earlier runs changed and nobody committed is in the pull
 * request too, so its text compares with the last commit then.
 */
async function reportOn(
  run: Run,
  prepared: Prepared,
  imported: Imported,
  paths: readonly string[],
  options: UpdateOptions,
  io: Io,
): Promise<ReportFiles> {
  const { policy, history, open } = prepared
  const { reportOnRun } = await import('../change/report/run-report.ts')
  const change = isUncommitted(open, io)
    ? await runOf(prepared, imported, await openSince({ ...options, since: 'git:HEAD' }, prepared, io), options, io)
    : run
  const more = [open.path, ...paths]
  return reportOnRun(
    run,
    change,
    { policy, history, folder: options.report, findings: imported.findings, paths: more },
    io,
  )
}
