import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Rendered, renderAll } from '../../src/compile/render-target.ts'
import type { Finding } from '../../src/finding/finding.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { type Job, onlyFamily, type Vendor } from '../../src/model/vendor.ts'
import { resolveOptions } from '../../src/vendor/vendor.ts'
import { ownPolicies } from '../../src/vendor-check/check-files-there.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'

const CONFORMANCE = join(ROOT, 'policies/conformance')

/** The policies that every vendor is tried with under every setting. */
const POLICIES: readonly (readonly [name: string, file: string])[] = [
  ['arc-kubernetes', join(ROOT, 'policies/arc-kubernetes.yaml')],
  ...['several', 'one-rule', 'own', 'except'].map((name) => [name, join(CONFORMANCE, `${name}.yaml`)] as const),
]

export const DOCUMENT = join(CONFORMANCE, 'document.json')
export const PUBLISHED = '2025-11-10'

export type Setting = Readonly<Record<string, unknown>>

/** One policy with the options of one setting. */
export interface Case {
  readonly policy: string
  readonly file: string
  readonly setting: Setting
  /** 0 for the defaults, or the place in `expected/cases.json`: it begins the names of golden files, in the folder of `policy`. */
  readonly number: number
  /** The options, as text. */
  readonly title: string
}

/** Every policy with every setting of a vendor. */
export function casesOf(folder: string): Case[] {
  const settings = settingsOf(folder)
  return [...POLICIES, ...ownPolicies({ folder })].flatMap(([policy, file]) =>
    settings.map((setting, number) => ({ policy, file, setting, number, title: titleOf(setting) })),
  )
}

/** The cases with golden files, as `expected/golden.json` lists them: numbers of settings by policy, also of others in `policies/conformance` and here in `policies`. */
export function goldenCasesOf(folder: string): Case[] {
  const settings = settingsOf(folder)
  const own = new Map([...POLICIES, ...ownPolicies({ folder })])
  const golden = jsonIn<Readonly<Record<string, readonly number[]>>>(join(folder, 'expected/golden.json'), {})
  return Object.entries(golden).flatMap(([policy, numbers]) => {
    const folders = [CONFORMANCE, join(import.meta.dirname, 'policies')]
    const file = own.get(policy) ?? (folders.map((one) => join(one, `${policy}.yaml`)).find(existsSync) as string)
    return numbers.map((number) => {
      const setting = settings[number] as Setting
      return { policy, file, setting, number, title: titleOf(setting) }
    })
  })
}

const settingsOf = (folder: string): Setting[] => [{}, ...jsonIn<Setting[]>(join(folder, 'expected/cases.json'), [])]

/** The files of a case, or why there are none. */
export interface RenderedCase {
  readonly ruleset: Ruleset
  readonly job: Job
  readonly files: readonly Rendered[]
  readonly findings: readonly Finding[]
}

export function renderCase(vendor: Vendor, { policy, file, setting }: Case): RenderedCase {
  const ruleset = rulesetOf(file, policy, DOCUMENT, PUBLISHED)
  const options = resolveOptions(vendor, setting, 'case')
  const job = { target: vendor.name, vendor, options, family: onlyFamily(vendor, options) }
  const { files, findings } = renderAll(ruleset, job)
  return { ruleset, job, files, findings }
}

const jsonIn = <Value>(file: string, otherwise: Value): Value =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Value) : otherwise

const titleOf = (setting: Setting) =>
  Object.entries(setting)
    .map(([key, value]) => `${key}=${value}`)
    .join(',') || 'default'

/** Where a rendered file's golden file lies, with the extension that the vendor's own tools would expect. */
export function goldenFile(folder: string, { policy, number }: Case, { suffix, text }: Rendered): string {
  return join(folder, 'expected', policy, `${number}${suffix}${extensionOf(suffix, text)}`)
}

function extensionOf(suffix: string, text: string): string {
  if (/\.[a-z0-9]+$/.test(suffix)) return ''
  if (/^# .*\n---\n/.test(text)) return '.yaml'
  // JSON, one value per line.
  if (/^\{.*\}\n\{/.test(text)) return '.jsonl'
  return /^[{[]/.test(text) ? '.json' : text.startsWith('<') ? '.xml' : '.txt'
}
