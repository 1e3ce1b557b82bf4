import { formatTable } from '../text/lines.ts'
import { plural } from '../text/numbers.ts'
import type { CheckFinding, CheckPlace, VendorCheck } from './result.ts'

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
    const [shown, hidden] = [findings.slice(0, MOST), findings.length - MOST]
    const more = hidden > 0 ? [`${check}: ${plural(hidden, 'more finding')}; --json has them all\n`] : []
    return [...shown.map((finding) => `${check}: ${findingText(finding)}\n`), ...more]
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
