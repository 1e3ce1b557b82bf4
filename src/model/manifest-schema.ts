import * as z from 'zod'
import { FAMILIES } from '../address/family.ts'
import { RULE_ORDERS } from './item.ts'
import { LIMITS } from './limits.ts'
import {
  artefact,
  cleanup,
  command,
  condition,
  delta,
  extension,
  isPattern,
  item,
  optionName,
  runbook,
  someOf,
  sourced,
  VENDOR_NAME,
} from './manifest-parts-schema.ts'
import { POLICY_DIRECTIONS } from './traffic.ts'
import { VENDOR_KINDS, type VendorKind, WORDS } from './vendor-words.ts'

const pattern = z.string().superRefine(isPattern).default('^[A-Za-z0-9][A-Za-z0-9 ._-]*$')
const help = z.string().min(1)
const phrase = z.string().min(1).optional()
const described = {
  help,
  /** The option has no effect under other options, so setting it there is an error. */
  when: condition,
  /** The scope of the rules while no such option is set, if that is wider than usual, such as `any interface`. */
  wide: phrase,
  /** Other things on the device that name the value, such as interfaces that an access list is bound to: no command of a delta changes these. */
  usedBy: phrase,
}
const optionText = {
  pattern,
  /** The same for people, such as `1 to 31 letters and digits`. */
  expects: z.string().min(1).optional(),
}
const optionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('string'), ...described, default: z.string(), ...optionText }),
  z.strictObject({
    type: z.literal('list'),
    ...described,
    default: z.array(z.string()),
    ...optionText,
    min: z.int().nonnegative().default(0),
    /** Values that include all others, so each must be the only one. */
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
  /** Cut a long name instead of refusing it. Names that collide then are refused anyway. */
  shorten: z.boolean().default(false),
  /** Reserved names, each with its meaning for the device. */
  reserved: z.record(z.string(), z.string().min(1)).default({}),
  /** Put before the name. */
  prefix: z.string().default(''),
  /** Characters, and what takes their place. */
  replace: z.record(z.string().length(1), z.string()).default({}),
  /** The name in lower case. */
  lower: z.boolean().default(false),
  /** Kinds of the same namespace share their names. Without one, the kind has its own. */
  namespace: z.string().min(1).optional(),
})
/** The first form that applies counts; without one, names of that kind are printed nowhere, and are not checked. */
const anyName = z
  .union([nameForm.transform((form) => [form]), z.array(nameForm)])
  .prefault({ max: 255, pattern: '^[^\\u0000-\\u001f]+$' })
const familyList = someOf(FAMILIES)
const carried = z.strictObject({
  when: condition,
  actions: someOf(['allow', 'deny']).default(['allow']),
  protocols: someOf(['tcp', 'udp', 'icmp', 'any']).default(['tcp', 'udp']),
  /** The directions of a policy's rule. */
  directions: someOf(POLICY_DIRECTIONS).default([...POLICY_DIRECTIONS]),
  /** The forms of a local side. */
  local: z.array(z.enum(['addresses', 'object'])).default([]),
  /**
   * `apart` if an object on the device has addresses of one family, so a rule for both families needs two objects; `together` if a rule has
   * one for both; `none` if the files hold addresses of the remote side only, and name no object.
   */
  objectFamilies: z.enum(['together', 'apart', 'none']).default('together'),
  /** The families that own prefixes and local addresses may have in a rule whose tags the device resolves. */
  addressFamilies: familyList.default([...FAMILIES]),
  /** The alternative for the user, in the finding. */
  hint: z.string().default(''),
})
const priorities = z.strictObject({
  when: condition,
  min: z.int(),
  max: z.int(),
  /** The integer option that is added for the IPv6 half of a rule. */
  ipv6Offset: z.string().optional(),
})
const closing = z.strictObject({
  when: condition,
  name: z.string().min(1),
  direction: z.enum(['inbound', 'outbound']),
  priority: z.int(),
})
const limitName = z.enum(LIMITS)
const most = {
  when: condition,
  /** Absent if the number is unknown; a model or a target can set it. Absent in one of `cases` if the limit does not apply under these options. */
  max: z.int().positive().optional(),
  /** The user's choices above the limit. */
  hint: z.string().min(1),
  ...sourced,
}
const limit = z
  .strictObject({
    ...most,
    /** Other numbers for some options; the first that applies counts. They have the hint of the limit, unless they have their own. */
    cases: z.array(z.strictObject({ ...most, hint: most.hint.optional() })).default([]),
  })
  .transform(({ cases, ...usual }) => ({
    ...usual,
    cases: cases.map((one) => ({ ...one, hint: one.hint ?? usual.hint })),
  }))
/** The limits of one model or version of the device. */
const model = z.strictObject({
  help,
  limits: z.partialRecord(limitName, z.strictObject({ max: z.int().positive(), ...sourced })),
})

/** A key that narrows an audit to a part of a configuration. */
const narrowing = z.strictObject({
  help,
  /** Its values are zones or interfaces: a rule that is limited to one may count once it is given. */
  isZone: z.boolean().default(false),
})

/** The schema of `vendor.json`. */
export const manifestSchema = z.strictObject({
  title: z.string().min(1),
  kind: z.enum(Object.keys(VENDOR_KINDS) as VendorKind[]).default('other'),
  /** Options by name, in the order that help shows them. */
  options: z.record(optionName, optionSchema).default({}),
  /** The options that `tagwall init` prompts for, and the file extension. */
  init: z.strictObject({ ask: z.array(z.string()).default([]), extension: extension.default('') }).prefault({}),
  /** The vendor's vocabulary: `allow` may be `accept`. Other words stay unchanged. */
  words: z.partialRecord(z.enum(WORDS), z.string()).default({}),
  /** The address families that the dialect can hold. The first that applies counts; without one, both. */
  families: z
    .union([
      familyList.transform((families) => [{ when: {}, families }]),
      z.array(z.strictObject({ when: condition, families: familyList })),
    ])
    .default([]),
  /** The rule features that the vendor supports, beyond addresses. The first that applies counts; the last has the least that a vendor carries. */
  carries: z
    .union([carried.transform((one) => [one]), z.array(carried)])
    .default([])
    .transform((own) => [...own, carried.parse({})]),
  /** When loading a full file fills one address set after another instead of replacing everything at once. */
  setBySet: z.array(condition).default([]),
  /** When the device has a list of rules for each direction instead of one list. */
  listPerDirection: z.array(condition).default([]),
  /** The meaning of a rule's place on the device. */
  order: z.enum(RULE_ORDERS).default('each'),
  /** How a rule is split: by tag, by family, or not. The first entry that applies counts. */
  split: z
    .array(z.strictObject({ when: condition, by: z.enum(['tag', 'family', 'none']) }))
    .default([{ when: {}, by: 'none' }]),
  names: z
    .strictObject({
      rule: anyName,
      set: anyName,
      service: anyName,
      /** The object name of a prefix: characters to replace in its CIDR, and the option with the start of the name. */
      object: z
        .strictObject({ prefix: z.string().optional(), replace: nameForm.shape.replace })
        .prefault({})
        .transform(({ prefix, replace }) => ({ prefix, replace })),
    })
    .prefault({}),
  /** The priorities that a device takes. The first that applies counts; without one, priorities are not checked. */
  priority: z.union([priorities.transform((one) => [one]), z.array(priorities)]).default([]),
  /** Rules that the templates add after the policy's rules. Their names and places are reserved. */
  closing: z.array(closing).default([]),
  /** Groups of objects: the option with the maximum number of members, and whether families share a group. */
  groups: z.strictObject({ members: z.string(), families: z.enum(['together', 'apart']) }).optional(),
  limits: z.partialRecord(limitName, limit).default({}),
  /** By name; a target chooses one. */
  models: z.record(z.string().regex(/^[a-z0-9][a-z0-9.-]{0,39}$/), model).default({}),
  /** Regular expressions; a configuration of this vendor matches one. They distinguish a wrong kind of file from a malformed one. */
  recognise: z.array(z.string().superRefine(isPattern)).default([]),
  /** The areas that an audit of this vendor ignores, in a few words each, such as `NAT`. */
  unaudited: z.array(z.string().min(1)).default([]),
  /** The keys of `audit --narrow KEY=VALUE`. */
  narrows: z.record(optionName, narrowing).default({}),
  /** The steps of a person in a change window. */
  runbook: runbook.prefault({}),
  /** Partials of one line, by name. A file of the name comes first. */
  lines: z.record(z.string().regex(VENDOR_NAME), command).default({}),
  /** The kinds of things on the device, in the order of needs: deltas without a template are derived from them. */
  items: z.array(item).default([]),
  artefacts: z.array(artefact).min(1),
  /** In loading order, after the full files. */
  cleanup: z.array(cleanup).default([]),
  /** In loading order. */
  deltas: z.array(delta).default([]),
})

type Frozen<Value> = { readonly [Key in keyof Value]: Frozen<Value[Key]> }

/** A manifest with its defaults. */
export type Manifest = Frozen<z.output<typeof manifestSchema>>
