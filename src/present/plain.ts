/**
 * One line of text as a reader is to see it: control characters, line breaks, and marks that turn the direction of writing
 * (Unicode UAX #9) are shown as their numbers, because text that hides what it says is no text for a reviewer.
 */
export function cleanText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const number = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')
    return `\\u{${number}}`
  })
}
