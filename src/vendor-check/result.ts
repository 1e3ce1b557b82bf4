import { UserError } from '../errors.ts'
import { explain, type Finding } from '../finding/finding.ts'
import type { Job } from '../model/vendor.ts'
import { firstLines, formatTable } from '../text/lines.ts'
import { plural } from '../text/numbers.ts'

/** The checks of a vendor, in the order of the output. */
export const CHECKS = ['folder', 'files', 'proof', 'reload', 'deltas', 'edits', 'audit', 'hostile'] as const
export type CheckName = (typeof CHECKS)[number]

/**
 * The edit of a line. `unknown`: the line is repeated with its first word misspelt; `extra`: another word
 * ends it; `case`: a word in the other case; `swap`: a line, or a block of lines, after the next one.
 */
export const EDITS = ['drop', 'duplicate', 'swap', 'digit', 'word', 'unknown', 'extra', 'case'] as const
export type EditKind = (typeof EDITS)[number]

/** The place of a check's finding. */
export interface CheckPlace {
  /** The options that were set. */
  readonly options: Readonly<Record<string, unknown>>
  readonly policy?: string
  /** The file, as `--part` calls it, and its line. */
  readonly part?: string
  readonly line?: number
}

/** One fault, in all places where it was seen. */
export interface CheckFinding {
  readonly text: string
  readonly places: readonly CheckPlace[]
}

/** The result of one check. */
export interface CheckResult {
  readonly check: CheckName
  /** The inputs of the check, or the reason why it was skipped. */
  readonly summary: string
  /** The check was skipped, so an empty list of findings proves nothing. */
  readonly skipped?: true
  /** Worth knowing, but no fault. */
  readonly notes: readonly string[]
  readonly findings: readonly CheckFinding[]
}

/** The result of all checks of one vendor. */
export interface VendorCheck {
  readonly vendor: string
  readonly title: string
  readonly checks: readonly CheckResult[]
  /** The checks that were not asked for. */
  readonly notRun: readonly CheckName[]
}

export const vendorCheckJson = ({ vendor, title, checks, notRun }: VendorCheck) => ({
  vendor,
  title,
  checks: checks.map(({ check, summary, skipped = false, notes, findings }) => ({
    check,
    summary,
    skipped,
    remarks: notes,
    faults: findings.map(({ text, places }) => ({
      text,
      seenIn: places.map(({ options, policy = null, part = null, line = null }) => ({
        settings: options,
        policy,
        part,
        line,
      })),
    })),
  })),
  notRun,
})

// One reader that is wrong about a form can have hundreds of faults, and a person needs the first few.
const MOST = 20

/** One line per check, with its notes, and each finding with the place where it was seen first. */
export function vendorCheckText({ vendor, title, checks, notRun }: VendorCheck): string {
  const rows = checks.map(({ check, summary, skipped, findings }) => {
    const state = skipped ? '-' : 'ok'
    return [findings.length > 0 ? plural(findings.length, 'finding') : state, check, summary]
  })
  const notes = checks.flatMap(({ check, notes }) => notes.map((note) => `${check}: ${note}\n`))
  const findings = checks.flatMap(({ check, findings }) => {
    const texts = findings.map((finding) => `${check}: ${findingText(finding)}\n`)
    return firstLines(texts, MOST, (more) => `${check}: ${plural(more, 'more finding')}; --json has them all\n`)
  })
  const count = checks.reduce((sum, { findings }) => sum + findings.length, 0)
  const section = (heading: string, lines: readonly string[]) =>
    lines.length > 0 ? `\n${heading}\n${lines.map((line) => `  ${line}`).join('')}` : ''
  const last = [
    count > 0 ? plural(count, 'finding') : 'no findings',
    ...(notRun.length > 0 ? [`not run: ${notRun.join(', ')}`] : []),
  ]
  return `${vendor}: ${title}\n\n${formatTable(rows)}${section('notes', notes)}${section('findings', findings)}\n${last.join('\n')}\n`
}

function findingText({ text, places }: CheckFinding): string {
  const [first, ...more] = places
  const where = first ? placeText(first) : ''
  const others = more.length > 0 ? `${where && ', '}and ${plural(more.length, 'other place')}` : ''
  return where || others ? `${text} (${where}${others})` : text
}

/** `several, form=xml, rules line 12`. */
function placeText({ options, policy, part, line }: CheckPlace): string {
  const given = Object.entries(options).map(([name, value]) => `${name}=${String(value)}`)
  const file = part === undefined ? [] : [line === undefined ? part : `${part} line ${line}`]
  return [...(policy === undefined ? [] : [policy]), ...given, ...file].join(', ')
}

/** A vendor under options that are tried, for the family that they are about, if there is one. */
export interface Setting extends Job {
  /** The options that differ from the defaults. */
  readonly given: Readonly<Record<string, unknown>>
}

/** Faults of one check: the same fault in several places is reported once. */
export class Tally {
  private readonly known = new Map<string, { readonly text: string; readonly places: CheckPlace[] }>()

  constructor(private readonly check: CheckName) {}

  get findings(): CheckFinding[] {
    return [...this.known.values()]
  }

  result(summary: string, notes: readonly string[] = []): CheckResult {
    return { check: this.check, summary, notes, findings: this.findings }
  }

  /** Faults with the same `key` are one, told in the words of the first. Without a place, it is the whole vendor's. */
  add(text: string, place: CheckPlace = { options: {} }, key = text): void {
    const known = this.known.get(key)
    if (known) known.places.push(place)
    else this.known.set(key, { text, places: [place] })
  }

  /** Adds what a proof or a renderer found. */
  addAll(findings: readonly Finding[], place: CheckPlace): void {
    for (const finding of findings) this.add(sentenceOf(finding), placeOf(finding, place), keyOf(finding))
  }

  /** Runs `work`. What it throws for the user is a fault. */
  async attempt<Value>(place: CheckPlace, work: () => Promise<Value> | Value): Promise<Value | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      this.add(error.message.replaceAll(/\n */g, ' '), place)
      return undefined
    }
  }
}

/** A reader that does not know a form of line has the same fault on every such line. */
function keyOf(finding: Finding): string | undefined {
  if (finding.code !== 'NOT_UNDERSTOOD') return undefined
  const { part, reason, text } = finding
  const form = reason === 'is not understood' ? text.trim().split(/\s/, 1)[0] : ''
  return JSON.stringify([part, reason, form])
}

/** Every target of a check is called as the vendor, which the reader knows. */
export const sentenceOf = (finding: Finding) => explain(finding).replace(/^target "[^"]*":? /, '')

function placeOf(finding: Finding, place: CheckPlace): CheckPlace {
  return 'part' in finding && 'line' in finding && typeof finding.line === 'number'
    ? { ...place, part: finding.part, line: finding.line }
    : place
}

/** A value as a text that is the same wherever the lines of a file stand. */
export const textWithoutPlaces = (value: unknown): string =>
  JSON.stringify(value, (key, one) => {
    if (key === 'place' || key === 'places') return undefined
    return typeof one === 'bigint' ? `${one}` : one
  })
