import type { Found } from './verdict.ts'

// A longer list of names is unreadable; the lines above the findings have them all.
const MOST = 4

/** `a, b and c`, or `a, b, c, d and 3 more`. */
export function listed(all: readonly string[]): string {
  const shown = all.slice(0, MOST)
  const more = all.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${more} more`
  const last = shown.pop() ?? ''
  return shown.length > 0 ? `${shown.join(', ')} and ${last}` : last
}

/** A text of the network in quotes, and cut. */
export const quoted = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}...` : text)

/** The hosts and addresses of a finding as words of a sentence, and a verb that agrees with the hosts: `verb('is', 'are')`. */
export function wordsOf({ hosts, addresses }: Found) {
  return {
    hosts: listed(hosts.map((name) => name.replace(/:443$/, ''))),
    addresses: listed(addresses),
    verb: (one: string, many: string) => (hosts.length === 1 ? one : many),
    verbOfAddresses: (one: string, many: string) => (addresses.length === 1 ? one : many),
  }
}

/** Why a connection, a handshake or a response failed, by the code of Node or curl. */
export function reasonOf(code: string, own: Readonly<Record<string, string>> = {}): string {
  return own[code] ?? REASONS[code] ?? code
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'no answer in time',
  EPIPE: 'the connection was closed',
  ECONNREFUSED: 'the connection was refused',
  NOT_HTTP: 'the answer is not HTTP',
}
