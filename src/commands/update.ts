import type { BuildResult } from '../change/build-result.ts'
import { exclusively } from '../change/exclusive.ts'
import { jobSummary, withSummary } from '../change/tell/job-summary.ts'
import { buildJson } from '../change/tell/json.ts'
import { buildText } from '../change/tell/text.ts'
import { runUpdate, type Update, type UpdateOptions } from '../change/update.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { quietly } from '../cli/safe-io.ts'
import { fetchText, outcomeText } from '../document/delta-text.ts'
import { fetchJson } from '../document/json.ts'
import { printWarnings } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { formatJson } from '../model/json.ts'
import type { FetchResult } from '../model/result.ts'
import { addDays, mondayOf } from '../text/dates.ts'
import { colorFor } from '../text/lines.ts'

/** The weekly job: gets the document, stores the snapshot, shows the changes, writes the rules. All of it, or nothing. */
export const command: CommandSpec<[], UpdateOptions> = {
  summary: 'the weekly job: get the document, store the snapshot, show the changes, write the rules',
  about:
    'Gets the current document, checks it, and writes the snapshot, the rules of every target, their proved commands and runbooks, and the lock: all of them or none. It needs a policy (without one it uses the built-in arc-kubernetes) and access to www.microsoft.com and download.microsoft.com, or --from. A week that changes no rule changes no file.',
  exits: ['done', 'with --exit-code: something changed'],
  environment: ['proxy', 'certificates', 'apiToken'],
  docs: 'ci',
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
      .addOption(option.allPrefixes())
      .addOption(option.exitCode('something changed'))
      .addOption(option.requireProof())
      .addOption(option.report())
      .addOption(option.summary())
      .addOption(option.quiet()),
  run: (_, options, io) =>
    withSummary(options.summary, 'update', io, (note) =>
      exclusively(options, io, async (home) => {
        const done = await runUpdate(options, home, io)
        printWarnings(done.result.findings, io, done.result.standing)
        quietly(options, io).out(options.json ? formatJson(updateJson(done, options)) : updateText(done, options, io))
        const summary = summaryOf(done)
        if (summary !== undefined) note(summary)
        return options.exitCode && done.isChanged ? 1 : 0
      }),
    ),
}

export const updateJson = ({ fetched, result, report }: Update, options: UpdateOptions) => ({
  snapshot: fetchJson(fetched),
  ...buildJson(result, options.all),
  report: options.report === undefined ? null : report?.json,
})

function updateText({ fetched, result }: Update, { all = false }: UpdateOptions, io: Io): string {
  const text = buildText(result, { color: colorFor(io.outColor), width: io.outColumns, all })
  return `${text}\n${outcomeText(fetched)}${nextCheckText(fetched, result)}`
}

/** The day on which the next document is usually out, after a quiet week; empty if the one of this run is old already. */
function nextCheckText({ outcome, seen: { published, isUndated } }: FetchResult, { findings }: BuildResult): string {
  if (outcome !== 'unchanged' || isUndated || findings.some(({ code }) => code === 'STALE')) return ''
  const next = addDays(mondayOf(published), 7)
  return `next check: ${addDays(next, DAYS_UNTIL_OUT)}, for the document of ${next}\n`
}

// A document carries the date of a Monday and is mostly out by Thursday (docs/fetching.md).
const DAYS_UNTIL_OUT = 3

/** The Markdown for the page of a CI job; undefined without a report. */
function summaryOf({ fetched, report }: Update): string | undefined {
  if (!report?.isEmpty) return report && `${report.markdown}\n`
  return jobSummary('tagwall update: nothing changed', fetchText(fetched, { color: colorFor(false) }))
}
