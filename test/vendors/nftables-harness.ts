import { type Rendered, renderAll } from '../../src/compile/render-target.ts'
import type { OptionValues } from '../../src/model/option.ts'
import type { Reading } from '../../src/model/reading.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { device } from '../../vendors/nftables/reader.ts'
import { casesOf, DOCUMENT, PUBLISHED } from '../conformance/golden.ts'
import { rulesetOf } from '../fixtures.ts'
import { showRule } from './reading-text.ts'

const { read } = readersOf(device)

export const VENDOR = readVendor('nftables', [SHIPPED.vendors])

export const optionsOf = (setting: Readonly<Record<string, unknown>>) => resolveOptions(VENDOR, setting, 'test')

/** What `tagwall` writes for a test policy, and what it has to mean. */
export interface Golden {
  readonly title: string
  readonly ruleset: Ruleset
  readonly options: OptionValues
  readonly files: readonly Rendered[]
}

/** Every policy with every setting of the golden files, whose texts the conformance tests hold to be these. */
export const GOLDEN: readonly Golden[] = casesOf(VENDOR.folder).map(({ policy, file, setting }) => {
  const ruleset = rulesetOf(file, policy, DOCUMENT, PUBLISHED)
  return goldenOf(`${policy} ${JSON.stringify(setting)}`, ruleset, optionsOf(setting))
})

export function goldenOf(title: string, ruleset: Ruleset, options: OptionValues): Golden {
  const { files } = renderAll(ruleset, { target: 'test', vendor: VENDOR, options, family: undefined })
  return { title, ruleset, options, files }
}

/** What stands between a text and a proof: nothing, when it means the ruleset. */
export function objectionsTo({ ruleset, options }: Golden, text: string): readonly unknown[] {
  const files = [{ part: 'ruleset', family: undefined, text }]
  const reading = read(files, { options, purpose: 'prove', narrow: {}, kit: KIT })
  return prove({ target: 'test', ruleset, by: 'addresses' }, reading).findings
}

/** What a device runs. */
export function auditOf(
  text: string,
  options: Readonly<Record<string, unknown>> = {},
  narrow: ReaderContext['narrow'] = {},
): Reading {
  const files = [{ part: 'device', family: undefined, text }]
  return read(files, { options: optionsOf(options), purpose: 'audit', narrow, kit: KIT })
}

/** As `show`, without lines: what two forms of one ruleset share. */
export function showUnplaced({ rules, notes }: Reading): string[] {
  return [...rules.map(showRule), ...notes.map(({ text, reason }) => `${text}: ${reason}`)]
}
