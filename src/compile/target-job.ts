import { UserError, UserErrors } from '../errors.ts'
import type { Finding } from '../finding/finding.ts'
import { memo } from '../model/lazy.ts'
import { applies, conditionText, type OptionValues } from '../model/option.ts'
import type { Target } from '../model/policy.ts'
import { alsoAt, groupSites } from '../model/site.ts'
import { type Job, onlyFamily, type Vendor } from '../model/vendor.ts'
import { deviceOf, refuseIdleLimits } from '../vendor/device.ts'
import { readVendor, resolveOptions } from '../vendor/vendor.ts'
import type { Rendered } from './render-target.ts'

/** The job of each target. Throws the problems of all targets at once. */
export function jobsOf(targets: readonly Target[], vendorOf: VendorReader): { target: Target; job: Job }[] {
  const problems: { target: string; error: UserError }[] = []
  const jobs = targets.flatMap((target) => {
    try {
      return [{ target, job: jobWith(target, vendorOf(target.vendor, target.at)) }]
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.push({ target: target.name, error })
      return []
    }
  })
  const [first, ...more] = problems
  if (!first) return jobs
  const groups = groupSites(problems, ({ error }) => error.message)
  if (more.length === 0) throw first.error
  throw new UserErrors(
    'several targets cannot be built, so nothing is written',
    groups.flatMap(({ item, sites }) =>
      item.error.message.split('\n').map((line, index) => (index === 0 ? `${line}${alsoAt(sites)}` : line)),
    ),
  )
}

export type VendorReader = (name: string, at: string) => Vendor

/** Reads each vendor once, for all targets that have it, on both sides of a change. */
export const vendorReader = (vendorFolders: readonly string[]): VendorReader =>
  memo((name: string, at: string) => readVendor(name, vendorFolders, at))

/** A target's vendor with all options. */
export function jobOf(
  target: Target,
  vendorFolders: readonly string[],
  set: Readonly<Record<string, string>> = {},
): Job {
  return jobWith(target, readVendor(target.vendor, vendorFolders, target.at), set)
}

/** The same with a vendor that was read before. */
export function jobWith(target: Target, plain: Vendor, set: Readonly<Record<string, string>> = {}): Job {
  const vendor = deviceOf(plain, target)
  const options = resolveOptions(vendor, { ...target.options, ...set }, placeOf(target, set))
  refuseIdleLimits(vendor, target, options)
  refuseFamilies(vendor, target, options)
  return { target: target.name, vendor, options, family: target.family }
}

/** The same text for jobs that make the same files from the same rules. */
export function deviceKey({ vendor, options, family }: Job): string {
  const numbers = Object.entries(vendor.limits).map(([name, limit]) => [
    name,
    limit.max,
    limit.cases.map(({ max }) => max),
  ])
  return JSON.stringify([vendor.folder, numbers, options, family])
}

export const isSameDevice = (a: Job, b: Job): boolean => deviceKey(a) === deviceKey(b)

/** Where options come from: the target, and what the command line sets. */
function placeOf({ at }: Target, set: Readonly<Record<string, string>>): string {
  const flags = Object.entries(set).map(([name, value]) => `--set ${name}=${value}`)
  return flags.length === 0 ? at : `${at} with ${flags.join(' ')}`
}

/** Throws `UserError` where a target would have rules of a family that the vendor cannot hold under these options. */
function refuseFamilies(vendor: Vendor, { family, at }: Target, options: OptionValues): void {
  const only = onlyFamily(vendor, options)
  if (only === undefined || family === only) return
  const where = vendor.families.find(({ when }) => applies(when, options))?.when ?? {}
  const name = [vendor.name, conditionText(where)].filter(Boolean).join(' with ')
  throw new UserError(
    `${at}: ${name} holds only ${only}; set "family: ${only}" in the target (or --family ${only}), and use another vendor for the rest`,
  )
}

/** Where a file of a target goes, as the policy writes it. */
export function pathOf({ out }: Pick<Target, 'out'>, { suffix, number }: Pick<Rendered, 'suffix' | 'number'>): string {
  const path = `${out}${suffix}`
  // A part's number stands before what says the kind of file.
  return number === undefined ? path : path.replace(/(\.[A-Za-z][A-Za-z0-9]*)?$/, `-${number}$1`)
}

/** A warning where no option is set that keeps a target's rules from holding for everything; `given` has those that somebody set. */
export function wideOptions({ target, vendor, options }: Job, given: Readonly<Record<string, unknown>>): Finding[] {
  const narrowing = Object.entries(vendor.options).filter(
    ([, { wide, when }]) => wide !== undefined && applies(when, options),
  )
  const [first] = narrowing
  if (!first || narrowing.some(([name]) => Object.hasOwn(given, name))) return []
  const names = narrowing.map(([name]) => name)
  return [{ code: 'OPTION_NOT_SET', severity: 'warning', target, options: names, wide: first[1].wide ?? '' }]
}

/** The names of the options with another value. */
export const changedOptions = (from: Job, job: Job): string[] =>
  Object.keys({ ...from.options, ...job.options }).filter(
    (name) => JSON.stringify(from.options[name]) !== JSON.stringify(job.options[name]),
  )

/** The same, and `family` if the target holds other families. */
export const changedSettings = (from: Job, job: Job): string[] => [
  ...changedOptions(from, job),
  ...(from.family === job.family ? [] : ['family']),
]
