import { exampleOf, fewNames } from './phrases.ts'
import { CHANGES, type ExplainInner, type FindingTable, type InnerFinding, LOADING, PROOF, STATE } from './record.ts'

/** Why there is no delta from the older rules to the newer ones. */
export type NoDelta<Inner = readonly InnerFinding[]> =
  | { readonly kind: 'form' }
  /** The older rules do not compile, or do not fit. */
  | { readonly kind: 'before'; readonly findings: Inner }
  /** Both rulesets fit, but the delta exceeds a limit. */
  | { readonly kind: 'limits'; readonly findings: Inner }
  /** `options`: those that have another value, and `family`; also in `end`. */
  | { readonly kind: 'proof'; readonly findings: Inner; readonly options?: readonly string[] }
  /** The older rules are not known, only the files in place. */
  | { readonly kind: 'lock'; readonly why: NoLockedRules }
  /** Another vendor, or options between which no commands lead. */
  | { readonly kind: 'options'; readonly why: NoWay }
  /** The older full files are not in place. */
  | { readonly kind: 'missing' }
  /** The files in place define other objects than this version writes, so its commands would not find them. */
  | { readonly kind: 'items' }
  /** Every command is proved, but the device then holds something else than the newer full files make. */
  | { readonly kind: 'end'; readonly options?: readonly string[] }

/** The vendor of before, if it is another one; or the options. `usedBy`: what else on the device names the value of an option. */
export type NoWay =
  | { readonly vendor: string }
  | { readonly options: readonly { readonly name: string; readonly usedBy?: string }[] }

/** Why a target is compared with its files in place, and not with what the lock says of it. */
export type NoLockedRules =
  /** The lock does not have the target, or there is no lock. */
  | 'unlocked'
  /** A file has other bytes than the lock says. */
  | 'edited'
  /** The state is not in the lock, as after a merge of two branches. */
  | 'state'
  /** No snapshot has the addresses of the state. */
  | 'document'
  /** The target's vendor or options of then do not exist any more. */
  | 'target'
  /** The reader does not find the locked rules in the files. */
  | 'proof'

/** The facts of each finding below. */
export interface DeltaFacts<Inner = readonly InnerFinding[]> {
  NO_DELTA: { target: string; way?: 'delta' | 'rollback'; why: NoDelta<Inner> }
  /** The lock does not say what the files of targets in place are made of, so the files themselves are compared. */
  COMPARED_WITH_FILES: {
    target: string
    paths: readonly string[]
    why: NoLockedRules
    lock: string
    /** True if the files could be read. */
    isRead: boolean
  }
  /** New deltas replace some that were never committed, so they start from files that no device may hold. */
  UNCOMMITTED_DELTA: { targets: readonly string[] }
  /** Files in place that tagwall did not write so. `since`: the older side of a review; undefined if the lock tells. */
  EDITED_FILES: { paths: readonly string[]; since: string | undefined }
  /** A review compares with a commit that the branch lacks. `base`: where the branch left it. */
  SINCE_AHEAD: { since: string; base: string }
  /** `hasReader`: it only has no model of the device. */
  NO_READER: { target: string; vendor: string; hasReader?: boolean }
}

/** Findings about files without a delta, without known rules, or without a reader. */
export const DELTA_FINDINGS = {
  NO_DELTA: {
    severity: 'either',
    say: ({ target, way, why }, explain) =>
      `target "${target}" has ${way === 'rollback' ? 'no rollback, so a way back is the older full file' : 'no delta, so load the full file'}: ${noDeltaReason(why, explain, way)}`,
    title: 'a target has no delta from the older rules to the newer ones',
    means:
      'There are three causes: the device loads only full files; the vendor has no command for the change, or the device has no room for old and new rules together; or tagwall does not know the rules in the older files, such as after an edit by hand or a change of options.',
    do: 'Load the full file, which tagwall always writes.',
    sources: [LOADING],
  },
  COMPARED_WITH_FILES: {
    severity: 'warning',
    say: ({ target, paths, why, isRead }) => {
      const result = isRead
        ? 'no delta, and the cause of the change is unknown'
        : `tagwall cannot read ${paths.length > 1 ? 'them' : 'it'}, so the change is unknown`
      return `target "${target}": ${LOCKED[why]} (${fewNames(paths)}): ${result}`
    },
    title: 'the lock does not match the files of a target',
    means:
      'The lock records the rules, the document and the hash of every file. If a file was edited, the lock is missing, or a merge lost a part of it, tagwall compares with what the files allow. Then the cause of a change is unknown, and no delta can start from them.',
    do: 'Review the change, and load the full files. This run writes the lock, so the next change is known again. To keep an edit, put it into the policy.',
    sources: [CHANGES],
  },
  UNCOMMITTED_DELTA: {
    severity: 'warning',
    say: ({ targets }) =>
      `the changes of ${fewNames(targets)} start from files that were never committed; if devices hold the files of the last commit, run "tagwall build --since git:HEAD"`,
    title: 'a change starts from files that were never committed',
    means:
      'Each build writes deltas and runbooks from the files in place. If you build, edit the policy and build again, the second change replaces the first one, which may never have been loaded.',
    do: 'If devices hold the files of the last commit, start from there again: git checkout HEAD -- rules tagwall.lock.json, then tagwall build. Or write the commands from there beside these: tagwall build --since git:HEAD.',
    sources: [STATE],
  },
  EDITED_FILES: {
    severity: 'warning',
    say: ({ paths, since }) => {
      const are = paths.length > 1 ? 'are' : 'is'
      return since === undefined
        ? `${fewNames(paths)} ${are} not what tagwall wrote: do not load; "tagwall build" writes full files again, and removes edited commands`
        : `${fewNames(paths)} ${are} neither what ${since} has nor what tagwall makes from it: do not load; restore its rules and lock, then run "tagwall build"`
    },
    title: 'a generated file was edited',
    means:
      'The lock has the hash of every file that tagwall wrote. Somebody edited these files, put them there, or made them with another version of tagwall, so nothing proves what they do. A branch can edit the lock as well, so "plan --since git:REV" compares its files with those of REV, and with what the policy makes from there.',
    do: 'Do not load them. tagwall build writes full files again, and removes edited deltas, rollbacks and runbooks; git checkout gets these back. In a branch, start from REV again, such as with git checkout REV -- rules tagwall.lock.json, and run tagwall build: it makes all commands that lead from there.',
    sources: [CHANGES],
  },
  SINCE_AHEAD: {
    severity: 'warning',
    say: ({ since, base }) =>
      `${since} has commits that this branch lacks, and the plan shows what they changed as undone: merge them first, or compare with --since git:${base}`,
    title: 'a plan compares with commits that the branch does not have',
    means:
      'plan --since git:REV compares with exactly that commit. If REV has gone on since your branch left it, its newer changes seem undone, and your deltas start from older files. A merge keeps both sides.',
    do: 'Merge REV into your branch and run tagwall build, or compare with the commit where your branch left it, as the jobs in docs/ci do: tagwall plan --since git:$(git merge-base main HEAD)',
    sources: [CHANGES],
  },
  NO_READER: {
    severity: 'either',
    say: ({ target, vendor, hasReader }) =>
      hasReader
        ? `target "${target}": the reader of ${vendor} has no model of the device, so its commands are not proved`
        : `target "${target}": vendor ${vendor} has no reader, so its files are not proved`,
    title: 'the files of a vendor are not proved',
    means:
      'The vendor has no reader, so tagwall cannot read its files back; or its reader has no "device", so tagwall cannot follow commands.',
    do: 'Add reader.js to the folder of the vendor, with "device" for commands, or review the files before you load them. --require-proof makes this an error.',
    sources: [PROOF],
  },
} satisfies FindingTable<DeltaFacts>

/** Why there is no delta. */
export function noDeltaReason(why: NoDelta, explain: ExplainInner, way: 'delta' | 'rollback' = 'delta'): string {
  switch (why.kind) {
    case 'form':
      return 'with these options, the device loads only full files'
    case 'before':
      return `the older rules do not compile: ${why.findings.map(explain).join('; ')}`
    case 'limits':
      return `the ${way} does not fit the limits of the device: ${why.findings.map(explain).join('; ')}`
    case 'proof':
      return fromOther(why) ?? `the ${way} is not proved: ${exampleOf(why.findings, explain)}`
    case 'lock':
      return LOCKED[why.why]
    case 'options':
      return noWayReason(why.why)
    case 'missing':
      return 'there are no older full files of this target'
    case 'items':
      return 'the files in place define other objects than this version of tagwall writes'
    case 'end':
      return (
        fromOther(why) ??
        `the ${way} does not end with the objects, words and order of the full file, or not when it is loaded twice`
      )
  }
}

function noWayReason(why: NoWay): string {
  if ('vendor' in why) return `the target had another vendor, ${why.vendor}`
  return why.options
    .map(({ name, usedBy }) =>
      usedBy === undefined
        ? `another value of ${name} changes how or where the device loads its files, not what they make there`
        : `${usedBy} on the device name the value of ${name}: change these by hand after the full file, then remove what has the older name`,
    )
    .join('; ')
}

const fromOther = ({ options = [] }: { readonly options?: readonly string[] }) =>
  options.length > 0 ? `no proved commands lead from one value of ${fewNames(options)} to the other` : undefined

const LOCKED: Readonly<Record<NoLockedRules, string>> = {
  unlocked: 'no lock says what its files are made of',
  edited: 'a file in place was edited by hand, or written by another version',
  state: 'the lock lacks the state of this target, as after a merge of two branches',
  document: 'no snapshot has the addresses that the files in place are made of',
  target: 'the vendor or an option of the files in place does not exist any more',
  proof: 'the files in place do not hold the rules of the lock',
}
