import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { audit } from '../../src/audit/audit.ts'
import { comparedWith, readDevice } from '../../src/audit/device-reading.ts'
import { expectDevice } from '../../src/audit/expect-device.ts'
import { type Audit, type AuditFinding, findingsOf } from '../../src/audit/values.ts'
import { compile } from '../../src/compile/compile.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { parseDocument } from '../../src/document/document.ts'
import type { History } from '../../src/document/history.ts'
import { refusalOf } from '../../src/errors.ts'
import { hasErrors } from '../../src/finding/finding.ts'
import type { OptionValues } from '../../src/model/option.ts'
import type { Policy, Target } from '../../src/model/policy.ts'
import type { Vendor } from '../../src/model/vendor.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { readCases } from '../../src/vendor-check/check-files-there.ts'
import type { Setting } from '../../src/vendor-check/result.ts'
import { needsOf, settingOf, settingsOf } from '../../src/vendor-check/settings.ts'
import { RUNNING } from './running.ts'

// tagwall's own files, loaded on an otherwise empty device, as the configuration to audit.

const FOLDER = join(import.meta.dirname, '../../policies')

/** A policy of the folder `policies`, with more text at its end. */
export function policyIn(path: string, more = ''): Policy {
  const file = join(FOLDER, `${path}.yaml`)
  return parsePolicy(`${readFileSync(file, 'utf8')}${more}`, path, file)
}

/** The settings of `vendor check`, and each option with another value than its default, under each choice of each other option. */
export function everySetting(vendor: Vendor): Setting[] {
  const { settings } = settingsOf(vendor)
  const add = (given: Setting['given']) => {
    if (refusalOf(() => settingOf(vendor, given))) return false
    const setting = settingOf(vendor, given)
    if (!settings.some(({ options }) => isDeepStrictEqual(options, setting.options))) settings.push(setting)
    return true
  }
  const bases = settings.filter(({ given }) => Object.keys(given).length < 3).map(({ given }) => given)
  for (const name of Object.keys(vendor.options)) {
    const values = valuesOf(vendor, name).filter((value) => add({ ...needsOf(vendor, name), [name]: value }))
    if (values.length === 0)
      throw new Error(`no value of ${name} is tried: add one to expected/cases.json of ${vendor.name}`)
    for (const base of bases) for (const value of values) if (!(name in base)) add({ ...base, [name]: value })
  }
  return settings
}

/** Values of an option besides its default: its choices, those of the cases, or any that its pattern may take. */
function valuesOf(vendor: Vendor, name: string): readonly unknown[] {
  const option = vendor.options[name]
  const ofCases = readCases(vendor).flatMap((given) => (name in given ? [given[name]] : []))
  const own =
    option?.type === 'choice' ? Object.keys(option.choices) : option?.type === 'boolean' ? [true, false] : ofCases
  const isOther = (value: unknown) => `${value}` !== `${option?.default}`
  const some =
    own.length > 0
      ? own
      : ANY_VALUES.filter(
          (value) => !refusalOf(() => settingOf(vendor, { ...needsOf(vendor, name), [name]: value })),
        ).slice(0, 1)
  return some.filter(isOther)
}

const ANY_VALUES = [
  7,
  700,
  'other',
  'other-',
  'Other',
  'other7',
  '192.0.2.7',
  '10.0.0.0/8',
  '2024-01-01',
  'local.other',
  `\${var.other}`,
]

function documentFor(policy: Policy, file: string, published: string) {
  const source = { bytes: readFileSync(join(FOLDER, 'conformance', file)), name: file, published }
  const selectors = policy.rules.flatMap(({ tags, except }) => [...tags, ...except.tags])
  return parseDocument(source, policy.cloud, selectors)
}

const OLDER = { file: 'older.json', published: '2025-11-03' } as const
const NEWER = { file: 'document.json', published: '2025-11-10' } as const

const targetOf = ({ target: name, given, family }: Setting): Target => ({
  ...{ at: 'the target', name, vendor: name, out: name, options: given, family, limits: {} },
  ...{ model: undefined, capacity: undefined, local: undefined, widen: undefined },
})

/** The audit with `policy` of what the files of `emitted` lead to; undefined if the vendor refuses it. */
export async function auditOwn(job: Setting, policy: Policy, emitted = policy): Promise<Audit | undefined> {
  const { document, names } = documentFor(emitted, NEWER.file, NEWER.published)
  const known = { document, names, where: NEWER.file }
  const { ruleset, findings } = compile(emitted, known)
  if (hasErrors(findings)) throw new Error(`${emitted.name} does not compile: ${JSON.stringify(findings)}`)
  const rendered = renderAll(ruleset, job)
  if (hasErrors(rendered.findings)) return undefined
  const readers = await loadReader(job.vendor)
  if (!readers) throw new Error(`${job.target} has no reader`)
  const history: History = {
    policy,
    ...{ directory: '', isShipped: false, isGiven: true },
    files: [{ path: OLDER.file, ...OLDER, read: () => documentFor(policy, OLDER.file, OLDER.published).document }],
  }
  const target = targetOf(job)
  const expectation = expectDevice(target, job, known, history)
  const running = RUNNING[job.target]
  const files = rendered.files.map(({ part, suffix, text }) => ({ part: suffix || part, family: undefined, text }))
  const held = running ? running.files(files, job.options) : files
  return audit(
    expectation,
    readDevice(readers.read, held, job, comparedWith(expectation.ruleset), running?.narrow ?? {}),
  )
}

/** What the README of a vendor says of a finding: its section, and the rule or the reason. */
export function labelOf({ kind, entry }: AuditFinding): string {
  if (kind === 'not-understood') return `not understood: ${entry.reason}`
  return `${kind === 'opened' ? 'wider' : kind}: ${entry.rule}`
}

/** The labels of all findings, for several policies. */
export async function labelsSeen(setting: Setting, policies: readonly Policy[]): Promise<string[]> {
  const found = await Promise.all(policies.map((policy) => auditOwn(setting, policy)))
  return labels(found.flatMap((one) => (one ? findingsIn(one).map(labelOf) : [])))
}

/** The labels that the README names for a setting. */
export const labelsNamed = ({ vendor, options }: Setting): string[] =>
  labels(namedFindings(vendor).flatMap(({ label, holds }) => (holds(options) ? [label] : [])))

const labels = (all: readonly string[]) => [...new Set(all)].sort()

export const findingsIn = (found: Audit): AuditFinding[] => findingsOf(found, false)

/** A finding that a README names, and the options under which there is one. */
interface Named {
  readonly label: string
  readonly holds: (options: OptionValues) => boolean
}

/** The table of a README's part "Findings in its own files". */
export function namedFindings({ folder, options: all }: Vendor): Named[] {
  const [, part = ''] = readFileSync(join(folder, 'README.md'), 'utf8').split('### Findings in its own files\n')
  const rows = (part.split(/^##/m)[0] ?? '').match(/^\| .*`.* \|$/gm) ?? []
  return rows.map((row) => {
    const [when = '', finding = ''] = row.split(/(?<!\\)\|/).slice(1)
    const conditions = [...when.matchAll(/`([A-Za-z0-9]+)(?:=([^`]*))?`/g)]
    const [, label = ''] = /`([^`]+)`/.exec(finding) ?? []
    return {
      label,
      holds: (options) =>
        conditions.every(([, name = '', value]) => {
          const isDefault = `${options[name]}` === `${all[name]?.default}`
          return value === undefined ? !isDefault : `${options[name]}` === value
        }),
    }
  })
}
