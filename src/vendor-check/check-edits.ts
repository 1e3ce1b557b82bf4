import { unlessRefused } from '../errors.ts'
import type { Item } from '../model/item.ts'
import type { ReadFile } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Vendor } from '../model/vendor.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { loadedDevice } from '../vendor/checked-device.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { proofContext } from '../verify/expect-target.ts'
import { disjointCases, provedCases } from './check-files.ts'
import { type AcceptedEdits, readAcceptedEdits } from './check-files-there.ts'
import { deltaFiles, EditedFile, fullFiles } from './edited-files.ts'
import { type Edit, editsOf, formOf, oppositesOf, sentenceOf, shown } from './edits.ts'
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
  tried += checkNumbers(settings, readers, tally)
  const isFor = (one: (typeof accepted)[number], file: EditedFile, most: number) => {
    const kinds = file.whole.kinds.filter((kind) => one.edits.includes(kind))
    const edits = editsOf(file.text, opposites, kinds, most, one.form).filter((edit) => reasonFor(edit) === one)
    return edits.some((edit) => ['unnoticed', 'same'].includes(file.verdictOn(edit)))
  }
  // An edit that was left out may need the reason. Some of every file tell it sooner than all of the first ones.
  const isNeeded = (one: (typeof accepted)[number]) =>
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

const accepts = ({ edits, form }: AcceptedEdits & { readonly form: RegExp }, { kind, lines }: Edit): boolean =>
  edits.includes(kind) && lines.every((line) => form.test(line))

/**
 * Numbers the rules of full files anew, where their place means nothing and a field of the items holds a number for each. The proof must notice it wherever
 * it would notice the policy's rules in that order. Returns the number of edited texts.
 */
function checkNumbers(settings: readonly Setting[], readers: Readers, tally: Tally): number {
  let tried = 0
  const unordered = settings.filter(({ vendor }) => vendor.order === 'none')
  for (const { tried: subject, job, place, files, findingsOf } of provedCases(disjointCases(unordered), readers)) {
    const { ruleset } = subject
    const isProvedWith = (rules: Ruleset) => findingsOf(files, rules).length === 0
    const fields = numbersOf(loadedDevice(readers.device, files, proofContext(job)).items())
    const isNoticed = (numbers: ReadonlyMap<string, string>) => {
      tried++
      return unlessRefused(() => findingsOf(renumbered(files, numbers)).length === 0) !== true
    }
    const { rules } = ruleset
    const inReverse = fields.map(
      (numbers) => new Map(numbers.map((number, at) => [number, numbers.at(-1 - at) ?? number])),
    )
    if (!isProvedWith({ ...ruleset, rules: rules.toReversed() }) && fields.length > 0 && !inReverse.some(isNoticed))
      tally.add('not noticed: the numbers of all rules in reverse', place)
    const firsts = rules.map((rule) => ({ ...ruleset, rules: [rule, ...rules.filter((one) => one !== rule)] }))
    const asFirst = fields.flatMap((numbers) => numbers.map((number) => new Map([[number, '0']])))
    if (firsts.some((moved) => !isProvedWith(moved)) && fields.length > 0 && !asFirst.some(isNoticed))
      tally.add('not noticed: the number 0 in place of that of a rule', place)
  }
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
