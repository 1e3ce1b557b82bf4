/**
 * True if tests try every case, as the weekly workflow does, with TAGWALL_THOROUGH=1. Otherwise they try some of each kind, always the same ones,
 * so that every change is tested within minutes.
 */
export const THOROUGH = process.env.TAGWALL_THOROUGH === '1'

/** All of `cases`, or every `step`-th. Where several lists have the same kinds of cases, another `turn` for each list shares these out. */
export const someOf = <Case>(cases: readonly Case[], step: number, turn = 0): readonly Case[] =>
  THOROUGH ? cases : cases.filter((_, index) => index % step === turn % step)

/** All of `cases`, or the first `most` of each kind. Lists with the same `seen` count their kinds together. */
export function someOfEach<Case>(
  cases: readonly Case[],
  kindOf: (one: Case) => string,
  most = 1,
  seen = new Map<string, number>(),
): readonly Case[] {
  if (THOROUGH) return cases
  return cases.filter((one) => {
    const kind = kindOf(one)
    const count = seen.get(kind) ?? 0
    seen.set(kind, count + 1)
    return count < most
  })
}

/** A line without its addresses and numbers: lines of the same shape are of one kind. */
export const shapeOf = (line: string) => line.replaceAll(/\b[\da-f]*(?:[.:][\da-f]*)+(?:\/\d+)?|\d+/gi, '0')
