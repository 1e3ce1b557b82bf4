// Serves bare repositories over https, as a service does: whoever has no password may not even read.
// node git-server.mjs ROOT KEY CERTIFICATE LOG PASSWORD prints the port. The log has a line for each request: user, method and path.
import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'

const [root, key, cert, log, password] = process.argv.slice(2)

const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
  const [, encoded = ''] = (request.headers.authorization ?? '').split(' ')
  const [user, given] = Buffer.from(encoded, 'base64').toString().split(':')
  const { pathname, search } = new URL(request.url, 'https://localhost')
  appendFileSync(log, `${user || '-'} ${request.method} ${pathname}\n`)
  if (given !== password) {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end()
    return
  }
  const git = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: user,
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: request.headers['git-protocol'] ?? '',
    },
  })
  request.pipe(git.stdin)
  const parts = []
  git.stdout.on('data', (part) => parts.push(part))
  git.on('close', () => {
    const all = Buffer.concat(parts)
    const end = all.indexOf('\r\n\r\n')
    const headers = Object.fromEntries(
      all
        .subarray(0, end)
        .toString()
        .split('\r\n')
        .map((line) => line.split(/: (.*)/s).slice(0, 2)),
    )
    response.writeHead(Number.parseInt(headers.Status ?? '200', 10), headers).end(all.subarray(end + 4))
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
