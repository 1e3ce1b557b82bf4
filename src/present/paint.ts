import { styleText } from 'node:util'
import type { Paint } from './text.ts'

/** Colour for a terminal, or none. */
export function paintFor(wantsColor: boolean): Paint {
  return wantsColor ? (color, text) => styleText(color, text, { validateStream: false }) : (_, text) => text
}
