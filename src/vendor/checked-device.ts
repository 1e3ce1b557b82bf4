import * as z from 'zod'
import { BITS, FAMILIES } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { UserError } from '../errors.ts'
import { type Device, loadWhole } from '../model/device.ts'
import { type FieldValue, ITEM_KINDS, type Item } from '../model/item.ts'
import { memo } from '../model/lazy.ts'
import type { FoundRule, ReadFile, Reading } from '../model/reading.ts'
import { Kept } from './kit/kept.ts'
import type { DeviceModel, Reader, ReaderContext, ReaderModule, Readers } from './kit/reader-api.ts'
import {
  attempt,
  checkForm,
  checkReading,
  contextFor,
  kindOf,
  type ReaderContract,
  refusePromise,
  shownFile,
  steps,
} from './reader-contract.ts'

const text = z.string({ error: 'expected text' })
const filled = z.string({ error: 'expected text' }).min(1, 'expected text with at least one character')
const flag = z.boolean({ error: 'expected true or false' }).optional()
const list = <Item extends z.ZodType>(item: Item) => z.array(item, { error: 'expected a list' })
const object = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape, { error: 'expected an object' })

const PORT = 'expected a whole number from 0 to 65535'
const port = z.int({ error: PORT }).min(0, PORT).max(65535, PORT)
const portRange = object({ first: port, last: port }).refine(
  ({ first, last }) => first <= last,
  'expected the first port to be at most the last',
)
const ports = list(portRange)
  .min(1, 'expected at least one range; every port is 0 to 65535')
  .refine(
    (ranges) => ranges.every(({ first }, index) => index === 0 || (ranges[index - 1]?.last ?? 0) < first),
    'expected ranges in order that do not overlap',
  )
const addresses = z.custom<PrefixSet>(PrefixSet.is, 'expected a set that the kit made')
const traffic = {
  direction: z.enum(['outbound', 'inbound']),
  protocol: z.enum(['tcp', 'udp', 'icmp', 'other', 'any']),
  ports,
  remote: object({ addresses, tags: list(filled) }),
}
const PREFIX = 'expected a prefix that the kit made'
const prefix = z
  .strictObject({ family: z.enum(FAMILIES), address: z.bigint(PREFIX), length: z.int(PREFIX).min(0, PREFIX) }, PREFIX)
  .refine(({ family, address, length }) => {
    const bits = BITS[family]
    const isWithin = length <= bits && BigInt.asUintN(bits, address) === address
    return isWithin && BigInt.asUintN(bits - length, address) === 0n
  }, PREFIX)

const LINE = 'expected the number of a line, from 1'
const place = object({ part: text, line: z.int(LINE).min(1, LINE) })
const rule = object({
  name: text,
  place,
  action: z.enum(['allow', 'deny']),
  ...traffic,
  local: object({ addresses, objects: list(filled) }).optional(),
  coverage: z.enum(['whole', 'part']),
  isPartByZone: flag,
  members: list(object({ name: text, place, prefix })).optional(),
})
const note = object({
  place,
  text,
  reason: filled,
  about: list(object(traffic)).optional(),
  isForeign: flag,
  isHarmless: flag,
  isByOptions: flag,
})

/** The form of what a reader may return, with scopes for `narrows`. A schema is compiled on its first use, which takes longer than checking a reading. */
const schemas = memo((_: string, narrows: readonly string[]) =>
  object({
    rules: list(rule),
    lists: list(object({ part: text, name: filled.optional(), addresses, tags: list(filled).optional() })),
    notes: list(note),
    scopes: object(Object.fromEntries(narrows.map((name) => [name, list(text).optional()]))).optional(),
  }),
)

const FIELD = 'expected text or a list of texts'
// A device has thousands of fields, which a schema of their own would check more slowly.
const fields = z.transform((all, context): Readonly<Record<string, FieldValue>> => {
  if (kindOf(all) !== 'an object') context.addIssue({ code: 'custom', message: 'expected an object', input: all })
  const checked: Record<string, unknown> = { ...(all as object) }
  for (const [name, value] of Object.entries(checked)) {
    if (typeof value === 'string') continue
    const texts = Array.isArray(value) ? [...new Set<unknown>(value)] : undefined
    if (texts?.every((text) => typeof text === 'string')) checked[name] = texts
    else context.addIssue({ code: 'custom', path: [name], message: FIELD, input: value })
  }
  return checked as Record<string, FieldValue>
})
const item = object({
  // Members follow from the lists in the fields.
  kind: z.enum(ITEM_KINDS).exclude(['member']),
  family: z.enum(FAMILIES).optional(),
  name: filled,
  id: filled.optional(),
  list: filled.optional(),
  fields,
})
const itemsSchema = object({ items: list(item) })

/** A model whose every output is checked, like the readings of a reader. */
const checkedDevice =
  (contract: ReaderContract, model: DeviceModel): DeviceModel =>
  (context) => {
    const { who } = contract
    const device = attempt(who, () => model(contextFor(context)))
    for (const name of ['load', 'reading', 'items'] as const) {
      refusePromise(who, device)
      if (typeof attempt(who, () => device?.[name]) !== 'function')
        throw new UserError(`${who}: device has no function "${name}"; expected { load, reading, items }`)
    }
    /** The number of lines of each file that was loaded, by its part; of several files of a part, the most. */
    const lines = new Map<string, number>()
    let makesLists = false
    const readings = checkedReadings((reading) => checkReading(contract, reading, lines, makesLists))
    const itemsOf = checkedOnce<Item>()
    // Between two steps nothing changes, so neither does the reading.
    let known: Reading | undefined
    return {
      *load(all, kind) {
        // A delta without commands has no text; a list without addresses has none either.
        const files = kind === 'full' ? all : all.filter(({ text }) => text !== '')
        if (files.length === 0) return
        const seen = files.map(shownFile)
        for (const { copy, count } of seen) lines.set(copy.part, Math.max(lines.get(copy.part) ?? 1, count))
        makesLists ||= kind !== 'full'
        const copies = seen.map(({ copy }) => copy)
        const iterable = attempt(who, () => device.load(copies, kind))
        known = undefined
        for (const _ of steps(who, iterable, files)) {
          known = undefined
          yield
        }
        known = undefined
      },
      reading() {
        known ??= readings(attempt(who, () => device.reading()))
        return known
      },
      items() {
        const found = attempt(who, () => device.items())
        refusePromise(who, found)
        if (!Array.isArray(found))
          throw new UserError(`${who}: items returned ${kindOf(found)}; expected a list of items`)
        return itemsOf(
          () => found,
          (fresh = found) => checkForm(who, itemsSchema, { items: [...fresh] }).items,
        )
      },
    }
  }

/**
 * A function for the checked values of a list that a device is asked for again and again. A value that is frozen stays what it was, so it is checked once:
 * `check` gets those that are new, or nothing to check all of them.
 */
function checkedOnce<Value extends object>() {
  type Values = readonly Value[]
  let kept: Kept<Value, Value> | undefined
  return (found: () => Values, check: (fresh?: Values) => Values): Values => {
    let checked = kept ? undefined : check()
    // Most readers freeze nothing.
    if (checked && !found().some((value) => Object.isFrozen(value))) return checked
    kept ??= new Kept()
    const { values } = kept.of(found(), [MUTABLE], (fresh, uses) => {
      try {
        checked ??= check(fresh)
      } catch (error) {
        // Its error numbers the values as the reader does.
        check()
        throw error
      }
      for (const value of fresh) if (!Object.isFrozen(value)) uses(value, MUTABLE)
      return checked
    })
    return values
  }
}

/** The name on which values depend that may become others at any time. */
const MUTABLE = ''

/** Checks the readings of a device, each rule as in `checkedOnce`: `check` sees what is new. */
function checkedReadings(check: (reading: unknown) => Reading): (found: Reading) => Reading {
  const once = checkedOnce<FoundRule>()
  /** The last one with rules alone. */
  let last: Reading | undefined
  return (found) => {
    let checked: Reading | undefined
    const checkRules = (fresh?: readonly FoundRule[]) => {
      checked = check(fresh ? { ...found, rules: [...fresh] } : found)
      return checked.rules
    }
    const rules = once(() => found.rules, checkRules)
    const rest = checked ?? check({ ...found, rules: [] })
    const reading = { ...rest, rules }
    if (rest.lists.length + rest.notes.length > 0 || rest.scopes) return reading
    // The same reading says that nothing has changed.
    if (last?.rules !== rules) last = reading
    return last
  }
}

/** The contract that a vendor's reader must keep; `narrows` are the keys by which an audit of it may be narrowed. */
export const contractOf = (vendor: string, narrows: readonly string[]): ReaderContract => ({
  who: `the reader of ${vendor}`,
  schema: schemas(JSON.stringify(narrows), narrows),
})

/** Wraps readers: they return valid values or throw one `UserError`. */
export function checkedReaders(contract: ReaderContract, module: ReaderModule): Readers {
  const { device: model, read = module.default } = module
  return readersOf(checkedDevice(contract, model ?? replacingDevice(read as Reader)), model !== undefined)
}

/** The readers that a model of a device makes. */
export const readersOf = (device: DeviceModel, follows = true): Readers => ({
  read: (files, context) => loadedDevice(device, files, context).reading(),
  device,
  follows,
})

/** A device with some full files. */
export function loadedDevice(device: DeviceModel, files: readonly ReadFile[], context: ReaderContext): Device {
  const model = device(context)
  loadWhole(model, files)
  return model
}

/** A device that every full load replaces completely. It has no other commands. */
export const replacingDevice =
  (read: Reader): DeviceModel =>
  (context) => {
    let held: readonly ReadFile[] = []
    return {
      *load(files) {
        held = files
        yield
      },
      reading: () => (held.length > 0 ? read(held, context) : { rules: [], lists: [], notes: [] }),
      items: () => [],
    }
  }
