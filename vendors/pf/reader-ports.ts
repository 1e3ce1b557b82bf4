import type { PortRange, ReaderContext, Words } from 'tagwall/reader'

/** The ports of `443`, `https`, `8000:8080`, `= 443`, `!= 443`, `> 1023`, `1024 >< 2048`, `1024 <> 2048`; else undefined. */
export function portsOf(words: Words, { kit, purpose }: ReaderContext): readonly PortRange[] | undefined {
  const portOf = (text: string | undefined) =>
    kit.portRange(text ?? '', { between: ':', names: kit.services }) as PortRange | undefined
  if (purpose === 'prove') {
    const range = portOf(words.next())
    return range && [range]
  }
  const operator = words.take('=', '!=', '<', '<=', '>', '>=')
  const range = portOf(words.next())
  if (!range) return undefined
  if (operator === undefined) {
    const between = words.take('><', '<>')
    if (!between) return [range]
    const end = portOf(words.next())
    if (!end || !isOne(range) || !isOne(end)) return undefined
    // `><` matches the ports between the two; `<>` matches the ports outside them.
    return between === '><'
      ? runOf(range.first + 1, end.first - 1)
      : [...runOf(0, range.first - 1), ...runOf(end.first + 1, 65535)]
  }
  if (!isOne(range)) return undefined
  const { first } = range
  if (operator === '=') return [range]
  if (operator === '!=') return kit.otherPorts([range])
  if (operator === '<' || operator === '<=') return runOf(0, operator === '<' ? first - 1 : first)
  return runOf(operator === '>' ? first + 1 : first, 65535)
}

const isOne = ({ first, last }: PortRange) => first === last

const runOf = (first: number, last: number): PortRange[] => (first <= last ? [{ first, last }] : [])
