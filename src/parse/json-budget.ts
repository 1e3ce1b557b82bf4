import { UserError } from '../errors.ts'
import { formatCount } from '../text/numbers.ts'

/** The most bytes of a document, decoded. The largest published so far has 4.2 MB. */
export const MOST_DOCUMENT_BYTES = 32 * 1024 * 1024

/** The most values of a document. The largest published so far has 134,000. */
export const MOST_VALUES = 500_000

const [COMMA, LIST, OBJECT] = [0x2c, 0x5b, 0x7b]

/**
 * A limit on what JSON needs once it is parsed, counted in its bytes before that: a value of two bytes becomes an object of fifty, and 31 million
 * numbers that a server sends in 60 kB of gzip would need gigabytes. Several pages of one response share a budget.
 */
export class JsonBudget {
  #bytes = 0
  #values = 0

  /** Throws `UserError` if the limit is reached; the message calls the text `shown`. */
  spend(bytes: Uint8Array, shown: string): void {
    this.#bytes += bytes.length
    if (this.#bytes > MOST_DOCUMENT_BYTES)
      throw new UserError(
        `${shown} is larger than ${MOST_DOCUMENT_BYTES >> 20} MB, too large for a service tag document; get it again from Microsoft`,
      )
    this.#values += valuesIn(bytes)
    if (this.#values > MOST_VALUES)
      throw new UserError(
        `${shown} has more than ${formatCount(MOST_VALUES)} values, too many for a service tag document; get it again from Microsoft`,
      )
  }
}

/** At least the number of values: each but the first of a list or an object follows a comma, and commas in texts count too. */
function valuesIn(bytes: Uint8Array): number {
  let count = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === COMMA || byte === LIST || byte === OBJECT) count++
  }
  return count
}
