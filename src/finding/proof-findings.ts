import { formatPrefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { RemoteSide } from '../model/reading.ts'
import { listText } from '../text/numbers.ts'
import { exampleOf, few, fewNames, fewTexts, rulesText } from './phrases.ts'
import { type FindingTable, type InnerFinding, LOADING, PROOF } from './record.ts'

/** Traffic that a device or a file treats otherwise than it must. */
interface Mismatch {
  target: string
  flow: string
  rules: readonly string[]
  missing: RemoteSide
  extra: RemoteSide
}

interface AfterCommand extends Mismatch {
  /** Counted from 1. */
  command: number
}

/** The facts of each finding below. */
export interface ProofFacts<Inner = readonly InnerFinding[]> {
  NOT_UNDERSTOOD: { target: string; part: string; line: number; text: string; reason: string }
  /** `isOfDevice`: of a device after commands, and not of a file. */
  PROOF_FAILED: Mismatch & { isOfDevice?: boolean }
  DELTA_UNSAFE: AfterCommand
  RELOAD_GAP: {
    target: string
    /** True if the target has a delta, which avoids the gap. */
    hasDelta: boolean
    /** True if the device refuses traffic that both rulesets allow; false if it does not deny what neither allows. */
    isRefused: boolean
    /** The rules that the device changes one after the other, or whose sets it does. */
    rules: readonly string[]
    flow: string
    prefixes: PrefixSet
  }
  CLEANUP_UNSAFE: AfterCommand
  /** The leftovers of a full load over the files in place are unknown. */
  LEFTOVERS_UNKNOWN: {
    target: string
    paths: readonly string[]
    why: readonly string[]
    /** The options with another value than in the files in place, and `family`. */
    options: readonly string[]
  }
  /** A device refuses the full file while it holds the rules of the files in place. */
  LOAD_REFUSED: {
    target: string
    paths: readonly string[]
    why: readonly string[]
    /** The file that lists what to remove first, if there is no delta. */
    manual?: string
  }
  LEFTOVERS_STAY: {
    target: string
    /** The items that stay: `rule "Web"`. */
    items: readonly string[]
    /** The items that are not made. */
    lacks: readonly string[]
    /** The items that keep other texts: `rule "Web" (description)`. */
    reworded: readonly string[]
    /** True if rules come in another order. */
    isReordered: boolean
    /** True if they still allow traffic outside the policy. */
    isAllowing: boolean
    /** True if they still deny what the policy allows. */
    isDenying: boolean
    /** The file that lists all of them. */
    manual?: string
    /** True if a delta can be loaded instead. */
    hasDelta: boolean
    /** Why the delta, loaded after the full file, is not proved to remove them. */
    findings: Inner
  }
}

/** Findings of proofs: of files, of commands, and of what a full load leaves. */
export const PROOF_FINDINGS = {
  NOT_UNDERSTOOD: {
    severity: 'error',
    say: ({ target, part, line, reason, text }) => `target "${target}": ${part} line ${line} ${reason}: ${text}`,
    title: 'the reader does not understand a rendered line',
    means:
      'Before tagwall writes a file, a reader that shares no code with the templates reads it back. The reader is strict and never guesses.',
    do: 'If you wrote the templates, correct the line. With the built-in templates, this is a bug in tagwall: please report it with the policy.',
    sources: [PROOF],
  },
  PROOF_FAILED: {
    severity: 'error',
    say: (mismatch) => {
      const what = mismatch.isOfDevice ? 'after all commands, the device' : 'the rendered file'
      const where = `${what} does not match the policy: `
      return mismatchText(mismatch, where, 'missing', 'allowed, but not in the policy')
    },
    title: 'a file does not match the policy',
    means:
      'tagwall read the rendered file back and compared its address sets with the policy. The file allows more or less, so nothing was written.',
    do: 'If you wrote the templates, correct them. With the built-in templates, this is a bug in tagwall: please report it with the policy.',
    sources: [PROOF],
  },
  DELTA_UNSAFE: {
    severity: 'error',
    say: (mismatch) => {
      const sides = [
        'refused, although both snapshots allow it',
        'allowed, although neither snapshot allows it',
      ] as const
      return mismatchText(mismatch, `after command ${mismatch.command} of the delta, `, ...sides)
    },
    title: 'a delta would cut or open connections between two commands',
    means:
      'After every command of a delta, the device must allow the traffic that both snapshots allow, and none that neither allows, and itself deny what both deny. This delta does not.',
    do: 'Load the full file of this target. The cause is a bug in tagwall, or in templates that you wrote.',
    sources: [LOADING],
  },
  RELOAD_GAP: {
    severity: 'warning',
    say: ({ target, hasDelta, isRefused, rules, flow, prefixes }) => {
      const effect = `${isRefused ? 'refuses' : 'does not deny'} ${few(prefixes.prefixes)} (${flow}) for a moment`
      return `target "${target}": a full load ${effect}, while it changes ${fewNames(rules)}. Load ${hasDelta ? 'the delta' : 'it at a quiet time'}`
    },
    title: 'the device refuses or allows some addresses for a moment while it loads a full file',
    means:
      'The device changes one address set or rule after another. Addresses that move between rules leave the first set before they reach the second, and a denial may let go of addresses, or move, before the rule behind it. In between, new connections to them fail, or pass.',
    do: 'Load the delta of this target, which adds addresses before it removes any. Without a delta, load the full file at a quiet time.',
    sources: [LOADING],
  },
  CLEANUP_UNSAFE: {
    severity: 'error',
    say: (mismatch) => {
      const sides = ['refused, although the policy allows it', 'allowed, although it was not allowed before'] as const
      return mismatchText(mismatch, `after command ${mismatch.command} over the full files, `, ...sides)
    },
    title: 'commands after a full load would cut or open connections between two of them',
    means:
      'After a full load, the delta removes what the older files leave. After every command, the device must allow everything in the policy, and nothing that it did not allow before.',
    do: 'Load the delta instead of the full files, or remove the leftovers by hand.',
    sources: [LOADING],
  },
  LEFTOVERS_UNKNOWN: {
    severity: 'warning',
    say: ({ target, paths, why, options }) =>
      options.length > 0
        ? `target "${target}": what a full load leaves of ${fewNames(paths)} is unknown, because ${fewNames(options)} changed: remove what only the older files make`
        : `target "${target}": the leftovers of a full load over ${fewNames(paths)} are unknown: ${fewTexts(why)}. Run "tagwall audit"`,
    title: 'the leftovers of a full load are unknown',
    means:
      'Before tagwall replaces a full file, it loads the old file and then the new one in a model of the device, to find out what stays. Here the old file was edited, is damaged, or was made with other options.',
    do: 'Run "tagwall audit" on the running configuration. It lists what the device allows beyond the policy. After a change of options, an audit does not look where the older files were loaded: remove there what only they make.',
    sources: [LOADING],
  },
  LOAD_REFUSED: {
    severity: 'warning',
    say: ({ target, paths, why, manual }) => {
      const advice = manual === undefined ? 'Load the delta instead' : `First remove the items in ${manual} by hand`
      return `target "${target}" refuses a full load over ${fewNames(paths)}: ${fewTexts(why)}. ${advice}`
    },
    title: 'a device refuses the full file over the earlier one',
    means:
      'Before tagwall replaces a full file, it loads the old file and then the new one in a model of the device. Each is correct alone, but the device does not accept both: for example, a rule has the name or the priority of an earlier one.',
    do: 'Load the delta: the device accepts its steps. If there is none, remove the earlier rules before you load the full file: *.cleanup.manual.txt lists them.',
    sources: [LOADING],
  },
  LEFTOVERS_STAY: {
    severity: 'warning',
    say: (
      { target, items, lacks, reworded, isReordered, isAllowing, isDenying, hasDelta, manual, findings },
      explain,
    ) => {
      const effects = [isAllowing && 'allows more than the policy', isDenying && 'denies what the policy allows']
      const effect = effects.filter(Boolean).join(' and ')
      const named = [
        items.length > 0 && `leaves ${fewNames(items)}`,
        lacks.length > 0 && `does not make ${fewNames(lacks)}`,
        reworded.length > 0 && `leaves other words in ${fewNames(reworded)}`,
        isReordered && 'puts rules in another order',
      ].filter((text) => text !== false)
      const does = named.length > 0 ? named.join(' and ') : 'leaves earlier members of groups'
      const byHand = manual === undefined ? 'Remove the earlier rules first' : `Remove the items in ${manual} by hand`
      const why = findings.length > 0 ? `: ${exampleOf(findings, explain)}` : ''
      return `target "${target}": a full load ${does} on the device${effect && `, which ${effect}`}. ${hasDelta ? 'Load the delta instead' : byHand}${why}`
    },
    title: 'a full load leaves items that tagwall cannot remove',
    means:
      'Objects, groups or rules of the earlier file stay on the device after you load the new one, or they keep older words, such as a description, or the rules come in another order than in the policy. A rule that stays still allows its traffic, and a denial behind a rule that allows does not hold.',
    do: 'Load the delta instead of the full file, if there is one. If there is none, remove the items in *.cleanup.manual.txt by hand, in that order. If the rules are in another order, remove the earlier ones before you load the full file.',
    sources: [LOADING],
  },
} satisfies FindingTable<ProofFacts>

function mismatchText(
  { target, flow, rules, missing, extra }: Mismatch,
  where: string,
  whatIsMissing: string,
  whatIsExtra: string,
): string {
  const sides = [reachText(whatIsMissing, missing), reachText(whatIsExtra, extra)].filter(Boolean)
  const ofRules = rules.length > 0 ? `, ${rulesText(rules)}` : ''
  return `target "${target}": ${where}${flow}${ofRules}: ${sides.join('; ')}`
}

/** The first few missing or extra addresses of possibly thousands. */
function reachText(what: string, { addresses, tags }: RemoteSide): string {
  const all = [...tags, ...addresses.prefixes.map(formatPrefix)]
  return all.length === 0 ? '' : `${what}: ${listText(all, 8)}`
}
