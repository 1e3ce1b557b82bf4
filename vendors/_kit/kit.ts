import type { AddressFamily, Direction, FoundRule, Place, ReaderKit, Traffic } from 'tagwall/reader'

/** The kit. A reader binds it before it reads, so no function has to pass it on. */
export let kit: ReaderKit

export function bindKit(given: ReaderKit): void {
  kit = given
}

export const DIRECTIONS = ['outbound', 'inbound'] as const
export const FAMILIES = ['ipv4', 'ipv6'] as const
export const ENDS = ['source', 'destination'] as const
export type End = (typeof ENDS)[number]

/** A table from a text such as `ftp=21 ssh=22`. */
export const tableOf = <Value>(text: string, read: (word: string) => Value): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    text.split(/\s+/).map((word) => {
      const [name, value = ''] = word.split('=')
      return [name, read(value)]
    }),
  )

/** The value of a word of a file in a table. A word such as `constructor`, which every object has, is in none. */
export const valueIn = <Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined

/** All traffic of a direction, or of one family in it. */
export const allTraffic = (direction: Direction, family?: AddressFamily): Traffic => ({
  direction,
  protocol: 'any',
  ports: kit.everyPort,
  remote: { addresses: kit.everything(family), tags: [] },
})

/** A rule that allows all of it. */
export const openRule = (direction: Direction, name: string, place: Place, family?: AddressFamily): FoundRule => ({
  ...allTraffic(direction, family),
  name,
  place,
  action: 'allow',
  coverage: 'whole',
})
