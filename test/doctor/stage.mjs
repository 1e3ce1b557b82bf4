// A stage for runs of doctor, in a network namespace of its own: name servers, services and a proxy, all in this process, and the
// command line itself. Each line of stdin is a scene as JSON, and is answered by its result as one line of JSON.
import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { createServer as createTlsServer } from 'node:tls'
import { nameServer } from './name-server.mjs'

const { run } = await import('../../dist/run.js')

/** Ends what a scene has opened. */
const ends = []
execFileSync('ip', ['link', 'set', 'lo', 'up'])
for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await play(JSON.parse(line)))}\n`)

async function play(scene) {
  const { zones, services, proxy, certificates, cache, commands, byScript } = scene
  const addresses = new Set([...Object.keys(zones), ...Object.keys(services), ...(proxy ? ['10.9.0.1'] : [])])
  const added = [...addresses].filter((address) => !address.startsWith('127.'))
  const lines = added.map((address) => `address add ${address} dev lo${address.includes(':') ? ' nodad' : ''}\n`)
  execFileSync('ip', ['-batch', '-'], { input: lines.join('') })
  for (const [address, zone] of Object.entries(zones)) {
    const socket = await nameServer(address, 53, zone)
    ends.push(() => socket.close())
  }
  for (const [address, kind] of Object.entries(services)) await service(address, kind, certificates)
  if (proxy) await proxyServer(proxy, certificates)
  if (cache) await nameCache(cache)
  for (const command of commands) execFileSync('sh', ['-e', '-c', command])
  try {
    return byScript ? await recorded(scene) : await commandLine(scene, scene.argv)
  } finally {
    for (const end of ends.splice(0)) end()
    execFileSync('ip', ['address', 'flush', 'dev', 'lo', 'scope', 'global'])
    if (commands.length > 0) execFileSync('sh', ['-e', '-c', 'iptables -F; ip6tables -F'])
  }
}
async function commandLine({ cwd, env, date, ca }, argv) {
  let [out, err] = ['', '']
  const code = await run(argv, {
    cwd,
    env,
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    isTerminal: false,
    outColor: false,
    errColor: false,
    prompts: undefined,
    stdin: async () => Buffer.from(''),
    now: () => new Date(date ?? Date.now()),
    sleep: async () => {},
    random: () => 0.5,
    network: { ca, hosts: [] },
  })
  return { code, out, err }
}

/** The script in a shell, with the real curl, and the verdicts on what it printed. */
async function recorded(scene) {
  const { cwd, env, argv, ca } = scene
  const { code, out, err } = await commandLine(scene, [...argv, '--script'])
  if (code !== 0) return { code, out, err }
  writeFileSync(`${cwd}/ca.pem`, ca)
  const shell = spawn('sh', ['-s'], {
    cwd,
    env: { PATH: process.env.PATH, CURL_CA_BUNDLE: `${cwd}/ca.pem`, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  shell.stdin.end(out)
  let seen = ''
  for await (const piece of shell.stdout) seen += piece
  writeFileSync(`${cwd}/seen.json`, seen)
  return commandLine(scene, [...argv, '--read', 'seen.json'])
}

/** A service: a certificate and a response, or one of its faults. */
async function service(address, kind, certificates) {
  const faults = {
    // Accepts TCP, as firewalls do for hosts that they block, and cuts TLS.
    cut: (socket) => socket.once('data', () => socket.resetAndDestroy()),
    mute: () => {},
    plain: (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    old: (socket) => socket.once('data', () => socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]))),
  }
  if (faults[kind]) return listen(createServer(quiet(faults[kind])), 443, address)
  const {
    certificate = 'good',
    status = 200,
    headers = {},
    body = '{}',
    wait = 0,
    isMute = false,
    isEndless = false,
  } = kind
  const server = createTlsServer(certificates[certificate], (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      if (isMute) return
      if (isEndless) return flood(socket)
      const all = { date: new Date().toUTCString(), 'content-length': body.length, ...headers }
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
      setTimeout(() => socket.end(`HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n${body}`), wait)
    })
  })
  server.on('tlsClientError', () => {})
  return listen(server, 443, address)
}

/** Connects to `hosts`, or answers with a status. With `login` it lets in who asks first without it, and then with it. */
function proxyServer({ status: always, schemes = [], says, hosts = {}, certificate, login }, certificates) {
  let isAsked = false
  const take = quiet((socket) =>
    socket.once('data', (data) => {
      const target = /^CONNECT ([^ :]+):(\d+) /.exec(data.toString('latin1'))
      if (says !== undefined) return socket.end(says)
      const isLoggedIn = isAsked && data.includes(`Proxy-Authorization: Basic ${btoa(login)}\r\n`)
      isAsked ||= !data.includes('Proxy-Authorization')
      const status = always ?? (login === undefined || isLoggedIn ? undefined : 407)
      const offers = schemes.map((scheme) => `Proxy-Authenticate: ${scheme}\r\n`).join('')
      if (status !== undefined || !target)
        return socket.end(`HTTP/1.1 ${status ?? 400} No\r\n${offers}Content-Length: 0\r\n\r\n`)
      const behind = connect(Number(target[2]), hosts[target[1]], () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        behind.pipe(socket).pipe(behind)
      })
      behind.on('error', () => socket.destroy())
    }),
  )
  const server = certificate === undefined ? createServer(take) : createTlsServer(certificates[certificate], take)
  server.on('tlsClientError', () => {})
  return listen(server, 3128, '10.9.0.1')
}

/**
 * The cache that glibc asks before it asks anybody else (nscd), with these addresses of names. Its protocol is in glibc's
 * nscd/nscd-client.h: a version, a kind and the length of the key; the answer has its numbers, the addresses and their families.
 */
function nameCache(names) {
  const [VERSION, GETAI, AF_INET, NO_NAME] = [2, 14, 2, -2]
  const server = createServer(
    quiet((socket) =>
      socket.once('data', (data) => {
        if (data.readInt32LE(4) !== GETAI) return socket.destroy()
        const addresses = names[data.toString('latin1', 12).replace(/\0.*/s, '')] ?? []
        const header = Buffer.alloc(24)
        const isThere = addresses.length > 0
        const numbers = [VERSION, Number(isThere), addresses.length, 4 * addresses.length, 0, isThere ? 0 : NO_NAME]
        for (const [index, number] of numbers.entries()) header.writeInt32LE(number, 4 * index)
        const bytes = addresses.flatMap((address) => address.split('.').map(Number))
        socket.end(Buffer.concat([header, Buffer.from([...bytes, ...addresses.map(() => AF_INET)])]))
      }),
    ),
  )
  return listen(server, '/run/nscd/socket')
}

function quiet(handler) {
  return (socket) => {
    socket.on('error', () => {})
    handler(socket)
  }
}

function listen(server, ...where) {
  server.on('connection', (socket) => ends.push(() => socket.destroy()))
  ends.push(() => server.close())
  return new Promise((done) => server.listen(...where, done))
}

/** Headers without end. */
function flood(socket) {
  socket.write('HTTP/1.1 200 OK\r\n')
  const timer = setInterval(() => socket.write('x-a: b\r\n'.repeat(1000)), 5)
  socket.on('close', () => clearInterval(timer))
}
