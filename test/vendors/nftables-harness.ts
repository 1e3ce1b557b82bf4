import type { Reading } from '../../src/model/reading.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { device } from '../../vendors/nftables/reader.ts'
import { type Golden, harnessOf } from './harness.ts'
import { showRule } from './reading-text.ts'

const HARNESS = harnessOf('nftables', device)

export const { apart } = HARNESS
export const GOLDEN = HARNESS.goldens()

/** What stands between a text and a proof: nothing, when it means the ruleset. */
export const objectionsTo = (golden: Golden, text: string) =>
  HARNESS.objectionsTo(golden, [{ part: 'ruleset', family: undefined, text }])

/** What a device runs. */
export const auditOf = (text: string, options: Record<string, unknown> = {}, narrow: ReaderContext['narrow'] = {}) =>
  HARNESS.auditOf(text, { options, narrow })

/** As `show`, without lines: what two forms of one ruleset share. */
export function showUnplaced({ rules, notes }: Reading): string[] {
  return [...rules.map(showRule), ...notes.map(({ text, reason }) => `${text}: ${reason}`)]
}
