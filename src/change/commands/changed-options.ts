import type { Renderer } from '../../compile/share.ts'
import { hasErrors, type NoWay } from '../../finding/finding.ts'
import { sameItems } from '../../model/item.ts'
import type { OptionValues } from '../../model/option.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { artefactsFor, type Job } from '../../model/vendor.ts'
import type { Readers } from '../../vendor/kit/reader-api.ts'
import { formOf } from '../../verify/expect-target.ts'
import type { Loads } from '../../verify/loaded-files.ts'

/** The rules that commands lead between, and what renders and reads their files. */
interface Between {
  readonly before: Ruleset
  readonly after: Ruleset
  readonly render: Renderer
  readonly readers: Readers | undefined
  readonly loads: Loads
}

/** True if the options of two jobs differ. */
export const areOther = (from: Job, job: Job): boolean => changedOptions(from, job).length > 0

/** The names of the options with another value. */
export const changedOptions = (from: Job, job: Job): string[] =>
  Object.keys({ ...from.options, ...job.options }).filter(
    (name) => JSON.stringify(from.options[name]) !== JSON.stringify(job.options[name]),
  )

/**
 * Why no commands lead from the options of one job to those of another: another vendor, or options that say where or in which form the files are loaded.
 * Such an option makes other files of the same rules, but nothing else on the device; or the manifest says what else names its value. Undefined: commands
 * may lead there.
 */
export function optionsWithoutWay(from: Job, job: Job, between: Between): NoWay | undefined {
  if (from.vendor.folder !== job.vendor.folder) return { vendor: from.vendor.name }
  if (!areOther(from, job)) return undefined
  const changed = changedOptions(from, job)
  const options = changed.flatMap((name) => {
    const alone = { ...job, options: { ...job.options, [name]: from.options[name] } as OptionValues }
    if (isOtherForm(alone, job)) return [{ name }]
    const differing = [between.before, between.after].filter((ruleset) => haveOtherFiles(ruleset, alone, job, between))
    if (differing.length === 0) return []
    const usedBy = job.vendor.options[name]?.usedBy
    if (usedBy !== undefined) return [{ name, usedBy }]
    return differing.every((ruleset) => haveSameItems(ruleset, alone, job, between)) ? [{ name }] : []
  })
  const before = { ...job, options: from.options }
  if (options.length === 0 && isOtherForm(before, job)) return { options: changed.map((name) => ({ name })) }
  return options.length > 0 ? { options } : undefined
}

/** True if deltas of the two have no file in common, or a device has their rules in another form. */
function isOtherForm(a: Job, b: Job): boolean {
  const [one, other] = [a, b].map((job) => [artefactsFor(job.vendor.deltas, job).map(({ part }) => part), formOf(job)])
  return JSON.stringify(one) !== JSON.stringify(other)
}

/** True if two jobs make other files of the same rules. */
function haveOtherFiles(ruleset: Ruleset, a: Job, b: Job, { render }: Between): boolean {
  const [one, other] = [a, b].map((job) => render(ruleset, job).files.map(({ part, text }) => [part, text]))
  return JSON.stringify(one) !== JSON.stringify(other)
}

/** True if a device that is empty holds the same after both, as far as a model of it knows. */
function haveSameItems(ruleset: Ruleset, a: Job, b: Job, { render, readers, loads }: Between): boolean {
  const made = [a, b].map((job) => render(ruleset, job))
  if (!readers?.follows || made.some(({ findings }) => hasErrors(findings))) return false
  const [one = [], other = []] = made.map(({ files }, index) => loads.of(files, readers, index === 0 ? a : b).items())
  return sameItems(one, other, b.vendor.order)
}
