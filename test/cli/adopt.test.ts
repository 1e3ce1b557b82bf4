import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { published } from '../adopt/documents.ts'
import { ROOT } from '../fixtures.ts'
import { expectPage } from '../golden-page.ts'
import { folderWith, printed, tagwall } from './harness.ts'

const LOGIN = ['20.1.0.0/24', '20.1.2.0/24', '20.1.4.0/24', '20.1.6.0/24', '2603:1::/64']
const NOW = published('2025-11-10', [
  ['Login', '', [...LOGIN, '20.1.8.0/29']],
  ['Store', '', ['20.2.0.0/24']],
  ['AzureCloud', '', ['20.0.0.0/14', '2603::/24']],
])
const THEN = published('2025-01-20', [['Login', '', [...LOGIN, '20.3.0.0/24']]])

const permits = (hosts: readonly string[]) =>
  hosts.map((host) => `access-list inside extended permit tcp any ${host} eq 443\n`).join('')

/** The access list of a person: a tag as it was once, a foreign address, and rules of other things. */
const RUNNING = `access-list inside extended permit tcp any 192.0.2.0 255.255.255.0 eq 22
${permits(['20.1.0.0 255.255.255.0', '20.1.2.0 255.255.255.0', '20.1.4.0 255.255.255.0', '20.1.6.0 255.255.255.0', '20.3.0.0 255.255.255.0', 'host 198.51.100.7'])}access-list inside extended deny ip any any
access-group inside in interface inside
`

const ODD = 'access-list inside extended permit tcp any object gone eq 443\naccess-group inside in interface inside\n'

const text = ({ bytes }: { readonly bytes: Uint8Array }) => new TextDecoder().decode(bytes)
const FILES = { [NOW.name]: text(NOW), [`older/${THEN.name}`]: text(THEN), 'running.cfg': RUNNING }
const SNAPSHOT = readFileSync(join(ROOT, 'snapshots/public/2025-11-03.json'), 'utf8')
const ADOPT = ['adopt', 'cisco-asa', 'running.cfg', '--from', NOW.name]
const WITH_HISTORY = [...ADOPT, '--history', 'older']

test('prints a draft of a policy, with what tags explain and what they do not, or writes it to a new file', async () => {
  const folder = folderWith(FILES)
  const run = async (...argv: string[]) => printed(await tagwall(folder, argv))
  const draft = await run(...WITH_HISTORY)
  await expectPage('adopt.txt', [
    ['a draft', ...draft],
    ['a draft in a new file', ...(await run(...WITH_HISTORY, '--output', 'tagwall.yaml'))],
    ['a draft in a file that is there', ...(await run(...ADOPT, '--output', 'tagwall.yaml'))],
    ['as JSON', ...(await run(...WITH_HISTORY, '--json'))],
  ])
  expect(draft).toContain(readFileSync(join(folder, 'tagwall.yaml'), 'utf8'))
  const audit = ['audit', 'cisco-asa', 'running.cfg', '--narrow', 'fromZone=inside', '--snapshot', NOW.name]
  expect((await tagwall(folder, audit)).out).toContain('findings: 1 missing')
})

test('leaves out port 0, which no policy has', async () => {
  const line = (address: string, ports: string) =>
    `-A OUTPUT -d ${address} -p tcp -m multiport --dports ${ports} -j ACCEPT\n`
  const rules = `*filter\n:OUTPUT DROP [0:0]\n${LOGIN.slice(0, 4)
    .map((address) => `${line(address, '0,443')}${line(address, '0')}`)
    .join('')}COMMIT\n`
  const argv = ['adopt', 'iptables', 'save', '--from', NOW.name]
  const { code, out } = await tagwall(folderWith({ ...FILES, save: rules }), argv)
  expect([code, ...out.matchAll(/ports: .*/g)].join(' ')).toBe('0 ports: [443]')
})

describe('refuses', () => {
  const REFUSED: Readonly<Record<string, readonly string[]>> = {
    'a snapshot': [...ADOPT.slice(0, 4), 'snapshot.json'],
    'a folder without older documents': [...ADOPT, '--history', '.'],
    'a folder that is not there': [...ADOPT, '--history', 'missing'],
    'a configuration of another vendor': ['adopt', 'fortigate', ...ADOPT.slice(2)],
    'a configuration without rules': ['adopt', 'list', 'list.txt', ...ADOPT.slice(3)],
    'a configuration whose rules are not understood': ['adopt', 'cisco-asa', 'odd.cfg', ...ADOPT.slice(3)],
    'rules that no tag explains': [...ADOPT, '--fit', '100%'],
  }
  test('with a sentence', async () => {
    const rows: [name: string, text: string][] = []
    for (const [name, argv] of Object.entries(REFUSED)) {
      const files = { ...FILES, 'list.txt': '20.1.0.0/24\n', 'odd.cfg': ODD, 'snapshot.json': SNAPSHOT }
      const { code, err } = await tagwall(folderWith(files), argv)
      expect({ name, code }).toEqual({ name, code: 2 })
      rows.push([name, err])
    }
    await expectPage('adopt-refusals.txt', rows)
  })
})
