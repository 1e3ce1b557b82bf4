import { UserError } from '../../errors.ts'
import type { Readers } from '../../model/device.ts'
import type { ReadFile } from '../../model/found-rule.ts'
import { memo } from '../../model/memo.ts'
import type { Reading } from '../../model/reading.ts'
import { formatCount, plural } from '../../model/text/numbers.ts'
import type { Vendor } from '../../model/vendor.ts'
import type { AcceptedEdits, CheckPlace, CheckResult, Setting } from '../../model/vendor-check.ts'
import { readAcceptedEdits } from '../../source/vendor/check-files.ts'
import { loadReader } from '../../source/vendor/reader.ts'
import type { Expectation } from '../../verify/expectation.ts'
import { prove } from '../../verify/prove.ts'
import { expectationOf } from '../expectation.ts'
import { type Job, type Rendered, renderAll } from '../render-target.ts'
import { contextFor, jobFor, type Made } from './check-files.ts'
import { type Edit, edited, editsOf, oppositesOf } from './edits.ts'
import { disjointSubjects, type Subject } from './subjects.ts'
import { Tally } from './tally.ts'

export interface EditCounts {
  /** The most edited files that are read, but at least `editsOfFile` of each file. */
  readonly edits: number
  readonly editsOfFile: number
}

const COMMENT = /^\s*(?:$|#|\/\/|!|;|--|\/\*|\*|<!--)/

/**
 * Edits the lines of every file. An edit is noticed if the file is no longer proved. One that is not is a fault, unless the line
 * is a comment or the vendor's `unnoticed.json` says why it may be.
 */
export async function checkEdits(
  vendor: Vendor,
  settings: readonly Setting[],
  { edits: most, editsOfFile }: EditCounts,
): Promise<CheckResult> {
  const readers = await loadReader(vendor)
  if (!readers)
    return { check: 'edits', summary: 'not tried, because there is no reader', skipped: true, notes: [], findings: [] }
  const made = filesOf(vendor, settings).filter(({ job, subject, files }) => isProved(job, subject, files, readers))
  const accepted = readAcceptedEdits(vendor).map((one) => ({ ...one, form: new RegExp(one.lines, 'u') }))
  const used = new Map<AcceptedEdits, number>()
  const tally = new Tally()
  const opposites = oppositesOf(vendor.words)
  const share = Math.max(
    editsOfFile,
    Math.floor(
      most /
        Math.max(
          1,
          made.reduce((sum, { files }) => sum + files.length, 0),
        ),
    ),
  )
  const candidates = made.flatMap(({ setting, subject, job, files }) => {
    const expectation = expectationOf(job, subject.ruleset)
    const read = (mutant: readonly ReadFile[]) => readers.read(mutant, contextFor(job))
    const placeOf = (part: string, line: number) => ({ options: setting.given, policy: subject.policy, part, line })
    return files.map((_, at) => new EditedFile(files, at, expectation, read, placeOf, tally))
  })
  const reasonFor = (edit: Edit) => accepted.find((one) => accepts(one, edit))
  let [tried, comments, unnoticed] = [0, 0, 0]
  for (const file of candidates) {
    for (const edit of editsOf(file.text, opposites, share)) {
      tried++
      const verdict = file.verdictOn(edit)
      if (verdict === 'noticed') continue
      const why = reasonFor(edit)
      if (verdict === 'comment') comments++
      else if (why) used.set(why, (used.get(why) ?? 0) + 1)
      else {
        unnoticed++
        tally.add(sentenceOf(edit, shown), file.placeOf(edit.line), sentenceOf(edit, formOf))
      }
    }
  }
  // An edit that was left out may need the reason.
  const isNeeded = (one: AcceptedEdits) =>
    candidates.some((file) =>
      editsOf(file.text, opposites).some((edit) => reasonFor(edit) === one && file.verdictOn(edit) === 'unnoticed'),
    )
  for (const one of accepted)
    if (!used.has(one) && tried > 0 && !isNeeded(one))
      tally.add(
        `unnoticed.json accepts ${one.edits.join(', ')} of lines that match ${one.lines}, but each is noticed`,
        { options: {} },
      )
  return {
    check: 'edits',
    summary: `${plural(tried, 'edit')} of one line each, ${unnoticed === 0 ? 'all noticed' : `${formatCount(unnoticed)} not noticed`}`,
    notes: [
      ...(comments > 0 ? [`accepted ${plural(comments, 'edit')} of comments`] : []),
      ...accepted.flatMap((one) => (used.has(one) ? `accepted ${plural(used.get(one) ?? 0, 'edit')}: ${one.why}` : [])),
    ],
    findings: tally.findings,
  }
}

/** One file of several, edited and read back with the others. */
class EditedFile {
  readonly text: string
  private readonly lines: readonly string[]
  /** Only the reader can say that a line means nothing: it then takes the file without it. */
  private readonly isComment = memo((line: number): boolean => {
    const own = this.lines[line - 1] ?? ''
    return COMMENT.test(own) && !this.isNoticed({ kind: 'drop', line, lines: [own], put: [] })
  })

  constructor(
    private readonly files: readonly ReadFile[],
    private readonly at: number,
    private readonly expectation: Expectation,
    private readonly read: (files: readonly ReadFile[]) => Reading,
    private readonly placeIn: (part: string, line: number) => CheckPlace,
    private readonly tally: Tally,
  ) {
    this.text = (files[at] as ReadFile).text
    this.lines = this.text.split('\n')
  }

  verdictOn(edit: Edit): 'noticed' | 'comment' | 'unnoticed' {
    if (this.isNoticed(edit)) return 'noticed'
    return edit.lines.some((_, index) => this.isComment(edit.line + index)) ? 'comment' : 'unnoticed'
  }

  placeOf(line: number): CheckPlace {
    return this.placeIn((this.files[this.at] as ReadFile).part, line)
  }

  private isNoticed(edit: Edit): boolean {
    const mutant = this.files.map((file, index) => {
      return index === this.at ? { ...file, text: edited(file.text, edit) } : file
    })
    try {
      return prove(this.expectation, this.read(mutant)).findings.length > 0
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      this.tally.add(`a file that was edited makes the reader fail: ${error.message}`, this.placeOf(edit.line))
      return true
    }
  }
}

/** Of files that are not proved as they are, no edit could be noticed. They are told elsewhere. */
function isProved(job: Job, { ruleset }: Subject, files: readonly Rendered[], { read }: Readers): boolean {
  try {
    return prove(expectationOf(job, ruleset), read(files, contextFor(job))).findings.length === 0
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return false
  }
}

/** The files to edit. What cannot be rendered is told elsewhere. */
function filesOf(vendor: Vendor, settings: readonly Setting[]): Made[] {
  const subjects = disjointSubjects(vendor)
  return settings.flatMap((setting) => {
    const job = jobFor(vendor, setting)
    return subjects.flatMap((subject): Made[] => {
      try {
        const { files, findings } = renderAll(subject.ruleset, job)
        return findings.some(({ severity }) => severity === 'error') ? [] : [{ setting, subject, job, files }]
      } catch (error) {
        if (error instanceof UserError) return []
        throw error
      }
    })
  })
}

const accepts = ({ edits, form }: AcceptedEdits & { readonly form: RegExp }, { kind, lines }: Edit): boolean =>
  edits.includes(kind) && lines.every((line) => form.test(line))

function sentenceOf({ kind, lines, put }: Edit, show: (line: string, at?: number) => string): string {
  const [line = '', next = ''] = lines.map((line) => show(line))
  switch (kind) {
    case 'drop':
      return `not noticed: without the line ${line}`
    case 'duplicate':
      return `not noticed: twice the line ${line}`
    case 'swap':
      return `not noticed: ${line} after ${next}`
    case 'unknown':
      return `not noticed: the line ${show(put[1] ?? '')} after ${line}`
    case 'extra':
    case 'digit':
    case 'word': {
      const [old = '', young = ''] = [lines[0], put[0]].map((text) => text?.trim())
      const at = [...young].findIndex((character, index) => character !== old[index])
      return `not noticed: ${show(young, at)} in place of ${show(old, at)}`
    }
  }
}

const LONGEST = 70

/** A line in short, with what is at `at`. */
function shown(line: string, at = 0): string {
  const text = line.trim()
  const from = Math.max(0, at - LONGEST + 20)
  const end = from + LONGEST
  return `\`${from > 0 ? '…' : ''}${text.slice(from, end)}${end < text.length ? '…' : ''}\``
}

/** The same for lines that differ in names and numbers only. */
const formOf = (line: string): string =>
  line
    .trim()
    .replaceAll(/"[^"]*"(?!:)/g, '""')
    .replaceAll(/[\w.:/-]+/g, (word) => (/\d/.test(word) ? '9' : word))
