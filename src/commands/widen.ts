import { Option } from 'commander'
import { type AddressFamily, BITS, FAMILIES, parsePrefixOrAddress } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { checkedSide } from '../compile/policy-side.ts'
import { rulesOfTarget } from '../compile/rules-of-target.ts'
import { mergesOf, priceCurve } from '../compile/widen/price-curve.ts'
import { reserve } from '../compile/widen/reserve.ts'
import type { Widened } from '../compile/widen/widen.ts'
import {
  compiledBefore,
  FREE,
  missingWithin,
  placeAll,
  pricesOf,
  widenStages,
  withinOf,
} from '../compile/widen-target.ts'
import { curvesText, mergedText } from '../compile/widening-text.ts'
import { openHistory } from '../document/history.ts'
import type { KnownDocument } from '../document/known-document.ts'
import { openDocument } from '../document/open-document.ts'
import { UserError } from '../errors.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { curveJson, formatJson, labelJson, mergedJson } from '../model/json.ts'
import type { Policy, Target } from '../model/policy.ts'
import { onlyRule, type Ruleset } from '../model/ruleset.ts'
import type { Widening } from '../model/widening.ts'
import { chooseTargets } from '../policy/choose-targets.ts'
import { type CommonOptions, loadPolicy } from '../policy/load.ts'
import { didYouMean } from '../text/nearest.ts'

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

export const command: CommandSpec<[rule?: string], WidenOptions> = {
  summary: 'show the price of fewer prefixes: the additional addresses that they allow',
  about:
    'Shows what fewer prefixes cost: the addresses that the rules would then allow in addition. It writes nothing; "widen" of a target in the policy does.',
  docs: 'docs/widening.md',
  uses: 'rules',
  examples: [
    ['tagwall widen --curve', 'show the price of a range of budgets'],
    ['tagwall widen AllowAzOutboundAccess --max 160', 'show what one budget merges'],
  ],
  flags: (command) =>
    command
      .argument('[rule]', 'only this rule of the policy')
      .addOption(
        new Option('--max <number>', 'at most this many prefixes per rule and family').argParser(option.parseCount),
      )
      .addOption(new Option('--curve', 'show the price of a range of budgets as a table and a chart').conflicts('max'))
      .addOption(new Option('--target <name>', 'use the budget and constraints of this target'))
      .addOption(new Option('--within <tag>', 'prefer additional addresses from this tag, such as AzureCloud'))
      .addOption(
        new Option(
          '--never <cidr>',
          'add no addresses from this prefix (several: repeat it, or separate them with commas)',
        ).argParser(option.parseNext),
      )
      .addOption(
        new Option(
          '--min-prefix-length <family=length>',
          'make no prefix shorter than this (default: ipv4=8 and ipv6=16; may be repeated)',
        ).argParser(option.parseSetting),
      )
      .addOption(option.from().conflicts('snapshot'))
      .addOption(option.allowHost())
      .addOption(option.snapshot()),
  run: ([rule], options, io) => runWiden(rule, options, io),
}

/** Prints the price of fewer prefixes: at one budget, with the merges, or at a range of budgets. */
async function runWiden(rule: string | undefined, options: WidenOptions, io: Io): Promise<0> {
  const policy = await loadPolicy(options, io)
  if (rule !== undefined) checkRule(rule, policy)
  const target = options.target === undefined ? undefined : (chooseTargets(policy, [options.target])[0] as Target)
  const widening = wideningOf(options, target)
  const history = openHistory(options, policy.cloud, io)
  // The document must keep this tag too.
  const asked = { ...policy, targets: [{ ...(target ?? NOBODY), widen: widening }] }
  const known = await openDocument(options.from ?? options.snapshot ?? 'latest', history, asked, io, options.allowHost)
  const whose = target ?? NOBODY
  const placed = rulesOfTarget(checkedSide(policy, known, history).ruleset, whose)
  refuseErrors(placed.findings, 'this cannot be widened')
  // Before the other rules are left out.
  const ruleset = reserve(placed.ruleset)
  const chosen = (ruleset: Ruleset) => (rule === undefined ? ruleset : onlyRule(ruleset, rule))
  const name = target?.name ?? NOBODY.name
  refuseErrors(
    missingWithin(widening, name, known),
    'this cannot be widened (a published document has every tag: --from FILE)',
  )
  const label = { policy: policy.name, document: labelJson(known.document) }
  if (options.curve) {
    const curves = curvesOf(chosen(ruleset), widening, known)
    io.out(options.json ? formatJson({ ...label, rules: curves.map(curveJson) }) : curvesText(ruleset, curves))
    return 0
  }
  const past = placeAll(compiledBefore(policy, history, known.document.published), whose)
  // A budget per rule does not depend on the other rules; a shared budget does.
  const counted = widening.per === 'rule' ? chosen : (ruleset: Ruleset) => ruleset
  const series = widenStages(
    widening,
    { target: name, family: target?.family },
    { known, ruleset: counted(ruleset) },
    past.map(({ document, ruleset }) => ({ document, ruleset: counted(reserve(ruleset)) })),
  )
  const { ruleset: widened, findings } = series.at(-1) as Widened
  refuseErrors(findings, 'this cannot be widened as asked')
  const merged = pricesOf(name, chosen(widened), known.everything).map((price) => ({
    ...price,
    merges: mergesOf(widened, price.rule, price.price.family),
  }))
  io.out(options.json ? formatJson({ ...label, rules: merged.map(mergedJson) }) : mergedText(ruleset, merged))
  return 0
}

/** Stands for a target if none is given. Findings name no target then. */
const NOBODY: Target = {
  name: '',
  vendor: '',
  out: '',
  options: {},
  family: undefined,
  model: undefined,
  limits: {},
  capacity: undefined,
  local: undefined,
  widen: undefined,
  at: 'the command line',
}

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
  for (const [family, text] of Object.entries(given)) {
    const known = FAMILIES.find((one) => one === family)
    if (!known || !/^[1-9]\d{0,2}$/.test(text) || Number(text) > BITS[known])
      throw new UserError(
        `--min-prefix-length ${family}=${text}: expected ipv4=LENGTH (1 to 32) or ipv6=LENGTH (1 to 128)`,
      )
  }
  return Object.fromEntries(Object.entries(given).map(([family, text]) => [family, Number(text)]))
}

function checkRule(rule: string, { name, rules }: Policy): void {
  const names = rules.map((rule) => rule.name)
  if (!names.includes(rule))
    throw new UserError(
      `the policy ${name} has no rule "${rule}"${didYouMean(rule, names) || `; it has ${names.join(', ')}`}`,
    )
}

function curvesOf(ruleset: Ruleset, widening: Widening, { document, everything }: KnownDocument) {
  const within = withinOf(document, widening.within)
  const asked = { ...widening, within: within?.name }
  return ruleset.sets.flatMap((set) => priceCurve(set, asked, within?.prefixes, everything?.()))
}
