import type { AddressFamily, Direction, ReaderKit, Traffic } from 'tagwall/reader'

/** The kit. A reader binds it before it reads, so no function has to pass it on. */
export let kit: ReaderKit

export function bindKit(given: ReaderKit): void {
  kit = given
}

export const DIRECTIONS = ['outbound', 'inbound'] as const
export const FAMILIES = ['ipv4', 'ipv6'] as const

/** All traffic of a direction, or of one family in it. */
export const allTraffic = (direction: Direction, family?: AddressFamily): Traffic => ({
  ...{ direction, protocol: 'any', ports: kit.everyPort, remote: { addresses: kit.everything(family), tags: [] } },
})
