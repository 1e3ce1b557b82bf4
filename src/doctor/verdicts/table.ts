import { ADDRESSES } from './addresses.ts'
import { CLOCK_AND_PROXY } from './clock-and-proxy.ts'
import { CONNECTIONS } from './connections.ts'
import { DNS } from './dns.ts'
import { HTTP } from './http.ts'
import { TLS } from './tls.ts'
import { UNCHECKED } from './unchecked.ts'

/**
 * Every verdict, in order of evaluation: the first failure of an endpoint is reported, and its consequences are not. It is
 * also the order of what to fix first, among findings that are equally bad.
 */
export const VERDICTS = { ...CLOCK_AND_PROXY, ...DNS, ...ADDRESSES, ...CONNECTIONS, ...TLS, ...HTTP, ...UNCHECKED }

export type DoctorCode = keyof typeof VERDICTS
