import type { AddressFamily } from '../address/prefix.ts'
import type { ReadFile } from './found-rule.ts'
import type { Reading } from './reading.ts'

/** The kinds of named items on a device. */
export const ITEM_KINDS = ['rule', 'chain', 'group', 'set', 'member', 'object', 'service'] as const
export type ItemKind = (typeof ITEM_KINDS)[number]

/** A named item on a device. */
export interface Item {
  readonly kind: ItemKind
  /** Set if items of each family have a name space of their own. */
  readonly family?: AddressFamily | undefined
  readonly name: string
  /** The identifier in commands, if it differs from the name. */
  readonly id?: string | undefined
  /** The holder of a member. Members only stay on devices whose full load adds to lists. */
  readonly of?: Holder | undefined
}

/** The rule or group that holds a member. */
export interface Holder {
  readonly kind: 'rule' | 'group'
  readonly name: string
  readonly field: string
}

/** Full files, a delta, or a cleanup. */
export type LoadKind = 'full' | 'delta' | 'cleanup'

/** A model of a device, which begins empty. `load` may mutate it; callers inspect the model before the next step. */
export interface Device {
  /**
   * Loads files as the device would, and yields after each command that takes effect: a line, an object, a whole transaction.
   */
  load(files: readonly ReadFile[], kind: LoadKind): Iterable<unknown>
  /** The rules and lists of the device now. */
  reading(): Reading
  /** The named items that a later full load could leave behind, in the order in which they can be removed. */
  inventory(): readonly Item[]
}

/** A key that is unique for each item of a device. */
export function itemKey({ kind, family, name, id = name, of }: Item): string {
  // The lengths keep names apart that hold a colon themselves.
  const holder = of ? [of.kind, of.name.length, of.name, of.field.length, of.field] : []
  return [...holder, kind, family, id].join(':')
}
