import { conflictLine } from '../text/lines.ts'

// Decides whether an earlier run wrote an existing file. A wrong yes costs a person's file; a wrong no costs one flag.

const COMMENT = /^\s*(?:#|;|!|\/\/|--|<!--)/
/** The percentage of lines that must be known. */
const MOST_KNOWN = 90

/** True if `wanted` may replace `found`: its start matches one of the patterns in `recognise`, or nearly all of its lines are like those of `wanted`. */
export function looksWritten(found: string, wanted: string, recognise: readonly string[]): boolean {
  const lines = contentOf(found)
  if (lines.length === 0) return true
  const patterns = recognise.map((pattern) => new RegExp(pattern, 'mu'))
  // Any list of addresses matches these patterns, so they prove nothing about the rest.
  const telling = patterns.filter((pattern) => !pattern.test('192.0.2.0/24'))
  // In JSON and XML the significant part comes later.
  const head = /^\s*[[{<]/.test(found) ? found : (lines.find((line) => !COMMENT.test(line)) ?? '')
  if (telling.some((pattern) => pattern.test(head))) return true
  const shapes = new Set(contentOf(wanted).map(shapeOf))
  const known = lines.filter((line) => shapes.has(shapeOf(line)) || patterns.some((pattern) => pattern.test(line)))
  return 100 * known.length >= MOST_KNOWN * lines.length
}

/** True if a file may be removed as outdated: it matches one of the patterns, or removing it loses nothing. */
export function looksRemovable(found: string, recognise: readonly string[]): boolean {
  const [first = '', ...more] = contentOf(found)
  // A delta without commands has only the header.
  const isEmptyDelta = /^\s*\S+ Azure service tags /.test(first) && [first, ...more].every((line) => COMMENT.test(line))
  return isEmptyDelta || /^\s*\[\s*\]\s*$/.test(found) || looksWritten(found, '', recognise)
}

const contentOf = (text: string) => text.split(/\r?\n/).filter((line) => line.trim() !== '' && conflictLine(line) === 0)

/** A line without the parts that change every week: addresses, numbers, dates, and names made from them. */
const shapeOf = (line: string) => line.replaceAll(/[0-9A-Fa-f.:/_-]+/g, (run) => (/\d/.test(run) ? '#' : run))
