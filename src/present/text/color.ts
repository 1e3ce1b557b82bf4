import { styleText } from 'node:util'

/** Adds colour, or does not. */
export type Paint = (color: 'green' | 'red' | 'bold', text: string) => string

/** Colour for a terminal, or none. */
export function paintFor(wantsColor: boolean): Paint {
  return wantsColor ? (color, text) => styleText(color, text, { validateStream: false }) : (_, text) => text
}
