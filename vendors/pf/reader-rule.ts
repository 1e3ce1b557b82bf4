import type {
  Action,
  AddressFamily,
  Direction,
  Place,
  PortRange,
  PrefixSet,
  ReaderContext,
  Words,
} from 'tagwall/reader'

/** Addresses of one end of a rule. */
export interface End {
  readonly addresses: PrefixSet
  readonly object: string | undefined
}

/** A rule of pf. */
export interface Rule {
  readonly place: Place
  readonly name: string
  readonly action: Action
  readonly isQuick: boolean
  /** Undefined: both. */
  readonly direction: Direction | undefined
  readonly interfaces: readonly string[]
  readonly family: AddressFamily | undefined
  readonly protocols: readonly string[]
  readonly from: End
  readonly to: End
  readonly ports: readonly PortRange[]
  readonly isPart: boolean
}

type Table = (name: string, isNot: boolean) => End | string

/** Reads what follows `pass` or `block`; a text says what is not understood. */
export function ruleOf(
  words: Words,
  action: Action,
  place: Place,
  tableOf: Table,
  { kit, purpose }: ReaderContext,
): Rule | string {
  const every: End = { addresses: kit.everything(), object: undefined }
  const rule = {
    ...{ place, name: '', action, isQuick: false, isPart: false },
    ...{ interfaces: [] as string[], protocols: [] as string[], ports: kit.everyPort as readonly PortRange[] },
    ...{ from: every, to: every },
    direction: undefined as Direction | undefined,
    family: undefined as AddressFamily | undefined,
  }
  const list = (): string[] => {
    if (!words.take('{')) return [words.next() ?? '']
    const found: string[] = []
    while (!words.isDone && words.peek !== '}') {
      const word = words.next() as string
      if (word !== ',') found.push(word)
    }
    words.take('}')
    return found
  }
  const endOf = (): End | string => {
    const sets: PrefixSet[] = []
    let object: string | undefined
    for (const word of list()) {
      const [isNot, text] = word.startsWith('!') ? [true, word.slice(1)] : [false, word]
      if (text === 'any' && !isNot) return every
      if (isNot && (text === '' || sets.length > 0)) return 'negates an address in a way that is not followed'
      const table = /^<(.*)>$/.exec(text)
      const found = table ? tableOf(table[1] ?? '', isNot) : blockOf(text, isNot)
      if (typeof found === 'string') return found
      if (isNot && sets.length > 0) return 'negates one of several addresses'
      object ??= found.object
      sets.push(found.addresses)
    }
    if (object !== undefined && sets.length > 1) return 'has a table of yours beside other addresses'
    return { addresses: kit.union(sets), object }
  }
  const blockOf = (text: string, isNot: boolean): End | string => {
    const block = kit.blockOf(text)
    if (!block) return `has an address that is not known here: ${text}`
    const set = kit.setOfRanges([block])
    return { addresses: isNot ? kit.everything(block.family).subtract(set) : set, object: undefined }
  }
  while (!words.isDone) {
    const word = words.next() as string
    if (word === 'in' || word === 'out') rule.direction = word === 'in' ? 'inbound' : 'outbound'
    else if (word === 'quick') rule.isQuick = true
    else if (word === 'log') skipOptions(words)
    else if (word === 'on') rule.interfaces.push(...list())
    else if (word === 'inet') rule.family = 'ipv4'
    else if (word === 'inet6') rule.family = 'ipv6'
    else if (word === 'proto') rule.protocols.push(...list())
    else if (word === 'all') continue
    else if (word === 'from' || word === 'to') {
      const end = endOf()
      if (typeof end === 'string') return end
      rule[word] = end
      if (words.take('port')) {
        const ports = list().map((one) => kit.portRange(one, { between: ':', names: kit.services }))
        if (ports.includes(undefined)) return 'has ports that are not understood'
        if (word === 'from') rule.isPart = true
        else rule.ports = kit.joinPorts(ports as PortRange[])
      }
    } else if (word === 'label') rule.name = (words.next() ?? '').replace(/^"/, '')
    else if (purpose === 'audit' && word === 'flags' && words.take('S/SA', 'any') !== undefined) continue
    else if (purpose === 'audit' && (word === 'keep' || word === 'modulate') && words.take('state')) skipOptions(words)
    else if (purpose === 'audit' && word === 'drop') continue
    else return `has a condition that is not followed: ${word}`
  }
  return rule
}

function skipOptions(words: Words): void {
  if (!words.take('(')) return
  while (!words.isDone && words.next() !== ')');
}
