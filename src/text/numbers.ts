/** A count with commas; more than 15 digits (IPv6 addresses) become three significant digits: 1.21e24. */
export function formatCount(count: number | bigint): string {
  const digits = String(count)
  if (digits.length > 15) return `${digits[0]}.${digits.slice(1, 3)}e${digits.length - 1}`
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 prefix`, `2 prefixes`. */
export function plural(count: number | bigint, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${BigInt(count) === 1n ? one : many}`
}

/** The largest number, or 0. As arguments of Math.max, a hundred thousand numbers overflow the stack. */
export function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0)
}

/** `a, b, c and 5 more`: the first `most` of a list that may be long. */
export function listText(items: readonly string[], most: number): string {
  const more = items.length - most
  return more > 0 ? `${items.slice(0, most).join(', ')} and ${formatCount(more)} more` : items.join(', ')
}

/** The start of a text that is longer than `most` characters, with `…` behind it. */
export const clipped = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text

/** `a, b and c`, or `a, b or c`. */
export const wordList = (words: readonly string[], last: 'and' | 'or'): string =>
  [words.slice(0, -1).join(', '), ...words.slice(-1)].filter(Boolean).join(` ${last} `)

/** Compares strings by code unit: the same on every machine, unlike `localeCompare`. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** `93%`; a share between nothing and all is never shown as 0% or 100%. */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100}%`
  return share < 0.01 ? '< 1%' : `${Math.min(99, Math.round(share * 100))}%`
}
