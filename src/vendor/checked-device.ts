import * as z from 'zod'
import { FAMILIES } from '../address/prefix.ts'
import { UserError } from '../errors.ts'
import { type Device, ITEM_KINDS, type Item } from '../model/device.ts'
import type { ReadFile } from '../model/found-rule.ts'
import type { Reading } from '../model/reading.ts'
import type { DeviceModel } from './kit/reader-api.ts'
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
export const checkedDevice =
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
