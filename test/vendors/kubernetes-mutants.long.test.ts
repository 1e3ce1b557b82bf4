import { expect, test } from 'vitest'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { device } from '../../vendors/kubernetes/reader.ts'
import { shapeOf, someOfEach } from '../thorough.ts'
import { goldensOf, problemsOf } from './json-harness.ts'
import { editsOfWords, isSwap, mutantsOf, type OtherWords } from './mutants.ts'

// Every line of some golden files is changed, word by word. A mutant must be noticed, or be of a kind that cannot change what is
// allowed.

const { read } = readersOf(device)
const TITLES = [
  'one-rule default',
  'one-rule form=calico,namespaces=azure-arc,default,cluster=dns',
  'one-rule form=networkpolicy,cluster=dns,name=edge',
  'own pods=all,cluster=none',
  'denied form=calico,pods=all',
]

/** Kinds of mutants that cannot change what is allowed, with the reason. */
const HARMLESS: readonly (readonly [reason: string, isIt: (before: string, after: string | undefined) => boolean])[] = [
  ['a comment is for people', (before) => COMMENT.test(before)],
  ['a comment may stand elsewhere', (_, after = '') => after.split('\n').some((line) => COMMENT.test(line))],
  ['an empty document is none', (before, after = '') => before === '---' && after === '---\n---'],
  ['the first document needs no mark', (before, after = '') => before === '---' && after.trim() === ''],
  ['the fields of an object have no order', (before, after) => isSwap(before, after, [FIELD])],
  ['CIDRs, blocks, ports and types have no order', (before, after) => isSwap(before, after, [ITEM])],
  ['a duplicate port or block counts once', (before, after) => isTwice(before, after)],
  ['quotes say nothing where a text needs none', (before, after = '') => bare(before) === bare(after)],
]

const COMMENT = /^ *#/
const FIELD = /^ *(?:- )?"?[A-Za-z0-9.:/-]+"?: .*$/
const ITEM = /^ *- (?:[0-9a-f.:]+\/\d+|ipBlock: \{ .* \}|"?\d+(?::\d+")?|Egress|Ingress)$/
const TWICE = /^ *- (?:"?\d+(?::\d+")?|ipBlock: \{ .* \})$/
const isTwice = (before: string, after: string | undefined) => TWICE.test(before) && after === `${before}\n${before}`
const bare = (line: string) => line.replaceAll(/["']/g, '').replaceAll(/ +/g, ' ').trimEnd()

const editsOf = (line: string, next: string | undefined) => [
  ` ${line}`,
  ...editsOfWords(line, next, { word: /[A-Za-z0-9_.:/-]+|"[^"]*"|[^\s\w]/g, comment: '#', others: OTHER_WORDS }),
]

/** What else could stand in the place of a word. */
const OTHER_WORDS: OtherWords = {
  TCP: ['UDP', 'ANY', 'SCTP', '6'],
  UDP: ['TCP', 'ANY'],
  Allow: ['Deny', 'Pass', 'Log'],
  Deny: ['Allow', 'Pass', 'Log'],
  Egress: ['Ingress'],
  Ingress: ['Egress'],
  In: ['NotIn', 'Exists', 'DoesNotExist'],
  cluster: ['all', 'world', 'host'],
  'egress:': ['ingress:', 'egressDeny:'],
  'ingress:': ['egress:', 'ingressDeny:'],
  'to:': ['from:'],
  'toCIDRSet:': ['toCIDR:', 'fromCIDRSet:'],
  'cidrGroupRef:': ['cidr:'],
  'source:': ['destination:'],
  'destination:': ['source:'],
  'selector:': ['notSelector:'],
  'ports:': ['notPorts:'],
  'protocol:': ['notProtocol:'],
  'port:': ['endPort:'],
  'podSelector:': ['namespaceSelector:'],
  'namespaceSelector:': ['podSelector:', 'selector:'],
  ICMP: ['ICMPv6', 'TCP'],
  ICMPv6: ['ICMP'],
  'order:': ['tier:'],
}

const seen = new Set<string>()

test.for(TITLES)('notices every mutant: %s', { timeout: 120_000 }, (title) => {
  const golden = goldensOf('kubernetes').find((one) => one.title === title)
  if (!golden) throw new Error(`no golden file ${title}`)
  expect(problemsOf(read, golden, golden.text)).toEqual([])
  const mutants = someOfEach(mutantsOf(golden.text, editsOf), ({ before, after = '' }) =>
    shapeOf(`${before}\n${after}`),
  )
  const unnoticed = mutants.filter(({ text }) => problemsOf(read, golden, text).length === 0)
  const wrong = unnoticed.filter(({ before, after }) => {
    const found = HARMLESS.filter(([, isIt]) => isIt(before, after))
    for (const [reason] of found) seen.add(reason)
    return found.length === 0
  })
  expect(wrong.map(({ line, before, after }) => `${line}: ${before} -> ${after ?? 'nothing'}`)).toEqual([])
  console.log(`kubernetes, ${title}: ${mutants.length} mutants, ${unnoticed.length} of them harmless`)
})

test('has no kind of harmless mutant that does not occur', () => {
  expect([...seen].sort()).toEqual(HARMLESS.map(([reason]) => reason).sort())
})
