// Whether a file that is there may be one that an earlier run wrote. A wrong yes costs a person's file, and a wrong no one flag.

const COMMENT = /^\s*(?:#|;|!|\/\/|--|<!--)/
/** How many of a hundred lines must be known. */
const MOST_KNOWN = 90

/**
 * Whether `found` looks like a text that `wanted` may replace: it begins like a configuration that one of the patterns
 * `recognise` is about, or nearly all of its lines are like lines of `wanted`.
 */
export function looksWritten(found: string, wanted: string, recognise: readonly string[]): boolean {
  const lines = contentOf(found)
  if (lines.length === 0) return true
  const patterns = recognise.map((pattern) => new RegExp(pattern, 'mu'))
  // Any list of addresses matches some of them, so these say nothing of what else is in a file.
  const telling = patterns.filter((pattern) => !pattern.test('192.0.2.0/24'))
  // JSON and XML say what they are further in.
  const head = /^\s*[[{<]/.test(found) ? found : (lines.find((line) => !COMMENT.test(line)) ?? '')
  if (telling.some((pattern) => pattern.test(head))) return true
  const shapes = new Set(contentOf(wanted).map(shapeOf))
  const known = lines.filter((line) => shapes.has(shapeOf(line)) || patterns.some((pattern) => pattern.test(line)))
  return 100 * known.length >= MOST_KNOWN * lines.length
}

const contentOf = (text: string) => text.split(/\r?\n/).filter((line) => line.trim() !== '')

/** A line without what differs from week to week: addresses, numbers, dates, and names that are made of them. */
const shapeOf = (line: string) => line.replaceAll(/[0-9A-Fa-f.:/_-]+/g, (run) => (/\d/.test(run) ? '#' : run))
