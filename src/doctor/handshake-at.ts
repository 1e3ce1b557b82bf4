import type { Handshake } from './observation.ts'
import { type Case, each, type Found } from './verdict.ts'

/** Asks about each handshake that was tried; its problem is one of the address that it went to. */
export const eachHandshake = <Fact extends string>(
  test: (tls: Handshake, one: Case) => Readonly<Record<Fact, string>> | undefined,
) =>
  each((one): Found<Fact> | undefined => {
    const { tls } = one.seen
    const facts = tls === undefined ? undefined : test(tls, one)
    if (facts === undefined) return undefined
    return { hosts: [one.name], addresses: tls?.address === undefined ? [] : [tls.address], facts }
  })
