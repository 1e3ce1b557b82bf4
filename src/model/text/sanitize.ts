/**
 * One line of text that somebody else wrote, as a reader is to see it: control characters, line breaks, and marks that turn
 * the direction of writing (Unicode UAX #9) are shown as their numbers, because text that hides what it says is no text for
 * a reviewer. The numbers are as JSON has them, so that the same text in JSON keeps its meaning.
 */
export function sanitize(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, numbersOf)
}

/** The same for a sentence that may come in several lines, such as another program's: they become one. */
export function sanitizeSentence(text: string): string {
  const lines = text.split(/[\r\n\u0085\u2028\u2029]+/).map((line) => line.trim())
  return sanitize(lines.filter((line) => line !== '').join(' '))
}

/**
 * Text of any number of lines as a terminal and the log of a CI job may have it: no control characters but line breaks, tabs
 * and, where `isColored`, the colours that tagwall uses; and nothing that a CI service takes for a command.
 */
export function sanitizeLines(text: string, isColored: boolean): string {
  return (
    text
      .replaceAll(isColored ? OUTSIDE_COLORS : /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (found) =>
        found.length > 2 ? found : numbersOf(found),
      )
      // Azure Pipelines, and GitHub until today, look for these anywhere in a line.
      .replaceAll(/##(?=\w{0,20}\[)/g, '#\\u0023')
      // GitHub looks for these at the beginning of a line.
      .replaceAll(/^([ \t]*):(?=:[A-Za-z-]+(?:::| [^\n]*::))/gm, '$1\\u003a')
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const OUTSIDE_COLORS = /\u001b\[(?:[012]|2[24]|3[1-69])m|[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const numbersOf = (text: string) =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
