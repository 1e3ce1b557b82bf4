import type { Io } from '../io.ts'
import { redactSecrets, redactUrls } from '../model/text/redact.ts'
import { sanitizeLines } from '../model/text/sanitize.ts'

/** How a progress bar begins, which only tagwall draws. */
const CLEAR = '\r\u001b[K'

/**
 * The world, in which nothing that is printed can do harm: text loses control characters, commands to CI services and
 * secrets, whoever wrote it. Bytes are what a program is to read, and stay as they are.
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
// What is shorter is no token, and may be part of a word.
const SHORTEST = 8

/** What the environment holds that nobody else may see, in the forms in which it may be printed. */
function secretsOf(env: Io['env']): string[] {
  const credentials = PROXIES.flatMap((name) => {
    const userinfo = /^[a-z]+:\/\/(.*)@/i.exec(env[name] ?? '')?.[1] ?? ''
    const plain = decoded(userinfo)
    return [userinfo, plain, Buffer.from(plain).toString('base64')]
  })
  const all = [...TOKENS.map((name) => env[name] ?? ''), ...credentials]
  // The longest first, so that none is left in part.
  return [...new Set(all)].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
