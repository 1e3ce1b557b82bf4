import type { Io } from '../io.ts'
import { CLEAR } from '../progress.ts'
import { redactSecrets, redactUrls, sanitizeLines, secretsOf } from '../text/sanitize.ts'

/** An `Io` with harmless texts: without control characters, commands to CI services, and secrets. Bytes are for programs and stay unchanged. */
export function safeIo(io: Io): Io {
  const secrets = secretsOf(io.env)
  const safe = (text: string, isColored: boolean) => redactSecrets(redactUrls(sanitizeLines(text, isColored)), secrets)
  return Object.create(io, {
    out: { value: (text: string | Uint8Array) => io.out(typeof text === 'string' ? safe(text, io.outColor) : text) },
    err: {
      value: (text: string) => {
        // Only tagwall draws lines of progress.
        const bar = io.isTerminal && text.startsWith(CLEAR) ? CLEAR : ''
        io.err(bar + safe(text.slice(bar.length), io.errColor))
      },
    },
  })
}

/** The same `Io`; with `--quiet`, results are not printed, but warnings and errors are. */
export const quietly = ({ quiet }: { readonly quiet?: boolean }, io: Io): Io =>
  quiet ? Object.create(io, { out: { value: () => {} } }) : io
