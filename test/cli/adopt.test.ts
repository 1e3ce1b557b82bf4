import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { published } from '../adopt/documents.ts'
import { ROOT } from '../fixtures.ts'
import { expectPage } from '../golden-page.ts'
import { folderWith, tagwall } from './harness.ts'

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

const text = ({ bytes }: { readonly bytes: Uint8Array }) => new TextDecoder().decode(bytes)
const FILES = { [NOW.name]: text(NOW), [`older/${THEN.name}`]: text(THEN), 'running.cfg': RUNNING }
const SNAPSHOT = readFileSync(join(ROOT, 'snapshots/public/2025-11-03.json'), 'utf8')
const ADOPT = ['adopt', 'cisco-asa', 'running.cfg', '--from', NOW.name]
const WITH_HISTORY = [...ADOPT, '--history', 'older']

test('prints a draft of a policy, with what tags explain and what they do not', async () => {
  expect(await tagwall(folderWith(FILES), WITH_HISTORY)).toMatchObject({
    code: 0,
    err: '',
    out: `# A draft: what running.cfg allows and denies, by the service tags of 2025-11-10. Read each rule before you use it.
# To see what it changes on the device: "tagwall audit cisco-asa running.cfg --policy FILE".
# 3 rules of the device are not here: no tag explains them.

cloud: public
rules:
  # lines 2 to 6
  # Login: 100% of the rule, 100% of the tag
  # explained by the tags as they were on 2025-01-20
  # on the device, only for some zones, interfaces, users or hours
  # opens 1 prefix of the tags that the device lacks
  # closes 1 prefix that the tags had until 2025-01-20
  - name: Login
    tags: [Login]
    except: ["::/0"]
    direction: outbound
    protocol: tcp
    ports: [443]
    priority: 100
`,
  })
})

test('writes the draft to a new file, and prints a table', async () => {
  const folder = folderWith(FILES)
  const { code, out, err } = await tagwall(folder, [...WITH_HISTORY, '--output', 'tagwall.yaml'])
  expect({ code, err, out }).toEqual({
    code: 0,
    err: 'wrote the draft tagwall.yaml\n',
    out: `running.cfg by ServiceTags_Public_20251110.json: 1 rule that tags explain, and 3 rules that no tag explains; numbers are prefixes

rule   place         traffic           tags (share)  exact  stale  missing  other tags  no tag
Login  lines 2 to 6  outbound tcp 443  Login (100%)      4      1        1           0       0

look at
  Login: explained by the tags as they were on 2025-01-20
  Login: on the device, only for some zones, interfaces, users or hours

a policy of these rules would change on the device
  opens tcp 443 to 8 addresses (Login, policy)
  closes tcp 443 to 256 addresses (Login, denied by inside line 8, policy)
`,
  })
  const draft = readFileSync(join(folder, 'tagwall.yaml'), 'utf8')
  expect(draft).toBe((await tagwall(folder, WITH_HISTORY)).out)
  const again = await tagwall(folder, [...ADOPT, '--output', 'tagwall.yaml'])
  expect(again.err).toBe(
    'tagwall: tagwall.yaml exists, and adopt overwrites no policy: choose another file for --output; nothing was written\n',
  )
  const audit = ['audit', 'cisco-asa', 'running.cfg', '--narrow', 'fromZone=inside', '--snapshot', NOW.name]
  expect((await tagwall(folder, audit)).out).toContain('findings: 1 missing')
})

test('has the facts as JSON', async () => {
  const { out } = await tagwall(folderWith(FILES), [...WITH_HISTORY, '--json'])
  const { adopted, unexplainedCount, pieces, draft, document } = JSON.parse(out)
  const [{ names, places, exact, outdated, absent, otherTags, notAzure, ...rule }] = adopted
  const ipv4 = [exact, outdated[0], absent, otherTags, notAzure].map((one) => one.ipv4.prefixes)
  expect({ document, unexplainedCount, rule, names, lines: places.length, pieces: pieces.length, ipv4 }).toEqual({
    document: { cloud: 'public', published: '2025-11-10', changeNumber: 7 },
    unexplainedCount: 3,
    names: [],
    lines: 5,
    pieces: 2,
    ipv4: [['20.1.0.0/24', '20.1.2.0/24', '20.1.4.0/24', '20.1.6.0/24'], ['20.3.0.0/24'], ['20.1.8.0/29'], [], []],
    rule: {
      name: 'Login',
      direction: 'outbound',
      action: 'allow',
      protocol: 'tcp',
      ports: [{ first: 443, last: 443 }],
      local: null,
      limited: true,
      published: '2025-01-20',
      explainedBy: [{ name: 'Login', ofRule: 1, ofTag: 1 }],
      unpublished: [],
      ties: [],
      near: [],
    },
  })
  expect(outdated[0].until).toBe('2025-01-20')
  expect(draft).toContain('tags: [Login]')
})

describe('refuses', () => {
  const REFUSED: Readonly<Record<string, readonly string[]>> = {
    'a snapshot': [...ADOPT.slice(0, 4), 'snapshot.json'],
    'a folder without older documents': [...ADOPT, '--history', '.'],
    'a folder that is not there': [...ADOPT, '--history', 'missing'],
    'a configuration of another vendor': ['adopt', 'fortigate', ...ADOPT.slice(2)],
    'a configuration without rules': ['adopt', 'list', 'list.txt', ...ADOPT.slice(3)],
    'rules that no tag explains': [...ADOPT, '--fit', '100%'],
  }
  test('with a sentence', async () => {
    const rows: [name: string, text: string][] = []
    for (const [name, argv] of Object.entries(REFUSED)) {
      const files = { ...FILES, 'list.txt': '20.1.0.0/24\n', 'snapshot.json': SNAPSHOT }
      const { code, err } = await tagwall(folderWith(files), argv)
      expect({ name, code }).toEqual({ name, code: 2 })
      rows.push([name, err])
    }
    await expectPage('adopt-refusals.txt', rows)
  })
})
