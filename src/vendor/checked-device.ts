import * as z from 'zod'
import { FAMILIES } from '../address/prefix.ts'
import { UserError } from '../errors.ts'
import { type Device, ITEM_KINDS, type Item, loadWhole, readingsFrom } from '../model/device.ts'
import type { ReadFile, Reading } from '../model/reading.ts'
import type { DeviceModel, Follower, Reader, ReaderContext, ReaderModule, Readers } from './kit/reader-api.ts'
import {
  attempt,
  checkForm,
  checkOf,
  contextFor,
  copies,
  type Door,
  kindOf,
  refusePromise,
  steps,
} from './reader-door.ts'
import { readingSchema } from './reading-schema.ts'

const text = z.string({ error: 'expected text' }).min(1, 'expected text with at least one character')
const holder = z.strictObject({ kind: z.enum(['rule', 'group']), name: text, field: text }, 'expected an object')
const inventorySchema = z.strictObject({
  items: z.array(
    z.strictObject(
      {
        kind: z.enum(ITEM_KINDS),
        family: z.enum(FAMILIES).optional(),
        name: text,
        id: text.optional(),
        of: holder.optional(),
      },
      'expected an object',
    ),
    'expected a list',
  ),
})

/** A model whose every output is checked, like the readings of a reader. */
const checkedDevice =
  (door: Door, model: DeviceModel): DeviceModel =>
  (context) => {
    const { who } = door
    const device = attempt(who, () => model(contextFor(context)))
    for (const name of ['load', 'reading', 'inventory'] as const) {
      refusePromise(who, device)
      if (typeof attempt(who, () => device?.[name]) !== 'function')
        throw new UserError(`${who}: device has no function "${name}"; expected { load, reading, inventory }`)
    }
    const seen: ReadFile[] = []
    let makesLists = false
    let check = checkOf(door, seen)
    // Between two steps nothing changes, so neither does the reading.
    let known: Reading | undefined
    return {
      *load(files, kind) {
        seen.push(...files)
        makesLists ||= kind !== 'full'
        check = checkOf(door, seen, makesLists)
        const iterable = attempt(who, () => device.load(copies(files), kind))
        known = undefined
        for (const step of steps(who, 'load', iterable, files)) {
          known = undefined
          yield step
        }
        known = undefined
      },
      reading() {
        known ??= check(attempt(who, () => device.reading()))
        return known
      },
      inventory: () => itemsOf(who, device),
    }
  }

function itemsOf(who: string, device: Device): readonly Item[] {
  const items = attempt(who, () => device.inventory())
  refusePromise(who, items)
  if (!Array.isArray(items))
    throw new UserError(`${who}: inventory returned ${kindOf(items)}; expected a list of items`)
  return checkForm(who, inventorySchema, { items }).items
}

/** The name of a vendor, and the keys of its `narrows`. */
export interface ReaderOwner {
  readonly name: string
  readonly narrows: readonly string[]
}

/** The door of a vendor's reader. */
export const doorOf = ({ name, narrows }: ReaderOwner): Door => ({
  who: `reader of ${name}`,
  schema: readingSchema(narrows),
})

/** Wraps readers: they return valid values or throw one `UserError`. Undefined if the module has none. */
export function checkedReaders(owner: ReaderOwner, module: ReaderModule): Readers | undefined {
  const door = doorOf(owner)
  const { device: model, read = module.default } = module
  if (!model && !read) return undefined
  const device = checkedDevice(door, model ?? replacingDevice(read as Reader))
  const { read: readFull, follow } = readersOf(device)
  return { read: readFull, follow: model && follow, device }
}

/** The readers that a model of a device makes. */
export function readersOf(device: DeviceModel): { readonly read: Reader; readonly follow: Follower } {
  const loaded = (files: readonly ReadFile[], context: ReaderContext) => {
    const model = device(context)
    loadWhole(model, files)
    return model
  }
  return {
    read: (files, context) => loaded(files, context).reading(),
    *follow(files, deltas, context) {
      yield* readingsFrom(loaded(files, context), deltas, 'delta')
    },
  }
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
      inventory: () => [],
    }
  }
