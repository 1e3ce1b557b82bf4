import { describe, expect, test } from 'vitest'
import { device as asa } from '../../vendors/cisco-asa/reader.ts'
import { device as ios } from '../../vendors/cisco-ios/reader.ts'
import { shapeOf, someOfEach } from '../thorough.ts'
import { harnessOf } from './harness.ts'
import { editsOfWords, isSwap, type OtherWords } from './mutants.ts'

// Every line of every golden file is changed, word by word. A mutant must be noticed, or be of a kind that cannot change what
// is allowed.

/** Kinds of mutants that cannot change what is allowed, with the reason. */
const HARMLESS: readonly (readonly [reason: string, isIt: (before: string, after: string | undefined) => boolean])[] = [
  ['a comment is for people', (before) => COMMENT.test(before)],
  ['a comment may stand anywhere', (_, after = '') => after.split('\n').some((line) => COMMENT.test(line))],
  ['a duplicate counts once', (before, after) => TWICE.test(before) && after === `${before}\n${before}`],
  ['these may stand in any order', (before, after) => isSwap(before, after, [MEMBER, ENTRY])],
  ['no entry names the group, because its rule has no IPv6 prefixes', (before, after = '') => isUnused(before, after)],
  ['an entry that matches no packet may stand in another list', (before, after = '') => isGuardMoved(before, after)],
  ['a denial may reach further where nothing is allowed', (before, after = '') => isWiderDenial(before, after)],
]

const COMMENT = /^ *(?:!|description |remark )/
const MEMBER = /^ (?:network-object |host |[0-9a-f]+[.:])/
const ENTRY = /^(?:access-list \S+ extended | *(?:sequence )?(?:\d+ )?)(?:permit|deny) /
const TWICE = new RegExp(`${MEMBER.source}|${ENTRY.source}`)

const GUARD = /^ deny (?:ip host 0\.0\.0\.0|ipv6 host ::) /
const HEADER = /^(?:ip access-list|ipv6 access-list|object-group) /
const isGuardMoved = (before: string, after: string) =>
  HEADER.test(before) && GUARD.test(after) && after.endsWith(`\n${before}`)

const UNUSED = /^object-group v6-network \S+$/
const isUnused = (before: string, after: string) => before.endsWith(' Storage-local-v6') && UNUSED.test(after)

/** `apart` gives the addresses that the policy `sides` denies to no other rule. */
const isWiderDenial = (before: string, after: string) =>
  (/ deny /.test(before) && (after === '' || / deny /.test(after))) ||
  (DENIED.test(before) && !after.includes('permit'))
const DENIED = /^ \S*(?:network-object )?(?:host )?(?:20\.0\.|2001:db8:1\d00::)/

/** What else could stand in the place of a word. */
const OTHER_WORDS: OtherWords = {
  permit: ['deny', 'remark'],
  tcp: ['udp', 'ip', 'icmp', 'object-group'],
  udp: ['tcp', 'ip'],
  ip: ['tcp', 'esp'],
  icmp: ['icmp6', 'ip', '58'],
  icmp6: ['icmp', 'ip'],
  any: ['any4', 'any6', 'host 10.0.0.1', 'interface outside', 'any eq 80'],
  eq: ['neq', 'lt', 'gt'],
  range: ['eq'],
  host: ['any', ''],
  extended: ['standard', 'line 1 extended'],
  network: ['service', 'protocol'],
  'network-object': ['group-object', 'no network-object', 'service-object'],
  'object-group': ['object', 'no object-group'],
  'access-list': ['no access-list'],
  commit: ['abort', 'no commit'],
}

const editsOf = (line: string, next: string | undefined) => [
  ...[' inactive', ' time-range night', ' log', ' established'].map((end) => line + end),
  ...editsOfWords(line, next, { word: /\S+/g, comment: '!', others: OTHER_WORDS }),
]

describe.for([
  ['cisco-asa', asa],
  ['cisco-ios', ios],
] as const)('%s', ([name, device]) => {
  const { goldens, apart, objectionsTo } = harnessOf(name, device)
  // Other policies and settings have the same kinds of lines.
  const chosen = goldens().filter(({ title }) => /^(?:(?:arc-kubernetes|several|sides) \{\}|one-rule )/.test(title))
  // Local sides make a proof slow: last, so that they are tried with the lines that no other policy has.
  const separate = [...chosen]
    .sort((a, b) => Number(/^sides/.test(a.title)) - Number(/^sides/.test(b.title)))
    .map(apart)
  const seen = new Map<string, number>()
  test.for(separate.map((golden) => [golden.title, golden] as const))(
    'every edit of a word of %s is noticed, or harmless',
    ([, golden]) => {
      const [file] = golden.files as [(typeof golden.files)[number]]
      const lines = file.text.split('\n').slice(0, -1)
      const unnoticed: string[] = []
      const tried = [...lines.entries()].filter(([, line]) => !golden.title.startsWith('sides') || !MEMBER.test(line))
      for (const [at, before] of someOfEach(tried, ([, line]) => shapeOf(line), 1, seen)) {
        for (const after of new Set(editsOf(before, lines[at + 1]))) {
          // Blanks between words mean nothing.
          if (after?.trim().replaceAll(/ +/g, ' ') === before.trim().replaceAll(/ +/g, ' ')) continue
          if (HARMLESS.some(([, isIt]) => isIt(before, after))) continue
          // Entries go to the list that is open: opening the same one again changes nothing.
          const open = lines.slice(0, at).findLast((line) => HEADER.test(line))
          const isSwapped = after === `${lines[at + 1]}\n${before}`
          if (before === open && (after === undefined || isSwapped)) continue
          if (lines[at + 1] === open && isSwapped) continue
          const span = isSwapped ? 2 : 1
          const text = [
            ...lines.slice(0, at),
            ...(after === undefined ? [] : [after]),
            ...lines.slice(at + span),
            '',
          ].join('\n')
          if (objectionsTo(golden, [{ ...file, text }]).length === 0) unnoticed.push(`${at + 1}: ${before} -> ${after}`)
        }
      }
      expect(unnoticed).toEqual([])
    },
  )
})
