import type { Vendor } from '../model/vendor.ts'
import { formatCount, plural } from '../text/numbers.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { type AcceptedEdits, readAcceptedEdits } from './check-files-there.ts'
import { checkNumbers } from './check-numbers.ts'
import { deltaFiles, EditedFile, fullFiles } from './edited-files.ts'
import { type Edit, editsOf, oppositesOf } from './edits.ts'
import { type CheckResult, type Setting, Tally } from './result.ts'

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
  const accepted = readAcceptedEdits(vendor).map((one) => ({ ...one, form: new RegExp(one.lines, 'u') }))
  const used = new Map<AcceptedEdits, number>()
  const tally = new Tally('edits')
  const opposites = oppositesOf(vendor.words)
  const whole = [...fullFiles(settings, readers), ...(await deltaFiles(settings, readers))]
  const candidates = whole.flatMap((one) => one.files.map((_, at) => new EditedFile(one, at, tally)))
  const share = Math.max(editsOfFile, Math.floor(most / Math.max(1, candidates.length)))
  const reasonFor = (edit: Edit) => accepted.find((one) => accepts(one, edit))
  let [tried, comments, same, unnoticed] = [0, 0, 0, 0]
  for (const file of candidates) {
    for (const edit of editsOf(file.text, opposites, file.kinds, share)) {
      tried++
      const verdict = file.verdictOn(edit)
      if (verdict === 'noticed') continue
      if (verdict === 'same') {
        same++
        continue
      }
      const why = reasonFor(edit)
      if (verdict === 'comment') comments++
      else if (why) used.set(why, (used.get(why) ?? 0) + 1)
      else {
        unnoticed++
        const missed = file.isDelta ? 'not noticed in a delta' : 'not noticed'
        const sentence = (show: typeof formOf) => `${missed}: ${sentenceOf(edit, show)}`
        tally.add(sentence(shown), file.placeOf(edit.line), sentence(formOf))
      }
    }
  }
  tried += checkNumbers(settings, readers, tally)
  const isFor = (one: AcceptedEdits, file: EditedFile, most: number) => {
    const kinds = file.kinds.filter((kind) => one.edits.includes(kind))
    const edits = editsOf(file.text, opposites, kinds, most).filter((edit) => reasonFor(edit) === one)
    return edits.some((edit) => ['unnoticed', 'same'].includes(file.verdictOn(edit)))
  }
  // An edit that was left out may need the reason. Some of every file tell it sooner than all of the first ones.
  const isNeeded = (one: AcceptedEdits) =>
    [20, Number.POSITIVE_INFINITY].some((most) => candidates.some((file) => isFor(one, file, most)))
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

const accepts = ({ edits, form }: AcceptedEdits & { readonly form: RegExp }, { kind, lines }: Edit): boolean =>
  edits.includes(kind) && lines.every((line) => form.test(line))

export function sentenceOf({ kind, lines, put }: Edit, show: (line: string, at?: number) => string): string {
  const [line = '', next = ''] = lines.map((line) => show(line))
  switch (kind) {
    case 'drop':
      return `without the line ${line}`
    case 'duplicate':
      return `twice the line ${line}`
    case 'swap':
      return `${line} after ${next}`
    case 'unknown':
      return `the line ${show(put[1] ?? '')} after ${line}`
    case 'extra':
    case 'case':
    case 'digit':
    case 'word': {
      const [old = '', young = ''] = [lines[0], put[0]].map((text) => text?.trim())
      const at = [...young].findIndex((character, index) => character !== old[index])
      return `${show(young, at)} in place of ${show(old, at)}`
    }
  }
}

const LONGEST = 70

/** A shortened line that shows the text at `at`. */
export function shown(line: string, at = 0): string {
  const text = line.trim()
  const from = Math.max(0, at - LONGEST + 20)
  const end = from + LONGEST
  return `\`${from > 0 ? '…' : ''}${text.slice(from, end)}${end < text.length ? '…' : ''}\``
}

/** The same for lines that differ in names and numbers only. */
export const formOf = (line: string): string =>
  line
    .trim()
    .replaceAll(/"[^"]*"(?!:)/g, '""')
    .replaceAll(/[\w.:/-]+/g, (word) => (/\d/.test(word) ? '9' : word))
