import { Resolver } from 'node:dns/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { throwDenial } from '../errors.ts'
import { isSilence } from './dns-answers.ts'
import type { Answer, ServerAnswer } from './observation-schema.ts'

/** More canonical names in a row are a loop, or an attack. */
const MOST_NAMES = 8
/** More addresses of one name are not looked at. */
const MOST_ADDRESSES = 16

/** The addresses that programs get, from the resolver of the system or of a test. */
async function lookupAll(host: string, milliseconds: number, addressesOf: Resolve): Promise<Answer> {
  const begin = performance.now()
  const asked = answerOf(addressesOf(host).then((found) => [...new Set(found.map(({ address }) => address))]))
  const late: Answer = { addresses: [], error: 'ETIMEDOUT' }
  const answer = await Promise.race([asked, wait(milliseconds, late, { ref: false })])
  return answer.error === undefined ? { ...answer, ms: since(begin) } : answer
}

type Resolve = (host: string) => Promise<readonly { readonly address: string }[]>

/** The answers of one name server for the name itself, without search list and hosts file. */
export async function askServer(host: string, server: string, milliseconds: number): Promise<ServerAnswer> {
  const resolver = resolverAt(server, milliseconds)
  const begin = performance.now()
  const answers = Promise.all([answerOf(resolver.resolve4(host)), answerOf(resolver.resolve6(host))]).then(
    ([a, aaaa]) => ({ a, aaaa, ms: since(begin) }),
  )
  const [{ a, aaaa, ms }, cnames] = await Promise.all([answers, namesFrom(host, resolver, begin + milliseconds)])
  return { server, a, aaaa, cnames, ms }
}

/** The IPv4 addresses that a name server has for a name of the search list; empty for a failure. */
export async function addressesAt(name: string, server: string, milliseconds: number): Promise<readonly string[]> {
  return (await answerOf(resolverAt(server, milliseconds).resolve4(name))).addresses
}

function resolverAt(server: string, milliseconds: number): Resolver {
  const resolver = new Resolver({ timeout: milliseconds, tries: 1 })
  resolver.setServers([server])
  return resolver
}

async function answerOf(asking: Promise<readonly string[]>): Promise<Answer> {
  try {
    return { addresses: (await asking).slice(0, MOST_ADDRESSES) }
  } catch (error) {
    throwDenial(error)
    return { addresses: [], error: (error as NodeJS.ErrnoException).code ?? 'UNKNOWN' }
  }
}

/** The canonical names, one after the other, as far as the time allows. */
async function namesFrom(host: string, resolver: Resolver, end: number): Promise<string[]> {
  const names: string[] = []
  for (let name = host; names.length < MOST_NAMES && performance.now() < end; ) {
    const next: string | undefined = await resolver.resolveCname(name).then(
      ([first]) => first,
      () => undefined,
    )
    if (next === undefined) break
    const isLoop = next === host || names.includes(next)
    names.push(next.slice(0, 255))
    if (isLoop) break
    name = next
  }
  return names
}

const since = (begin: number) => Math.round(performance.now() - begin)

/**
 * The resolver of the system works on two names at a time (libuv gives slow work half of its four threads), it cannot be
 * stopped, and a program ends only when it has finished. It waits seconds for each silent name server.
 */
const AT_ONCE = 2
/** This many slow lookups prove that programs wait for a silent server. */
const MOST_SLOW = 2

/**
 * Asks the system's resolver for the addresses that programs get for a name, after the name servers gave `dns` for it. Names wait in a separate
 * queue, so waiting does not use up the time of a name; `timeLeft` has the milliseconds that a step may take now. Returns undefined if the
 * system is not asked, because it would wait for silent servers, or other names wait for so long that it is too late.
 */
export function systemLookups(addressesOf: Resolve, timeLeft: () => number) {
  const waiting: (() => void)[] = []
  let [running, slow] = [0, 0]
  let begin: number | undefined
  return async (host: string, dns: readonly ServerAnswer[]): Promise<Answer | undefined> => {
    const isSlow = isSilence(dns[0]?.a.error)
    if (dns.length > 0 && dns.every(({ a }) => isSilence(a.error))) return undefined
    if (isSlow && ++slow > MOST_SLOW) return undefined
    if (running >= AT_ONCE) await new Promise<void>((done) => waiting.push(done))
    running++
    try {
      const limit = timeLeft()
      begin ??= performance.now()
      // The answers of the name servers are known, so the rest of the time is for the connections.
      if (limit === 0 || performance.now() - begin >= limit) return undefined
      const answer = await lookupAll(host, isSlow ? 2 * limit : limit, addressesOf)
      return isSlow && answer.error === 'ETIMEDOUT' ? undefined : answer
    } finally {
      running--
      waiting.shift()?.()
    }
  }
}
