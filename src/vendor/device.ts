import { UserErrors } from '../errors.ts'
import type { LimitName } from '../model/limits.ts'
import { conditionText, type OptionValues } from '../model/option.ts'
import type { Target } from '../model/policy.ts'
import { type Limit, type LimitNumber, limitOf, type Vendor } from '../model/vendor.ts'
import { meantOrHas } from '../text/nearest.ts'

type DeviceChoice = Pick<Target, 'model' | 'limits' | 'at'>

/**
 * `vendor` with the limits of one device: those of the target's model, overridden by the target's own limits. Throws `UserErrors`
 * that begin with the position of the target.
 */
export function deviceOf(vendor: Vendor, { model, limits, at }: DeviceChoice): Vendor {
  const unknown = (what: string, name: string, known: object) =>
    Object.hasOwn(known, name) ? [] : [`${vendor.name} has no ${what} "${name}"${meantOrHas(name, Object.keys(known))}`]
  const problems = [
    ...(model === undefined ? [] : unknown('model', model, vendor.models)),
    ...Object.keys(limits).flatMap((name) => unknown('limit', name, vendor.limits)),
  ]
  if (problems.length > 0) throw new UserErrors(at, problems)

  const own = Object.entries(limits).map(([name, max]) => [name, { max, source: `limits of ${at}`, unverified: false }])
  const preset = model === undefined ? {} : vendor.models[model]?.limits
  const overrides: Readonly<Record<string, LimitNumber>> = { ...preset, ...Object.fromEntries(own) }
  const limited = Object.entries(vendor.limits).map(([name, limit]) => [name, overridden(limit, overrides[name])])
  return Object.keys(overrides).length === 0 ? vendor : { ...vendor, limits: Object.fromEntries(limited) }
}

/** Throws `UserErrors` if a target sets a limit that its options never use. */
export function refuseIdleLimits(vendor: Vendor, { limits, at }: DeviceChoice, options: OptionValues): void {
  const idle = (Object.keys(limits) as LimitName[]).filter((name) => limitOf(vendor, name, options)?.max === undefined)
  if (idle.length === 0) return
  throw new UserErrors(
    at,
    idle.map((name) => {
      const needed = conditionText((vendor.limits[name] as Limit).when)
      const advice = needed ? `it needs ${needed}` : 'these options do not use it'
      return `limit "${name}" of ${vendor.name} has no effect: ${advice}`
    }),
  )
}

/** Overrides the number in every case that has one. */
function overridden(limit: Limit, most: LimitNumber | undefined): Limit {
  if (!most) return limit
  return { ...limit, ...most, cases: limit.cases.map((one) => (one.max === undefined ? one : { ...one, ...most })) }
}
