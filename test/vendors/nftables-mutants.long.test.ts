import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { nftReasonToSkip } from '../kernel/nft.ts'
import { shapeOf, someOf, someOfEach, THOROUGH } from '../thorough.ts'
import { editsOfWords, isSwap, type Mutant, mutantsOf, type OtherWords } from './mutants.ts'
import { apart, GOLDEN, objectionsTo } from './nftables-harness.ts'

// Every line of every golden file is changed, word by word. A mutant must be noticed, or be of a kind that cannot change
// what is allowed; and where there is a kernel, nft must make the same of that one as of the golden file.

/** Kinds of mutants that cannot change what is allowed, with the reason. */
const HARMLESS: readonly (readonly [reason: string, isIt: (before: string, after: string | undefined) => boolean])[] = [
  ['a comment is for people', (before) => COMMENT.test(before)],
  ['a comment may stand elsewhere', (_, after = '') => after.split('\n').some((line) => COMMENT.test(line))],
  ['the name of a rule is for people', (before, after) => withoutName(before) === withoutName(after ?? '')],
  ['a denial may reach further where nothing is allowed', (before, after = '') => isWiderDenial(before, after)],
  ['the last comma of a list may be left out', (before, after) => before.replace(/,$/, '') === after],
  ['a duplicate counts once', (before, after) => TWICE.test(before) && after === `${before}\n${before}`],
  ['host bits of a prefix are masked', (before, after = '') => before !== after && masked(before) === masked(after)],
  ['these may stand in any order', (before, after) => isSwap(before, after, ORDERLESS)],
  ['braces differ in their place only', (before, after) => isSwap(before, after, BRACE)],
  ['semicolons may be left out at the end of a line, or be more', (before, after) => bare(before) === bare(after)],
]

const COMMENT = /^\t*#/
const ELEMENT = /^\t\t\t[0-9a-f.:/]+,$/
const ACCEPT = /^\t\t(?:tcp dport|udp dport|ct state new) .* counter (?:accept )?comment/
const DENY = /^\t\tct state new .* counter drop comment "Probe-Block/
const REST = /^\t\t(?:tcp dport|udp dport|ct state new) .* counter drop comment "not in the policy"/
const TWICE = new RegExp([ELEMENT, ACCEPT, DENY, REST].map(({ source }) => source).join('|'))
const ORDERLESS = [
  ELEMENT,
  ACCEPT,
  REST,
  /^\t\t(?:type ipv|flags)/,
  /^flush /,
  /^\t\t(?:ct|[io]ifname|jump|type filter)/,
]
const BRACE = [/^\t*\}$/]

/** `apart` gives the addresses that the policy `sides` denies to no other rule. */
const isWiderDenial = (before: string, after: string) =>
  (DENY.test(before) && after.split('\n').some((line) => DENY.test(line))) ||
  (/^\t\t\t(?:20\.0\.|2001:db8:1[0-9]00::)/.test(before) && /^\t\t\t(?:20\.0\.|2001:db8:1[0-9]00::)/.test(after))

const masked = (line: string) =>
  line.replaceAll(/(\d+)\.(\d+)\.(\d+)\.(\d+)\/(16|24)\b/g, (_, a, b, c, __, length) =>
    length === '16' ? `${a}.${b}.0.0/16` : `${a}.${b}.${c}.0/24`,
  )

const withoutName = (line: string) => line.replace(/ comment .*$/, '')
const bare = (line = '') => line.replace(/;(?: ;)+/g, ';').replace(/;$/, '')

const editsOf = (line: string, next: string | undefined) =>
  editsOfWords(line, next, { word: /[A-Za-z0-9_.:/@-]+|"[^"]*"|[^\s\w]/g, comment: '#', others: OTHER_WORDS })

/** What else could stand in the place of a word. */
const OTHER_WORDS: OtherWords = {
  tcp: ['udp', 'th', 'sctp'],
  udp: ['tcp', 'th'],
  dport: ['sport'],
  daddr: ['saddr'],
  saddr: ['daddr'],
  ip: ['ip6'],
  ip6: ['ip'],
  accept: ['drop', 'return', 'continue', 'jump inbound', 'reject', 'queue'],
  drop: ['accept', 'return', 'reject'],
  counter: ['limit rate 1/day', 'log'],
  ipv4_addr: ['ipv6_addr', 'inet_service'],
  ipv6_addr: ['ipv4_addr'],
  interval: ['interval,timeout', 'constant', 'dynamic'],
  output: ['input', 'postrouting'],
  input: ['output', 'forward'],
  forward: ['input'],
  outbound: ['inbound'],
  inbound: ['outbound'],
  filter: ['nat', 'security'],
  jump: ['goto'],
  oifname: ['iifname', 'oifname !='],
  iifname: ['oifname', 'iifname !='],
  established: ['new', 'invalid'],
  delete: ['flush', 'add'],
  flush: ['delete', 'add'],
  inet: ['ip', 'ip6', 'bridge'],
  set: ['map', 'chain'],
  chain: ['set'],
}

const isHarmless = ({ before, after }: Mutant) => HARMLESS.some(([, isIt]) => isIt(before, after))

const REASON = nftReasonToSkip()
const survivors: { golden: string; mutant: string }[] = []
const seen = new Set<string>()

test.for(
  someOf(GOLDEN, 4)
    .map(apart)
    .map((golden, turn) => [golden.title, golden, turn] as const),
)('notices every mutant: %s', { timeout: 300_000 }, ([, golden, turn]) => {
  const text = golden.files[0]?.text as string
  expect(objectionsTo(golden, text)).toEqual([])
  const kindOf = ({ before, after = '' }: Mutant) => `${shapeOf(before)} -> ${shapeOf(after)}`
  const mutants = someOf(someOfEach(mutantsOf(text, editsOf), kindOf), 2, turn)
  const unnoticed = mutants.filter((mutant) => {
    const isNoticed = objectionsTo(golden, mutant.text).length > 0
    for (const [reason, isIt] of HARMLESS) if (!isNoticed && isIt(mutant.before, mutant.after)) seen.add(reason)
    return !isNoticed
  })
  for (const mutant of unnoticed) {
    const isForPeople = HARMLESS.slice(0, 4).some(([, isIt]) => isIt(mutant.before, mutant.after))
    if (!isForPeople) survivors.push({ golden: text, mutant: mutant.text })
  }
  const wrong = unnoticed.filter((mutant) => !isHarmless(mutant))
  expect(wrong.map(({ line, before, after }) => `${line}: ${before} -> ${after ?? 'nothing'}`)).toEqual([])
  console.log(`nftables, ${golden.title}: ${mutants.length} mutants, ${unnoticed.length} of them harmless`)
})

test.runIf(THOROUGH)('has no kind of harmless mutant that does not occur', () => {
  expect([...seen].sort()).toEqual(HARMLESS.map(([reason]) => reason).sort())
})

/** What the kernel holds after a text was loaded into an empty one; without names. */
function kernelOf(text: string): string {
  const script = 'nft -f - && nft -s list ruleset'
  const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script], {
    input: text,
    encoding: 'utf8',
    timeout: 100_000,
  })
  return `${stdout}${stderr}`.split('\n').map(withoutName).join('\n')
}

test.skipIf(REASON !== undefined)(
  `what is not noticed is the same to the kernel${REASON ? ` (skipped: ${REASON})` : ''}`,
  { timeout: 300_000 },
  () => {
    const golden = new Map<string, string>()
    for (const { golden: text, mutant } of survivors) {
      if (!golden.has(text)) golden.set(text, kernelOf(text))
      expect(alike(kernelOf(mutant)), mutant).toBe(alike(golden.get(text) as string))
    }
    console.log(`nftables: ${survivors.length} mutants that are not for people loaded into a kernel`)
  },
)

/** Lines in any order, each once. Where order matters, the reader has noticed. */
const alike = (text: string) => [...new Set(text.split(/[\n,]/).map((line) => line.trim()))].sort().join('\n')
