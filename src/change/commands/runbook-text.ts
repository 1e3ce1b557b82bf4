import { createHash } from 'node:crypto'
import { noDeltaText } from '../../finding/finding.ts'
import { fewTexts } from '../../finding/phrases.ts'
import type { LoadGroup, RunbookStep } from '../../model/artefact.ts'
import type { TargetChange } from '../../model/change.ts'
import { CLOUDS } from '../../model/cloud.ts'
import type { DocumentLabel } from '../../model/delta.ts'
import { isNothingLeft } from '../../model/item.ts'
import { sha256 } from '../../policy/lock/lock.ts'
import { plural } from '../../text/numbers.ts'
import { sanitize, shellWord } from '../../text/sanitize.ts'
import type { FileThere } from '../older/older.ts'
import { leftText } from '../tell/items-text.ts'
import { marked, type ReportTable } from '../tell/report-table.ts'
import { resolvedText } from '../tell/sentences.ts'
import { itemTable, optionTable, trafficTable } from '../tell/tables.ts'
import { type ChangeWindow, olderName } from './change-window.ts'
import { commandPath, type DeltaKind, MANUAL_FILE } from './command-files.ts'
import type { MadeDelta } from './target-commands.ts'

/** A runbook begins with this, and no other file of tagwall does. */
export const RUNBOOK_START = '# Change window: '

const WRITTEN = 'Written by tagwall together with the rules.'

/** The second line of every runbook, as a regular expression. */
export const RUNBOOK_LINE = `^Azure service tags .* ${WRITTEN}$`

/** The runbook of one target as Markdown, which also reads well as plain text. */
export function runbookText(window: ChangeWindow): string {
  const sections = [
    ['Prepare', `${baseCheck(window)}${steps(window.steps.prepare)}`],
    ['Load', loads(window)],
    ['Check', checks(window)],
    ['Confirm', steps(window.steps.confirm)],
    ['Roll back', rollback(window)],
  ].filter(([, body]) => body !== '')
  const numbered = sections.map(([title, body], index) => `## ${index + 1}. ${title}\n\n${body}`)
  const { target, vendor } = window.change
  const head = `${RUNBOOK_START}${escaped(target)} (${escaped(vendor)})\n\n${spanOf(window)}\n\n## What changes\n\n${changes(window)}`
  return `${[head, ...numbered, sources(window)].filter(Boolean).join('').trimEnd()}\n`
}

function spanOf({ before: { rules }, made: { ruleset: after } }: ChangeWindow): string {
  const before = rules?.document
  const label = ({ published, changeNumber }: DocumentLabel) => `${published} (change number ${changeNumber})`
  const span =
    before && before.published !== after.published ? `from ${label(before)} to ${label(after)}` : label(after)
  return `Azure service tags ${CLOUDS[after.cloud]}, ${span}, policy ${escaped(after.policy)}. ${WRITTEN}`
}

function changes({ change, delta, ...window }: ChangeWindow): string {
  const { before, pieces } = change
  const commands = delta.proof?.commands
  const proof =
    commands === undefined
      ? ''
      : `The delta has ${plural(commands, 'command')}. After each of them, tagwall compared what the device allows with the older and the newer rules.\n\n`
  if (before === 'unknown')
    return paragraph(
      'Nothing reads the older files, so tagwall cannot compare them. Compare the files in version control.',
    )
  const told = [{ ...change, target: '' }]
  const options = tableText(optionTable(told))
  const others = [
    options &&
      paragraph('The options of the target changed. Zones, interfaces and the like decide where the rules hold.'),
    options,
    tableText(itemTable(told)),
    proof,
  ].join('')
  if (pieces.length === 0) return `${paragraph(sameText(change))}${others}`
  const documents = [window.before.rules?.document.published, window.made.ruleset.published]
  const resolved = resolvedText([change], documents)
  return `${tableText(trafficTable(told))}${resolved && paragraph(`${escaped(resolved)}.`)}${others}`
}

function sameText({ options, droppedLists }: TargetChange): string {
  if (droppedLists.length > 0) return 'The lists that the target writes hold the same addresses as before.'
  return options.length > 0
    ? 'The rules have the same addresses, ports and local sides as before.'
    : 'The device allows the same as before.'
}

/** The rules that the delta starts from, and the remedy if the device holds others; empty without a delta. */
function baseCheck({
  loads,
  before,
  change: { target, isPolicySame },
  steps: { print },
  auditsBack,
}: ChangeWindow): string {
  if (loads.delta.length === 0 || !before.rules) return ''
  const check =
    isPolicySame && auditsBack.length > 0
      ? `${print.length > 0 ? `Keep what the device runs:\n\n${steps(print)}` : ''}This audit of the device must find nothing:\n\n${fence(auditsBack)}`
      : 'Compare the device with the full files that this change replaced.\n\n'
  const under = isPolicySame ? '' : ' under the earlier policy'
  const since = ['git:REV', 'DATE'].map((from) => `tagwall build ${shellWord(target)} --since ${from}`)
  return `The delta starts from the rules of ${before.rules.document.published}${under}. ${check}If the device holds other rules, as after \`git revert\` or a load that was skipped, write the commands from the commit whose files it holds, or without git from the date of its snapshot, and load the files with \`delta-since\` in their names:\n\n${fence(since)}`
}

function loads({ loads: { delta, full, cleanup }, ...window }: ChangeWindow): string {
  const refused = window.cleanup.findings.find((finding) => finding.code === 'LOAD_REFUSED')
  const refusal =
    refused &&
    `The device refuses the full files while it holds the older rules: ${escaped(fewTexts(refused.why))}. Remove the older rules first.`
  const { droppedLists } = window
  const dropped =
    droppedLists.length > 0
      ? paragraph(
          `The target no longer writes ${droppedLists.map(code).join(', ')}. A device keeps the addresses of a list that it still fetches, so remove it from the rules there.`,
        )
      : ''
  const { manual } = window.cleanup
  const byHand = manual
    ? paragraph(
        `${code(commandPath(window.made.target.out, MANUAL_FILE, 'cleanup'))} lists ${plural(manual.items.length, 'item')} to remove by hand ${manual.when}, in this order, which is not proved.`,
      )
    : ''
  const isBefore = manual?.when === 'before the full files'
  const whole = [
    refusal ? paragraph(refusal) : '',
    isBefore ? byHand : '',
    groups(full),
    isNothingLeft(window.cleanup.left)
      ? ''
      : paragraph(`Alone, these files ${leftText(window.cleanup, '')} on the device.`),
    isBefore ? '' : byHand,
    cleanup.length > 0 ? `Load this after them:\n\n${groups(cleanup)}` : '',
  ]
  if (delta.length === 0)
    return `${paragraph(`There is no delta: ${reasonOf(window.delta, 'delta')}.`)}${whole.join('')}${dropped}`
  if (refusal) return `${groups(delta)}${dropped}### Not the full files\n\n${paragraph(refusal)}`
  return `${groups(delta)}${dropped}### Or load everything\n\nLoad the full files instead if you do not know what the device holds.\n\n${whole.join('')}`
}

/** Why a target has no commands of that way. */
const reasonOf = (made: MadeDelta | undefined, way: DeltaKind) =>
  made?.why ? noDeltaText(made.why, way) : 'nothing leads back from the same rules'

function checks({ steps: { print }, audits }: ChangeWindow): string {
  const audit = `The audit must find nothing that is missing, stale or wider. It exits with 1 if it does.\n\n${fence(audits)}`
  return `${steps(print)}${audit}`
}

function rollback(window: ChangeWindow): string {
  const { auditsBack } = window
  const { abort, confirm } = window.steps
  const early = abort.length > 0 ? `### Before you confirm\n\n${steps(abort)}### After that\n\n` : ''
  const then = confirm.length > 0 ? ', and confirm again' : ''
  const which = window.change.isPolicySame
    ? 'the older snapshot'
    : 'the older snapshot and the policy file of that time'
  const again = auditsBack.length > 0 ? `Check again with ${which}${then}:\n\n${fence(auditsBack)}` : ''
  return `${early}${window.loads.rollback.length > 0 ? back(window) : older(window)}${again}`
}

function back({ loads, rollback, replaced, hasGit }: ChangeWindow): string {
  const start = 'The rollback is proved like the delta. It starts from the newer rules'
  if (rollback?.isFromHalfway)
    return `${paragraph(`${start}, and also leads back from a delta that stopped on its way.`)}${groups(loads.rollback)}`
  const stopped =
    'If the delta stopped on its way, load it again from its start, then roll back. If a line is refused again, load the older full files:'
  return `${paragraph(`${start}.`)}${groups(loads.rollback)}${paragraph(stopped)}${fence(commandsFor(replaced, hasGit))}${groups(loads.older)}`
}

function older({ loads, replaced, hasGit, stays, rollback, made: { target } }: ChangeWindow): string {
  const rest = stays
    ? paragraph(
        `These files do not remove what the change added: ${plural(stays.items.length, 'item')}. ${code(commandPath(target.out, MANUAL_FILE, 'rollback'))} lists all of it in the order to remove it by hand, which is not proved.`,
      )
    : ''
  const why = loads.delta.length > 0 ? `There is no rollback file: ${reasonOf(rollback, 'rollback')}. ` : ''
  const get = hasGit
    ? 'Load the older full files, which version control has. Once the new files are committed, this gets them from git and compares them with what this change replaced:'
    : 'Load the older full files: copy them from your backup to these names. This compares them with what this change replaced:'
  return `${paragraph(`${why}${get}`)}${fence(commandsFor(replaced, hasGit))}${groups(loads.older)}${rest}`
}

/** The commands that get the older files from git, if there is one, and compare them. */
function commandsFor(files: readonly FileThere[], hasGit: boolean): string[] {
  return files.flatMap((file) => {
    const before = shellWord(olderName(file))
    const compare = `printf '%s  %s\\n' ${sha256(file.text)} ${before} | sha256sum -c`
    return hasGit ? [`git cat-file blob ${blobOf(file.text)} > ${before}`, compare] : [compare]
  })
}

/** The name of a text in git, in whichever commit and under whichever path it is. */
const blobOf = (text: string) =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex')

/** Files in their order, and how to load them. */
function groups(all: readonly LoadGroup[]): string {
  return all
    .map(({ paths, step }) => {
      const files = paths.length === 1 ? `${code(paths[0] as string)}` : paths.map(code).join(', then ')
      return `Load ${files}.${step ? '' : ' This vendor does not say how.'}\n\n${step ? stepText(step) : ''}`
    })
    .join('')
}

const steps = (all: readonly RunbookStep[]) => all.map(stepText).join('')

function stepText({ say, run, unverified }: RunbookStep): string {
  const mark = unverified ? '*Not verified.* ' : ''
  const text = say === '' && mark === '' ? '' : paragraph(`${mark}${say}`.trim())
  return `${text}${run.length > 0 ? fence(run) : ''}`
}

function sources({ steps: { prepare, print, confirm, abort }, loads }: ChangeWindow): string {
  const { delta, full, cleanup, rollback, older } = loads
  const loaded = [delta, full, cleanup, rollback, older].flatMap((all) => all.flatMap(({ step }) => step ?? []))
  const used = [...prepare, ...loaded, ...print, ...confirm, ...abort]
  const lines = used.map(({ source, unverified }) => `- ${source}${unverified ? ' (not verified)' : ''}\n`)
  return lines.length > 0 ? `## Sources of the commands\n\n${[...new Set(lines)].join('')}` : ''
}

const paragraph = (text: string) => `${text}\n\n`

/** A table; empty without rows. */
function tableText(whole: ReportTable): string {
  // A bar would end the cell, also in code.
  const { head, rows } = marked(whole, (text) => code(text).replaceAll('|', '\\|'), escaped)
  const lines = [head, head.map(() => '---'), ...rows.map(({ cells }) => cells)]
  return rows.length > 0 ? `${lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')}\n` : ''
}

/** A code block whose text cannot end it. */
function fence(lines: readonly string[]): string {
  const text = lines.map(sanitize).join('\n')
  const marks = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${marks}\n${text}\n${marks}\n\n`
}

/** Text of a person as a code span. */
function code(text: string): string {
  const shown = sanitize(text)
  const marks = '`'.repeat(longestRun(shown) + 1)
  const pad = /^`|`$/.test(shown) ? ' ' : ''
  return `${marks}${pad}${shown}${pad}${marks}`
}

const longestRun = (text: string) => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))

/** Text of a person as plain Markdown. */
const escaped = (text: string) => sanitize(text).replaceAll(/[\\`*_[\]<>|~&]/g, (mark) => `\\${mark}`)
