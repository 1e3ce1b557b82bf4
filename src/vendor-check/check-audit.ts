import { audit } from '../audit/audit.ts'
import { comparedWith, readDevice } from '../audit/device-reading.ts'
import { expectJob } from '../audit/expect-device.ts'
import { AUDIT_FINDING_KINDS, FIELDS, findingsOf } from '../audit/values.ts'
import { unlessRefused } from '../errors.ts'
import type { Finding } from '../finding/finding.ts'
import { plural } from '../text/numbers.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { proofContext } from '../verify/expectation.ts'
import type { EditCounts } from './check-edits.ts'
import { disjointCases, type ProvedCase, provedCases } from './check-files.ts'
import { editsOf, formOf, oppositesOf, sentenceOf, shown, withEdit } from './edits.ts'
import { type Setting, Tally, textWithoutPlaces } from './result.ts'

/** An audit computes more than a proof, so fewer edits are tried, some of each of these kinds. */
const SHARE = 10
const KINDS = ['drop', 'digit', 'unknown'] as const
/** A line of no dialect. */
const FOREIGN = 'no dialect has this line\n'

/**
 * Reads the full files as a running configuration, unedited and edited. An audit finds the policy's rules in them, and notices each edit that changes
 * the allowed traffic in the proof. It reports some of the lines that it does not know.
 */
export async function checkAudit(settings: readonly Setting[], { edits: most }: EditCounts, readers: Readers) {
  const { read } = readers
  const tally = new Tally('audit')
  const cases = disjointCases(settings)
  const share = Math.max(1, Math.floor(most / SHARE / KINDS.length / Math.max(1, cases.length)))
  const counts = { files: 0, edits: 0, unknown: 0, reported: 0, cases: 0, open: 0 }
  const tryCase = ({ tried, job, place, files, findingsOf: proofOf }: ProvedCase): void => {
    const opposites = oppositesOf(job.vendor.words)
    const tags = new Map(Array.from(tried.document.tags, ([name, tag]) => [name.toLowerCase(), tag.prefixes]))
    const device = expectJob(tried.ruleset, job.target, job, (name) => tags.get(name.toLowerCase()))
    const auditOf = (rendered: typeof files) => {
      const running = rendered.map(({ part, suffix, text }) => ({ part: suffix || part, family: undefined, text }))
      return audit(device, readDevice(read, running, job, comparedWith(tried.ruleset), {}))
    }
    const own = auditOf(files)
    counts.files += files.length
    const ours = new Set(device.ownNames.map((name) => name.toLowerCase()))
    const [missing] = own.missing
    const [wrong] = [...own.stale, ...own.wider, ...own.opened].filter(({ rule }) => ours.has(rule.toLowerCase()))
    if (missing) tally.add(`an audit of its own files misses addresses of ${missing.rule}`, place, 'missing')
    else if (wrong) tally.add(`an audit of its own files says that ${wrong.rule} allows too much`, place, 'too much')
    // Other findings are those of a device with these rules alone, which may accept everything else.
    const isClean = findingsOf(own, false).length === 0
    counts.cases++
    if (!isClean) counts.open++
    const hasDenials = tried.ruleset.rules.some(({ action }) => action === 'deny')
    const known = keyOf(own)
    for (const [at, { text, part }] of files.entries())
      for (const edit of KINDS.flatMap((kind) => editsOf(text, opposites, [kind], share))) {
        const mutant = withEdit(files, at, edit)
        const found = proofOf(mutant)
        // An audit finds nothing where no rule allows and none denies.
        const isAllowed = (one: Finding) =>
          one.code === 'PROOF_FAILED' && (!hasDenials || !one.missing.addresses.isEmpty || one.missing.tags.length > 0)
        const isTraffic = isClean && found.length > 0 && found.every(isAllowed)
        const isUnknown = edit.kind === 'unknown'
        if (!isTraffic && !isUnknown) continue
        counts.edits++
        // A text that cannot be read as a configuration is a finding.
        const key = unlessRefused(() => keyOf(auditOf(mutant)))
        if (isUnknown) counts.unknown++
        if (isUnknown && key !== known) counts.reported++
        if (isTraffic && key === known)
          tally.add(
            `an audit does not notice, but the proof does: ${sentenceOf(edit, shown)}`,
            { ...place, part, line: edit.line },
            sentenceOf(edit, formOf),
          )
      }
    const foreign = read([{ part: 'foreign', family: undefined, text: FOREIGN }], {
      ...proofContext(job),
      purpose: 'audit',
    })
    if (foreign.notes.length === 0) tally.add('an audit of a text of another kind has no note', place)
  }
  for (const one of provedCases(cases, readers)) await tally.attempt(one.place, () => tryCase(one))
  if (counts.unknown > 0 && counts.reported === 0) tally.add('an audit reports no line that the reader does not know')
  return tally.result(
    `${plural(counts.files, 'file')} and ${plural(counts.edits, 'edit')} of them as running configurations`,
    counts.open > 0
      ? [
          `in ${counts.open} of ${plural(counts.cases, 'case')} an audit of the unedited files has findings, so their edits of traffic are not compared with the proof`,
        ]
      : [],
  )
}

/** The findings of an audit as a text, without places. */
const keyOf = (found: ReturnType<typeof audit>): string =>
  textWithoutPlaces([...AUDIT_FINDING_KINDS.map((kind) => found[FIELDS[kind]]), found.outside, found.harmless])
