import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor } from '../../src/vendor/vendor.ts'
import { checkVendor } from '../../src/vendor-check/check-vendor.ts'
import type { CheckName } from '../../src/vendor-check/result.ts'
import { folderWith } from './harness.ts'

/** The files of the small vendor that `tagwall vendor new small` writes, which passes every check. */
export function smallVendor(): Record<string, string> {
  return Object.fromEntries(
    readdirSync(SHIPPED.newVendor).map((name) => [
      name,
      readFileSync(`${SHIPPED.newVendor}/${name}`, 'utf8').replaceAll('NAME', 'small'),
    ]),
  )
}

type Change = (text: string) => string
/** Files in place of those of the small vendor, changes of their texts, and undefined for a file that is missing. */
export type Files = Readonly<Record<string, string | Change | undefined>>

export const replace =
  (from: string | RegExp, to: string): Change =>
  (text) =>
    text.replace(from, () => to)

const GOOD = smallVendor()

/** The folder of the small vendor, with some files changed, or without them. */
export function vendorWith(changes: Files): string {
  const files = Object.entries({ ...GOOD, ...changes }).flatMap(([name, change]) => {
    if (change === undefined) return []
    const text = typeof change === 'string' ? change : change(GOOD[name] ?? '')
    if (typeof change !== 'string') expect(text, `${name} is changed`).not.toBe(GOOD[name])
    return [[`small/${name}`, text]]
  })
  return folderWith(Object.fromEntries(files))
}

/** The findings of a short check, by check. */
export async function findingsOf(
  changes: Files,
  only: readonly CheckName[],
): Promise<Partial<Record<CheckName, string[]>>> {
  const folder = vendorWith(changes)
  const { checks } = await checkVendor(readVendor('small', [folder]), { edits: 400, editsOfFile: 20, history: 0, only })
  const found = checks.filter(({ findings }) => findings.length > 0)
  return Object.fromEntries(
    found.map(({ check, findings }) => [check, findings.map(({ text }) => text.replaceAll(folder, ''))]),
  )
}

/** A vendor with a fault, and a finding of each check that must notice the fault. */
export type BrokenVendor = readonly [what: string, changes: Files, found: Partial<Record<CheckName, RegExp>>]

/** A test of a broken vendor. */
export async function findsWhatIsBroken([, changes, found]: BrokenVendor): Promise<void> {
  const findings = await findingsOf(changes, Object.keys(found) as CheckName[])
  for (const [check, pattern] of Object.entries(found)) {
    const texts = findings[check as CheckName] ?? []
    expect(texts.filter((text) => pattern.test(text)).length, `${check}: ${texts.join('\n')}`).toBeGreaterThan(0)
  }
}
