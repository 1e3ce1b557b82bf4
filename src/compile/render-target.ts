import type { AddressFamily } from '../address/prefix.ts'
import { type Finding, hasErrors } from '../finding/finding.ts'
import type { Artefact, VendorFile } from '../model/artefact.ts'
import type { LimitName } from '../model/limits.ts'
import { type Ruleset, restrict } from '../model/ruleset.ts'
import { artefactsFor, type Job, limitOf } from '../model/vendor.ts'
import { partNumber, renderParts } from '../vendor/render/parts.ts'
import { templatesOf } from '../vendor/render/render.ts'
import { sameNames } from './fit/collisions.ts'
import { type CountedFile, countFiles, countRules, entriesIn, exceeded, usesOf } from './fit/limits.ts'
import { SideMaker } from './side-maker.ts'

// A part of the library beside `renderAll`.
export type { Job } from '../model/vendor.ts'

/** A file of a target, whole, before its text is known. */
export interface WholeFile {
  /** Its name in `--part`: the artefact's part, or the set's name with one file per set. */
  readonly part: string
  readonly family: AddressFamily | undefined
  /** Added to the target's `out`. */
  readonly suffix: string
}

/** One file of a target, rendered. */
export interface Rendered extends WholeFile {
  /** Takes the place of the target's extension in the name of a delta or a cleanup. */
  readonly extension?: string | undefined
  /** The number of the part, if the file is split: `01`. */
  readonly number: string | undefined
  readonly text: string
}

/**
 * Renders every file of `job` for `ruleset`, and counts the use of each limit. If any finding is an error, do not use files or uses.
 * `sides` has the views that commands need too.
 */
export function renderAll(ruleset: Ruleset, job: Job, sides = new SideMaker()) {
  const render = templatesOf(job.vendor)
  const findings: Finding[] = []
  // An empty list means "none" on one firewall and "any" on another.
  if (job.family && restrict(ruleset, job.family).rules.length === 0) {
    findings.push({ code: 'NO_RULE_LEFT', severity: 'error', policy: ruleset.policy, family: job.family })
  }
  // The limits belong to the device, so they apply to all files together.
  const ofRules = countRules(sides.fit(ruleset, job).fitted, job)
  findings.push(...exceeded(ofRules, job))
  const counted: CountedFile[] = []
  const planned = plannedFiles(ruleset, job)
  const names = planned.map(({ part, suffix }) => ({ name: suffix, from: part }))
  findings.push(...sameNames('file', names, job.target))
  const files = planned.flatMap(({ artefact, family, set, part, suffix }): Rendered[] => {
    const within: Job = { ...job, family: job.family ?? family }
    const own = sides.fit(ruleset, within, set).findings
    findings.push(...own)
    const texts = hasErrors(own)
      ? ['']
      : renderParts(sides.of(ruleset, within, set).view, fitsFile(artefact, job), (view) =>
          render(artefact.template, view),
        )
    const made = texts.map((text, index) => {
      const number = texts.length === 1 ? undefined : partNumber(index + 1)
      return { family, suffix, part: number === undefined ? part : `${part}-${number}`, number, text }
    })
    counted.push(...made.map(({ part, text }) => ({ part, text, artefact })))
    return made
  })
  const ofFiles = countFiles(counted, job)
  findings.push(...exceeded(ofFiles, job))
  // Files of one target share their names, so they share their findings too.
  const distinct = [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()]
  return { files, findings: distinct, uses: usesOf([...ofRules, ...ofFiles]) }
}

/** Returns a check that a text fits in one file; every text does if the artefact has no parts. */
function fitsFile(artefact: Artefact, { vendor, options }: Job): (text: string) => boolean {
  const most = (name: LimitName) => limitOf(vendor, name, options)?.max ?? Number.POSITIVE_INFINITY
  return (text) =>
    !artefact.parts || (Buffer.byteLength(text) <= most('bytes') && entriesIn(text, artefact) <= most('requestEntries'))
}

interface Planned extends WholeFile {
  readonly artefact: Artefact
  /** The only set of the file. */
  readonly set?: string
}

/** The files that `renderAll` makes, whole: each may be on disk in parts. */
export function plannedFiles(ruleset: Ruleset, job: Job): Planned[] {
  return artefactsFor(job.vendor.artefacts, job).flatMap((artefact): Planned[] => {
    const { part, family, suffix } = artefact
    if (!artefact.each) return [{ artefact, family, part, suffix }]
    return restrict(ruleset, job.family ?? family).sets.map(({ name }) => {
      return { artefact, family, set: name, part: name, suffix: suffixFor(artefact, name) }
    })
  })
}

/** The suffix for the file of one set. A slash in a rule name must not lead to another folder. */
export function suffixFor({ suffix }: VendorFile, set: string): string {
  return suffix.replace('{set}', () => set.replaceAll(/[^A-Za-z0-9._-]+/g, '-'))
}
