import { expect, test } from 'vitest'
import { formatPorts, type PortRange } from '../../../src/model/traffic.ts'
import { KIT } from '../../../src/vendor/kit/kit.ts'

// A universe of ports at both ends, and every list of up to three ranges in it.
const PORTS = [0, 1, 2, 3, 65533, 65534, 65535]
const RANGES: PortRange[] = PORTS.flatMap((first) =>
  PORTS.filter((last) => first <= last).map((last) => ({ first, last })),
)
const LISTS = [
  [],
  ...RANGES.map((one) => [one]),
  ...RANGES.flatMap((one) => RANGES.map((two) => [one, two])),
  ...RANGES.filter(({ first }) => first < 4).flatMap((one) =>
    RANGES.filter(({ last }) => last > 3).flatMap((two) => RANGES.map((three) => [two, one, three])),
  ),
]
const has = (ranges: readonly PortRange[], port: number) =>
  ranges.some(({ first, last }) => first <= port && port <= last)

/** Sorted, without overlap, and none touches the next. */
function expectCanonical(ranges: readonly PortRange[]) {
  for (const [index, { first, last }] of ranges.entries()) {
    const before = ranges[index - 1]
    if (!(first <= last && (!before || before.last + 1 < first))) expect(ranges).toBe('in order')
  }
}

/** The ports that could differ: every one of the universe, and one in the middle. */
const PROBES = [...PORTS, 4, 443, 65532]

test('joins and inverts every list of ports', () => {
  for (const list of LISTS) {
    const [joined, others] = [KIT.joinPorts(list), KIT.otherPorts(list)]
    expectCanonical(joined)
    expectCanonical(others)
    for (const port of PROBES) {
      const found = [has(joined, port), has(others, port)]
      const isIn = has(list, port)
      if (found[0] !== isIn || found[1] === isIn)
        expect(found, `${JSON.stringify(list)} ${port}`).toEqual([isIn, !isIn])
    }
  }
})

test('intersects every two lists of ports', () => {
  const some = LISTS.filter((_, index) => index < 30 || index % 97 === 0)
  for (const a of some) {
    for (const b of [...some, KIT.everyPort]) {
      const found = [KIT.commonPorts(a, b), KIT.commonPorts(b, a)]
      expectCanonical(found[0] as PortRange[])
      for (const port of PROBES) {
        const isIn = has(a, port) && has(b, port)
        if (found.some((one) => has(one, port) !== isIn)) expect(found, JSON.stringify([a, b, port])).toBe(isIn)
      }
    }
  }
  expect(KIT.commonPorts(KIT.everyPort, KIT.everyPort)).toBe(KIT.everyPort)
  expect(KIT.everyPort).toEqual([{ first: 0, last: 65535 }])
})

const names = { www: 80, 'ftp-data': 20, later: 70000 }

test.for<[text: string, found: string | undefined, syntax?: Parameters<typeof KIT.portRange>[1]]>([
  ['443', '443-443'],
  ['0', '0-0'],
  ['65535', '65535-65535'],
  ['65536', undefined],
  ['8000-8080', '8000-8080'],
  ['80-80', '80-80'],
  ['81-80', undefined],
  ['1-65536', undefined],
  ['1-2-3', undefined],
  ['-', undefined],
  ['80-', undefined],
  ['-80', undefined],
  ['', undefined],
  ['*', undefined],
  [' 80', undefined],
  ['080', '80-80'],
  ['000080', undefined],
  ['1e3', undefined],
  ['٤٤٣', undefined],
  ['8000:8080', undefined],
  ['8000:8080', '8000-8080', { between: ':' }],
  ['8000-8080', undefined, { between: ':' }],
  [':1023', '0-1023', { between: ':', mayBeOpen: true }],
  ['1024:', '1024-65535', { between: ':', mayBeOpen: true }],
  [':', '0-65535', { between: ':', mayBeOpen: true }],
  ['', undefined, { between: ':', mayBeOpen: true }],
  [':1023', undefined, { between: ':' }],
  ['www', '80-80', { names }],
  ['ftp-data', '20-20', { names }],
  ['ftp-data-www', undefined, { names }],
  ['20-www', '20-80', { names }],
  ['later', undefined, { names }],
  ['www', undefined],
  ['constructor', undefined, { names }],
  ['__proto__', undefined, { names }],
])('portRange(%j) is %s', ([text, found, syntax]) => {
  const range = KIT.portRange(text, syntax)
  expect(range && `${range.first}-${range.last}`).toBe(found)
})

test('the names of ports and protocols are those of this system, where it has them', async () => {
  const { readFile } = await import('node:fs/promises')
  const known = async (file: string, pattern: RegExp) => {
    const text = await readFile(file, 'utf8').catch(() => '')
    return text.split('\n').flatMap((line) => {
      const [, name = '', number, aliases = ''] = pattern.exec(line.replace(/#.*/, '')) ?? []
      return [name, ...aliases.trim().split(/\s+/)].map((one) => [one, Number(number)] as const)
    })
  }
  const ports = new Map((await known('/etc/services', /^(\S+)\s+(\d+)\/(?:tcp|udp)(.*)/)).reverse())
  for (const [name, port] of Object.entries(KIT.services))
    if (ports.has(name)) expect([name, ports.get(name)]).toEqual([name, port])
  const numbers = new Map((await known('/etc/protocols', /^(\S+)\s+(\d+)(.*)/)).reverse())
  for (const [name, number] of Object.entries(KIT.protocols))
    if (name !== 'all' && numbers.has(name)) expect([name, numbers.get(name)]).toEqual([name, number])
  expect([KIT.services.https, KIT.protocols.tcp, KIT.protocols.udp, KIT.protocols.all]).toEqual([443, 6, 17, 0])
})

test('joins services by protocol, whole and part apart', () => {
  const tcp = (first: number, last = first, isPart = false) =>
    ({ protocol: 'tcp', ports: [{ first, last }], isPart }) as const
  const udp = { protocol: 'udp', ports: [{ first: 53, last: 53 }], isPart: false } as const
  const any = { protocol: 'any', ports: KIT.everyPort, isPart: true } as const
  const none = { protocol: 'tcp', ports: [], isPart: true } as const
  expect(KIT.joinServices([])).toEqual([])
  expect(KIT.joinServices([none])).toEqual([])
  expect(KIT.joinServices([tcp(443), udp, tcp(80, 81), tcp(442), any, tcp(22, 22, true), none])).toEqual([
    { ...tcp(80, 81), ports: [...tcp(80, 81).ports, ...tcp(442, 443).ports] },
    udp,
    any,
    tcp(22, 22, true),
  ])
})

// Every operator, with every port of the universe, alone and before another one.
const OPERATORS: Readonly<Record<string, (port: number, first: number, second: number) => boolean>> = {
  eq: (port, first) => port === first,
  neq: (port, first) => port !== first,
  lt: (port, first) => port < first,
  gt: (port, first) => port > first,
  range: (port, first, second) => first <= port && port <= second,
}

test('takePorts gives the ports of every operator, and leaves the words behind them', () => {
  for (const [operator, isIn] of Object.entries(OPERATORS)) {
    for (const first of PORTS) {
      for (const second of PORTS) {
        const words = KIT.words([operator, `${first}`, `${second}`, 'log'])
        const ports = KIT.takePorts(words, { names: {} })
        const isWrong = operator === 'range' && second < first
        expect(ports === 'unknown', `${operator} ${first} ${second}`).toBe(isWrong)
        if (typeof ports === 'string') continue
        expectCanonical(ports)
        const wrong = PROBES.filter((port) => has(ports, port) !== isIn(port, first, second))
        expect(wrong, `${operator} ${first} ${second}`).toEqual([])
        expect(words.rest()).toEqual(operator === 'range' ? ['log'] : [`${second}`, 'log'])
      }
    }
  }
})

test('takePorts takes several ports behind eq and neq only where they may stand there', () => {
  for (const first of PORTS) {
    for (const second of PORTS) {
      for (const operator of ['eq', 'neq']) {
        const words = KIT.words([operator, `${first}`, `${second}`, 'log'])
        const ports = KIT.takePorts(words, { names: {}, areSeveral: true }) as readonly PortRange[]
        expectCanonical(ports)
        for (const port of PROBES)
          expect(has(ports, port)).toBe((port === first || port === second) === (operator === 'eq'))
        expect(words.rest()).toEqual(['log'])
      }
    }
  }
})

test.for<[text: string, found: string, rest: string]>([
  ['', 'none', ''],
  ['log', 'none', 'log'],
  ['eq', 'unknown', ''],
  ['eq 65536', 'unknown', ''],
  ['eq 80-81', 'unknown', ''],
  ['eq www', '80-80', ''],
  ['eq constructor', 'unknown', ''],
  ['range 80', 'unknown', ''],
  ['range www 81 log', '80-81', 'log'],
  ['lt 0', '', ''],
  ['gt 65535', '', ''],
  ['established eq 80', 'none', 'established eq 80'],
])('takePorts of %j is %j', ([text, found, rest]) => {
  const words = KIT.words(text.split(' ').filter(Boolean))
  const ports = KIT.takePorts(words, { names })
  expect(typeof ports === 'string' ? ports : ports.map(({ first, last }) => `${first}-${last}`).join()).toBe(found)
  expect(words.rest().join(' ')).toBe(rest)
})

test.for<[text: string, found: string | undefined, syntax?: Parameters<typeof KIT.portList>[1]]>([
  ['443', '443'],
  ['8000-8080,443', '443 8000-8080'],
  ['80,81,79-80', '79-81'],
  ['www,1024:', '80 1024-65535', { between: ':', mayBeOpen: true, names: { www: 80 } }],
  ['', undefined],
  ['443,', undefined],
  ['443, 80', undefined],
  ['443,65536', undefined],
  ['443;80', undefined],
])('portList(%j) is %s', ([text, found, syntax]) => {
  expect(KIT.portList(text, syntax)?.map(formatPorts).join(' ')).toBe(found)
})
