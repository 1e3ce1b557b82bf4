import { FAMILY_NAMES } from '../../address/family.ts'
import { FAMILIES } from '../../address/prefix.ts'
import { pricesText } from '../../compile/widen/widening-text.ts'
import type { TextOptions } from '../../document/delta-text.ts'
import type { Change } from '../../model/change.ts'
import { formatLabel } from '../../model/delta.ts'
import { byTarget } from '../../model/group-by.ts'
import { contentsText } from '../../model/naming.ts'
import { ruleTraffic } from '../../model/policy.ts'
import type { FileResult } from '../../model/result.ts'
import { alsoAt, groupSites, labelOf, siteOf } from '../../model/site.ts'
import { listText } from '../../text/list-text.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import { fitTable } from '../../text/table.ts'
import type { BuildResult } from '../build-result.ts'
import { capacityText } from './capacity-text.ts'
import { sharedItems } from './items-text.ts'
import { leftText, listOf } from './leftovers-text.ts'
import { optionText, sharedOptions } from './options-text.ts'
import { fewOf, isRisk } from './rank.ts'
import { headline, pieceText, resolvedText, sharedPieces } from './sentences.ts'
import { siteTable } from './sites-text.ts'

/** The changes of a run and their causes, its rules and its files. The first line names what opens and what closes. */
export function buildText(result: BuildResult, options: TextOptions): string {
  const { ruleset, source, change } = result
  const { width } = options
  const heading = `policy ${ruleset.policy} on ${formatLabel(ruleset)}`
  const prices = result.prices.length > 0 ? `\n${pricesText(result.prices)}` : ''
  const files = siteTable(result, width) || fileTable(result, width)
  const parts = [
    `${options.color('bold', headline(change))}\n${heading}, from ${source}\n${sinceText(change)}`,
    `\n${ruleTable(result, width)}${heldText(result)}${absentText(result)}\n${files}`,
    ...[anyLocalText, cleanupText, manualsText, runbookText, capacityText, removedText, goneText, unversionedText].map(
      (textOf) => textOf(result),
    ),
    prices,
    piecesText(change, options),
    optionsText(change),
    itemsText(change),
  ]
  return parts.join('')
}

/** The older side of the change; empty if there is none. */
function sinceText({ since, before, after, targets }: Change): string {
  if (targets.every(({ before }) => before === 'none')) return ''
  const resolved = resolvedText(targets, [before?.published, after.published])
  return `compared with ${since}${before ? `: ${formatLabel(before)}` : ''}\n${resolved && `${resolved}\n`}`
}

/** The families that the tags of the policy have and no file holds, said once. */
function heldText({ unheld }: BuildResult): string {
  const names = unheld.map((family) => FAMILY_NAMES[family])
  return names.length > 0 ? `no file holds the ${names.join(' and ')} addresses of these tags\n` : ''
}

/** `edge (3 sites) does not have the rule Ping, which names other targets`. */
function absentText({ absent }: BuildResult): string {
  const groups = groupSites(
    absent,
    ({ target }) => target,
    ({ rules }) => rules.join('\n'),
  )
  return groups
    .map(({ item: { target, rules }, sites }) => {
      const [noun, verb] = rules.length > 1 ? ['rules', 'name'] : ['rule', 'names']
      return `${labelOf(target, sites)} does not have the ${noun} ${listText(rules, 5)}, which ${verb} other targets\n`
    })
    .join('')
}

// As many as a person reads at a glance; --json has all of them.
const MOST_PIECES = 20
const MOST_PREFIXES = 10

/** Each piece with its prefixes: `opens tcp 443 to 8 addresses (AllowMCROutboundAccess, document)`. */
function piecesText(change: Change, { color, all = false }: TextOptions): string {
  const pieces = sharedPieces(change.targets, all)
  const shown = all ? pieces : fewOf(pieces, MOST_PIECES, ({ piece }) => piece)
  const lines = shown.map((shared) => {
    const { piece, targets } = shared
    const where = targets.length < change.targets.length ? `, ${listText(targets, 3)}` : ''
    const sign = piece.opens ? '+' : '-'
    const names = [...piece.remote.tags, ...piece.remote.beside.texts]
    const more = all ? 0 : names.length - MOST_PREFIXES
    const prefixes = names.slice(0, more > 0 ? MOST_PREFIXES : names.length).map((name) => `  ${sign} ${name}`)
    const rest = more > 0 ? [`  and ${formatCount(more)} more`] : []
    const list = [...prefixes, ...rest].map(
      (line) => `${color(isRisk(piece) ? 'yellow' : piece.opens ? 'green' : 'red', line)}\n`,
    )
    return `\n${pieceText(shared)}${where}\n${list.join('')}`
  })
  const more = pieces.length - shown.length
  return `${lines.join('')}${more > 0 ? `\nand ${plural(more, 'more change')} (--json lists them)\n` : ''}`
}

/** `edge gets other options`, and each of them with both values. */
const optionsText = ({ targets }: Change): string =>
  sharedOptions(targets)
    .map(({ targets, options }) => {
      const head = `${listText(targets, 3)} ${targets.length > 1 ? 'get' : 'gets'} other options`
      return `\n${head}\n${options.map((option) => `  ${optionText(option)}\n`).join('')}`
    })
    .join('')

/** `on the device of edge`, and what changes there besides its traffic. */
const itemsText = ({ targets }: Change): string =>
  sharedItems(targets)
    .map(({ targets, lines }) => {
      const head = `on the ${targets.length > 1 ? 'devices' : 'device'} of ${listText(targets, 3)}`
      return `\n${head}\n${lines.map((line) => `  ${line}\n`).join('')}`
    })
    .join('')

/** Files that targets do not write any more. */
function goneText({ gone, isDryRun }: BuildResult): string {
  return gone
    .map(({ target, isKept, paths, pruned }) => {
      const verb = isDryRun ? 'would remove' : 'removed'
      const left = paths.filter((path) => !pruned.includes(path))
      const of = (files: readonly string[]) =>
        `${target}, which ${isKept ? `no longer writes ${files.length > 1 ? 'them' : 'it'}` : 'the policy no longer has'}`
      return [
        pruned.length > 0 ? `${verb} ${listText(pruned, 5)} of ${of(pruned)}\n` : '',
        left.length > 0
          ? `${listText(left, 5)}: left by ${of(left)}; "tagwall build --prune" removes files that nobody edited\n`
          : '',
      ].join('')
    })
    .join('')
}

const unversionedText = ({ isUnversioned }: BuildResult) =>
  isUnversioned
    ? 'no version control: each build replaces the older full files, often the only way back, so keep copies, or use git\n'
    : ''

const anyLocalText = ({ anyLocal }: BuildResult) =>
  anyLocal ? 'the rules hold for any local address; `local` in the policy limits them\n' : ''

function removedText({ removed, files, change, isDryRun }: BuildResult): string {
  const verb = isDryRun ? 'would remove' : 'removed'
  if (removed.length > 1 && files.some(({ target }) => siteOf(target) !== undefined))
    return `${verb} ${plural(removed.length, 'file')} that earlier runs left (--json lists them)\n`
  const edited = new Set(change.targets.flatMap((target) => target.edited))
  const texts = removed.filter((path) => !edited.has(path)).map((path) => `${verb} ${path}, left by an earlier run\n`)
  const others = removed.filter((path) => edited.has(path))
  if (others.length === 0) return texts.join('')
  const [was, them] = others.length > 1 ? ['were', 'them'] : ['was', 'it']
  const back = `"git checkout" gets ${them} back`
  return `${texts.join('')}${verb} ${listOf(others)}, which ${was} edited; ${back}\n`
}

function ruleTable({ ruleset }: BuildResult, width: number | undefined): string {
  const head = ['rule', 'direction', 'ports', 'tag', 'IPv4 prefixes', 'addresses', 'IPv6 prefixes', 'addresses']
  const rows = ruleset.rules.map((rule) => [
    rule.name,
    rule.direction,
    ruleTraffic(rule),
    contentsText(rule.set, 3),
    ...FAMILIES.map((family) => rule.set.prefixes.family(family)).flatMap(({ prefixes, count }) => [
      formatCount(prefixes.length),
      formatCount(count),
    ]),
  ])
  const align = ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'right'] as const
  // Addresses first, because the policy file says the rest.
  return fitTable({ rows: [head, ...rows], align, drop: [7, 5, 3, 1, 2] }, width)
}

/** `proved: 5 rules, 1,019 prefixes`. */
function proofText({ lines, proof, delta, cleanup }: FileResult): string {
  if (!proof) return 'not proved'
  if (cleanup && !delta) return `proved: ${plural(proof.commands ?? 0, 'command')}, the rules after each`
  if (delta) {
    const what = lines === 0 ? 'no commands needed' : `${plural(proof.commands ?? 0, 'command')}, the rules after each`
    return `proved: ${what}`
  }
  const compared = [
    proof.rules > 0 && plural(proof.rules, 'rule'),
    proof.tags > 0 && plural(proof.tags, 'tag'),
    proof.prefixes > 0 && plural(proof.prefixes, 'prefix', 'prefixes'),
  ]
  return `proved: ${compared.filter(Boolean).join(', ')}`
}

function fileTable({ files, isDryRun }: BuildResult, width: number | undefined): string {
  const head = ['target', 'vendor', 'file', 'lines', 'proof', '']
  const rows = files.map((file) => [
    file.target,
    file.vendor,
    file.path,
    formatCount(file.lines),
    proofText(file),
    !file.isChanged ? 'unchanged' : isDryRun ? 'would be written' : 'written',
  ])
  const align = ['left', 'left', 'left', 'right', 'left', 'left'] as const
  return fitTable({ rows: [head, ...rows], align, drop: [1, 3, 0] }, width)
}

/**
 * The leftovers of a full load of each target: `rules/edge.conf alone leaves 2 rules on the device; load rules/edge.delta.conf after it, or instead
 * of it`.
 */
function cleanupText({ files }: BuildResult): string {
  const targets = [...new Set(files.filter(({ cleanup }) => cleanup).map(({ target }) => target))]
  const filesOf = byTarget(files)
  const lines = targets.map((target) => {
    const all = filesOf(target).filter(isCleaning) as [Cleaning, ...Cleaning[]]
    const full = filesOf(target).filter(({ cleanup, delta }) => !cleanup && !delta)
    const [shown, it, ends] = full.length === 1 ? [full[0]?.path, 'it', 's'] : ['the full files', 'them', '']
    const instead = all[0].delta ? `, or instead of ${it}` : ''
    const inOrder = all.length > 1 ? ' in this order' : ''
    const paths = listOf(all.map(({ path }) => path))
    return {
      target,
      text: `${shown} alone ${leftText(all[0].cleanup, ends)} on the device; load ${paths}${inOrder} after ${it}${instead}`,
    }
  })
  return groupSites(
    lines,
    ({ target }) => target,
    ({ text }) => text,
  )
    .map(({ item, sites }) => `${item.text}${alsoAt(sites)}\n`)
    .join('')
}

type Cleaning = FileResult & Required<Pick<FileResult, 'cleanup'>>
const isCleaning = (file: FileResult): file is Cleaning => file.cleanup !== undefined

const MOST_RUNBOOKS = 4

/** `rules/edge.rollback.manual.txt lists 14 items to remove by hand after the older full files, which is not proved`. */
const manualsText = ({ manuals, isDryRun }: BuildResult): string =>
  manuals
    .map(({ path, items, when }) => {
      const verb = isDryRun ? 'would list' : 'lists'
      return `${path} ${verb} ${plural(items, 'item')} to remove by hand ${when}, which is not proved\n`
    })
    .join('')

/** `rules/edge.change.md says what changes, and how to load it, check it and roll it back`. */
function runbookText({ runbooks, isDryRun }: BuildResult): string {
  if (runbooks.length === 0) return ''
  const paths = runbooks.map(({ path }) => path)
  const more = paths.length - MOST_RUNBOOKS
  const shown = more > 0 ? [...paths.slice(0, MOST_RUNBOOKS), `${formatCount(more)} more`] : paths
  const verb = isDryRun ? 'would say' : paths.length > 1 ? 'say' : 'says'
  return `change window: ${listOf(shown)} ${verb} what changes, and how to load it, check it and roll it back\n`
}
