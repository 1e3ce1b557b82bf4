import type { Use } from './reader-draft.ts'

/** Types that begin a connection, as the kernel tracks them; all others answer one, or belong to none. */
const BEGINNING = {
  ipv4: new Set(['8', '13', '15', '17', 'echo-request', 'ping', 'timestamp-request', 'address-mask-request']),
  ipv6: new Set(['128', '139', 'echo-request', 'ping']),
}

/** A match on one type covers only a part of ICMP. Never undefined, because every type is understood. */
export function readIcmpType({ draft, values: [text = ''], isNegated, environment }: Use): undefined {
  if (text === 'any' && !isNegated) return
  const [type = ''] = text.toLowerCase().split('/')
  if (isNegated || BEGINNING[environment.family].has(type)) draft.isPart = true
  else draft.isNew = false
}
