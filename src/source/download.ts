import type { Dispatcher } from 'undici'
import { UserError } from '../errors.ts'

/** The most bytes that a document may have, decoded. The largest published so far has 4.2 MB. */
export const MAX_BYTES = 64 * 1024 * 1024

// Microsoft's download hosts answer requests without a User-Agent with an error page.
const USER_AGENT = 'tagwall (+https://www.npmjs.com/package/tagwall)'
const TIMEOUT_MS = 30_000
const MAX_REDIRECTS = 5

/**
 * The bytes at an https URL, through the proxy that HTTPS_PROXY and NO_PROXY name. `dispatcher` replaces the network
 * in tests. Throws `UserError` on anything but a 200 with at most `MAX_BYTES`.
 */
export async function download(url: string, dispatcher?: Dispatcher): Promise<Uint8Array> {
  if (!/^https:\/\//i.test(url))
    throw new UserError(
      `${url} is not an https URL; firewall rules are not built from text that anyone on the way can change`,
    )
  // The network is rarely used and slow to load, so it is loaded only here.
  const { EnvHttpProxyAgent, interceptors, request } = await import('undici')
  const agent = (dispatcher ?? new EnvHttpProxyAgent()).compose(
    interceptors.redirect({ maxRedirections: MAX_REDIRECTS }),
    interceptors.decompress(),
  )
  try {
    const { statusCode, body, context } = await request(url, {
      dispatcher: agent,
      headers: { 'user-agent': USER_AGENT, accept: 'application/json' },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    })
    const history = (context as { history?: URL[] } | undefined)?.history ?? []
    const insecure = history.find(({ protocol }) => protocol !== 'https:')
    if (insecure || statusCode !== 200) await body.dump()
    if (insecure) throw new UserError(`${url} redirects to ${insecure.href}, which is not https`)
    if (statusCode !== 200) {
      throw new UserError(`${url} answered with status ${statusCode}`)
    }
    return await readAll(body, url)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${url} could not be fetched: ${(error as Error).message}`)
  } finally {
    if (!dispatcher) await agent.close()
  }
}

async function readAll(body: AsyncIterable<Uint8Array>, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MAX_BYTES)
      throw new UserError(`${url} is larger than ${MAX_BYTES} bytes, which no service tag document is`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
