import { FAMILY_NAMES } from '../../address/family.ts'
import { pricesText } from '../../compile/widen/widening-text.ts'
import type { TextOptions } from '../../document/delta-text.ts'
import type { Change } from '../../model/change.ts'
import { formatLabel } from '../../model/delta.ts'
import { byTarget } from '../../model/group-by.ts'
import { bySite, groupSites, maskSite, namesBySite, siteOf, textsBySite } from '../../model/site.ts'
import { firstLines, linesText } from '../../text/lines.ts'
import { formatCount, listText, plural, wordList } from '../../text/numbers.ts'
import type { BuildResult } from '../build-result.ts'
import { leftText, optionText, sharedItems, sharedOptions } from './items-text.ts'
import { fewOf, isRisk } from './pieces.ts'
import { headline, isEmptyChange, pieceText, resolvedText, sharedPieces } from './sentences.ts'
import { capacityNotes, filesText, proofCount, rulesText, sitesText, totalText } from './tables-text.ts'

/** The changes of a run and their causes, the rules that open or close something, and the files. The rest is counted, and `all` lists it. */
export function buildText(result: BuildResult, options: TextOptions): string {
  const { ruleset, change } = result
  const { width, all = false } = options
  const first = `${options.color('bold', headline(change))}\n`
  const heading = `policy ${ruleset.policy} on ${formatLabel(ruleset)}`
  // Facts about all files, for the first ones and for a person who asks.
  const isWhole = all || change.targets.some(({ kind, before }) => kind === 'new' || before === 'unknown')
  if (!isWhole && isQuiet(result))
    return `${first}${heading}${sinceText(result)}\n${stayText(result)}\n${notesText(result, [lineEndNotes, removedNotes, goneNotes, gitNotes])}`
  const told = new Set(change.targets.flatMap(({ pieces }) => pieces.flatMap(({ from, to, list }) => [from, to, list])))
  const shown = ruleset.rules.filter(({ name, set }) => isWhole || told.has(name) || told.has(set.name))
  const files = isWhole ? result.files : result.files.filter(({ isChanged }) => isChanged)
  const pieces = piecesText(change, options)
  const hidden = ruleset.rules.length - shown.length
  const isCut = hidden > 0 || files.length < result.files.length || pieces.isCut
  return [
    `${first}${heading}, from ${result.source}${sinceText(result)}\n`,
    ruleset.rules.length > 0 ? `\n${rulesText(shown, width)}${restText(hidden, shown.length > 0)}` : '',
    isWhole ? notesText(result, [heldNotes]) : '',
    absentText(result, new Set(shown.map(({ set }) => set.name))),
    `\n${sitesText(result, width) || filesText(files, result, width)}${totalText(result)}\n`,
    isWhole ? notesText(result, [anyLocalNotes]) : '',
    notesText(result, [lineEndNotes, cleanupNotes, manualNotes, runbookNotes, capacityNotes]),
    notesText(result, [removedNotes, goneNotes, gitNotes]),
    result.prices.length > 0 ? `\n${pricesText(result.prices)}` : '',
    pieces.text,
    besideTraffic(change),
    isCut && !all ? '\n--all shows every rule, file and prefix\n' : '',
  ].join('')
}

/** True if a run has nothing to write or to say. */
const isQuiet = ({ change, files, runbooks, manuals }: BuildResult) =>
  isEmptyChange(change) && [...files, ...runbooks, ...manuals].every(({ isChanged }) => !isChanged)

/** `5 rules and 4 targets are as before, all files proved (--all shows them)`. */
function stayText(result: BuildResult): string {
  const { ruleset, change, files } = result
  const targets = change.targets.filter(({ kind }) => kind !== 'gone').length
  const proof = files.length > 0 ? `, ${proofCount(result)}` : ''
  return `${plural(ruleset.rules.length, 'rule')} and ${plural(targets, 'target')} as before${proof} (--all shows them)`
}

/** `4 more rules open and close nothing`, below a table with others. */
function restText(count: number, isBelowOthers: boolean): string {
  if (count === 0) return ''
  const verbs = count === 1 ? 'opens and closes' : 'open and close'
  return `${plural(count, isBelowOthers ? 'more rule' : 'rule')} ${verbs} nothing\n`
}

/** The older side of the change, or where a rollback leads, and its document if that is another one; empty if there is none. */
function sinceText({ ruleset, change: { since, before, after, targets } }: BuildResult): string {
  if (targets.every(({ before }) => before === 'none')) return ''
  const resolved = resolvedText(targets, [before?.published, after.published])
  const labels = [before, after].flatMap((one) => (one ? formatLabel(one) : []))
  const other = labels.find((label) => label !== formatLabel(ruleset))
  return `\ncompared with ${since}${other ? `: ${other}` : ''}${resolved && `\n${resolved}`}`
}

/** Facts about a result, a line each. */
const notesText = (result: BuildResult, all: readonly ((result: BuildResult) => readonly (string | false)[])[]) =>
  linesText(all.flatMap((notesOf) => notesOf(result)).filter((note) => note !== false))

/** The families that the tags of the policy have and no file holds, said once. */
function heldNotes({ unheld }: BuildResult) {
  const names = unheld.map((family) => FAMILY_NAMES[family])
  return [names.length > 0 && `no file holds the ${names.join(' and ')} addresses of these tags`]
}

/** `edge (3 sites) does not have the rule Ping, which names other targets`, of the rules that are shown. */
function absentText({ absent }: BuildResult, shown: ReadonlySet<string>): string {
  const lacking = absent
    .map(({ target, rules }) => ({ target, rules: rules.filter((rule) => shown.has(rule)) }))
    .filter(({ rules }) => rules.length > 0)
  const texts = bySite(lacking).map(({ target, rules }) => {
    const [noun, verb] = rules.length > 1 ? ['rules', 'name'] : ['rule', 'names']
    return `${target} does not have the ${noun} ${listText(rules, 5)}, which ${verb} other targets`
  })
  return linesText(texts)
}

// As many as a person reads at a glance.
const MOST_PIECES = 20
const MOST_PREFIXES = 10
/** Of more prefixes, only a few show what they are. */
const FEW_PREFIXES = 5

/** Each piece with its prefixes: `opens tcp 443 to 8 addresses (AllowMCROutboundAccess, document)`. */
function piecesText(change: Change, { color, all = false }: TextOptions): { text: string; isCut: boolean } {
  const pieces = sharedPieces(change.targets, all)
  const shown = all ? pieces : fewOf(pieces, MOST_PIECES, ({ piece }) => piece)
  const everywhere = namesBySite(change.targets.map(({ target }) => target)).join()
  const blocks = shown.map((shared) => {
    const { piece, targets } = shared
    const where = targets.join() === everywhere ? '' : `, ${listText(targets, 3)}`
    const sign = piece.opens ? '+' : '-'
    const names = [...piece.remote.tags, ...piece.remote.beside.texts]
    const most = all || names.length <= MOST_PREFIXES ? names.length : FEW_PREFIXES
    const signed = names.map((name) => `  ${sign} ${name}`)
    const lines = firstLines(signed, most, (more) => `  and ${formatCount(more)} more`)
    const list = lines.map((line) => `${color(isRisk(piece) ? 'yellow' : piece.opens ? 'green' : 'red', line)}\n`)
    return { text: `\n${pieceText(shared)}${where}\n${list.join('')}`, isCut: names.length > most }
  })
  const more = pieces.length - shown.length
  const rest = more > 0 ? `\nand ${plural(more, 'more change')}\n` : ''
  return {
    text: `${blocks.map(({ text }) => text).join('')}${rest}`,
    isCut: more > 0 || blocks.some(({ isCut }) => isCut),
  }
}

/** `edge gets other options`, and each of them with both values; `on the device of edge`, and what changes there besides its traffic. */
function besideTraffic({ targets }: Change): string {
  const options = sharedOptions(targets).map(({ targets, changes }) => [
    `${listText(targets, 3)} ${targets.length > 1 ? 'get' : 'gets'} other options`,
    ...changes.map((change) => `  ${optionText(change)}`),
  ])
  const items = sharedItems(targets).map(({ targets, changes }) => [
    `on the ${targets.length > 1 ? 'devices' : 'device'} of ${listText(targets, 3)}`,
    ...changes.map((line) => `  ${line}`),
  ])
  return [...options, ...items].map((lines) => `\n${linesText(lines)}`).join('')
}

/** Files that targets do not write any more. */
function goneNotes({ gone, isDryRun }: BuildResult) {
  return gone.flatMap(({ target, isKept, paths, pruned }) => {
    const verb = isDryRun ? 'would remove' : 'removed'
    const left = paths.filter((path) => !pruned.includes(path))
    const of = (files: readonly string[]) =>
      `${target}, which ${isKept ? `no longer writes ${files.length > 1 ? 'them' : 'it'}` : 'the policy no longer has'}`
    return [
      pruned.length > 0 && `${verb} ${listText(pruned, 5)} of ${of(pruned)}`,
      left.length > 0 &&
        `${listText(left, 5)}: left by ${of(left)}; "tagwall build --prune" removes files that nobody edited`,
    ]
  })
}

const gitNotes = ({ isUnversioned }: BuildResult) => [
  isUnversioned &&
    'no version control: each build replaces the older full files, often the only way back, so keep copies, or use git',
]

/** `rules/edge.conf gets Unix line ends again`. */
function lineEndNotes({ files, isDryRun }: BuildResult) {
  const paths = files.filter(({ hasWindowsLines }) => hasWindowsLines).map(({ path }) => path)
  const [has, gets] = paths.length > 1 ? ['have', 'get'] : ['has', 'gets']
  const fate = isDryRun ? `${has} Windows line ends; "tagwall build" puts them right` : `${gets} Unix line ends again`
  return [paths.length > 0 && `${listText(paths, 5)} ${fate}`]
}

/** `rules of branch hold for any local address`; without names if all rules do. */
function anyLocalNotes({ anyLocal }: BuildResult) {
  if (!anyLocal || anyLocal.targets.length === 0) return []
  const rules = anyLocal.isOfAllRules ? 'the rules' : `rules of ${listText(namesBySite(anyLocal.targets), 4)}`
  return [`${rules} hold for any local address; \`local\` in the policy limits them`]
}

function removedNotes({ removed, files, change, isDryRun }: BuildResult) {
  const verb = isDryRun ? 'would remove' : 'removed'
  if (removed.length > 1 && files.some(({ target }) => siteOf(target) !== undefined))
    return [`${verb} ${plural(removed.length, 'file')} that earlier runs left (--json lists them)`]
  const edited = new Set(change.targets.flatMap((target) => target.edited))
  const others = removed.filter((path) => edited.has(path))
  const [was, them] = others.length > 1 ? ['were', 'them'] : ['was', 'it']
  return [
    ...removed.filter((path) => !edited.has(path)).map((path) => `${verb} ${path}, left by an earlier run`),
    others.length > 0 && `${verb} ${wordList(others, 'and')}, which ${was} edited; "git checkout" gets ${them} back`,
  ]
}

/** `rules/edge.conf alone leaves 2 rules on the device; load rules/edge.delta.conf after it, or instead of it`. */
function cleanupNotes({ files }: BuildResult) {
  const written = new Set(files.filter(({ isChanged }) => isChanged).map(({ target }) => target))
  const filesOf = byTarget(files)
  const texts = [...written].flatMap((target) => {
    const all = filesOf(target).filter(({ cleanup }) => cleanup)
    const [first] = all
    if (!first?.cleanup) return []
    const full = filesOf(target).filter(({ role }) => role === 'full')
    const [shown, it, ends] = full.length === 1 ? [full[0]?.path, 'it', 's'] : ['the full files', 'them', '']
    const instead = first.role === 'delta' ? `, or instead of ${it}` : ''
    const inOrder = all.length > 1 ? ' in this order' : ''
    const paths = all.map(({ path }) => path)
    const load = `load ${wordList(paths, 'and')}${inOrder} after ${it}${instead}`
    return [{ target, text: `${shown} alone ${leftText(first.cleanup, ends)} on the device; ${load}` }]
  })
  return textsBySite(texts)
}

/** `rules/edge.rollback.manual.txt lists 14 items to remove by hand after the older full files, which is not proved`. */
const manualNotes = ({ manuals, isDryRun }: BuildResult) =>
  manuals.map(({ path, items, when }) => {
    const verb = isDryRun ? 'would list' : 'lists'
    return `${path} ${verb} ${plural(items, 'item')} to remove by hand ${when}, which is not proved`
  })

const MOST_RUNBOOKS = 4

/** `how to load, check and roll back: rules/edge.change.md`. */
function runbookNotes({ runbooks }: BuildResult) {
  const written = runbooks.filter(({ isChanged }) => isChanged)
  const paths = groupSites(written, ({ path }) => path).map(({ item: { target, path }, sites }) =>
    sites.length > 1 ? maskSite(path, siteOf(target)) : path,
  )
  return [paths.length > 0 && `how to load, check and roll back: ${listText(paths, MOST_RUNBOOKS)}`]
}
