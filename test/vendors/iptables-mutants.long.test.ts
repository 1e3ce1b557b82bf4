import { expect, test } from 'vitest'
import { device } from '../../vendors/iptables/reader.ts'
import { shapeOf, someOfEach } from '../thorough.ts'
import { harnessOf } from './harness.ts'

const { goldens, objectionsTo } = harnessOf('iptables', device)

// Every line of every golden file, changed in each of these ways: each must be noticed.
type Mutation = readonly [name: string, applies: RegExp, change: Change | RegExp, by?: string]
type Change = (line: string, lines: readonly string[], index: number) => string | string[]

const CODE = /^\s*[^#\s]/
const RULE = /^-A /
const LEAF = /^-A .* -j ACCEPT$/
const MUTATIONS: readonly Mutation[] = [
  ['removes the line', CODE, () => []],
  ['comments the line out', CODE, (line) => `# ${line}`],
  ['adds a word', CODE, (line) => `${line} x`],
  ['cuts the last word off', /^\s*[^#\s].* /, / \S+$/, ''],
  ['widens a prefix', /\d\/\d+/, (line) => line.replace(/\/(\d+)/, (_, length) => `/${Number(length) - 1}`)],
  [
    'narrows a prefix',
    /\/(?!32\b|128\b)\d+/,
    (line) => line.replace(/\/(\d+)/, (_, length) => `/${Number(length) + 1}`),
  ],
  ['takes the length away', /[0-9:]\/(?!32\b|128\b)\d+/, /\/\d+/, ''],
  [
    'changes an address',
    /\d\/\d+/,
    (line) =>
      line
        .replace(/(\d+)(\.\d+\.\d+\/| ?::?\/)/, (_, digits, rest) => `${Number(digits) + 1}${rest}`)
        .replace(/2001:db8/, '2001:db9'),
  ],
  [
    'swaps source and destination',
    / -[sd] | (src|dst) /,
    (line) =>
      line.replace(
        / (-[sd]|src|dst) /,
        (_, side) => ` ${({ '-s': '-d', '-d': '-s', src: 'dst', dst: 'src' } as Record<string, string>)[side]} `,
      ),
  ],
  ['negates an address', / -[sd] | --match-set /, / (-[sd]|--match-set) /, ' ! $1 '],
  ['drops the address', / -[sd] /, / -[sd] \S+/, ''],
  ['drops the set', /-m set/, / -m set --match-set \S+ \S+/, ''],
  [
    'names another set',
    /--match-set/,
    (line, lines, index) => line.replace(/(--match-set) \S+/, `$1 ${otherSet(line, lines, index)}`),
  ],
  ['drops the port', /--dport/, /( -m multiport)? --dports? \S+/, ''],
  ['changes the port', /--dport/, /(--dports? \d+)/, '$10'],
  ['widens the port', /--dport \d/, /--dport (\d+)/, '--dport $1:444'],
  ['negates the port', /--dport/, /--dport/, '! --dport'],
  ['asks for the source port', /--dport/, /--dport/, '--sport'],
  ['adds a port', /--dports/, /--dports (\S+)/, '--dports $1,22'],
  ['drops a port', /--dports \S*,/, /--dports [^,]+,/, '--dports '],
  [
    'changes the protocol',
    / -p /,
    (line) => line.replace(/ -p (\S+)/, (_, name) => ` -p ${name === 'tcp' ? 'udp' : 'tcp'}`),
  ],
  ['takes every protocol', / -p /, / -p (tcp|udp)/, ' -p all'],
  ['takes another protocol', / -p /, / -p (tcp|udp)/, ' -p icmp'],
  ['drops the protocol and the ports', /^-A .* -p /, / -p .* -m conntrack/, ' -m conntrack'],
  ['changes the state', /--ctstate/, /NEW|ESTABLISHED/, 'INVALID'],
  ['adds a state', /--ctstate/, /(NEW|RELATED)/, '$1,UNTRACKED'],
  ['drops', LEAF, /ACCEPT$/, 'DROP'],
  ['rejects', LEAF, /ACCEPT$/, 'REJECT'],
  ['returns', LEAF, /ACCEPT$/, 'RETURN'],
  ['logs', LEAF, /ACCEPT$/, 'LOG'],
  ['accepts instead of jumping', / -j (?!ACCEPT)\S+$/, / -j \S+$/, ' -j ACCEPT'],
  ['names an interface', RULE, / -j /, ' -o eth0 -j '],
  ['is about loopback', RULE, / -j /, ' -o lo -j '],
  ['is limited', RULE, / -j /, ' -m limit --limit 1/s -j '],
  [
    'is about the local side',
    RULE,
    (line) =>
      line
        .replace(/^(-A \S+)(.*(?: -d | dst |OUT ).*)$/, '$1 -s 10.0.0.0/8$2')
        .replace(/^(-A \S+)(.*(?: -s (?!10\.0)| src |IN ).*)$/, '$1 -d 10.0.0.0/8$2'),
  ],
  [
    'moves to another chain',
    RULE,
    (line) =>
      line.replace(
        /^-A (\S+)/,
        (_, chain) => `-A ${chain.includes('-OUT') ? chain.replace('-OUT', '-IN') : chain.replace('-IN', '-OUT')}`,
      ),
  ],
  ['moves to a built-in chain', RULE, /^-A \S+/, '-A OUTPUT'],
  ['moves to the entry', LEAF, /^(-A \S+-(?:OUT|IN))-\d+/, '$1'],
  ['inserts', RULE, /^-A/, '-I'],
  ['puts a deny before', LEAF, (line) => [line.replace(/ACCEPT$/, 'DROP'), line]],
  ['puts a deny of everything before', LEAF, (line) => [line.replace(/^(-A \S+).*/, '$1 -j DROP'), line]],
  ['puts an allow of everything before', LEAF, (line) => [line.replace(/^(-A \S+).*/, '$1 -j ACCEPT'), line]],
  ['puts an allow of ICMP before', LEAF, (line) => [line.replace(/^(-A \S+)-\d+ .*/, '$1 -p icmp -j ACCEPT'), line]],
  ['puts a return of everything before', LEAF, (line) => [line.replace(/^(-A \S+).*/, '$1 -j RETURN'), line]],
  ['renames the chain', /^:/, /^:(\S+)/, ':$1X'],
  ['gives the chain a policy', /^:/, / - /, ' ACCEPT '],
  ['adds a built-in chain', /^:/, (line) => [line, ':OUTPUT ACCEPT [0:0]']],
  ['changes the table', /^\*/, () => '*nat'],
  ['ends the table', RULE, (line) => ['COMMIT', line]],
  ['indents', /^(COMMIT|\*filter)/, (line) => ` ${line}`],
  ['ends with a carriage return', CODE, (line) => `${line}\r`],
  ['drops -exist', /-exist/, / -exist/, ''],
  [
    'changes the family of a set',
    /^create/,
    (line) => line.replace(/inet6?/, (family) => (family === 'inet' ? 'inet6' : 'inet')),
  ],
  ['changes the type of a set', /^create/, (line) => line.replace('hash:net', 'hash:ip')],
  ['lets members expire', /^create/, (line) => line.replace(' -exist', ' timeout 60 -exist')],
  ['makes a set too small', /^create/, /maxelem \d+/, 'maxelem 0'],
  ['deletes instead of adding', /^add /, /^add/, 'del'],
  ['adds an exception', /^add /, (line) => `${line} nomatch`],
  ['adds to another set', /^add /, /-n /, ' '],
  ['flushes behind', /^add /, (line) => [line, line.replace(/^add (\S+).*/, 'flush $1')]],
  ['swaps again', /^swap /, (line) => [line, line]],
  ['destroys the wrong one', /^destroy /, /-n$/, ''],
  ['points the hook at another chain', /ensure .* -j \S+-(OUT|IN)$/, /(OUT|IN)$/, 'X'],
  ['hooks into another chain', /ensure .*(OUTPUT|INPUT|FORWARD)/, /OUTPUT|INPUT|FORWARD/, 'PREROUTING'],
]

function otherSet(line: string, lines: readonly string[], index: number): string {
  const [, own] = /--match-set (\S+)/.exec(line) ?? []
  const others = lines.filter((_, at) => at !== index).flatMap((other) => /--match-set (\S+)/.exec(other)?.[1] ?? [])
  return others.find((other) => other !== own) ?? 'none'
}

interface Harmless {
  readonly policy: RegExp
  readonly mutation: RegExp
  readonly line: RegExp
  readonly because: string
}

/** Changes that leave what is allowed as it is, and why. */
const HARMLESS: readonly Harmless[] = [
  {
    policy: /^sides /,
    mutation: /^/,
    line: / -s 203\.0\.113\.200\/29 .* DROP$/,
    because: 'nothing inbound allows what it denies',
  },
  {
    policy: /^/,
    mutation: /^cuts the last word off$/,
    line: /^:\S+ - \[0:0\]$/,
    because: 'the packet counters of a chain may be left out',
  },
  {
    policy: /^(arc-kubernetes|several) /,
    mutation:
      /^(removes|comments|narrows|takes the length|logs|names an interface|is about the local|flushes|adds to another)/,
    line: / 198\.51\.100\.0\/30( |$)/,
    because: 'the rule for the container registry allows these addresses on the same port',
  },
  {
    policy: /^(arc-kubernetes|several) /,
    mutation: /^widens a prefix$/,
    line: / 198\.51\.100\.0\/30( |$)/,
    because: 'the rule for the container registry allows the other half on the same port',
  },
  {
    policy: /^several /,
    mutation: /^widens a prefix$/,
    line: / 192\.0\.2\.(0\/26|128\/25)( |$)/,
    because: 'the rules for storage and identity allow the other half on the same port',
  },
]

const TRIED = /^(?:arc-kubernetes|several|one-rule|sides(?! \{"chain)) /

test('notices every change to a golden file', () => {
  const survivors: string[] = []
  const tried = new Map<string, number>()
  let harmless = 0
  const seen = new Map<string, number>()
  for (const golden of goldens().filter(({ title }) => TRIED.test(title))) {
    golden.files.forEach((file, at) => {
      const lines = file.text.split('\n')
      for (const [name, where, change, by = ''] of MUTATIONS) {
        const places = [...lines.entries()].filter(([, line]) => where.test(line))
        for (const [index, line] of someOfEach(places, ([, line]) => `${name}: ${shapeOf(line)}`, 1, seen)) {
          const put = typeof change === 'function' ? change(line, lines, index) : line.replace(change, by)
          const changed = [put].flat()
          if (changed.join('\n') === line) continue
          const text = [...lines.slice(0, index), ...changed, ...lines.slice(index + 1)].join('\n')
          tried.set(name, (tried.get(name) ?? 0) + 1)
          if (objectionsTo(golden, golden.files.with(at, { ...file, text })).length > 0) continue
          if (isHarmless(golden.title, name, line)) harmless++
          else survivors.push(`${golden.title} ${file.part}:${index + 1} ${name}: ${line}`)
        }
      }
    })
  }
  const count = [...tried.values()].reduce((sum, number) => sum + number, 0)
  console.log(
    `iptables: ${count} mutants of ${MUTATIONS.length} kinds, ${count - harmless} caught, ${harmless} known to change nothing`,
  )
  expect(survivors).toEqual([])
  expect(MUTATIONS.map(([name]) => name).filter((name) => !tried.has(name))).toEqual([])
})

function isHarmless(title: string, name: string, text: string): boolean {
  return HARMLESS.some(({ policy, mutation, line }) => policy.test(title) && mutation.test(name) && line.test(text))
}
