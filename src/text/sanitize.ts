/**
 * Makes foreign text one visible line: control characters, line breaks, bidirectional marks (Unicode UAX #9) and letters that only look like
 * Latin ones become JSON escapes, so nothing is hidden from a reviewer and the same text in JSON keeps its meaning.
 */
export const sanitize = (text: string): string => sanitizeName(marked(text))

/** The same for a name to compare with others, whose letters stay. */
export function sanitizeName(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, numbersOf)
}

/** The same for the message of another program; several lines become one. */
export function sanitizeSentence(text: string): string {
  const lines = text.split(/[\r\n\u0085\u2028\u2029]+/).map((line) => line.trim())
  return sanitize(lines.filter((line) => line !== '').join(' '))
}

/**
 * Makes text of several lines safe for a terminal and a CI log: no control characters except line breaks, tabs and, if
 * `isColored`, tagwall's own colors; and nothing that a CI service reads as a command.
 */
export function sanitizeLines(text: string, isColored: boolean): string {
  const visible = /^[\n\t -~]*$/.test(text)
    ? text
    : marked(text).replaceAll(isColored ? OUTSIDE_COLORS : /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (found) =>
        found.length > 2 ? found : numbersOf(found),
      )
  return (
    visible
      // Azure Pipelines and GitHub look for these anywhere in a line.
      .replaceAll(/##(?=\w{0,20}\[)/g, '#\\u0023')
      // GitHub looks for these at the start of a line.
      .replaceAll(/:(?<=^[ \t]*:)(?=:[A-Za-z-]+(?:::| [^\n]*::))/gm, '\\u003a')
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const OUTSIDE_COLORS = /\u001b\[(?:[012]|2[24]|3[1-69])m|[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const numbersOf = (text: string) =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')

/**
 * A text in which escapes stand for letters that look like Latin ones: those of other alphabets beside Latin letters in one word, as in a Cyrillic
 * `\u0430rc`, and Latin letters of other shapes (Unicode UTS #39). Words of one script stay.
 */
function marked(text: string): string {
  if (/^\p{ASCII}*$/u.test(text)) return text
  return text
    .replaceAll(WORD, (word) => (/^[^[]*\p{Script=Latin}/u.test(word) ? word.replaceAll(LIKE_LATIN, numbersOf) : word))
    .replaceAll(OTHER_SHAPES, numbersOf)
}

// A color of tagwall ends with a letter, and is no part of the word behind it.
const WORD = /\[\d*m|[\p{L}\p{M}\p{N}_]+/gu
const LIKE_LATIN =
  /[\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Lisu}]/gu
/** Letters for mathematics, and those as wide as a Chinese character. */
const OTHER_SHAPES = /[\u{1d400}-\u{1d7ff}\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]/gu
