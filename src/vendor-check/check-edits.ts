import { renderDelta } from '../change/commands/render-delta.ts'
import { renderAll } from '../compile/render-target.ts'
import { noResult, refusalOf, unlessRefused } from '../errors.ts'
import type { Finding } from '../finding/finding.ts'
import { readingsFrom } from '../model/device.ts'
import { type Item, sameItems } from '../model/item.ts'
import { lazy, memo } from '../model/lazy.ts'
import type { ReadFile } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Vendor } from '../model/vendor.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { loadedDevice } from '../vendor/checked-device.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { deltaExpectationOf, proofContext } from '../verify/expectation.ts'
import { proveDelta } from '../verify/prove-delta.ts'
import { type Case, casesOf, disjointCases, type ProvedCase, provedCases } from './check-files.ts'
import { type AcceptedEdits, readAcceptedEdits } from './check-files-there.ts'
import { type Edit, editsOf, formOf, oppositesOf, sentenceOf, shown, withEdit } from './edits.ts'
import {
  type CheckPlace,
  type CheckResult,
  EDITS,
  type EditKind,
  type Setting,
  Tally,
  textWithoutPlaces,
} from './result.ts'
import { conformanceChanges, type SubjectChange } from './subjects.ts'

export interface EditCounts {
  /** The most edited files that are read, but at least `editsOfFile` of each file. */
  readonly edits: number
  readonly editsOfFile: number
}

/**
 * Edits the lines of every full file, and of some deltas. An edit is noticed if the file is no longer proved, or the device holds something
 * else. An unnoticed one is a fault, unless the line is a comment or the vendor's `unnoticed.json` says why it may be.
 */
export async function checkEdits(
  vendor: Vendor,
  settings: readonly Setting[],
  { edits: most, editsOfFile }: EditCounts,
  readers: Readers,
): Promise<CheckResult> {
  const accepted = readAcceptedEdits(vendor)
  const used = new Map<AcceptedEdits, number>()
  const tally = new Tally('edits')
  const opposites = oppositesOf(vendor.words)
  const proved = [...provedCases(disjointCases(settings), readers)]
  const whole = [...proved.map((one) => fullFiles(one, readers)), ...(await deltaFiles(settings, readers))]
  const candidates = whole.flatMap((one) => one.files.map((file, at) => editedFile(one, file, at, tally)))
  const share = Math.max(editsOfFile, Math.floor(most / Math.max(1, candidates.length)))
  const reasonFor = ({ kind, lines }: Edit) =>
    accepted.find(({ edits, form }) => edits.includes(kind) && lines.every((line) => form.test(line)))
  let [tried, comments, same, unnoticed] = [0, 0, 0, 0]
  for (const file of candidates) {
    for (const edit of editsOf(file.text, opposites, file.whole.kinds, share)) {
      tried++
      const verdict = file.verdictOn(edit)
      if (verdict === 'noticed') continue
      const why = reasonFor(edit)
      if (verdict === 'same') same++
      else if (verdict === 'comment') comments++
      else if (why) used.set(why, (used.get(why) ?? 0) + 1)
      else {
        unnoticed++
        const missed = file.whole.isSame ? 'not noticed' : 'not noticed in a delta'
        const sentence = (show: typeof formOf) => `${missed}: ${sentenceOf(edit, show)}`
        tally.add(sentence(shown), file.placeOf(edit.line), sentence(formOf))
      }
    }
  }
  for (const one of vendor.order === 'none' ? proved : []) tried += checkNumbers(one, readers, tally)
  const isFor = (one: AcceptedEdits, file: EditedFile, most: number) => {
    const kinds = file.whole.kinds.filter((kind) => one.edits.includes(kind))
    const edits = editsOf(file.text, opposites, kinds, most, one.form).filter((edit) => reasonFor(edit) === one)
    return edits.some((edit) => ['unnoticed', 'same'].includes(file.verdictOn(edit)))
  }
  // An edit that was left out may need the reason. Some of every file tell it sooner than all of the first ones.
  const isNeeded = (one: AcceptedEdits) =>
    [3, 20, Number.POSITIVE_INFINITY].some((most) => candidates.some((file) => isFor(one, file, most)))
  for (const one of accepted)
    if (!used.has(one) && tried > 0 && !isNeeded(one))
      tally.add(`unnoticed.json accepts ${one.edits.join(', ')} of lines that match ${one.lines}, but each is noticed`)
  const missed = unnoticed === 0 ? 'all noticed' : `${formatCount(unnoticed)} not noticed`
  return tally.result(`${plural(tried, 'edit')} of one line each, ${missed}`, [
    ...(same > 0 ? [`${plural(same, 'line')} swapped or doubled without a difference on the device`] : []),
    ...(comments > 0 ? [`accepted ${plural(comments, 'edit')} of comments`] : []),
    ...accepted.flatMap((one) => (used.has(one) ? `accepted ${plural(used.get(one) ?? 0, 'edit')}: ${one.why}` : [])),
  ])
}

/** Files that are proved together. */
interface ProvedFiles {
  readonly files: readonly ReadFile[]
  readonly place: CheckPlace
  /** The edits that the proof should notice in them. */
  readonly kinds: readonly EditKind[]
  /** True if the device holds the same after other files in their place; undefined for deltas, which only the proof follows. */
  readonly isSame: ((files: readonly ReadFile[]) => boolean) | undefined
  /** The findings of the proof for files read in their place. Throws `UserError` if the reader fails. */
  findingsOf(files: readonly ReadFile[]): readonly Finding[]
}

/** The full files of a policy under a setting. */
function fullFiles({ job, place, files, findingsOf }: ProvedCase, readers: Readers): ProvedFiles {
  /** Everything that a device holds: rules, lists and notes, but for the lines that they stand on, and items. */
  const heldBy = (texts: readonly ReadFile[]) => {
    const device = loadedDevice(readers.device, texts, proofContext(job))
    const { rules, lists, notes } = device.reading()
    return { reading: textWithoutPlaces([rules, lists, notes]), items: device.items() }
  }
  const held = lazy(() => heldBy(files))
  const isSame = (texts: readonly ReadFile[]) => {
    const [own, other] = [held(), heldBy(texts)]
    return own.reading === other.reading && sameItems(own.items, other.items, job.vendor.order)
  }
  return { files, place, kinds: EDITS, isSame, findingsOf }
}

/** The policy with most of what a rule may have. */
const RICHEST = 'several'
/**
 * Other edits of a delta may change nothing, because it often removes unused items, or items that other lines cover. The `deltas`
 * check proves the effect of each line.
 */
const EDITS_OF_DELTAS: readonly EditKind[] = ['unknown', 'extra']

/** The deltas of one policy under every setting: of the richest, or the first that has any. */
async function deltaFiles(settings: readonly Setting[], { follows, device }: Readers): Promise<ProvedFiles[]> {
  if (!follows) return []
  const deltaOf = async ({ tried: change, job, place }: Case<SubjectChange>): Promise<ProvedFiles | undefined> => {
    const { files, findings } = await renderDelta(change, job, true)
    if (findings.length > 0) return undefined
    const before = renderAll(change.before, job).files
    const expectation = deltaExpectationOf(job, change)
    const findingsOf = (files: readonly ReadFile[]) => {
      const led = loadedDevice(device, before, proofContext(job))
      return proveDelta(expectation, readingsFrom(led, files, 'delta')).findings
    }
    // In files that are not proved unedited, no edit could be noticed.
    if (findingsOf(files).length > 0) return undefined
    return { files, place, kinds: EDITS_OF_DELTAS, isSame: undefined, findingsOf }
  }
  const found: ProvedFiles[] = []
  for (const setting of settings) {
    const cases = casesOf([setting], ({ vendor }) => conformanceChanges(vendor))
    for (const name of new Set([RICHEST, ...cases.map(({ tried }) => tried.policy)])) {
      const own = cases.filter(({ tried }) => tried.policy === name).map((one) => deltaOf(one).catch(noResult))
      const made = (await Promise.all(own)).filter((one) => one !== undefined)
      found.push(...made)
      if (made.length > 0) break
    }
  }
  return found
}

/** The edits that may leave the device as it was. The conformance policies find a reader that ignores the order of rules. */
const MOVES: readonly EditKind[] = ['swap', 'duplicate']
/** The edits that the proof must notice: of the order of rules, of words that own files may lack, and of what no file of tagwall has. */
const BY_PROOF: readonly EditKind[] = [...MOVES, 'word', 'unknown', 'extra']

const COMMENT = /^\s*(?:$|#|\/\/|!|;|--|\/\*|\*|<!--)/

type EditedFile = ReturnType<typeof editedFile>

/** One file of several, edited and read back with the others. */
function editedFile(whole: ProvedFiles, { text, part }: ReadFile, at: number, tally: Tally) {
  const placeOf = (line: number): CheckPlace => ({ ...whole.place, part, line })
  const isNoticed = (edit: Edit): boolean => {
    const mutant = withEdit(whole.files, at, edit)
    let isNoticed = true
    const failure = refusalOf(() => {
      const isOther = () => !BY_PROOF.includes(edit.kind) && whole.isSame?.(mutant) === false
      isNoticed = whole.findingsOf(mutant).length > 0 || isOther()
    })
    if (failure) tally.add(`a file that was edited makes the reader fail: ${failure.message}`, placeOf(edit.line))
    return isNoticed
  }
  const lines = text.split('\n')
  /** Only the reader can say that a line means nothing: it then takes the file without it. */
  const isComment = memo((line: number): boolean => {
    const own = lines[line - 1] ?? ''
    return COMMENT.test(own) && !isNoticed({ kind: 'drop', line, lines: [own], span: 1, put: [] })
  })
  /** `noticed`: the proof finds something, or the device holds something else. `same`: lines that are swapped or doubled, and leave all as it was. */
  const verdictOn = (edit: Edit): 'noticed' | 'comment' | 'same' | 'unnoticed' => {
    if (isNoticed(edit)) return 'noticed'
    if (MOVES.includes(edit.kind) && whole.isSame?.(withEdit(whole.files, at, edit))) return 'same'
    return edit.lines.some((_, index) => isComment(edit.line + index)) ? 'comment' : 'unnoticed'
  }
  return { whole, text, placeOf, verdictOn }
}

/**
 * Numbers the rules of full files anew, where their place means nothing and a field of the items holds a number for each. The proof must notice it wherever
 * it would notice the policy's rules in that order. Returns the number of edited texts.
 */
function checkNumbers(proved: ProvedCase, readers: Readers, tally: Tally): number {
  let tried = 0
  const { job, place, files, findingsOf } = proved
  const { ruleset } = proved.tried
  const { rules } = ruleset
  const fields = numbersOf(loadedDevice(readers.device, files, proofContext(job)).items())
  if (fields.length === 0) return tried
  const isProvedWith = (own: Ruleset['rules']) => findingsOf(files, { ...ruleset, rules: own }).length === 0
  const isNoticed = (numbers: ReadonlyMap<string, string>) => {
    tried++
    return unlessRefused(() => findingsOf(renumbered(files, numbers)).length === 0) !== true
  }
  const inReverse = fields.map(
    (numbers) => new Map(numbers.map((number, at) => [number, numbers.at(-1 - at) ?? number])),
  )
  if (!isProvedWith(rules.toReversed()) && !inReverse.some(isNoticed))
    tally.add('not noticed: the numbers of all rules in reverse', place)
  const mayBeFirst = rules.every((rule) => isProvedWith([rule, ...rules.filter((one) => one !== rule)]))
  const asFirst = fields.flatMap((numbers) => numbers.map((number) => new Map([[number, '0']])))
  if (!mayBeFirst && !asFirst.some(isNoticed)) tally.add('not noticed: the number 0 in place of that of a rule', place)
  return tried
}

/** The numbers of rules in each field that every rule has, in order, if they differ and nothing else of the items is such a number. */
function numbersOf(items: readonly Item[]): string[][] {
  const rules = items.filter(({ kind }) => kind === 'rule')
  const names = Object.keys(rules[0]?.fields ?? {})
  return names.flatMap((name) => {
    const numbers = new Set(rules.map(({ fields }) => fields[name]))
    const others = items.flatMap(({ fields }) =>
      Object.keys(fields).flatMap((one) => (one === name ? [] : (fields[one] ?? []))),
    )
    const isNumber = (value: unknown): value is string => typeof value === 'string' && /^\d+$/.test(value)
    const all = [...numbers].filter(isNumber)
    return all.length < numbers.size || all.length < 2 || others.some((value) => numbers.has(value))
      ? []
      : [all.sort((a, b) => Number(a) - Number(b))]
  })
}

const NUMBER = /(?<![\w.:/-])\d+(?![\w.:/-])/g

const renumbered = (files: readonly ReadFile[], numbers: ReadonlyMap<string, string>): ReadFile[] =>
  files.map((file) => ({ ...file, text: file.text.replace(NUMBER, (number) => numbers.get(number) ?? number) }))
