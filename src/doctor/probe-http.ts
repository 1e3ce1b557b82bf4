import type { Duplex } from 'node:stream'
import type { Response } from './observation.ts'

/** More of a response is not read. */
const MOST_BYTES = 16_384

/** One GET without credentials, and the start of the response. */
export async function ask(
  socket: Duplex,
  { host, port, path, isPlain }: { host: string; port: number; path: string; isPlain: boolean },
  milliseconds: number,
): Promise<Response> {
  const name = port === (isPlain ? 80 : 443) ? host : `${host}:${port}`
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nUser-Agent: tagwall-doctor\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
  )
  const begin = performance.now()
  const { text, error } = await read(socket, milliseconds, isWhole)
  socket.destroy()
  const ms = Math.round(performance.now() - begin)
  return text.includes('\r\n\r\n')
    ? { ...responseOf(text), ms }
    : { error: error ?? (text === '' ? 'CLOSED' : 'NOT_HTTP') }
}

/** Reads until `isDone`, the limit, the end or the time; `error` says why it stopped early. */
export function read(
  socket: Duplex,
  milliseconds: number,
  isDone: (text: string) => boolean,
): Promise<{ text: string; error: string | undefined }> {
  return new Promise((done) => {
    let text = ''
    const end = (error?: string) => {
      clearTimeout(timer)
      socket.off('data', take)
      done({ text, error })
    }
    const take = (piece: Buffer) => {
      text += piece.toString('latin1')
      if (text.length >= MOST_BYTES || isDone(text)) end()
    }
    const timer = setTimeout(() => end('ETIMEDOUT'), milliseconds)
    socket.on('data', take)
    socket.once('end', () => end())
    socket.once('close', () => end())
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'UNKNOWN'))
  })
}

/** The title of a page is enough of a body. */
function isWhole(text: string): boolean {
  const start = text.indexOf('\r\n\r\n')
  if (start < 0) return false
  if (/<\/title>/i.test(text.slice(start))) return true
  const length = /^content-length:\s*(\d{1,9})\s*$/im.exec(text.slice(0, start))?.[1]
  return (
    !/^content-type:.*html/im.test(text.slice(0, start)) ||
    (length !== undefined && text.length - start - 4 >= Number(length))
  )
}

/** The parts of a response that matter. The texts are the sender's: cut here, and made safe where they are printed. */
export function responseOf(text: string): Response {
  const start = text.indexOf('\r\n\r\n')
  const [head, body] = [text.slice(0, start), text.slice(start + 4)]
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1]
  if (status === undefined) return { error: 'NOT_HTTP' }
  const header = (name: string, most = 200) =>
    new RegExp(`^${name}:[ \\t]*([^\\r\\n]*)`, 'im').exec(head)?.[1]?.trim().slice(0, most)
  const title = /<title[^>]{0,200}>([^<]{0,300})/i.exec(body)?.[1]?.replaceAll(/\s+/g, ' ').slice(0, 200).trim()
  const { server, date, type, location } = {
    server: header('server'),
    date: header('date', 60),
    type: header('content-type'),
    location: header('location', 500),
  }
  return {
    status: Number(status),
    ...(server ? { server } : {}),
    ...(date ? { date } : {}),
    ...(type ? { type } : {}),
    ...(location ? { location } : {}),
    ...(title ? { title } : {}),
  }
}
