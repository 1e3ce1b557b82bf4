import { FAMILY_NAMES } from '../../address/family.ts'
import { FAMILIES, formatPrefix, type Prefix } from '../../address/prefix.ts'
import type { RunbookStep } from '../../model/artefact.ts'
import type { ChangeWindow, LoadGroup, Piece } from '../../model/change.ts'
import { CLOUDS } from '../../model/cloud.ts'
import type { DocumentLabel } from '../../model/delta.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { shellWord } from '../../text/shell.ts'
import { localText } from '../text/local-text.ts'
import { flowText, ruleText, sharedPieces } from '../text/sentences.ts'

/** A runbook begins with this, and no other file of tagwall does. */
export const RUNBOOK_START = '# Change window: '

const WRITTEN = 'Written by tagwall together with the rules.'

/** The second line of every runbook, as a regular expression. */
export const RUNBOOK_LINE = `^Azure service tags .* ${WRITTEN}$`

/** The runbook of one target as Markdown, which also reads well as plain text. */
export function runbookText(window: ChangeWindow): string {
  const sections = [
    ['Prepare', `${baseCheck(window)}${steps(window.prepare)}`],
    ['Load', loads(window)],
    ['Check', checks(window)],
    ['Confirm', steps(window.confirm)],
    ['Roll back', rollback(window)],
  ].filter(([, body]) => body !== '')
  const numbered = sections.map(([title, body], index) => `## ${index + 1}. ${title}\n\n${body}`)
  const head = `${RUNBOOK_START}${escaped(window.target)} (${escaped(window.vendor)})\n\n${spanOf(window)}\n\n## What changes\n\n${changes(window)}`
  return `${[head, ...numbered, sources(window)].filter(Boolean).join('').trimEnd()}\n`
}

function spanOf({ before, after, policy }: ChangeWindow): string {
  const label = ({ published, changeNumber }: DocumentLabel) => `${published} (change number ${changeNumber})`
  const span =
    before && before.published !== after.published ? `from ${label(before)} to ${label(after)}` : label(after)
  return `Azure service tags ${CLOUDS[after.cloud]}, ${span}, policy ${escaped(policy)}. ${WRITTEN}`
}

function changes({ pieces, commands }: ChangeWindow): string {
  const proof =
    commands === undefined
      ? ''
      : `The delta has ${plural(commands, 'command')}. After each of them, tagwall compared what the device allows with the older and the newer rules.\n\n`
  if (pieces === undefined)
    return paragraph(
      'Nothing reads the older files, so tagwall cannot compare them. Compare the files in version control.',
    )
  if (pieces.length === 0) return `${paragraph('The device allows the same as before.')}${proof}`
  const head = ['traffic', '', 'prefixes', 'addresses', 'largest first', 'rule', 'cause']
  const rows = sharedPieces([{ target: '', pieces }]).map(({ piece }) => changeRow(piece))
  return `${row(head)}${row(head.map(() => '---'))}${rows.join('')}\n${proof}`
}

function changeRow(piece: Piece): string {
  const { addresses, tags } = piece.remote
  const families = FAMILIES.map((family) => [addresses.family(family), FAMILY_NAMES[family]] as const).filter(
    ([set]) => !set.isEmpty,
  )
  const counts = [
    ...(tags.length > 0 ? [plural(tags.length, 'tag')] : []),
    ...families.map(([set, family]) => `${formatCount(set.prefixCount)} ${family}`),
  ]
  const sizes = families.map(([set, family]) => `${formatCount(set.count)} ${family}`)
  const names = [...tags, ...largest(addresses.prefixes).map(formatPrefix)]
  const more = addresses.prefixCount + tags.length - Math.min(names.length, MOST_NAMES)
  const shown = names.slice(0, MOST_NAMES).map(code)
  const rest = more > 0 ? ` and ${formatCount(more)} more` : ''
  const side = localText(piece.local, code)
  const traffic = `${code(flowText(piece))}${side && ` (local ${side})`}`
  const cells = [
    counts.join(', '),
    sizes.join(', '),
    `${shown.join(', ')}${rest}`,
    ruleText(piece) && code(ruleText(piece)),
    piece.cause,
  ]
  return row([traffic, piece.opens ? '**opens**' : 'closes', ...cells])
}

const MOST_NAMES = 5

/** The largest prefixes of both families, IPv4 first. */
function largest(prefixes: readonly Prefix[]): Prefix[] {
  const sorted = prefixes.map((prefix, index) => ({ prefix, index }))
  sorted.sort((a, b) => a.prefix.length - b.prefix.length || a.index - b.index)
  const [v4, v6] = FAMILIES.map((family) => sorted.filter(({ prefix }) => prefix.family === family))
  const [few = [], rest = []] = [v4?.slice(0, MOST_NAMES - Math.min(v6?.length ?? 0, 2)), v6]
  return [...few, ...rest].slice(0, MOST_NAMES).map(({ prefix }) => prefix)
}

/** The rules that the delta starts from, and the remedy if the device holds others; empty without a delta. */
function baseCheck({ delta, before, target, print, auditsBack, isPolicySame }: ChangeWindow): string {
  if (delta.length === 0 || !before) return ''
  const check =
    isPolicySame && auditsBack.length > 0
      ? `${print.length > 0 ? `Keep what the device runs:\n\n${steps(print)}` : ''}This audit of the device must find nothing:\n\n${fence(auditsBack)}`
      : 'The policy changed too, so compare the device with the files of the last commit.\n\n'
  const since = `tagwall build ${shellWord(target)} --since git:REV`
  return `The delta starts from the rules of ${before.published}. ${check}If the device holds other rules, as after \`git revert\` or a load that was skipped, write the commands from the commit whose files it holds:\n\n${fence([since])}`
}

function loads({ delta, full, cleanup, noDelta, refused }: ChangeWindow): string {
  const first =
    refused === undefined
      ? ''
      : paragraph(
          `The device refuses the full files while it holds the older rules: ${escaped(refused)}. Remove the older rules first.`,
        )
  const whole = [
    first,
    groups(full),
    cleanup.length > 0 ? `Then remove what the older files left:\n\n${groups(cleanup)}` : '',
  ]
  if (delta.length === 0) return `${paragraph(`There is no delta: ${noDelta}.`)}${whole.join('')}`
  return `${groups(delta)}### Or load everything\n\nLoad the full files instead if you do not know what the device holds.\n\n${whole.join('')}`
}

function checks({ print, audits }: ChangeWindow): string {
  const audit = `The audit must find nothing that is missing, stale or wider. It exits with 1 if it does.\n\n${fence(audits)}`
  return `${steps(print)}${audit}`
}

function rollback(window: ChangeWindow): string {
  const { abort, confirm, auditsBack } = window
  const early = abort.length > 0 ? `### Before you confirm\n\n${steps(abort)}### After that\n\n` : ''
  const then = confirm.length > 0 ? ', and confirm again' : ''
  const which = window.isPolicySame ? 'the older snapshot' : 'the older snapshot and the policy file of that time'
  const again = auditsBack.length > 0 ? `Check again with ${which}${then}:\n\n${fence(auditsBack)}` : ''
  const proved = 'The rollback is proved like the delta. It starts from the newer rules.\n\n'
  return `${early}${window.rollback.length > 0 ? `${proved}${groups(window.rollback)}` : older(window)}${again}`
}

function older({ older, olderLoads, stays, manual, noRollback }: ChangeWindow): string {
  const get = older.flatMap(({ path, sha256 }) => commandsFor(path, sha256))
  const rest =
    manual !== undefined
      ? paragraph(
          `These files do not remove what the change added: ${plural(stays.length, 'item')}. ${code(manual)} lists all of it in the order to remove it by hand, which is not proved.`,
        )
      : ''
  const why = noRollback === undefined ? '' : `There is no rollback file: ${noRollback}. `
  return `${paragraph(`${why}Load the older full files, which version control has. Once the new files are committed, this gets them from git and compares them with what this change replaced:`)}${fence(get)}${groups(olderLoads)}${rest}`
}

/** The name that an older file gets, so that it can be loaded beside the newer one. */
export const olderName = ({ path }: { readonly path: string }): string => `${path}.before`

function commandsFor(path: string, sha256: string): string[] {
  const [here, before] = [shellWord(path), shellWord(olderName({ path }))]
  return [
    `git show "$(git rev-list -1 --skip=1 HEAD -- ${here})":${shellWord(`./${path}`)} > ${before}`,
    `printf '%s  %s\\n' ${sha256} ${before} | sha256sum -c`,
  ]
}

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

function sources(window: ChangeWindow): string {
  const { prepare, delta, full, cleanup, print, confirm, abort, rollback, olderLoads } = window
  const loaded = [delta, full, cleanup, rollback, olderLoads].flatMap((all) => all.flatMap(({ step }) => step ?? []))
  const used = [...prepare, ...loaded, ...print, ...confirm, ...abort]
  const lines = used.map(({ source, unverified }) => `- ${source}${unverified ? ' (not verified)' : ''}\n`)
  return lines.length > 0 ? `## Sources of the commands\n\n${[...new Set(lines)].join('')}` : ''
}

const paragraph = (text: string) => `${text}\n\n`

/** Cells with code and plain words. A bar would end a cell, also in code. */
const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`

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
