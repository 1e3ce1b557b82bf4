import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { prove } from '../../src/verify/prove.ts'
import { device } from '../../vendors/nftables/reader.ts'
import { ROOT } from '../fixtures.ts'
import type { Golden } from './harness.ts'
import { auditOf, GOLDEN, objectionsTo } from './nftables-harness.ts'
import { expectReadings, show } from './reading-text.ts'

test.for([
  ['{}', []],
  [
    '{"form":"chains","table":"filter"}',
    ['Web-to-Storage-v4', 'Identity-v4', 'Identity-v6', 'Probe-v6', 'Registry-v4', 'Registry-v6'],
  ],
] as const)('loads over the file of another policy, which leaves behind, with %s: %j', ([setting, left]) => {
  const [older, newer] = ['several', 'one-rule'].map((policy) =>
    GOLDEN.find(({ title }) => title === `${policy} ${setting}`),
  ) as [Golden, Golden]
  const model = device({ options: newer.options, purpose: 'prove', narrow: {}, kit: KIT })
  for (const { files } of [older, newer]) for (const _ of model.load(files, 'full'));
  expect(prove({ target: 'x', ruleset: newer.ruleset, by: 'addresses' }, model.reading()).findings).toEqual([])
  // Rules go with the older text of their chain.
  const names = model.items().flatMap(({ kind, name }) => (kind === 'rule' ? [] : [name]))
  expect(names.filter((name) => !newer.files[0]?.text.includes(name))).toEqual(left.map((name) => `tagwall-${name}`))
})

test('refuses a file with a rule that is not understood, also in a chain that is flushed then', () => {
  const golden = GOLDEN.find(({ title }) => title === 'one-rule {"form":"chains","table":"filter"}') as Golden
  const text = golden.files[0]?.text ?? ''
  const odd = text.replace('chain tagwall-outbound {\n', 'chain tagwall-outbound {\n\t\todd rule\n')
  expect(odd).not.toBe(text)
  expect(JSON.stringify(objectionsTo(golden, odd))).toContain('has odd rule, which is not understood')
})

// What a device runs, in short. The file has rules, and indented what is read from each: read it as you would read code.

const FOLDER = join(ROOT, 'test/vendors/nftables')

/** A table with sets, and chains that drop by default; the rules go to output, from line 14 on. */
const inOutput = (...rules: string[]) => `define WEB = { 80, 443 }
table inet filter {
	set hosts { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.1-198.51.100.2 }; }
	set half { type ipv4_addr; flags interval; elements = { 128.0.0.0/1 }; }
	set empty { type ipv4_addr; }
	set dyn { type ipv4_addr; flags dynamic; elements = { 192.0.2.1 }; }
	set timed { type ipv4_addr; flags timeout; elements = { 192.0.2.1 timeout 1h expires 5m, 192.0.2.2 }; }
	map ports { type inet_service : verdict; elements = { 22 : accept, 80 : jump web }; }
	chain web { tcp dport 80 accept; ip daddr 128.0.0.0/1 return; tcp dport 81 drop; }
	chain loop { jump back; }
	chain back { jump loop; }
	chain input { type filter hook input priority filter; policy drop; }
	chain output { type filter hook output priority filter; policy drop;
${rules.join('\n')}
	}
}
`

const POLICIES = ['13 policy drop of output: out deny any any', '12 policy drop of input: in deny any any']

test('reads each kind of rule as expected', async () => {
  const file = join(FOLDER, 'rules.txt')
  const rules = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(' '))
  const readings = rules.map((rule) => {
    const found = show(auditOf(inOutput(rule.replace('\\n', '\n'))))
    expect(found, rule).toEqual(expect.arrayContaining(POLICIES))
    return [rule, ...found.filter((line) => !POLICIES.includes(line)).map((line) => `    ${line}`)].join('\n')
  })
  await expect(`${readings.join('\n')}\n`).toMatchFileSnapshot(file)
})

test('reads several tables, hooks, families and forms of text as expected', async () => {
  await expectReadings(join(FOLDER, 'rulesets.txt'), (text, { options, narrow }) => auditOf(text, options, narrow))
})

test('reads a ruleset of many kinds of rules as expected', async () => {
  const found = show(auditOf(readFileSync(join(FOLDER, 'listed.txt'), 'utf8')))
  await expect(`${found.join('\n')}\n`).toMatchFileSnapshot(join(FOLDER, 'reading.txt'))
})

test('refuses the JSON of nft -j with the command that prints text', () => {
  const json = '{"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}]}\n'
  const reason = 'is JSON, but only text is read; print the text with "nft list ruleset", without -j'
  const note = { place: { part: 'device', line: 1 }, text: '', reason, isForeign: true }
  expect(auditOf(json)).toEqual({ rules: [], lists: [], notes: [note] })
})
