import { lazy } from '../model/lazy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Vendor } from '../model/vendor.ts'
import { loadReader } from '../vendor/reader.ts'
import { checkAudit } from './check-audit.ts'
import { checkDeltas, checkReload } from './check-changes.ts'
import { checkEdits, type EditCounts } from './check-edits.ts'
import { type Case, casesOf, checkFiles, checkFolder, checkProof } from './check-files.ts'
import { readAcceptedFindings } from './check-files-there.ts'
import { checkHostile } from './check-hostile.ts'
import { CHECKS, type CheckName, type CheckResult, type Setting, type VendorCheck } from './result.ts'
import { settingsOf } from './settings.ts'
import {
  bothWays,
  builtInSubjects,
  conformanceChanges,
  conformanceSubjects,
  historyRulesets,
  type SubjectChange,
} from './subjects.ts'

/** The amount of checks. */
interface Depth extends EditCounts {
  /** The shipped snapshots to take, counted from the newest; those between the two newest and the oldest are left out first. */
  readonly history: number
  /** Checks to run; undefined: all. */
  readonly only?: readonly CheckName[] | undefined
}

const USUAL: Depth = { edits: 8000, editsOfFile: 20, history: 6 }

/** All checks of a vendor by its folder alone. `begin` is called before each check. */
export async function checkVendor(
  vendor: Vendor,
  given: Partial<Depth> = {},
  begin: (check: CheckName) => void = () => undefined,
): Promise<VendorCheck> {
  const depth: Depth = { ...USUAL, ...given }
  const readers = await loadReader(vendor)
  const { settings, findings } = settingsOf(vendor)
  const files = lazy(() => checkFiles(settings, [...conformanceSubjects(vendor), ...builtInSubjects()], findings))
  const proof = lazy(async () => checkProof((await files()).made))
  const changes = lazy(() => changesOf(vendor, settings, depth))
  /** The check whose findings another would repeat, or without which it would miss everything. */
  const obstacle = async (check: CheckName): Promise<keyof typeof OBSTACLES | undefined> => {
    if (check === 'folder' || check === 'files') return undefined
    if ((await files()).made.length === 0) return 'files'
    if (check === 'proof' || !readers) return undefined
    return (await proof()).proved > 0 ? undefined : 'proof'
  }
  const tasks: Readonly<Partial<Record<CheckName, () => Promise<CheckResult>>>> = {
    folder: async () => checkFolder(vendor, readers !== undefined),
    files: async () => (await files()).result,
    ...(readers && {
      proof: async () => (await proof()).result,
      reload: async () => checkReload(vendor, changes(), readers),
      deltas: async () => checkDeltas(vendor, changes(), readers),
      edits: async () => checkEdits(vendor, settings, depth, readers),
      audit: async () => checkAudit(settings, depth, readers),
    }),
    hostile: () => checkHostile(vendor, settings, readers !== undefined),
  }
  const accepted = readAcceptedFindings(vendor)
  const asked = new Set<CheckName>(depth.only ?? CHECKS)
  // A check that was not asked for, but is in the way, tells its findings.
  if (depth.only) for (const check of depth.only) asked.add((await obstacle(check)) ?? check)
  const checks: CheckResult[] = []
  for (const check of CHECKS.filter((one) => asked.has(one))) {
    const task = tasks[check]
    if (!task) continue
    begin(check)
    const cause = await obstacle(check)
    if (cause) checks.push({ check, summary: OBSTACLES[cause], skipped: true, notes: [], findings: [] })
    else checks.push(acceptFindings(await task(), accepted))
  }
  return { vendor: vendor.name, title: vendor.title, checks, notRun: CHECKS.filter((check) => !asked.has(check)) }
}

/** The reasons to skip a check. */
const OBSTACLES = {
  files: 'not tried, because no file can be made',
  proof: 'not tried, because no file is proved',
} as const

/** Small changes under every setting; those of the shipped history under the defaults, and its longest step under the others. */
function changesOf(vendor: Vendor, settings: readonly Setting[], { history }: Depth): Case<SubjectChange>[] {
  const small = conformanceChanges(vendor)
  const rulesets = sampled(historyRulesets(), history)
  const there = (before: Ruleset, after: Ruleset) => bothWays(after.policy, before, after)
  const steps = rulesets.slice(1).flatMap((after, index) => there(rulesets[index] as Ruleset, after))
  const [oldest, newest] = [rulesets[0], rulesets.at(-1)]
  const longest = oldest && newest && oldest !== newest ? there(oldest, newest) : []
  return casesOf(settings, ({ given }) => {
    return [...small, ...longest, ...(Object.keys(given).length === 0 ? steps : [])]
  })
}

/** The oldest and the newest, and others evenly between them. */
function sampled<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items
  const indexes = Array.from({ length: most }, (_, index) => Math.round((index * (items.length - 1)) / (most - 1)))
  return indexes.map((index) => items[index] as Item)
}

/** Turns findings into notes if the vendor's `accepted.json` has a reason for them. A reason that no finding needs is a finding. */
function acceptFindings(result: CheckResult, accepted: ReturnType<typeof readAcceptedFindings>): CheckResult {
  const own = accepted.filter(({ check }) => check === result.check)
  const reasonFor = (text: string) => own.find(({ form }) => form.test(text))
  const idle = own.filter(({ form }) => !result.findings.some(({ text }) => form.test(text)))
  const reasons = result.findings.flatMap(({ text }) => reasonFor(text) ?? [])
  return {
    ...result,
    notes: [...result.notes, ...new Set(reasons.map(({ finding, why }) => `accepted "${finding}": ${why}`))],
    findings: [
      ...result.findings.filter(({ text }) => !reasonFor(text)),
      ...idle.map(({ finding }) => ({ text: `accepted.json accepts "${finding}", which is not found`, places: [] })),
    ],
  }
}
