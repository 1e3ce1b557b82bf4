// Names in a sentence come from documents and policies, so only pages of Microsoft become links.
const PAGE = /(https:\/\/(?:(?:learn|msrc)\.microsoft\.com|github\.com\/microsoft)\/[\w./#?=-]*\w)/

/** The parts of a sentence, to make links of the pages of Microsoft in it, and of no others. */
export const linkParts = (text: string) => text.split(PAGE).map((text, index) => ({ text, isLink: index % 2 === 1 }))
