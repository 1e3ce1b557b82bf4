import { describe, expect, test } from 'vitest'
import { KIT } from '../../src/kit/kit.ts'
import type { ReaderContext } from '../../src/model/reading.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor, resolveOptions } from '../../src/source/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { renderAll } from '../../src/workflow/render-target.ts'
import { read } from '../../vendors/pf/reader.ts'
import { casesOf, DOCUMENT, PUBLISHED } from '../conformance/golden.ts'
import { rulesetOf } from '../fixtures.ts'
import { show } from './nftables-harness.ts'

const VENDOR = readVendor('pf', [SHIPPED.vendors])

function audit(text: string, narrow: ReaderContext['narrow'] = {}): string[] {
  const options = resolveOptions(VENDOR, {}, 'test')
  const context = { options, purpose: 'audit', narrow, kit: KIT, localObjects: ['nodes'] } as const
  return show(read([{ part: 'pf.conf', family: undefined, text }], context)).map((line) => line.replace(/^\d+:? /, ''))
}

const TABLES = `table <web> persist { 192.0.2.0/24, 198.51.100.7
  2001:db8::/48 }
table <file> persist file "/etc/web"
table <not> { 192.0.2.0/24 !192.0.2.1 }
`

describe('one rule', () => {
  test.for<[rule: string, want: string[]]>([
    ['pass out quick proto tcp to <web> port 443', [': out allow tcp 443 192.0.2.0/24,198.51.100.7/32,2001:db8::/48']],
    [
      'pass out quick proto tcp from any to <web> port = https flags S/SA keep state',
      [': has ports that are not understood'],
    ],
    [
      'pass out inet proto tcp to <web> port { 80 8000:8080, 443 } label "a b"',
      ['a b: out allow tcp 80,443,8000-8080 192.0.2.0/24,198.51.100.7/32'],
    ],
    [
      'pass in quick proto { tcp udp } from <web>',
      [
        ': in allow tcp 192.0.2.0/24,198.51.100.7/32,2001:db8::/48',
        ': in allow udp 192.0.2.0/24,198.51.100.7/32,2001:db8::/48',
      ],
    ],
    ['block return out quick to 192.0.2.0/24', [': out deny any 192.0.2.0/24']],
    ['pass out quick from 10.0.0.0/8 to 192.0.2.0/24', [': out allow any local 10.0.0.0/8 192.0.2.0/24']],
    ['pass out quick to !192.0.2.0/24', [': out allow any NOT']],
    ['pass out quick on em0 to 192.0.2.0/24', [': out allow any part-by-interface 192.0.2.0/24']],
    // The interface of the target's options.
    ['pass out quick on egress to 192.0.2.0/24', [': out allow any 192.0.2.0/24']],
    ['pass out quick inet proto icmp to 192.0.2.0/24', [': out allow icmp 192.0.2.0/24']],
    ['pass out quick proto tcp from any port 53 to 192.0.2.0/24', [': out allow tcp part 192.0.2.0/24']],
    ['pass out quick to 192.0.2.0/24 user root', [': has a condition that is not followed: user']],
    ['pass out quick to 192.0.2.0/24 tagged X', [': has a condition that is not followed: tagged']],
    ['pass out quick to $azure', [': has an address that is not known here: $azure']],
    ['pass out quick to <file>', [': names the table file, whose addresses are not known here']],
    ['pass out quick to <not>', [': names the table not, whose addresses are not known here']],
    ['pass out quick to <gone>', [': names the table gone, which is not there']],
    ['pass out quick to www.example.com', [': has an address that is not known here: www.example.com']],
    ['pass out quick to { 192.0.2.0/24', [': is a list that does not end']],
  ])('%s', ([rule, want]) => {
    const shown = audit(`${TABLES}${rule}\n`).map((line) => line.replace(/ 0\.0\.0\.0\/1,.*/, ' NOT'))
    expect(shown).toEqual(want.map((line) => (/ (?:allow|deny) /.test(line) ? line : line.replace(/^: /, ''))))
  })

  test('quick rules decide before all others, and of these the last one does', () => {
    const text = 'pass out to 192.0.2.0/24\nblock out to 192.0.2.0/25\npass out quick to 192.0.2.0/26\n'
    expect(audit(text)).toEqual([
      ': out allow any 192.0.2.0/26',
      ': out deny any 192.0.2.0/25',
      ': out allow any 192.0.2.0/24',
    ])
  })

  test('a main ruleset passes what no rule is about, and what is not followed is reported', () => {
    const pass = ['no rule: out allow any any', 'no rule: in allow any any']
    expect(audit(`set skip on lo # fast\n${TABLES}block all\n`)).toEqual([
      ': out deny any any',
      ': in deny any any',
      ...pass,
    ])
    for (const line of ['anchor "other"', 'match out nat-to (egress)', 'azure = "192.0.2.0/24"', 'set skip on em0'])
      expect(audit(`${TABLES}${line}\n`), line).toEqual([...pass, 'is not followed'])
  })

  test('an interface can be asked for', () => {
    const text = 'pass out quick on em0 to 192.0.2.0/24\n'
    expect(audit(text, { interface: 'em0' })).toEqual([': out allow any 192.0.2.0/24'])
    expect(audit(text, { interface: 'em1' })).toEqual([])
    expect(audit('hello\n')).toEqual(['is no ruleset of pf'])
  })
})

describe('what tagwall writes', () => {
  const golden = casesOf(VENDOR.folder).map((one) => {
    const ruleset = rulesetOf(one.file, one.policy, DOCUMENT, PUBLISHED)
    const options = resolveOptions(VENDOR, one.setting, 'case')
    const { files } = renderAll(ruleset, { target: 'test', vendor: VENDOR, options, family: undefined })
    return { title: `${one.policy} ${one.title}`, ruleset, options, text: files[0]?.text ?? '' }
  })
  type Golden = (typeof golden)[number]
  const objections = ({ ruleset, options }: Golden, text: string) => {
    const reading = read([{ part: 'x', family: undefined, text }], { options, purpose: 'prove', narrow: {}, kit: KIT })
    return prove({ target: 'x', ruleset, by: 'addresses' }, reading).findings
  }

  test.for(golden.map((one) => [one.title, one] as const))('%s is read back to its ruleset', ([, one]) => {
    expect(objections(one, one.text)).toEqual([])
  })

  test('a file without any one of its lines is refused, and so are lines of others', () => {
    const one = golden.find(({ title }) => title === 'one-rule default') as Golden
    const lines = one.text.split('\n').slice(0, -1)
    for (const [index, line] of lines.entries())
      if (!line.startsWith('#'))
        expect(objections(one, `${lines.toSpliced(index, 1).join('\n')}\n`), line).not.toEqual([])
    for (const more of ['pass', 'pass out to any', 'set skip on egress', 'anchor "x"', 'include "/etc/x"'])
      expect(objections(one, `${one.text}${more}\n`), more).not.toEqual([])
  })
})
