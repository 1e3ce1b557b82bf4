import type { Help } from './help.ts'
import { CHANGES, FULL_LOAD, PROOF, VENDORS, WIDEN } from './sources.ts'

/** Help for findings about what a target can hold, and about proofs. */
export const TARGET_HELP = {
  NAME_NOT_CARRIED: {
    title: 'a rule name is invalid for a vendor',
    means:
      'tagwall never changes a name silently: two names could become one, and a quote or a line break could become a command. The manifest of the vendor says which names are valid.',
    do: 'Rename the rule in the policy.',
    sources: [VENDORS],
  },
  NAMES_COLLIDE: {
    title: 'two rules get the same name on the device',
    means:
      'tagwall fits names to the limits of the vendor. After that, two names are equal, so one rule would replace the other.',
    do: 'Rename one of the rules in the policy.',
    sources: [VENDORS],
  },
  PRIORITY_OUT_OF_RANGE: {
    title: 'a priority is out of range',
    means: 'One rule of the policy can become several rules on the device, each with its own priority.',
    do: 'Choose another priority in the policy, or change the offset in the options of the target.',
    sources: [VENDORS],
  },
  PRIORITIES_COLLIDE: {
    title: 'two rules get the same priority on the device',
    means:
      'One rule of the policy can become several rules on the device. They are numbered upwards from its priority, and here they reach the next rule.',
    do: 'Leave more room between the priorities in the policy.',
    sources: [VENDORS],
  },
  LIMIT_EXCEEDED: {
    title: 'the device cannot hold the rules',
    means:
      'The files need more of something than the vendor, the model or the target allows. Devices drop the excess without an error, so tagwall writes nothing.',
    do: 'The message names your choices. "tagwall list vendors NAME" shows limits, models and sources. limits: { NAME: N } in the target sets the limit of your own device. "tagwall widen --curve" shows what fewer prefixes cost.',
    sources: [WIDEN, VENDORS],
  },
  CAPACITY: {
    title: 'a target uses much of a limit',
    means:
      'The rules still fit. A target reached the share of a limit that "capacity" in the policy names. The month when the limit is full follows from the growth between the newest document and a snapshot from 8 to 26 weeks before it: it assumes that the tags go on growing at the same pace.',
    do: 'Plan what you will do above the limit; the message names your choices. "tagwall build --json" lists all limits. To be warned later, raise "capacity" at the top of the policy or in the target. If your device holds more, say so: limits: { NAME: N } in the target.',
    sources: [WIDEN, VENDORS],
  },
  FAMILY_NOT_SEPARABLE: {
    title: 'a target of one family writes tags by name',
    means: 'The device resolves a tag to IPv4 and IPv6 addresses itself, so the file cannot be limited to one family.',
    do: 'Remove "family", or choose the option that makes the vendor write prefixes.',
    sources: [VENDORS],
  },
  EXCEPT_NOT_BY_TAG: {
    title: 'a rule with exceptions is written by tag name',
    means: 'The device resolves the tag to all of its addresses, so nothing can be left out.',
    do: 'Choose the option that writes prefixes, or remove "except" from the rule.',
    sources: [VENDORS],
  },
  NOT_UNDERSTOOD: {
    title: 'the reader does not understand a rendered line',
    means:
      'Before tagwall writes a file, a reader that shares no code with the templates reads it back. The reader is strict and never guesses.',
    do: 'If you wrote the templates, correct the line. With the built-in templates, this is a bug in tagwall: please report it with the policy.',
    sources: [PROOF],
  },
  PROOF_FAILED: {
    title: 'a file does not match the policy',
    means:
      'tagwall read the rendered file back and compared its address sets with the policy. The file allows more or less, so nothing was written.',
    do: 'If you wrote the templates, correct them. With the built-in templates, this is a bug in tagwall: please report it with the policy.',
    sources: [PROOF],
  },
  DELTA_UNSAFE: {
    title: 'a delta would cut or open connections between two commands',
    means:
      'After every command of a delta, the device must allow the traffic that both snapshots allow, and no traffic that neither allows. This delta does not.',
    do: 'Load the full file of this target. The cause is a bug in tagwall, or in templates that you wrote.',
    sources: [PROOF],
  },
  RELOAD_GAP: {
    title: 'the device refuses some addresses for a moment while it loads a full file',
    means:
      'The device fills one address set after another. Addresses that move from one rule to another leave the first set before they reach the second, so new connections to them fail in between.',
    do: 'Load the delta of this target, which adds addresses before it removes any. Without a delta, load the full file at a quiet time.',
    sources: [VENDORS],
  },
  CLEANUP_UNSAFE: {
    title: 'a cleanup would cut or open connections between two commands',
    means:
      'After every command of a cleanup, the device must allow everything that the policy asks for, and nothing that it did not allow before. This cleanup does not, so tagwall does not write it.',
    do: 'Remove the leftovers by hand. The cause is a bug in tagwall, or in templates that you wrote.',
    sources: [PROOF],
  },
  LEFTOVERS_UNKNOWN: {
    title: 'tagwall cannot tell what a full load leaves behind',
    means:
      'Before tagwall replaces a full file, it loads the old file and then the new one in a model of the device, to find out what stays. Here the old file was edited, is damaged, or was made with other options.',
    do: 'Run "tagwall audit" on the running configuration. It lists what the device allows beyond the policy.',
    sources: [FULL_LOAD],
  },
  LEFTOVERS_STAY: {
    title: 'a full load leaves something behind that tagwall cannot remove',
    means:
      'Objects, groups or rules of the earlier file stay on the device after you load the new one. A rule that stays still allows its traffic.',
    do: 'Load the delta if there is one: it removes them. If there is none, remove the named items by hand.',
    sources: [FULL_LOAD],
  },
  NO_DELTA: {
    title: 'a target has no delta from the older rules to the newer ones',
    means:
      'There are three causes: the device loads only full files; the vendor has no command for the change (a rule that appears, disappears or changes shape); or tagwall does not know the rules in the older files, such as after an edit by hand or a change of options.',
    do: 'Load the full file, which tagwall always writes.',
    sources: [VENDORS],
  },
  COMPARED_WITH_FILES: {
    title: 'the lock does not say what the files of a target are made of',
    means:
      'The lock records the rules, the document and the hash of every file. If a file was edited, the lock is missing, or a merge lost a part of it, tagwall compares with what the files allow. Then the cause of a change is unknown, and no delta can start from them.',
    do: 'Review the change, and load the full files. This run writes the lock, so the next change is known again. To keep an edit, put it into the policy.',
    sources: [CHANGES],
  },
  UNCOMMITTED_DELTA: {
    title: 'a delta starts from files that were never committed',
    means:
      'Each build writes deltas from the files in place. If you build, edit the policy and build again, the second delta replaces the first one, which may never have been loaded.',
    do: 'If devices hold the files of the last commit, write the commands from there: tagwall build --since git:HEAD.',
    sources: [CHANGES],
  },
  NO_READER: {
    title: 'the files of a vendor are not proved',
    means: 'The vendor has no reader, so tagwall cannot read its files back.',
    do: 'Add reader.js to the folder of the vendor, or review the files before you load them. --require-proof makes this an error.',
    sources: [PROOF, VENDORS],
  },
} as const satisfies Readonly<Record<string, Help>>
