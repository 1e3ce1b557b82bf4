import type { Io } from '../io.ts'
import { redactSecrets, redactUrls } from '../model/text/redact.ts'
import { sanitizeLines } from '../model/text/sanitize.ts'

/** The start of a progress bar. Only tagwall draws one. */
const CLEAR = '\r\u001b[K'

/**
 * An `Io` whose output is harmless: texts lose control characters, commands to CI services, and secrets. Bytes are meant
 * for programs and stay unchanged.
 */
export function safeIo(io: Io): Io {
  const secrets = secretsOf(io.env)
  const safe = (text: string, isColored: boolean) => redactSecrets(redactUrls(sanitizeLines(text, isColored)), secrets)
  return Object.create(io, {
    out: { value: (text: string | Uint8Array) => io.out(typeof text === 'string' ? safe(text, io.outColor) : text) },
    err: {
      value: (text: string) => {
        const bar = io.isTerminal && text.startsWith(CLEAR) ? CLEAR : ''
        io.err(bar + safe(text.slice(bar.length), io.errColor))
      },
    },
  })
}

const TOKENS = [
  ...['AZURE_ACCESS_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN', 'GITLAB_TOKEN', 'CI_JOB_TOKEN'],
  ...['SYSTEM_ACCESSTOKEN', 'AZURE_DEVOPS_EXT_PAT'],
]
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']
// A shorter value is not a token and may be part of a word.
const SHORTEST = 8

/** The secrets in the environment, in every form in which they could be printed. */
function secretsOf(env: Io['env']): string[] {
  const credentials = PROXIES.flatMap((name) => {
    const userinfo = /^[a-z]+:\/\/(.*)@/i.exec(env[name] ?? '')?.[1] ?? ''
    const plain = decoded(userinfo)
    return [userinfo, plain, Buffer.from(plain).toString('base64')]
  })
  const all = [...TOKENS.map((name) => env[name] ?? ''), ...credentials]
  // Longest first, so that no part of a secret remains.
  return [...new Set(all)].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
