import { styleText } from 'node:util'

/** Colors a text, or leaves it as it is. */
export type Color = (style: 'green' | 'yellow' | 'red' | 'bold', text: string) => string

/** Color for a terminal, or none. */
export function colorFor(wantsColor: boolean): Color {
  return wantsColor ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
}
