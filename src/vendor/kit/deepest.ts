/** The levels that a text may nest: more than people write, and too few for a hostile text to exhaust the stack. */
export const DEEPEST = 200
