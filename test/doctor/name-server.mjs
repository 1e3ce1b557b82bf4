import { createSocket } from 'node:dgram'

/** A name server at a port. `zone`: names to `{ a, aaaa, cname, delay }`, the delay in milliseconds, or to the fault of the server; `*` is any other name. */
export function nameServer(address, at, zone) {
  const socket = createSocket('udp4')
  socket.on('message', (question, { port, address: from }) => {
    const { answer, delay } = answerTo(question, zone)
    if (answer) setTimeout(() => socket.send(answer, port, from), delay)
  })
  return new Promise((done) => socket.bind(at, address, () => done(socket)))
}

function answerTo(question, zone) {
  const labels = []
  let at = 12
  while (question[at] !== 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + question[at]))
    at += 1 + question[at]
  }
  const type = question.readUInt16BE(at + 1)
  const end = at + 5
  const known = zone[labels.join('.').toLowerCase()] ?? zone['*'] ?? 'NXDOMAIN'
  if (known === 'SILENT') return {}
  const rcode = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 }[known] ?? 0
  const records = rcode === 0 ? recordsOf(known, type) : []
  const header = Buffer.alloc(12)
  question.copy(header, 0, 0, 2)
  header.writeUInt16BE(0x8180 | rcode, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  return { answer: Buffer.concat([header, question.subarray(12, end), ...records]), delay: known.delay ?? 0 }
}

/** The canonical name first; the addresses belong to the name it leads to. */
function recordsOf({ cname, a = [], aaaa = [] }, type) {
  const target = cname === undefined ? Buffer.from([0xc0, 12]) : nameBytes(cname)
  const record = (owner, kind, data) => {
    const fixed = Buffer.alloc(10)
    fixed.writeUInt16BE(kind, 0)
    fixed.writeUInt16BE(1, 2)
    fixed.writeUInt32BE(60, 4)
    fixed.writeUInt16BE(data.length, 8)
    return Buffer.concat([owner, fixed, data])
  }
  const alias = cname === undefined ? [] : [record(Buffer.from([0xc0, 12]), 5, nameBytes(cname))]
  if (type === 5) return alias
  if (type === 1) return [...alias, ...a.map((one) => record(target, 1, Buffer.from(one.split('.').map(Number))))]
  if (type === 28) return [...alias, ...aaaa.map((one) => record(target, 28, bytesOf(one)))]
  return []
}

function nameBytes(name) {
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`))
  return Buffer.concat([...labels, Buffer.of(0)])
}

function bytesOf(address) {
  const [head, tail = ''] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const groups = [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail].map((group) =>
    Number.parseInt(group, 16),
  )
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 255]))
}
