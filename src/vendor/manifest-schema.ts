import * as z from 'zod'
import { FAMILIES } from '../address/prefix.ts'
import { LOADED_FILES } from '../model/artefact.ts'
import { RULE_ORDERS } from '../model/item.ts'
import { LIMITS } from '../model/limits.ts'
import { ITEM_SOURCES } from '../model/made-item.ts'
import { POLICY_DIRECTIONS } from '../model/traffic.ts'
import { VENDOR_KINDS, type VendorKind, WORDS } from '../model/vendor.ts'
import '../parse/schema-messages.ts'

/** The name of a vendor, or of one of its files. */
export const VENDOR_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/

const pattern = z.string().superRefine(isPattern).default('^[A-Za-z0-9][A-Za-z0-9 ._-]*$')
const help = z.string().min(1)
const condition = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).min(1)]))
  .default({})
const optionName = z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/)
/** The valid values in words, for the error about a value that does not match the pattern. */
const expects = z.string().min(1).optional()
const phrase = z.string().min(1).optional()
const described = { help, when: condition, wide: phrase, usedBy: phrase }
const optionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('string'), ...described, default: z.string(), pattern, expects }),
  z.strictObject({
    type: z.literal('list'),
    ...described,
    default: z.array(z.string()),
    pattern,
    expects,
    min: z.int().nonnegative().default(0),
    exclusive: z.array(z.string()).default([]),
  }),
  z.strictObject({ type: z.literal('integer'), ...described, default: z.int(), min: z.int(), max: z.int() }),
  z.strictObject({ type: z.literal('boolean'), ...described, default: z.boolean() }),
  z.strictObject({
    type: z.literal('choice'),
    ...described,
    default: z.string(),
    choices: z.record(z.string(), z.string()),
  }),
])

const nameForm = z.strictObject({
  when: condition,
  max: z.int().positive(),
  pattern,
  shorten: z.boolean().default(false),
  reserved: z.record(z.string(), z.string().min(1)).default({}),
  prefix: z.string().default(''),
  replace: z.record(z.string().length(1), z.string()).default({}),
  lower: z.boolean().default(false),
  namespace: z.string().min(1).optional(),
})
const anyName = z
  .union([nameForm.transform((form) => [form]), z.array(nameForm)])
  .prefault({ max: 255, pattern: '^[^\\u0000-\\u001f]+$' })
/** A list of some of `names`. */
const someOf = <const Names extends readonly string[]>(names: Names) => z.array(z.enum(names)).min(1)
const familyList = someOf(FAMILIES)
const carried = z.strictObject({
  when: condition,
  actions: someOf(['allow', 'deny']).default(['allow']),
  protocols: someOf(['tcp', 'udp', 'icmp', 'any']).default(['tcp', 'udp']),
  directions: someOf(POLICY_DIRECTIONS).default([...POLICY_DIRECTIONS]),
  local: z.array(z.enum(['addresses', 'object'])).default([]),
  objectFamilies: z.enum(['together', 'apart', 'none']).default('together'),
  addressFamilies: familyList.default([...FAMILIES]),
  hint: z.string().default(''),
})
const priorities = z.strictObject({ when: condition, min: z.int(), max: z.int(), ipv6Offset: z.string().optional() })
const closing = z.strictObject({
  when: condition,
  name: z.string().min(1),
  direction: z.enum(['inbound', 'outbound']),
  priority: z.int(),
})
const limitName = z.enum(LIMITS)
const sourced = { source: z.string().min(1), unverified: z.boolean().default(false) }
const most = { when: condition, max: z.int().positive().optional(), hint: z.string().min(1), ...sourced }
/** The cases of a limit have its hint, unless they have their own. */
const limit = z
  .strictObject({ ...most, cases: z.array(z.strictObject({ ...most, hint: most.hint.optional() })).default([]) })
  .transform(({ cases, ...usual }) => ({
    ...usual,
    cases: cases.map((one) => ({ ...one, hint: one.hint ?? usual.hint })),
  }))
const model = z.strictObject({
  help,
  limits: z.partialRecord(limitName, z.strictObject({ max: z.int().positive(), ...sourced })),
})

const extension = z.string().regex(/^(\.[a-z0-9]+)?$/)
const suffix = z.string().regex(/^[A-Za-z0-9._{}-]*$/)
const file = {
  part: z.string().regex(VENDOR_NAME),
  template: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.hbs$/),
  when: condition,
  family: z.enum(FAMILIES).optional(),
  each: z.literal('set').optional(),
  suffix: suffix.default(''),
}

// They match at the beginning of lines.
const line = z.string().superRefine(isPattern).optional()
const counted = { object: line, entry: line }
const commands = { ...counted, extension: extension.optional() }
const { each: _, ...cleanupFile } = file
/** No file where nothing goes. */
const cleanup = z.strictObject({ ...cleanupFile, ...commands }).transform((one) => ({ ...one, optional: true }))
/** A file, or a template of one line. */
const command = z.string().regex(/^.+$/)
/** Commands without a template are derived from `items`. */
const delta = z.strictObject({
  ...file,
  ...commands,
  template: file.template.optional(),
  begin: command.optional(),
  end: command.optional(),
  optional: z.boolean().default(false),
})

const around = z.tuple(
  [z.string().min(1), z.string()],
  'expected two lines, one before the commands and one after them',
)
const item = z.strictObject({
  each: z.enum(ITEM_SOURCES),
  when: condition,
  if: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  make: command,
  gone: command.optional(),
  part: file.part.optional(),
  gonePart: file.part.optional(),
  place: command.optional(),
  within: around.optional(),
  together: around.optional(),
  members: z
    .union([
      z.strictObject({
        line: z.string().superRefine(isPattern),
        add: z.string().min(1),
        take: z.string().min(1),
        alone: z.string().superRefine(isPattern).optional(),
      }),
      z.strictObject({
        list: z.string().min(1),
        add: command.optional(),
        take: command.optional(),
        apart: z.boolean().default(false),
      }),
    ])
    .optional(),
})

const step = { when: condition, say: z.string().default(''), run: z.array(z.string().min(1)).default([]), ...sourced }
const steps = z.array(z.strictObject(step)).default([])
const loadStep = z.strictObject({
  ...step,
  of: someOf(LOADED_FILES).default([...LOADED_FILES]),
  part: file.part.optional(),
  family: file.family,
})
const runbook = z.strictObject({
  prepare: steps,
  load: z.array(loadStep).default([]),
  print: steps,
  confirm: steps,
  abort: steps,
  audit: z.record(optionName, z.string()).default({}),
})

/** The schema of `vendor.json`. */
export const manifestSchema = z.strictObject({
  title: z.string().min(1),
  kind: z.enum(Object.keys(VENDOR_KINDS) as [VendorKind, ...VendorKind[]]).default('other'),
  options: z.record(optionName, optionSchema).default({}),
  init: z.strictObject({ ask: z.array(z.string()).default([]), extension: extension.default('') }).prefault({}),
  words: z.partialRecord(z.enum(WORDS), z.string()).default({}),
  families: z
    .union([
      familyList.transform((families) => [{ when: {}, families }]),
      z.array(z.strictObject({ when: condition, families: familyList })),
    ])
    .default([]),
  carries: z.union([carried.transform((one) => [one]), z.array(carried)]).default([]),
  setBySet: z.array(condition).default([]),
  listPerDirection: z.array(condition).default([]),
  order: z.enum(RULE_ORDERS).default('each'),
  split: z
    .array(z.strictObject({ when: condition, by: z.enum(['tag', 'family', 'none']) }))
    .default([{ when: {}, by: 'none' }]),
  names: z
    .strictObject({
      rule: anyName,
      set: anyName,
      service: anyName,
      object: z
        .strictObject({ prefix: z.string().optional(), replace: nameForm.shape.replace })
        .prefault({})
        .transform(({ prefix, replace }) => ({ prefix, replace })),
    })
    .prefault({}),
  priority: z.union([priorities.transform((one) => [one]), z.array(priorities)]).default([]),
  closing: z.array(closing).default([]),
  groups: z.strictObject({ members: z.string(), families: z.enum(['together', 'apart']) }).optional(),
  limits: z.partialRecord(limitName, limit).default({}),
  models: z.record(z.string().regex(/^[a-z0-9][a-z0-9.-]{0,39}$/), model).default({}),
  recognise: z.array(z.string().superRefine(isPattern)).default([]),
  unaudited: z.array(z.string().min(1)).default([]),
  narrows: z.record(optionName, z.strictObject({ help, isZone: z.boolean().default(false) })).default({}),
  runbook: runbook.prefault({}),
  lines: z.record(z.string().regex(VENDOR_NAME), command).default({}),
  items: z.array(item).default([]),
  artefacts: z.array(z.strictObject({ ...file, ...counted, parts: z.boolean().default(false) })).min(1),
  cleanup: z.array(cleanup).default([]),
  deltas: z.array(delta).default([]),
})

/** Checks that a text is a regular expression. */
function isPattern(text: string, context: z.RefinementCtx<string>): void {
  try {
    new RegExp(text, 'u')
  } catch (error) {
    const reason = (error as Error).message.split(': ').at(-1)
    context.addIssue({ code: 'custom', message: `is not a regular expression: ${reason}` })
  }
}
