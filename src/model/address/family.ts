export type AddressFamily = 'ipv4' | 'ipv6'

export const FAMILIES = ['ipv4', 'ipv6'] as const satisfies readonly AddressFamily[]

/** Bits in an address of each family. */
export const BITS = { ipv4: 32, ipv6: 128 } as const satisfies Record<AddressFamily, number>
