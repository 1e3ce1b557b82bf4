import { expect } from 'vitest'
import { parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { type Rendered, renderAll } from '../../src/compile/render-target.ts'
import type { OptionValues } from '../../src/model/option.ts'
import type { ReadFile, Reading } from '../../src/model/reading.ts'
import type { AddressSet, Ruleset } from '../../src/model/ruleset.ts'
import { carriedBy } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { DeviceModel, ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { casesOf, renderCase } from '../conformance/golden.ts'

/** What `tagwall` writes for a test policy, and what it has to mean. */
export interface Golden {
  readonly title: string
  readonly ruleset: Ruleset
  readonly options: OptionValues
  readonly files: readonly Rendered[]
}

/** What a test says of an audit. */
type Audited = { options?: Readonly<Record<string, unknown>>; part?: string | undefined } & Partial<
  Pick<ReaderContext, 'narrow' | 'localObjects' | 'purpose'>
>

/** What tests of a shipped vendor share: its golden files, what its reader finds, and what a proof says. */
export function harnessOf(name: string, device: DeviceModel) {
  const { read } = readersOf(device)
  const vendor = readVendor(name, [SHIPPED.vendors])
  const optionsOf = (setting: Readonly<Record<string, unknown>>) => resolveOptions(vendor, setting, 'test')

  const goldenOf = (title: string, ruleset: Ruleset, options: OptionValues): Golden => {
    const { files } = renderAll(ruleset, { target: 'test', vendor, options, family: undefined })
    return { title, ruleset, options, files }
  }

  return {
    vendor,
    optionsOf,
    goldenOf,
    /** As a golden file, of sets that are apart: no mutant can hide behind another rule. */
    apart: ({ title, ruleset, options }: Golden) => goldenOf(title, separated(ruleset), options),
    /** Every policy with every setting. */
    goldens: (): Golden[] =>
      casesOf(vendor.folder).map((one) => {
        const { ruleset, job, files } = renderCase(vendor, one)
        return { title: `${one.policy} ${JSON.stringify(one.setting)}`, ruleset, options: job.options, files }
      }),
    /** What stands between files and a proof: nothing, when they mean the ruleset. */
    objectionsTo: ({ ruleset, options }: Golden, files: readonly ReadFile[]): readonly unknown[] => {
      const reading = read(files, { options, purpose: 'prove', narrow: {}, kit: KIT })
      const areObjectsApart = carriedBy(vendor, options).objectFamilies === 'apart'
      return prove({ target: 'test', ruleset, by: 'addresses', areObjectsApart }, reading).findings
    },
    /** What a device runs. */
    auditOf: (text: string, { options = {}, part = 'device', ...more }: Audited = {}): Reading =>
      read([{ part, family: undefined, text }], {
        ...{ options: optionsOf(options), purpose: 'audit', narrow: {}, kit: KIT },
        ...more,
      }),
  }
}

/** Expects that a file of one part is no longer proved without any of its lines but those that `isFree`, nor with any of these lines more. */
export function expectNeeded(
  { golden, isFree, more }: { golden: Golden; isFree: (line: string) => boolean; more: readonly string[] },
  objectionsTo: (golden: Golden, files: readonly ReadFile[]) => readonly unknown[],
): void {
  const text = golden.files[0]?.text ?? ''
  const objections = (text: string) => objectionsTo(golden, [{ part: 'x', family: undefined, text }])
  const lines = text.split('\n').slice(0, -1)
  const needed = [...lines.keys()].filter((index) => !isFree(lines[index] as string))
  expect(needed.length).toBeGreaterThan(5)
  for (const index of needed)
    expect(objections(`${lines.toSpliced(index, 1).join('\n')}\n`), lines[index]).not.toEqual([])
  for (const line of more) expect(objections(`${text}${line}\n`), line).not.toEqual([])
}

/** As `ruleset`, but no two sets share or adjoin an address. */
function separated(ruleset: Ruleset): Ruleset {
  const sets = new Map(
    ruleset.sets.map((set, index) => {
      const texts = set.prefixes.prefixes.map(({ family }, at) =>
        family === 'ipv4'
          ? `20.${index}.${4 * at}.0/${[24, 32, 26, 30, 28][at % 5]}`
          : `2001:db8:${index + 1}${at}00::/${[48, 64, 52, 128][at % 4]}`,
      )
      return [set, { ...set, prefixes: PrefixSet.of(texts.map(parsePrefix)) }]
    }),
  )
  const rules = ruleset.rules.map((rule) => ({ ...rule, set: sets.get(rule.set) as AddressSet }))
  return { ...ruleset, sets: [...sets.values()], rules }
}
