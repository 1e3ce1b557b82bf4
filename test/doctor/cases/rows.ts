import { ADDRESS_ROWS } from './address.ts'
import { ANSWER_ROWS } from './answer.ts'
import type { Row } from './case.ts'
import { DNS_ROWS } from './dns.ts'
import { PROXY_ROWS } from './proxy.ts'
import { RUN_ROWS } from './run.ts'
import { TCP_ROWS } from './tcp.ts'

/** A case of every verdict. */
export const ROWS: readonly Row[] = [
  ...[...PROXY_ROWS, ...DNS_ROWS, ...ADDRESS_ROWS],
  ...[...TCP_ROWS, ...ANSWER_ROWS, ...RUN_ROWS],
]
