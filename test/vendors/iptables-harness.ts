import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { applies, type OptionValues } from '../../src/model/option.ts'
import type { ReadFile } from '../../src/model/reading.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { device } from '../../vendors/iptables/reader.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'

export const { read } = readersOf(device)

export const VENDOR = readVendor('iptables', [SHIPPED.vendors])
const SETTINGS = [{}, ...JSON.parse(readFileSync(join(VENDOR.folder, 'expected/cases.json'), 'utf8'))]
const FOLDERS: Readonly<Record<string, string>> = {
  'arc-kubernetes': 'policies',
  sides: 'vendors/iptables/expected/policies',
}
const POLICIES = ['arc-kubernetes', 'several', 'one-rule', 'sides']

export interface Golden {
  readonly title: string
  readonly options: OptionValues
  readonly files: readonly ReadFile[]
  readonly ruleset: ReturnType<typeof rulesetOf>
}

export const GOLDEN: readonly Golden[] = POLICIES.flatMap((policy) =>
  SETTINGS.map((setting): Golden => {
    const name =
      Object.entries(setting)
        .map(([key, value]) => `${key}=${value}`)
        .join() || 'default'
    const options = resolveOptions(VENDOR, setting, 'case')
    const files = VENDOR.artefacts
      .filter(({ when }) => applies(when, options))
      .map(({ part, family, suffix }): ReadFile => {
        return { part, family, text: readFileSync(join(VENDOR.folder, 'expected', policy, `${name}${suffix}`), 'utf8') }
      })
    const folder = FOLDERS[policy] ?? 'policies/conformance'
    const document = join(ROOT, 'policies/conformance/document.json')
    const ruleset = rulesetOf(join(ROOT, folder, `${policy}.yaml`), policy, document, '2025-11-10')
    return { title: `${policy} ${name}`, options, files, ruleset }
  }),
)

export const proof = (files: readonly ReadFile[], options: OptionValues) => {
  return read(files, { options, purpose: 'prove', narrow: {}, kit: KIT })
}

/** What a proof says against `files`, in the place of the golden ones. */
export const problemsOf = ({ ruleset, options }: Golden, files: readonly ReadFile[]) => {
  return prove({ target: 'golden', ruleset, by: 'addresses', areObjectsApart: true }, proof(files, options)).findings
}
