import { noDeltaText } from '../../finding/finding.ts'
import { fewTexts } from '../../finding/phrases.ts'
import type { LoadGroup, RunbookStep } from '../../model/artefact.ts'
import type { TargetChange } from '../../model/change.ts'
import { CLOUDS } from '../../model/cloud.ts'
import type { DocumentLabel } from '../../model/delta.ts'
import { isNothingLeft } from '../../model/item.ts'
import { plural, wordList } from '../../text/numbers.ts'
import { codeBlock, longestTicks, sanitize, shellWord } from '../../text/sanitize.ts'
import { leftText } from '../tell/items-text.ts'
import { marked, type ReportTable } from '../tell/report-table.ts'
import { resolvedText } from '../tell/sentences.ts'
import { itemTable, optionTable, trafficTable } from '../tell/tables.ts'
import type { ChangeWindow } from './change-window.ts'
import { type DeltaKind, manualPath } from './command-files.ts'
import type { RenderedDelta } from './render-delta.ts'

/** A runbook begins with this, and no other file of tagwall does. */
export const RUNBOOK_START = '# Change window: '

const WRITTEN = 'Written by tagwall together with the rules.'

/** The second line of every runbook, as a regular expression. */
export const RUNBOOK_LINE = `^Azure service tags .* ${WRITTEN}$`

/** Blocks of Markdown, to be joined by blank lines; those that are false, undefined or empty are left out. */
type Blocks = readonly (string | false | undefined)[]

/** The runbook of one target as Markdown, which also reads well as plain text. */
export function runbookText(window: ChangeWindow): string {
  const { prepare, print, confirm } = window.steps
  const sections: [title: string, blocks: Blocks][] = [
    ['Prepare', [...baseCheck(window), ...steps(prepare)]],
    ['Load', loads(window)],
    ['Check', [...steps(print), AUDIT, fence(window.audits)]],
    ['Confirm', steps(confirm)],
    ['Roll back', rollback(window)],
  ]
  const numbered = sections
    .filter(([, blocks]) => blocks.some(Boolean))
    .flatMap(([title, blocks], index) => [`## ${index + 1}. ${title}`, ...blocks])
  const { target, vendor } = window.change
  const head = [`${RUNBOOK_START}${escaped(target)} (${escaped(vendor)})`, spanOf(window), '## What changes']
  return `${[...head, ...changes(window), ...numbered, ...sources(window)].filter(Boolean).join('\n\n')}\n`
}

const AUDIT = 'The audit must find nothing that is missing, stale or wider. It exits with 1 if it does.'

function spanOf({ before: { rules }, made: { ruleset: after } }: ChangeWindow): string {
  const before = rules?.document
  const label = ({ published, changeNumber }: DocumentLabel) => `${published} (change number ${changeNumber})`
  const span =
    before && before.published !== after.published ? `from ${label(before)} to ${label(after)}` : label(after)
  return `Azure service tags ${CLOUDS[after.cloud]}, ${span}, policy ${escaped(after.policy)}. ${WRITTEN}`
}

function changes({ change, delta, before, made }: ChangeWindow): Blocks {
  if (change.before === 'unknown')
    return ['Nothing reads the older files, so tagwall cannot compare them. Compare the files in version control.']
  const { pieces } = change
  const told = [{ ...change, target: '' }]
  const options = tableText(optionTable(told))
  const commands = delta.proof?.commands
  const resolved = resolvedText([change], [before.rules?.document.published, made.ruleset.published])
  return [
    ...(pieces.length === 0
      ? [sameText(change)]
      : [tableText(trafficTable(told)), resolved && `${escaped(resolved)}.`]),
    options && 'The options of the target changed. Zones, interfaces and the like decide where the rules hold.',
    options,
    tableText(itemTable(told)),
    commands !== undefined &&
      `The delta has ${plural(commands, 'command')}. After ${commands === 1 ? 'it' : 'each of them'}, tagwall compared what the device allows with the older and the newer rules.`,
  ]
}

function sameText({ options, droppedLists }: TargetChange): string {
  if (droppedLists.length > 0) return 'The lists that the target writes hold the same addresses as before.'
  return options.length > 0
    ? 'The rules have the same addresses, ports and local sides as before.'
    : 'The device allows the same as before.'
}

/** The rules that the delta starts from, and the remedy if the device holds others; none without a delta. */
function baseCheck({ loads, before, change, steps: { print }, auditsBack, flags }: ChangeWindow): Blocks {
  if (loads.delta.length === 0 || !before.rules) return []
  const { target, isPolicySame } = change
  const under = isPolicySame ? '' : ' under the earlier policy'
  const start = `The delta starts from the rules of ${before.rules.document.published}${under}.`
  const audit = 'This audit of the device must find nothing:'
  const running =
    print.length > 0 ? [`${start} Keep what the device runs:`, ...steps(print), audit] : [`${start} ${audit}`]
  const since = ['git:REV', 'DATE'].map((from) => `tagwall build ${shellWord(target)} --since ${from}${flags}`)
  return [
    ...(isPolicySame && auditsBack.length > 0
      ? [...running, fence(auditsBack)]
      : [`${start} Compare the device with the full files that this change replaced.`]),
    'If the device holds other rules, as after `git revert` or a load that was skipped, write the commands from the commit whose files it holds, or without git from the date of its snapshot, and load the files with `delta-since` in their names:',
    fence(since),
  ]
}

function loads({ loads: { delta, full, cleanup }, ...window }: ChangeWindow): Blocks {
  const { droppedLists } = window
  const { findings, manual, left } = window.cleanup
  const refused = findings.find((finding) => finding.code === 'LOAD_REFUSED')
  const isUnknown = findings.some((finding) => finding.code === 'LEFTOVERS_UNKNOWN')
  const refusal =
    refused &&
    `The device refuses the full files while it holds the older rules: ${escaped(fewTexts(refused.why))}. Remove the older rules first.`
  const dropped =
    droppedLists.length > 0 &&
    `The target no longer writes ${droppedLists.map(code).join(', ')}. A device keeps the addresses of a list that it still fetches, so remove it from the rules there.`
  const byHand =
    manual &&
    `${code(manualPath(window.made.target.out, 'cleanup'))} lists ${plural(manual.items.length, 'item')} to remove by hand ${manual.when}, in this order, which is not proved.`
  const isBefore = manual?.when === 'before the full files'
  const whole = [
    refusal,
    isBefore && byHand,
    ...groups(full),
    !isNothingLeft(left) && `Alone, these files ${leftText(window.cleanup, '')} on the device.`,
    isUnknown && leftUnknown('older'),
    !isBefore && byHand,
    cleanup.length > 0 && 'Load this after them:',
    ...groups(cleanup),
  ]
  if (delta.length === 0) return [`There is no delta: ${reasonOf(window.delta, 'delta')}.`, ...whole, dropped]
  const loaded = [againText(window.delta, 'delta'), ...groups(delta), dropped]
  if (refusal) return [...loaded, '### Not the full files', refusal]
  const or = ['### Or load everything', 'Load the full files instead if you do not know what the device holds.']
  return [...loaded, ...or, ...whole]
}

/** The rules that lose what tagwall does not write in them; false if there are none. */
function againText({ again = [] }: RenderedDelta, way: DeltaKind): string | false {
  if (again.length === 0) return false
  const [rules, them] = again.length > 1 ? ['rules', 'them'] : ['rule', 'it']
  const names = wordList(again.map(code), 'and')
  return `The ${way} removes the ${rules} ${names} and makes ${them} again. Anything else that you set in ${them} on the device, such as NAT or profiles, is lost: write it down first, and set it again.`
}

const leftUnknown = (which: 'older' | 'newer') =>
  `tagwall cannot tell what these files leave on the device of the ${which} ones, which may be elsewhere there. Look for rules, objects and jumps that only the ${which} files make, and remove them.`

/** Why a target has no commands of that way. */
const reasonOf = (made: RenderedDelta, way: DeltaKind) =>
  made.why ? noDeltaText(made.why, way) : 'nothing leads back from the same rules'

function rollback(window: ChangeWindow): Blocks {
  const { auditsBack, loads, change } = window
  const { abort, confirm } = window.steps
  const then = confirm.length > 0 ? ', and confirm again' : ''
  const which = change.isPolicySame ? 'the older snapshot' : 'the older snapshot and the policy file of that time'
  return [
    ...(abort.length > 0 ? ['### Before you confirm', ...steps(abort), '### After that'] : []),
    ...(loads.rollback.length > 0 ? back(window) : older(window)),
    ...(auditsBack.length > 0 ? [`Check again with ${which}${then}:`, fence(auditsBack)] : []),
  ]
}

function back({ loads, rollback, recovery }: ChangeWindow): Blocks {
  const start = 'The rollback is proved like the delta. It starts from the newer rules'
  const again = againText(rollback, 'rollback')
  if (rollback.isFromHalfway)
    return [`${start}, and also leads back from a delta that stopped on its way.`, again, ...groups(loads.rollback)]
  const stopped =
    'If the delta stopped on its way, load it again from its start, then roll back. If a line is refused again, load the older full files:'
  return [`${start}.`, again, ...groups(loads.rollback), stopped, fence(recovery), ...groups(loads.older)]
}

function older({ loads, recovery, hasGit, stays, isStayUnknown, rollback, made: { target } }: ChangeWindow): Blocks {
  const why = loads.delta.length > 0 ? `There is no rollback file: ${reasonOf(rollback, 'rollback')}. ` : ''
  const get = hasGit
    ? 'Load the older full files, which version control has. Once the new files are committed, this gets them from git and compares them with what this change replaced:'
    : 'Load the older full files: copy them from your backup to these names. This compares them with what this change replaced:'
  return [
    `${why}${get}`,
    fence(recovery),
    ...groups(loads.older),
    isStayUnknown && leftUnknown('newer'),
    stays &&
      `These files do not remove what the change added: ${plural(stays.items.length, 'item')}. ${code(manualPath(target.out, 'rollback'))} lists all of it in the order to remove it by hand, which is not proved.`,
  ]
}

/** Files in their order, and how to load them. */
const groups = (all: readonly LoadGroup[]): Blocks =>
  all.flatMap(({ paths, step }) => [
    `Load ${paths.map(code).join(', then ')}.${step ? '' : ' This vendor does not say how.'}`,
    ...(step ? steps([step]) : []),
  ])

const steps = (all: readonly RunbookStep[]): Blocks =>
  all.flatMap(({ say, run, unverified }) => [
    `${unverified ? '*Not verified.* ' : ''}${say}`.trim(),
    run.length > 0 && fence(run),
  ])

function sources({ steps: { prepare, print, confirm, abort }, loads }: ChangeWindow): Blocks {
  const loaded = Object.values(loads).flatMap((all) => all.flatMap(({ step }) => step ?? []))
  const used = [...prepare, ...loaded, ...print, ...confirm, ...abort]
  const lines = used.map(({ source, unverified }) => `- ${source}${unverified ? ' (not verified)' : ''}`)
  return lines.length > 0 ? ['## Sources of the commands', [...new Set(lines)].join('\n')] : []
}

/** A table; empty without rows. */
function tableText(whole: ReportTable): string {
  // A bar would end the cell, also in code.
  const { head, rows } = marked(whole, (text) => code(text).replaceAll('|', '\\|'), escaped)
  const lines = [head, head.map(() => '---'), ...rows.map(({ cells }) => cells)]
  return rows.length > 0 ? lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n') : ''
}

const fence = (lines: readonly string[]) => codeBlock(lines.map(sanitize).join('\n'))

/** Text of a person as a code span. */
function code(text: string): string {
  const shown = sanitize(text)
  const marks = '`'.repeat(longestTicks(shown) + 1)
  const pad = /^`|`$/.test(shown) ? ' ' : ''
  return `${marks}${pad}${shown}${pad}${marks}`
}

/** Text of a person as plain Markdown. */
const escaped = (text: string) => sanitize(text).replaceAll(/[\\`*_[\]<>|~&]/g, (mark) => `\\${mark}`)
