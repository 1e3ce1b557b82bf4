import * as z from 'zod'
import { FAMILIES } from '../address/family.ts'
import { ITEM_SOURCES, LOAD_KINDS } from './vendor-words.ts'

// The files of a vendor, the things of its device and the steps of a person, as `vendor.json` has them.

/** The name of a vendor, or of one of its files. */
export const VENDOR_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/

/** Option values that must all match; for a list, one of its values. */
export const condition = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).min(1)]))
  .default({})
export const optionName = z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/)
/** A list of some of `names`. */
export const someOf = <const Names extends readonly string[]>(names: Names) => z.array(z.enum(names)).min(1)
export const sourced = {
  source: z.string().min(1),
  /** True if the source is weak, covers other versions, or never ran on a device. */
  unverified: z.boolean().default(false),
}

export const extension = z.string().regex(/^(\.[a-z0-9]+)?$/)
// They match at the beginning of lines.
const line = z.string().superRefine(isPattern).optional()
const file = {
  /** Its name in `--part`. */
  part: z.string().regex(VENDOR_NAME),
  when: condition,
  /** The file holds this family only. */
  family: z.enum(FAMILIES).optional(),
  /** Added to the target's `out`; `{set}` stands for the address set's name. */
  suffix: z
    .string()
    .regex(/^[A-Za-z0-9._{}-]*$/)
    .default(''),
  /** A regular expression of the lines that begin an object, for the limit `objectBytes`. Without it, the file is one object. */
  object: line,
  /** A regular expression of the lines that begin an entry of a request, for the limit `requestEntries`. */
  entry: line,
}
/** A template in the vendor's folder. */
const template = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.hbs$/)
/** One file for each address set, instead of one for all. */
const each = z.literal('set').optional()
export const artefact = z.strictObject({
  ...file,
  template,
  each,
  /** Split a file that exceeds the limit `bytes` or `requestEntries` into numbered parts, in loading order. */
  parts: z.boolean().default(false),
})
/** Replaces the target's extension: `rules/edge.tf` and `.sh` make `rules/edge.delta.sh`. */
const ownExtension = extension.optional()
/** No file where nothing goes. */
export const cleanup = z
  .strictObject({ ...file, template, extension: ownExtension })
  .transform((one) => ({ ...one, optional: true }))
/** A file, or a template of one line. */
export const command = z.string().regex(/^.+$/)
export const delta = z.strictObject({
  ...file,
  /** Undefined: the commands are derived from the manifest's `items`. */
  template: template.optional(),
  each,
  extension: ownExtension,
  /** Templates over the newer view, around derived commands. */
  begin: command.optional(),
  end: command.optional(),
  /** True if an empty file is not written. */
  optional: z.boolean().default(false),
})

/** The lines around the commands of neighbours, or templates of them over the thing; the last may be empty. */
const around = z.tuple(
  [z.string().min(1), z.string()],
  'expected two lines, one before the commands and one after them',
)
const memberLines = z.strictObject({
  /** A regular expression that matches the beginning of a member's line. */
  line: z.string().superRefine(isPattern),
  /** The words in its place in the commands that add the member, and in those that take it. */
  add: z.string().min(1),
  take: z.string().min(1),
  /** A regular expression of the other lines that are commands of their own, which only a new text needs; the rest stand around the members. */
  alone: z.string().superRefine(isPattern).optional(),
})
const memberList = z.strictObject({
  /** A list of the thing whose values have names, or a template that prints each member on a line. */
  list: z.string().min(1),
  /** Templates over the thing with only those that it gains, or loses; `members` if a template lists them. Without `add`, the thing is made again; without `take`, if it loses any. */
  add: command.optional(),
  take: command.optional(),
  /** A set is made again if a prefix that it gains overlaps one that it loses. */
  apart: z.boolean().default(false),
})
export const item = z.strictObject({
  each: z.enum(ITEM_SOURCES),
  when: condition,
  /** Flags of the view of each thing, such as `isIpv4`: only those that have all of them. */
  if: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  /** Templates over one thing: the commands that make it, and those that remove it. Entries, each of which is a line of `make`, go by `members`; what lasts never goes; anything else without `gone` goes as it loses all members. Templates of deltas need names only. */
  make: command,
  gone: command.optional(),
  /** The parts of a delta of several files that hold what makes and changes it, and what removes it. Undefined: any. */
  part: file.part.optional(),
  gonePart: file.part.optional(),
  /** A template over a rule with `move`: the command that places it. */
  place: command.optional(),
  within: around.optional(),
  /** Those around neighbours that are made, placed or grow, if what goes stands by itself. */
  together: around.optional(),
  members: z.union([memberLines, memberList]).optional(),
})

const step = {
  when: condition,
  say: z.string().default(''),
  /** Commands with gaps: `{file}`, `{name}`, `{running}`, or an option. */
  run: z.array(z.string().min(1)).default([]),
  ...sourced,
}
const steps = z.array(z.strictObject(step)).default([])
const loadStep = z.strictObject({
  ...step,
  of: someOf(LOAD_KINDS).default([...LOAD_KINDS]),
  part: file.part.optional(),
  family: file.family,
})
export const runbook = z.strictObject({
  prepare: steps,
  /** The first that fits a file counts. */
  load: z.array(loadStep).default([]),
  /** How to get the configuration for an audit. */
  print: steps,
  /** The steps that make the change permanent. */
  confirm: steps,
  /** How to take the change back before that. */
  abort: steps,
  /** For keys of `narrows`, the options with what an audit narrows to. */
  audit: z.record(optionName, z.string()).default({}),
})

/** Checks that a text is a regular expression. */
export function isPattern(text: string, context: z.RefinementCtx<string>): void {
  try {
    new RegExp(text, 'u')
  } catch (error) {
    const reason = (error as Error).message.split(': ').at(-1)
    context.addIssue({ code: 'custom', message: `is not a regular expression: ${reason}` })
  }
}
