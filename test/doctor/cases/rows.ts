import { ADDRESSES_ROWS } from './addresses.ts'
import type { Row } from './case.ts'
import { CLOCK_AND_PROXY_ROWS } from './clock-and-proxy.ts'
import { CONNECTIONS_ROWS } from './connections.ts'
import { DNS_ROWS } from './dns.ts'
import { HTTP_ROWS } from './http.ts'
import { TLS_ROWS } from './tls.ts'
import { UNCHECKED_ROWS } from './unchecked.ts'

/** A case of every verdict. */
export const ROWS: readonly Row[] = [
  ...CLOCK_AND_PROXY_ROWS,
  ...DNS_ROWS,
  ...ADDRESSES_ROWS,
  ...CONNECTIONS_ROWS,
  ...TLS_ROWS,
  ...HTTP_ROWS,
  ...UNCHECKED_ROWS,
]
