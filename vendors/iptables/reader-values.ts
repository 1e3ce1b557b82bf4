import type { PortRange, Prefix, Range } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { LineEnvironment } from './reader-draft.ts'

/** The ports of `443`, `80,443`, `8000:8080`, `:1023`, `1024:`; a text with the reason for anything else. */
export function parsePorts(text: string): readonly PortRange[] | string {
  const entries = text.split(',')
  const ports = entries.map((entry) => kit.portRange(entry, { between: ':', mayBeOpen: true, names: kit.services }))
  const unknown = ports.indexOf(undefined)
  if (unknown >= 0) return `has the port ${entries[unknown]}, which is not understood`
  // A range takes two of the fifteen.
  const slots = entries.length + entries.filter((entry) => entry.includes(':')).length
  return slots > 15 && entries.length > 1 ? 'has more than 15 ports' : kit.joinPorts(ports as PortRange[])
}

/** Addresses with a comma between them, each with a length, a mask or neither; host bits do not count. */
export function addressSet(text: string, { family }: LineEnvironment): Prefix[] | string {
  const prefixes: Prefix[] = []
  for (const entry of text.split(',')) {
    const [address = '', mask, ...more] = entry.split('/')
    const block = kit.blockOf(entry) ?? (more.length === 0 ? kit.maskedBlock(address, mask ?? '') : undefined)
    if (!block) return `has the address ${entry}, which is not understood`
    if (block.family !== family) return `has the address ${entry}, which is of the other family`
    prefixes.push({ family, address: block.first, length: block.length })
  }
  return prefixes
}

/** `192.0.2.1-192.0.2.9` */
export function addressRange(text: string, { family }: LineEnvironment): Range | string {
  const [first = '', last = '', ...more] = text.split('-')
  const range = more.length === 0 ? kit.rangeBetween(first, last) : undefined
  return range?.family === family ? range : `has the range ${text}, which is not understood`
}
