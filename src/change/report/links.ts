/** A part of a sentence: text, or the address of a page. */
export interface TextPart {
  readonly text: string
  readonly isLink: boolean
}

// Names in a sentence come from documents and policies, so only pages of Microsoft become links.
const PAGE = /(https:\/\/(?:(?:learn|msrc)\.microsoft\.com|github\.com\/microsoft)\/[\w./#?=-]*\w)/

/** The parts of a sentence, to make links of the pages of Microsoft in it, and of no others. */
export const linkParts = (text: string): TextPart[] =>
  text.split(PAGE).map((text, index) => ({ text, isLink: index % 2 === 1 }))
