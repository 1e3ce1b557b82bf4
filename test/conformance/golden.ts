import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Rendered } from '../../src/compile/render-target.ts'
import { ROOT } from '../fixtures.ts'

/** The policies that every vendor is tried with. */
const POLICIES = [
  ['arc-kubernetes', join(ROOT, 'policies/arc-kubernetes.yaml')],
  ['several', join(ROOT, 'policies/conformance/several.yaml')],
  ['one-rule', join(ROOT, 'policies/conformance/one-rule.yaml')],
  ['own', join(ROOT, 'policies/conformance/own.yaml')],
  ['except', join(ROOT, 'policies/conformance/except.yaml')],
] as const

export const DOCUMENT = join(ROOT, 'policies/conformance/document.json')
export const PUBLISHED = '2025-11-10'

export type Setting = Readonly<Record<string, unknown>>

/** One policy with the options of one case. `title` begins the names of its golden files, in the folder of `policy`. */
export interface Case {
  readonly policy: string
  readonly file: string
  readonly setting: Setting
  readonly title: string
}

/** Every policy with every case of a vendor. */
export function casesOf(folder: string): Case[] {
  return policiesOf(folder).flatMap(([policy, file]) =>
    settingsOf(folder).map((setting) => ({ policy, file, setting, title: titleOf(setting) })),
  )
}

function policiesOf(folder: string): (readonly [name: string, file: string])[] {
  const own = join(folder, 'expected/policies')
  const files = existsSync(own) ? readdirSync(own) : []
  return [...POLICIES, ...files.map((file) => [basename(file, '.yaml'), join(own, file)] as const)]
}

function settingsOf(folder: string): Setting[] {
  const file = join(folder, 'expected/cases.json')
  return [{}, ...(existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Setting[]) : [])]
}

// Titles are file names, on every system.
const titleOf = (setting: Setting) =>
  Object.entries(setting)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
    .replaceAll(/[^A-Za-z0-9=,._-]/g, '_') || 'default'

/** Where a rendered file's golden file lies, with the extension that the vendor's own tools would expect. */
export function goldenFile(folder: string, { policy, title }: Case, { suffix, text }: Rendered): string {
  return join(folder, 'expected', policy, `${title}${suffix}${extensionOf(suffix, text)}`)
}

function extensionOf(suffix: string, text: string): string {
  if (/\.[a-z0-9]+$/.test(suffix)) return ''
  if (/^# .*\n---\n/.test(text)) return '.yaml'
  // JSON, one value per line.
  if (/^\{.*\}\n\{/.test(text)) return '.jsonl'
  return /^[{[]/.test(text) ? '.json' : text.startsWith('<') ? '.xml' : '.txt'
}
