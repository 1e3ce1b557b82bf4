import { pieceJson } from '../change/tell/json.ts'
import { pieceText, sharedPieces } from '../change/tell/sentences.ts'
import { labelOf } from '../model/delta.ts'
import { setJson } from '../model/json.ts'
import { formatPorts } from '../model/traffic.ts'
import { inputName } from '../parse/read-file.ts'
import { firstLines, formatTable, linesText } from '../text/lines.ts'
import { listText, percent, plural } from '../text/numbers.ts'
import type { Adopted } from './adopt.ts'
import { noteText, placesText, remarksOn } from './draft.ts'
import type { runAdopt } from './run-adopt.ts'

type AdoptReport = Awaited<ReturnType<typeof runAdopt>>

const MOST_LINES = 20
const MOST_TAGS = 3

/** A table of the rules with their tags, and what adopting them changes. `width`: of the terminal, in columns. */
export function adoptText(report: AdoptReport, width: number | undefined): string {
  const { adoption, files, document, notes, pieces } = report
  const { rules, unexplained } = adoption
  const rows = rules.map((rule) => [
    rule.name,
    placesText(rule.candidate.places),
    trafficText(rule),
    listText([...rule.tags.map(({ name, ofTag }) => `${name} (${percent(ofTag)})`), ...rule.gone], MOST_TAGS),
    ...countsOf(rule).map(String),
  ])
  const heading = ['rule', 'place', 'traffic', 'tags (share)', ...HEAPS]
  const left = unexplained > 0 ? `, and ${plural(unexplained, 'rule')} that no tag explains` : ''
  const remarks = rules.flatMap((rule) => remarksOn(rule).map((text) => `${rule.name}: ${text}`))
  const changes = sharedPieces([{ target: '', pieces }]).map((piece) => pieceText(piece))
  return [
    section('not understood, so these lines may allow more or less', notes.map(noteText)),
    `${files.map(inputName).join(', ')} by ${document}: ${plural(rules.length, 'rule')} that tags explain${left}; numbers are prefixes\n`,
    formatTable([heading, ...rows], { right: [4, 5, 6, 7, 8], drop: [1, 2], width }),
    section('look at', remarks),
    section('a policy of these rules would change on the device', changes.length > 0 ? changes : ['nothing']),
  ]
    .filter((text) => text !== '')
    .join('\n')
}

/** The heaps in the order of `countsOf`. */
export const HEAPS = ['exact', 'stale', 'missing', 'other tags', 'no tag'] as const

/** The number of prefixes in each heap. */
export function countsOf({ heaps: { exact, stale, missing, otherTags, notAzure } }: Adopted): number[] {
  const old = stale.reduce((sum, { addresses }) => sum + addresses.prefixCount, 0)
  return [exact.prefixCount, old, missing.prefixCount, otherTags.prefixCount, notAzure.prefixCount]
}

function trafficText({ candidate: { direction, action, protocol, ports } }: Adopted): string {
  const words = [action === 'deny' ? 'deny' : '', direction, protocol, ports.map(formatPorts).join(',')]
  return words.filter(Boolean).join(' ')
}

function section(heading: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const shown = firstLines(lines, MOST_LINES, (more) => `${more} more; --json has them all`)
  return `${heading}\n${linesText(shown.map((line) => `  ${line}`))}`
}

/** The facts of `adopt`. */
export function adoptJson({ adoption, vendor, files, document, label, notes, pieces, draft }: AdoptReport) {
  return {
    vendor,
    paths: files,
    source: document,
    document: labelOf(label),
    notUnderstood: notes.map(({ place, text, reason }) => ({ place, text, reason })),
    unexplainedCount: adoption.unexplained,
    adopted: adoption.rules.map(ruleJson),
    pieces: pieces.map((piece) => ({ ...pieceJson(piece, true), targets: [] as string[] })),
    draft,
  }
}

function ruleJson({ candidate, name, tags, gone, ties, near, published, heaps }: Adopted) {
  const { direction, action, protocol, ports, local, names, places, isPart } = candidate
  return {
    name,
    names,
    places,
    direction,
    action,
    protocol,
    ports,
    local: local ? { prefixes: local.addresses.texts, objects: local.objects } : null,
    limited: isPart,
    published,
    explainedBy: tags,
    unpublished: gone,
    ties,
    near,
    exact: setJson(heaps.exact),
    outdated: heaps.stale.map(({ until, addresses }) => ({ until, ...setJson(addresses) })),
    absent: setJson(heaps.missing),
    otherTags: setJson(heaps.otherTags),
    notAzure: setJson(heaps.notAzure),
  }
}
