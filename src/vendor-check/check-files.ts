import { existsSync } from 'node:fs'
import { type Rendered, renderAll } from '../compile/render-target.ts'
import { unlessRefused } from '../errors.ts'
import { errorsIn, explain, type Finding, hasErrors } from '../finding/finding.ts'
import { LIMITS } from '../model/limits.ts'
import { commandTemplates, linesIn } from '../model/made-item.ts'
import type { ReadFile } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Job, Vendor } from '../model/vendor.ts'
import { plural } from '../text/numbers.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { partialsIn, readTemplates } from '../vendor/templates.ts'
import { templatesIn } from '../vendor/vendor.ts'
import { expectationOf, proofContext } from '../verify/expectation.ts'
import { prove } from '../verify/prove.ts'
import { proveFiles } from '../verify/prove-files.ts'
import { fileOf } from './check-files-there.ts'
import { type CheckFinding, type CheckPlace, type CheckResult, type Setting, Tally } from './result.ts'
import { disjointSubjects, type Subject } from './subjects.ts'

/** A policy or a change of one under one setting. */
export interface Case<Tried> {
  readonly tried: Tried
  readonly job: Job
  readonly place: CheckPlace
}

/** The files of one policy under one setting. */
export interface Made extends Case<Subject> {
  readonly files: readonly Rendered[]
}

/** Every policy or change that is tried under each setting. */
export function casesOf<Tried extends { readonly policy: string }>(
  settings: readonly Setting[],
  triedUnder: (setting: Setting) => readonly Tried[],
): Case<Tried>[] {
  return settings.flatMap((job) =>
    triedUnder(job).map((tried) => ({ tried, job, place: { options: job.given, policy: tried.policy } })),
  )
}

/** Every policy in which each line counts, under each setting. */
export const disjointCases = (settings: readonly Setting[]): Case<Subject>[] =>
  casesOf(settings, ({ vendor }) => disjointSubjects(vendor))

/** The full files of a case that are proved, and the findings of the proof for others read in their place. */
export interface ProvedCase extends Made {
  readonly findingsOf: (files: readonly ReadFile[], ruleset?: Ruleset) => readonly Finding[]
}

/** The cases whose files are proved: in others, no edit could be noticed. */
export function* provedCases(cases: readonly Case<Subject>[], { read }: Readers): Generator<ProvedCase> {
  for (const one of cases) {
    const { tried, job } = one
    const findingsOf = (files: readonly ReadFile[], ruleset = tried.ruleset) =>
      prove(expectationOf(job, ruleset), read(files, proofContext(job))).findings
    const files = unlessRefused(() => {
      const rendered = renderAll(tried.ruleset, job)
      return hasErrors(rendered.findings) || findingsOf(rendered.files).length > 0 ? undefined : rendered.files
    })
    if (files) yield { ...one, files, findingsOf }
  }
}

/** Renders every policy under every setting, twice, and looks at the form of the files. */
export async function checkFiles(
  settings: readonly Setting[],
  subjects: readonly Subject[],
  wrong: readonly CheckFinding[],
): Promise<{ made: Made[]; result: CheckResult }> {
  const tally = new Tally('files')
  const made: Made[] = []
  const refused = new Map<string, Set<string>>()
  for (const { tried, job, place } of casesOf(settings, () => subjects)) {
    await tally.attempt(place, () => {
      const { files, findings } = renderAll(tried.ruleset, job)
      const errors = errorsIn(findings)
      for (const text of errors.map(explain)) refused.set(text, (refused.get(text) ?? new Set()).add(tried.policy))
      if (errors.length > 0) return
      if (files.length === 0) tally.add('it makes no file', place)
      const again = renderAll(tried.ruleset, job).files
      files.forEach(({ part, text }, index) => {
        if (again[index]?.text !== text)
          tally.add('the same policy gives a different file the second time', { ...place, part })
        for (const { line, problem } of formProblems(text)) tally.add(problem, { ...place, part, line })
      })
      made.push({ tried, job, place, files })
    })
  }
  if (made.length === 0 && tally.findings.length === 0) tally.add('it can carry none of the policies')
  const count = made.reduce((sum, { files }) => sum + files.length, 0)
  const result = tally.result(
    `${plural(count, 'file')} of ${plural(subjects.length, 'policy', 'policies')} under ${plural(settings.length, 'setting')}`,
    Array.from(refused, ([text, policies]) => `refused (${[...policies].join(', ')}): ${text}`),
  )
  return { made, result: { ...result, findings: [...wrong, ...result.findings] } }
}

const ODD: readonly (readonly [pattern: RegExp, problem: string])[] = [
  [/\bundefined\b|\[object /, 'a template prints a value that has no text'],
  [/\r/, 'a line ends in CR'],
  [/[ \t]$/, 'a line ends in a space'],
]

function* formProblems(text: string): Generator<{ line: number; problem: string }> {
  const lines = text.split('\n')
  if (lines.at(-1) !== '' && text !== '') yield { line: lines.length, problem: 'the file does not end in a newline' }
  for (const [pattern, problem] of ODD) {
    const index = lines.findIndex((line) => pattern.test(line))
    if (index >= 0) yield { line: index + 1, problem }
  }
  // JSON, or one JSON value per line.
  const isLines = /^\{.*\}\n\{/.test(text)
  const values = isLines ? lines.slice(0, -1) : /^\s*[{[]/.test(text) ? [text] : []
  for (const [index, value] of values.entries()) {
    try {
      JSON.parse(value)
    } catch (error) {
      yield { line: index + 1, problem: `the file looks like JSON but is not: ${(error as Error).message}` }
      return
    }
  }
}

/** Reads every file back, and compares it with the policy. `proved` counts the policies whose files are equivalent. */
export async function checkProof(made: readonly Made[]): Promise<{ proved: number; result: CheckResult }> {
  const tally = new Tally('proof')
  let [rules, count] = [0, 0]
  for (const { tried, job, place, files } of made) {
    const proved = await tally.attempt(place, () => proveFiles(tried.ruleset, job, files, true))
    if (proved) tally.addAll(proved.findings, place)
    if (proved?.findings.length === 0) count++
    rules += proved?.proof?.rules ?? 0
  }
  return { proved: count, result: tally.result(`full files on an empty device, ${plural(rules, 'rule')} read back`) }
}

/** Checks that the folder has every file that a user needs. */
export function checkFolder(vendor: Vendor, hasReader: boolean): CheckResult {
  const tally = new Tally('folder')
  if (!existsSync(fileOf(vendor, 'README.md')))
    tally.add('there is no README.md: describe the output, the load, the undo and the leftovers')
  if (!hasReader) tally.add('there is no reader.js: no file is proved, and "tagwall audit" does not work')
  for (const name of strayTemplates(vendor)) tally.add(`nothing uses the template ${name}: remove or rename it`)
  const missing = LIMITS.filter((name) => !vendor.limits[name])
  const own = LIMITS.filter((name) => vendor.limits[name])
  const limits = missing.length > 0 ? `no limit is declared for ${missing.join(', ')}` : 'every limit is declared'
  return tally.result(own.length > 0 ? `limits ${own.join(', ')}` : 'without limits', [limits])
}

/** The templates in a vendor's own folder, and the `lines` of its manifest, that none of its files uses, also not as a partial. */
function strayTemplates(vendor: Vendor): string[] {
  const texts = textsOf(vendor)
  const used = new Set([...templatesIn(vendor), ...commandTemplates(vendor)])
  // A set that grows is walked to its new end.
  for (const file of used) {
    const partials = partialsIn(texts.get(file) ?? '')
    // Any may be used if the names are unknown.
    if (!partials) return []
    for (const name of partials) used.add(`_${name}.hbs`)
  }
  // Lines of a vendor that this one extends may be for its files.
  const lines = vendor.base ? [] : Object.keys(vendor.lines).filter((name) => !used.has(`_${name}.hbs`))
  return [...[...readTemplates(vendor.folder).keys()].filter((file) => !used.has(file)), ...lines]
}

const textsOf = (vendor: Vendor): ReadonlyMap<string, string> =>
  new Map([...(vendor.base ? textsOf(vendor.base) : []), ...linesIn(vendor), ...readTemplates(vendor.folder)])
