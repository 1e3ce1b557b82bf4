import { type AddressFamily, BITS, FAMILIES, type Prefix, parsePrefixOrAddress } from '../../address/prefix.ts'
import { familiesOf, PrefixSet } from '../../address/prefix-set.ts'
import { type KnownDocument, openHistory } from '../../document/history.ts'
import { openDocument } from '../../document/open-document.ts'
import { UserError } from '../../errors.ts'
import { refuseErrors } from '../../findings-output.ts'
import type { Io } from '../../io.ts'
import { labelOf } from '../../model/delta.ts'
import type { Target } from '../../model/policy.ts'
import type { TargetPrice } from '../../model/result.ts'
import { type AddressSet, onlyRule, type Ruleset } from '../../model/ruleset.ts'
import type { Merge, RuleCurve, Widening } from '../../model/widening.ts'
import { type CommonOptions, chooseTargets, loadPolicy } from '../../policy/load.ts'
import { meantOrHas } from '../../text/nearest.ts'
import { checkedSide } from '../policy-side.ts'
import { type CheckedRuleset, rulesOfTarget } from '../rules-of-target.ts'
import type { Curve } from './cheapest-cover.ts'
import { curveJson, mergedJson } from './json.ts'
import { bindingOf, curveOf, partOf, priceOf, type WithinTag, widenSeries, withinOf, withReserved } from './widen.ts'
import { compiledBefore, FREE, missingWithin, placeAll, pricesOf } from './widen-target.ts'
import { curvesText, mergedText } from './widening-text.ts'

/** The options of `widen`, from the command line. */
export interface WidenOptions extends CommonOptions {
  readonly max?: number
  readonly curve?: boolean
  /** The target whose constraints apply, unless other options override them. */
  readonly target?: string
  readonly within?: string
  readonly never?: readonly string[]
  readonly minPrefixLength?: Readonly<Record<string, string>>
  readonly from?: string
  readonly allowHost?: readonly string[]
}

/** The price of fewer prefixes: at a range of budgets, or at one, with the merges. */
type WidenReport = { readonly ruleset: Ruleset } & (
  | { readonly kind: 'curves'; readonly curves: readonly RuleCurve[] }
  | { readonly kind: 'merges'; readonly rules: readonly (TargetPrice & { readonly merges: readonly Merge[] })[] }
)

/** The price of fewer prefixes for the rules of the policy, or for one of them. Throws `UserError` if they cannot be widened so. */
export async function runWiden(rule: string | undefined, options: WidenOptions, io: Io): Promise<WidenReport> {
  const policy = await loadPolicy(options, io)
  const names = policy.rules.map(({ name }) => name)
  if (rule !== undefined && !names.includes(rule))
    throw new UserError(`the policy ${policy.name} has no rule "${rule}"${meantOrHas(rule, names)}`)
  const target = options.target === undefined ? undefined : (chooseTargets(policy, [options.target])[0] as Target)
  const widening = wideningOf(options, target)
  const history = openHistory(options, policy, io)
  const whose = target ?? NOBODY
  // The document must keep this tag too.
  const asked = { ...policy, targets: [{ ...whose, widen: widening }] }
  const spec = options.from ?? options.snapshot ?? 'latest'
  const known = await openDocument(spec, { ...history, policy: asked }, io, options.allowHost)
  const placed = rulesOfTarget(checkedSide(known, history).ruleset, whose)
  refuseErrors(placed.findings, 'this cannot be widened')
  // Before the other rules are left out.
  const ruleset = withReserved(placed.ruleset)
  // An update only stores the tags of the policy, so it would not help.
  const isHelpless = options.within !== undefined && known.everything === undefined
  const where = isHelpless
    ? `the snapshot of ${known.document.published}, which keeps only the tags in use; a published document has every tag: --from FILE`
    : known.where
  refuseErrors(missingWithin(widening, whose.name, { ...known, where }), 'this cannot be widened')
  const chosen = (ruleset: Ruleset) => (rule === undefined ? ruleset : onlyRule(ruleset, rule))
  if (options.curve) return { kind: 'curves', ruleset, curves: curvesOf(chosen(ruleset), widening, known) }
  const past = placeAll(compiledBefore(history, known.document.published), whose)
  // A budget per rule does not depend on the other rules; a shared budget does.
  const counted = widening.per === 'rule' ? chosen : (ruleset: Ruleset) => ruleset
  const stages = [
    ...past.map(({ document, ruleset }) => ({ document, ruleset: counted(withReserved(ruleset)) })),
    { ...known, ruleset: counted(ruleset) },
  ]
  const series = widenSeries(stages, { target: whose.name, widening })
  const { ruleset: widened, findings } = series.at(-1) as CheckedRuleset
  refuseErrors(findings, 'this cannot be widened as asked')
  const rules = pricesOf(whose.name, chosen(widened), known.everything).map((price) => ({
    ...price,
    merges: mergesOf(widened, price.rule, price.price.family),
  }))
  return { kind: 'merges', ruleset, rules }
}

export function widenJson(report: WidenReport) {
  const about = { policy: report.ruleset.policy, document: labelOf(report.ruleset) }
  return report.kind === 'curves'
    ? { ...about, curves: report.curves.map(curveJson) }
    : { ...about, prices: report.rules.map(mergedJson) }
}

export const widenText = (report: WidenReport): string =>
  report.kind === 'curves' ? curvesText(report.ruleset, report.curves) : mergedText(report.ruleset, report.rules)

/** Stands for a target if none is given. Findings name no target then. */
const NOBODY: Target = { name: '', vendor: '', out: '', options: {}, limits: {}, at: 'the command line' }

function wideningOf(options: WidenOptions, target: Target | undefined): Widening {
  const own = target?.widen
  if (options.max === undefined && !options.curve && !own) {
    throw new UserError(
      target
        ? `target "${target.name}" has no "widen"; set a budget with --max N, or show all budgets with --curve`
        : 'set a budget with --max N; or show all budgets with --curve; or use a target that has "widen", with --target NAME',
    )
  }
  const { max, within = own?.within, never, minPrefixLength } = options
  return {
    ...FREE,
    ...own,
    within,
    maxPrefixes: max === undefined ? (own?.maxPrefixes ?? {}) : { ipv4: max, ipv6: max },
    never: never ? PrefixSet.of(never.map(neverOf)) : (own?.never ?? PrefixSet.empty),
    minPrefixLength: { ...(own ?? FREE).minPrefixLength, ...lengthsOf(minPrefixLength ?? {}) },
  }
}

function neverOf(text: string) {
  try {
    return parsePrefixOrAddress(text)
  } catch (error) {
    throw new UserError(`--never: ${(error as Error).message}`)
  }
}

function lengthsOf(given: Readonly<Record<string, string>>): Partial<Record<AddressFamily, number>> {
  const lengths = Object.entries(given).map(([family, text]) => {
    const known = FAMILIES.find((one) => one === family)
    if (known && /^[1-9]\d{0,2}$/.test(text) && Number(text) <= BITS[known]) return [known, Number(text)]
    throw new UserError(
      `--min-prefix-length ${family}=${text}: expected ipv4=LENGTH (1 to 32) or ipv6=LENGTH (1 to 128)`,
    )
  })
  return Object.fromEntries(lengths)
}

function curvesOf(ruleset: Ruleset, widening: Widening, { document, everything }: KnownDocument) {
  const within = withinOf(document, widening.within)
  return ruleset.sets.flatMap((set) => priceCurve(set, widening, within, everything?.()))
}

/** The price of fewer prefixes, for each family of a set. `everything` holds all tags of the document, if known. */
export function priceCurve(
  set: AddressSet,
  widening: Widening,
  within: WithinTag | undefined,
  everything: PrefixSet | undefined,
): RuleCurve[] {
  const { name, prefixes } = set
  return familiesOf(prefixes).map((family) => {
    const part = partOf(set, family, widening, within)
    const { own } = part
    const before = own.prefixes.length
    const { least, coverAt } = curveOf(part, before)
    return {
      rule: name,
      family,
      before,
      addresses: own.count,
      least,
      binding: bindingOf([part]),
      points: coversFrom(before, least, coverAt).map((cover) => {
        const wide = PrefixSet.of(cover)
        const inSomeTag = everything?.intersect(wide.subtract(own)).count
        // Counted like a budget: two neighbours of the shortest length count as two, although they are written as one.
        const price = { ...priceOf(own, wide, family, within), after: cover.length }
        return { rule: name, price, inSomeTag }
      }),
    }
  })
}

/** The covers of all prefixes, three quarters, a half, three eighths and so on, down to the minimum; each once. */
function coversFrom(most: number, least: number, coverAt: Curve['coverAt']): Prefix[][] {
  const budgets: number[] = []
  for (let step = most; step > 1; step /= 2) budgets.push(Math.floor(step), Math.floor((3 * step) / 4))
  const covers = [...budgets.filter((budget) => budget > least), least].map(coverAt)
  return covers.filter((cover, index) => cover.length !== covers[index - 1]?.length)
}

/** The prefixes of a widened rule that its tags do not have, and how many prefixes each replaces. */
export function mergesOf({ sets }: Ruleset, rule: string, family: AddressFamily): Merge[] {
  const set = sets.find(({ name }) => name === rule)
  const exact = set?.widened?.exact ?? PrefixSet.empty
  return (set?.prefixes.family(family).prefixes ?? []).flatMap((prefix): Merge[] => {
    const whole = PrefixSet.of([prefix])
    const held = exact.intersect(whole)
    const extra = whole.count - held.count
    return extra === 0n ? [] : [{ prefix, replaced: held.prefixes.length, extra }]
  })
}
