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
  const problems: string[] = []
  const preset = model === undefined ? undefined : Object.hasOwn(vendor.models, model) && vendor.models[model]
  if (preset === false) {
    const names = Object.keys(vendor.models)
    problems.push(`${vendor.name} has no model "${model}"${meantOrHas(String(model), names)}`)
  }
  for (const name of Object.keys(limits)) {
    const names = Object.keys(vendor.limits)
    if (!names.includes(name)) problems.push(`${vendor.name} has no limit "${name}"${meantOrHas(name, names)}`)
  }
  if (problems.length > 0) throw new UserErrors(at, problems)

  const own = Object.entries(limits).map(
    ([name, max]): Override => [name, { max, source: `limits of ${at}`, unverified: false }],
  )
  const overrides = new Map([...Object.entries(preset ? preset.limits : {}), ...own] as Override[])
  if (overrides.size === 0) return vendor
  return {
    ...vendor,
    limits: Object.fromEntries(
      Object.entries(vendor.limits).map(([name, limit]) => [name, overridden(limit, overrides.get(name as LimitName))]),
    ),
  }
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

type Override = [name: string, most: LimitNumber]

/** Overrides the number in every case that has one. */
function overridden(limit: Limit, most: LimitNumber | undefined): Limit {
  if (!most) return limit
  return { ...limit, ...most, cases: limit.cases.map((one) => (one.max === undefined ? one : { ...one, ...most })) }
}
