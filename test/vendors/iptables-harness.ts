import type { OptionValues } from '../../src/model/option.ts'
import type { ReadFile } from '../../src/model/reading.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { readVendor } from '../../src/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { device } from '../../vendors/iptables/reader.ts'
import { casesOf, renderCase } from '../conformance/golden.ts'

export const { read } = readersOf(device)

export const VENDOR = readVendor('iptables', [SHIPPED.vendors])
export interface Golden {
  readonly title: string
  readonly options: OptionValues
  readonly files: readonly ReadFile[]
  readonly ruleset: Ruleset
}

export const GOLDEN: readonly Golden[] = casesOf(VENDOR.folder)
  .filter(({ policy }) => /^(?:arc-kubernetes|several|one-rule|sides)$/.test(policy))
  .map((one) => {
    const { ruleset, job, files } = renderCase(VENDOR, one)
    return { title: `${one.policy} ${one.title}`, options: job.options, files, ruleset }
  })

export const proof = (files: readonly ReadFile[], options: OptionValues) => {
  return read(files, { options, purpose: 'prove', narrow: {}, kit: KIT })
}

/** What a proof says against `files`, in the place of the golden ones. */
export const problemsOf = ({ ruleset, options }: Golden, files: readonly ReadFile[]) => {
  return prove({ target: 'golden', ruleset, by: 'addresses', areObjectsApart: true }, proof(files, options)).findings
}
