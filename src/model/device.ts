import type { AddressFamily } from '../address/prefix.ts'
import type { ReadFile } from './found-rule.ts'
import type { Reading } from './reading.ts'

/** What a device may hold by name. */
export const ITEM_KINDS = ['rule', 'chain', 'group', 'set', 'member', 'object', 'service'] as const
export type ItemKind = (typeof ITEM_KINDS)[number]

/** Something that a device holds by name. */
export interface Item {
  readonly kind: ItemKind
  /** Where things of each family have names of their own. */
  readonly family?: AddressFamily | undefined
  readonly name: string
  /** The identifier in commands, if it differs from the name. */
  readonly id?: string | undefined
  /** Of a member: its holder. Members stay only on devices whose full load adds to lists. */
  readonly of?: Holder | undefined
}

/** What holds a member. */
export interface Holder {
  readonly kind: 'rule' | 'group'
  readonly name: string
  readonly field: string
}

/** Full files, a delta, or a cleanup. */
export type LoadKind = 'full' | 'delta' | 'cleanup'

/** A model of a device, which begins empty. It may change in place: it is looked at before it is asked for the next step. */
export interface Device {
  /** Takes files in as the device would, and yields after each command that takes effect: a line, an object, a whole transaction. */
  load(files: readonly ReadFile[], kind: LoadKind): Iterable<unknown>
  /** What the device allows now. */
  reading(): Reading
  /** What it holds by name that a later full load could leave behind, in the order in which it can be removed. */
  inventory(): readonly Item[]
}

/** One text for one thing of a device. */
export const itemKey = ({ kind, family, name, id, of }: Item): string =>
  JSON.stringify([kind, family ?? '', id ?? name, of ? [of.kind, of.name, of.field] : []])
