import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectPage } from '../golden-page.ts'
import { published } from '../notation.ts'
import { folderWith, printed, tagwall } from './harness.ts'

const OLD = 'ServiceTags_Public_20251006.json'
const NEW = 'ServiceTags_Public_20251110.json'

const SQL = ['20.0.0.0/24', '20.0.3.0/24', '20.0.8.0/24', '20.0.11.0/25', '2603:1000::/64', '2603:1000:0:3::/64']
const TAGS = { Sql: SQL, AzureCloud: ['20.0.0.0/21', '20.0.8.0/24', '20.0.11.0/25'], Other: ['20.0.9.0/25'] }
const DOCUMENT = published(TAGS)
const NEXT = published({ ...TAGS, Sql: [...SQL.slice(1), '20.0.2.0/24'] })

const policyWith = (widen: string, more = '') => `rules:
  - { name: Web, tags: [Sql], direction: outbound, ports: [443], priority: 150 }
guards: { maxShrink: 100% }
targets:
  - { name: edge, vendor: list, out: rules/edge.txt, widen: { ${widen} } }
  - { name: exact, vendor: list, out: rules/exact.txt }
${more}`

/** A folder with a policy and two documents, the first of which is stored. */
async function workplace(widen: string, more = '') {
  const folder = folderWith({ 'tagwall.yaml': policyWith(widen, more), [OLD]: DOCUMENT, [NEW]: NEXT })
  await tagwall(folder, ['fetch', '--from', OLD])
  return folder
}

const fileOf = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8')

describe('a widened target', () => {
  test('is updated, and its price printed, with the share in other tags', async () => {
    const folder = await workplace('maxPrefixes: { ipv4: 3 }')
    const { code, out } = await tagwall(folder, ['update', '--from', OLD])
    expect({ code, price: /^widened: .*$/m.exec(out)?.[0] }).toEqual({
      code: 0,
      price:
        "widened:  edge  Web  4 -> 3 IPv4 prefixes, 512 addresses more (1.57 x), 100% of them Microsoft's (in some tag of the document)",
    })
    expect(fileOf(folder, 'rules/edge.txt')).toBe(
      '20.0.0.0/22\n20.0.8.0/24\n20.0.11.0/25\n2603:1000::/64\n2603:1000:0:3::/64\n',
    )
    expect(fileOf(folder, 'rules/exact.txt')).toBe(`${SQL.join('\n')}\n`)
  })

  test('has the same files from a snapshot, and a price without the unknown share', async () => {
    const folder = await workplace('maxPrefixes: 1')
    await tagwall(folder, ['update', '--from', OLD])
    const { code, err, out } = await tagwall(folder, ['build', '--exit-code', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out).widened).toEqual([
      {
        target: 'edge',
        rule: 'Web',
        family: 'ipv4',
        prefixesBefore: 4,
        prefixesAfter: 1,
        addresses: '896',
        extra: '3200',
        within: null,
        inSomeTag: null,
      },
      {
        target: 'edge',
        rule: 'Web',
        family: 'ipv6',
        prefixesBefore: 2,
        prefixesAfter: 1,
        addresses: '36893488147419103232',
        extra: '36893488147419103232',
        within: null,
        inSomeTag: null,
      },
    ])
  })

  test('is written at once if widening begins and adds no address: its header says so', async () => {
    const folder = await workplace('maxPrefixes: 100')
    const policy = policyWith('maxPrefixes: 100').replace('list, out: rules/edge.txt', 'nftables, out: rules/edge.nft')
    writeFileSync(join(folder, 'tagwall.yaml'), policy.replace(/, widen: .* \}/, ' }'))
    await tagwall(folder, ['build'])
    writeFileSync(join(folder, 'tagwall.yaml'), policy)
    const [headline] = (await tagwall(folder, ['build'])).out.split('\n')
    const { out } = await tagwall(folder, ['build'])
    expect([headline, out.split('\n')[0]]).toEqual(['rewrites edge, same rules', 'nothing changes'])
    expect(fileOf(folder, 'rules/edge.nft')).toContain('; widened: 4 IPv4 prefixes, no address more')
  })

  test('keeps the tag that it is widened within', async () => {
    const folder = await workplace('maxPrefixes: { ipv4: 2 }, within: azurecloud')
    const snapshot = JSON.parse(fileOf(folder, 'snapshots/public/2025-10-06.json'))
    expect(snapshot.tags.map(({ name }: { name: string }) => name)).toEqual(['AzureCloud', 'Sql'])
    const { out } = await tagwall(folder, ['build'])
    expect(/^widened: .*$/m.exec(out)?.[0]).toBe(
      'widened:  edge  Web  4 -> 2 IPv4 prefixes, 1,152 addresses more (2.2 x), 44% of them in AzureCloud',
    )
  })

  // Two covers cost the same then, and what was stored under this date before has no say in it.
  test.for(['20.0.1.0/25', '20.0.9.0/25'])(
    'is the same from a document that took the place of one with %s',
    async (more) => {
      const both = ['20.0.0.0/24', '20.0.3.0/24', '20.0.8.0/24', '20.0.11.0/24']
      const folder = folderWith({
        'tagwall.yaml': policyWith('maxPrefixes: { ipv4: 3 }'),
        [OLD]: published({ Sql: [...both, more] }),
        [`again/${OLD}`]: published({ Sql: both }),
      })
      await tagwall(folder, ['update', '--from', OLD])
      expect((await tagwall(folder, ['update', '--from', `again/${OLD}`])).code).toBe(0)
      expect((await tagwall(folder, ['build', '--exit-code'])).code).toBe(0)
    },
  )

  test('keeps its state when only another target takes a newer document, and an audit starts from its cover', async () => {
    const between = 'ServiceTags_Public_20251013.json'
    const both = ['20.0.0.0/24', '20.0.3.0/24', '20.0.8.0/24', '20.0.11.0/24']
    const other =
      '  - { name: Own, tags: [Other], direction: outbound, ports: [25], priority: 160, targets: [exact] }\n'
    const folder = folderWith({
      'tagwall.yaml': policyWith('maxPrefixes: { ipv4: 4 }').replace('guards:', `${other}guards:`),
      [OLD]: published({ Sql: [...both, '20.0.9.0/25', '20.1.0.0/24'], Other: TAGS.Other }),
      [between]: published({ Sql: [...both, '20.2.0.0/24'], Other: TAGS.Other }, 8),
      [NEW]: published({ Sql: [...both, '20.2.0.0/24'], Other: ['20.0.9.0/24'] }, 9),
    })
    for (const document of [OLD, between]) await tagwall(folder, ['update', '--from', document])
    expect(fileOf(folder, 'rules/edge.txt')).toContain('20.0.8.0/22')
    // The other snapshots alone have another cover of the same price.
    rmSync(join(folder, 'snapshots/public/2025-10-06.json'))
    const state = () => JSON.parse(fileOf(folder, 'tagwall.lock.json')).targets.edge.state
    const before = state()
    await tagwall(folder, ['update', '--from', NEW])
    expect(fileOf(folder, 'rules/exact.txt')).toContain('20.0.8.0/23')
    expect(state()).toBe(before)
    const { code, out: audit } = await tagwall(folder, ['audit', 'edge', 'rules/edge.txt'])
    expect({ code, audit }).toEqual({
      code: 0,
      audit: expect.stringContaining('the snapshot of 2025-11-10, the newest'),
    })
  })

  test('is expected by an audit, at this snapshot and at an older one', async () => {
    const folder = await workplace('maxPrefixes: { ipv4: 3 }')
    await tagwall(folder, ['build'])
    const running = 'rules/edge.txt'
    expect((await tagwall(folder, ['audit', 'edge', running])).code).toBe(0)
    expect((await tagwall(folder, ['audit', 'exact', running])).code).toBe(1)
    await tagwall(folder, ['fetch', '--from', NEW])
    // What was published in between is in the cover already.
    expect((await tagwall(folder, ['audit', 'edge', running])).out).toContain('the snapshot of 2025-10-06;')
  })
})

const REFUSED: readonly [what: string, widen: string, argv: string[]][] = [
  ['a budget that is too small, by how much and why', 'maxPrefixes: { ipv4: 1 }, never: [20.0.5.0/24]', ['build']],
  ['a tag that no snapshot has', 'maxPrefixes: 1, within: AzureCloudy', ['build']],
  ['a tag that no document has', 'maxPrefixes: 1, within: AzureCloudy', ['fetch', '--from', NEW]],
  ['a vendor that has tags by name', 'maxPrefixes: 1', ['emit', 'nsg', '--widen', '3']],
  ['a budget that is none', 'maxPrefixes: 1', ['emit', 'list', '--widen', 'few']],
  ['a command without a budget', 'maxPrefixes: 1', ['widen']],
  ['a target without one', 'maxPrefixes: 1', ['widen', '--target', 'exact']],
  ['a budget and a range of them', 'maxPrefixes: 1', ['widen', '--max', '3', '--curve']],
  ['a rule that there is none of', 'maxPrefixes: 1', ['widen', 'Wob', '--max', '3']],
  ['a CIDR that is none', 'maxPrefixes: 1', ['widen', '--max', '3', '--never', '10.0.0.1/8']],
  ['a length that is none', 'maxPrefixes: 1', ['widen', '--max', '3', '--min-prefix-length', 'ipv4=99']],
  ['a tag that the snapshot does not keep', 'maxPrefixes: 1', ['widen', '--max', '3', '--within', 'AzureCloud']],
]

test('refuses with a sentence', async () => {
  const rows: [name: string, text: string][] = []
  for (const [what, widen, argv] of REFUSED) {
    const folder = await workplace(widen.includes('Cloudy') ? 'maxPrefixes: 1' : widen)
    const policy = join(folderWith({ 'tagwall.yaml': policyWith(widen) }), 'tagwall.yaml')
    const { code, out, err } = await tagwall(folder, [...argv, '--policy', policy])
    expect({ what, code, out }).toEqual({ what, code: 2, out: '' })
    rows.push([what, (err.split('\n')[0] as string).replaceAll(policy, 'tagwall.yaml')])
  }
  await expectPage('widen-refusals.txt', rows)
})

test('a deny test fails if widening allows its address', async () => {
  const tests = 'tests:\n  - { deny: 20.0.1.7, direction: outbound, port: 443 }\n'
  const folder = await workplace('maxPrefixes: { ipv4: 3 }', tests)
  const { code, err } = await tagwall(folder, ['build'])
  expect(code).toBe(2)
  expect(err.trim()).toBe(
    'tagwall: targets cannot have the rules as asked, so nothing is written: tagwall.yaml:8:5: test failed: expected outbound tcp 20.0.1.7/32 port 443 to be denied, but rule "Web" allows 20.0.1.7/32, because target "edge" is widened; add it to "never" there',
  )
})

/** Command lines, and how the target of the policy is widened. */
const ANSWERS: readonly (readonly [line: string, widen: string])[] = [
  ['emit edge --widen 2 --family ipv4', 'maxPrefixes: { ipv4: 3 }, never: [20.0.1.0/32]'],
  ['emit list --widen 2 --family ipv4', 'maxPrefixes: { ipv4: 3 }, never: [20.0.1.0/32]'],
  ['diff --exit-code', 'maxPrefixes: { ipv4: 2 }'],
  ['diff --json', 'maxPrefixes: { ipv4: 2 }'],
  ['diff', 'maxPrefixes: { ipv4: 1 }, never: [20.0.5.0/24]'],
  [`widen Web --max 2 --from ${OLD} --within azurecloud`, 'maxPrefixes: { ipv4: 2 }'],
  ['widen --target edge --json', 'maxPrefixes: { ipv4: 2 }'],
  [`widen --curve --never 20.0.5.0/24 --from ${OLD}`, 'maxPrefixes: { ipv4: 2 }'],
  [`widen --curve --within AzureCloud --json --from ${OLD}`, 'maxPrefixes: { ipv4: 2 }'],
  ...[
    ...['ipv4=22', 'ipv4=23', 'ipv4=1 ipv6=1', 'ipv4=32 ipv6=128', 'ipv6=128', 'ipv4=0', 'ipv4=33', 'ipv4=8 ipv6=129'],
    ...['ipv4=08', 'ipv5=8', 'constructor=8'],
  ].map((lengths) => {
    const options = lengths.replaceAll(/(?:^| )(?=\w)/g, ' --min-prefix-length ')
    return [`widen Web --max 3${options}`, 'maxPrefixes: 1'] as const
  }),
]

test('commands tell the price', async () => {
  const rows: [name: string, ...texts: string[]][] = []
  for (const [line, widen] of ANSWERS) {
    const folder = await workplace(widen)
    if (line.startsWith('diff')) await tagwall(folder, ['fetch', '--from', NEW])
    rows.push([`${line}, with widen: { ${widen} }`, ...printed(await tagwall(folder, line.split(' ')))])
  }
  await expectPage('widen-prices.txt', rows)
})

test('widen asks about one rule whatever the others need, unless they share a budget', async () => {
  const policy = `rules:
  - { name: Web, tags: [Sql], direction: outbound, ports: [443], priority: 150 }
  - { name: Wide, tags: [Front], direction: outbound, ports: [443], priority: 151 }
targets:
  - { name: edge, vendor: list, out: rules/edge.txt, widen: { maxPrefixes: { ipv4: 2 }, per: target } }
`
  const document = published({ Sql: ['20.0.0.0/24', '20.0.3.0/24'], Front: ['20.1.0.0/24', '21.0.0.0/24'] })
  const folder = folderWith({ 'tagwall.yaml': policy, [OLD]: document })
  await tagwall(folder, ['fetch', '--from', OLD])
  const rows: [name: string, ...texts: string[]][] = []
  for (const line of ['widen Web --max 1', 'widen Wide --max 1', 'widen Web --target edge'])
    rows.push([line, ...printed(await tagwall(folder, line.split(' ')))])
  await expectPage('widen-rules.txt', rows)
})

test.for([
  ['10.0.0.0/8', 'Web: 4 -> 1 IPv4 prefixes, 3,200 addresses more (4.5 x)'],
  ['2001:db8::/32', 'Web: 2 -> 1 IPv6 prefixes, 3.68e19 addresses more (2.0 x)'],
])('widen prices only the family that the local side of a target leaves: %s', async ([local, want]) => {
  const policy = policyWith('maxPrefixes: 1').replace('vendor: list, ', `vendor: iptables, local: ["${local}"], `)
  const folder = folderWith({ 'tagwall.yaml': policy, [OLD]: DOCUMENT })
  await tagwall(folder, ['fetch', '--from', OLD])
  const { code, out } = await tagwall(folder, ['widen', '--target', 'edge'])
  expect({ code, prices: out.split('\n').filter((line) => line.startsWith('Web: ')) }).toEqual({
    code: 0,
    prices: [want],
  })
  const curve = await tagwall(folder, ['widen', '--target', 'edge', '--curve'])
  expect(curve.out.split('\n').filter((line) => line.startsWith('Web: ')).length).toBe(1)
})

// Between equally cheap covers, the one closest to the files in place wins, and only the lock has that.
test.for<[early: string[], late: string]>([
  [['20.40.0.0/24', '20.40.2.0/24', '52.60.0.0/24'], '52.60.2.0/24'],
  [['52.60.0.0/24', '52.60.2.0/24', '20.40.0.0/24'], '20.40.2.0/24'],
])('audits of a runbook find nothing after a change of the budget: %j, then %s', async ([early, late]) => {
  const policy = (budget: number) =>
    `${policyWith(`maxPrefixes: ${budget}`).replace('{ name: edge, vendor: list', '{ name: edge, vendor: cisco-asa')}`
  const THIRD = 'ServiceTags_Public_20251117.json'
  const folder = folderWith({
    'tagwall.yaml': policy(2),
    [OLD]: published({ Sql: early }),
    [NEW]: published({ Sql: [...early, late] }),
    [THIRD]: published({ Sql: [...early, late, '20.90.0.0/24'] }),
  })
  const run = (...argv: string[]) => tagwall(folder, argv, { date: '2025-11-19' })
  await run('update', '--from', OLD)
  writeFileSync(join(folder, 'tagwall.yaml'), policy(3))
  expect(await run('update', '--from', NEW)).toMatchObject({ code: 0 })
  expect(await run('audit', 'edge', 'rules/edge.txt')).toMatchObject({ code: 0 })
  writeFileSync(join(folder, 'tagwall.yaml'), policy(3).replace('name: edge', 'name: border'))
  expect((await run('plan')).out).toMatch(/^nothing changes\n/)
  writeFileSync(join(folder, 'tagwall.yaml'), policy(3))
  const files = new Map([['2025-11-10', fileOf(folder, 'rules/edge.txt')]])
  expect(await run('update', '--from', THIRD)).toMatchObject({ code: 0 })
  files.set('2025-11-17', fileOf(folder, 'rules/edge.txt'))
  const audits = [
    ...fileOf(folder, 'rules/edge.change.md').matchAll(/^tagwall audit edge running.txt --snapshot (.*)$/gm),
  ]
  expect(audits.map(([, date]) => date)).toContain('2025-11-17')
  for (const [, date = ''] of audits) {
    writeFileSync(join(folder, 'running.txt'), files.get(date) as string)
    expect({ date, ...(await run('audit', 'edge', 'running.txt', '--snapshot', date)) }).toMatchObject({ code: 0 })
  }
})
