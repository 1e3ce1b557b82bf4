// A server that takes no connection for a while, as over a slow or lossy line: it fills its own backlog of one, so the system
// drops what comes next, and the sender repeats it after a second. Then it passes every connection on to a port. Prints its own
// port first.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

const BLOCKED_MS = 900
const FILLERS = 4

if (isMainThread) {
  const far = Number(process.argv[2])
  const server = createServer((socket) => {
    const other = connect(far, 'localhost')
    socket.on('error', () => other.destroy())
    other.on('error', () => socket.destroy())
    socket.pipe(other).pipe(socket)
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    const { port } = server.address()
    const filled = new Int32Array(new SharedArrayBuffer(4))
    new Worker(new URL(import.meta.url), { workerData: { port, filled } })
    // While this thread waits, nothing is accepted.
    Atomics.wait(filled, 0, 0)
    process.stdout.write(`${port}\n`)
    Atomics.wait(filled, 0, 1, BLOCKED_MS)
  })
} else {
  const { port, filled } = workerData
  const sockets = Array.from({ length: FILLERS }, () => connect(port, '127.0.0.1').on('error', () => {}))
  await once(sockets[0], 'connect')
  Atomics.store(filled, 0, 1)
  Atomics.notify(filled, 0)
  parentPort.on('message', () => {})
}
