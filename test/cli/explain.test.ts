import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { AUDIT_FINDING_KINDS } from '../../src/audit/values.ts'
import { DOCTOR_NAMES, doctorHelpOf } from '../../src/doctor/findings.ts'
import { FINDING_CODES } from '../../src/finding/finding.ts'
import { GUARDS } from '../../src/model/guard.ts'
import { memo } from '../../src/model/lazy.ts'
import { LIMITS } from '../../src/model/limits.ts'
import { TAG_PURPOSES } from '../../src/model/tag-purpose.ts'
import { wrap } from '../../src/text/lines.ts'
import { ROOT } from '../fixtures.ts'
import { DOCUMENT, folderWith, tagwall } from './harness.ts'

const explain = async (...argv: string[]) => await tagwall(folderWith(), ['explain', ...argv])
const answerOn = memo((name: string) => explain(name))

const COMMANDS = [...(await tagwall(ROOT, ['--help'])).out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)

describe('everything that can be asked for', () => {
  const names = [
    ...FINDING_CODES,
    ...AUDIT_FINDING_KINDS,
    ...DOCTOR_NAMES,
    ...GUARDS,
    ...LIMITS,
    ...Object.keys(TAG_PURPOSES),
    'AllowAADOutboundAccess',
    'AllowAzOutboundAccess',
    'AllowAzureFrontDoorFirstPartyAccess',
    'AllowAzureFrontDoorFirstPartyAccess-in',
    'AllowMCROutboundAccess',
  ]

  test.for(names)('%s has a headline, a paragraph and a source', async (name) => {
    const { code, out, err } = await answerOn(name)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^\S+: .+\n\n\S(?:.|\n)+\n\n {2}(https:\/\/|[A-Za-z/-]+\.md)/)
    expect(out).not.toMatch(/undefined|\[object|NaN/)
    expect(
      out.split('\n').filter((line) => line.length > 100 && !/^\S+: /.test(line) && line.includes(' ', 3)),
    ).toEqual([])
  })

  test.for(DOCTOR_NAMES)('%s of doctor says what to do, with placeholders', (code) => {
    const [means, ...fixes] = doctorHelpOf(code).paragraphs
    expect(fixes).not.toEqual([])
    expect(new Set([means, ...fixes]).size).toBe(fixes.length + 1)
    expect(fixes.join()).not.toMatch(/undefined|NaN|\byes\b/)
  })

  test('names only commands and pages that exist', async () => {
    const texts = (
      await Promise.all(names.map(async (name) => (await answerOn(name)).out.replaceAll('\n', ' ')))
    ).join()
    const commands = [...texts.matchAll(/"tagwall ([a-z]+)/g)].map(([, name]) => name)
    expect(commands.filter((name) => !COMMANDS.includes(name))).toEqual([])
    const pages = [...texts.matchAll(/(?<![\w/.])(?:docs|vendors)\/[\w/-]+\.md/g)].map(([page]) => page)
    expect(pages.filter((page) => !existsSync(join(ROOT, page)))).toEqual([])
    expect(pages.length).toBeGreaterThan(5)
  })
})

test('each kind reads as in explain.expected.txt', async () => {
  const asked = [
    [],
    ['AllowMCROutboundAccess'],
    ['INBOUND_TAG'],
    ['rollback'],
    ['opened'],
    ['PRIVATELINK_IS_PUBLIC'],
    ['HOSTS_FILE_WRONG'],
    ['setPrefixes'],
    ['AzureCloud'],
    ['Storage'],
  ]
  const texts = await Promise.all(
    asked.map(async (argv) => `$ tagwall explain ${argv}\n${(await explain(...argv)).out}`),
  )
  await expect(texts.join('\n')).toMatchFileSnapshot('explain.expected.txt')
})

test('a name is recognised however it is written', async () => {
  const { out } = await explain('TAG_VANISHED')
  for (const name of ['tag_vanished', 'tag-vanished', 'vanished']) expect((await explain(name)).out).toBe(out)
})

test('an unknown name is refused, with suggestions', async () => {
  expect(await explain('INBUND_TAG')).toEqual({
    code: 2,
    out: '',
    err: 'tagwall: "INBUND_TAG" is not a rule of arc-kubernetes, a finding, a guard, a limit, a page or a known tag; did you mean "INBOUND_TAG" or "IN_NO_TAG"?\n',
  })
  expect((await explain('qqqqqq')).err).toBe(
    'tagwall: "qqqqqq" is not a rule of arc-kubernetes, a finding, a guard, a limit, a page or a known tag; tagwall explain lists all topics. Its tags are those of Public of 2025-11-10, and US Government and China of 2026-07-20; newer ones: tagwall list tags --from FILE\n',
  )
})

test("own prefixes and denials are nobody else's way in: no warning, and lists that name them", async () => {
  const folder = folderWith({
    'tagwall.yaml': `rules:
  - { name: NoLogin, action: deny, tags: [AzureActiveDirectory], direction: inbound, protocol: any, priority: 140 }
  - { name: Peer, prefixes: [192.0.2.0/24], direction: both, ports: [8443], priority: 150 }
  - { name: Login, tags: [AzureActiveDirectory], except: [192.0.2.0/24], direction: outbound, ports: [443], priority: 160 }
targets:
  - { name: edge, vendor: json, out: edge.json }
`,
  })
  expect((await tagwall(folder, ['build', '--dry-run'])).err).not.toContain('inbound')
  const list = await tagwall(folder, ['list', 'policies', 'tagwall.yaml'])
  expect(list.out).toBe(`policy        rule     tags                                   direction  ports     priority
tagwall.yaml  NoLogin  AzureActiveDirectory                   inbound    deny any  140
tagwall.yaml  Peer     1 own prefix                           both       tcp 8443  150
tagwall.yaml  Login    AzureActiveDirectory, with exceptions  outbound   tcp 443   160
`)
  expect((await tagwall(folder, ['explain'])).out).toContain('  Peer     1 own prefix\n')
  expect(
    (await tagwall(folder, ['explain', 'peer'])).out,
  ).toBe(`Peer: a rule of tagwall.yaml: outbound and inbound tcp 8443 to and from 192.0.2.0/24

Inbound means that the other side opens the connection.

On the device it becomes two rules; the inbound one is called Peer-in.
`)
  const denial = (await tagwall(folder, ['explain', 'NoLogin'])).out
  expect(denial.split('\n')[0]).toBe('NoLogin: a rule of tagwall.yaml: denies inbound any from AzureActiveDirectory')
  expect(denial).toContain('\n\nInbound means that the other side opens the connection.\n\n')
  expect(denial).not.toContain('security')
})

test('a rule that denies a needed tag, or lets it in, does not allow it', async () => {
  const folder = folderWith({
    'tagwall.yaml': `rules:
  - { name: Registry, tags: [MicrosoftContainerRegistry], direction: outbound, ports: [443], priority: 150 }
  - { name: Fence, action: deny, tags: [AzureFrontDoor.FirstParty], direction: outbound, ports: [443], priority: 140 }
  - { name: Visitors, tags: [AzureFrontDoor.FirstParty], direction: inbound, ports: [443], priority: 140 }
`,
  })
  expect((await tagwall(folder, ['explain', 'Registry'])).out).toContain(
    'MicrosoftContainerRegistry does not work without AzureFrontDoor.FirstParty, which no rule of the\npolicy allows.',
  )
})

test('a rule of the policy file is explained with its tags, known or not', async () => {
  const folder = folderWith({
    'tagwall.yaml':
      'rules:\n  - { name: Registry, tags: [MicrosoftContainerRegistry, Nobody.Knows], direction: inbound, ports: [443, 80], priority: 150 }\n',
  })
  const { out } = await tagwall(folder, ['explain', 'registry'])
  expect(out).toBe(`Registry: a rule of tagwall.yaml: inbound tcp 80, 443 from MicrosoftContainerRegistry, Nobody.Knows

MicrosoftContainerRegistry is the registry of container images that Microsoft publishes
(mcr.microsoft.com). Azure Arc: images and Helm charts of its agents and extensions come from there.
Microsoft recommends it for outbound rules.

Nobody.Knows: tagwall has no description of this tag; see Microsoft's table of service tags.

MicrosoftContainerRegistry does not work without AzureFrontDoor.FirstParty, which no rule of the
policy allows.

Inbound means that addresses of the tag may open connections to your side. A tag is not a security
boundary: other Azure customers can hold addresses in it. Replies to connections that your side
opens need no inbound rule.

  https://learn.microsoft.com/azure/azure-arc/kubernetes/private-link#network-configuration
  https://learn.microsoft.com/azure/virtual-network/service-tags-overview
  https://github.com/microsoft/containerregistry/pull/150
  https://msrc.microsoft.com/blog/2024/06/improved-guidance-for-azure-network-service-tags/
  docs/policy.md
`)
  const json = JSON.parse((await tagwall(folder, ['explain', 'Registry', '--json'])).out)
  expect(json.explained).toMatchObject([{ kind: 'rule', name: 'Registry' }])
})

describe('on a terminal, the output names the next command', () => {
  test('after warnings', async () => {
    const { err } = await tagwall(folderWith(), ['build', '--dry-run'], { isTerminal: true })
    // The warning about the inbound tag names its command itself.
    expect(err).toContain('(tagwall explain INBOUND_TAG)\n')
    expect(err).toContain('\ntagwall explain OPTION_NOT_SET explains the meaning and what to do\n')
    expect((await tagwall(folderWith(), ['build', '--dry-run'])).err).not.toContain('explains the meaning')
  })

  test('after errors', async () => {
    const folder = folderWith({
      'tagwall.yaml':
        'rules:\n  - { name: A, tags: [Nothing, AzureActiveDirectory], direction: outbound, ports: [443], priority: 150 }\n  - { name: B, tags: [Nor], direction: outbound, ports: [443], priority: 151 }\n',
      'ServiceTags_Public_20251110.json': DOCUMENT,
    })
    const { code, err } = await tagwall(folder, ['fetch', '--from', 'ServiceTags_Public_20251110.json'], {
      isTerminal: true,
    })
    expect(code).toBe(2)
    expect(err).toMatch(/\ntagwall explain NO_TAG_MATCHES explains the meaning and what to do\n$/)
  })
})

test.for([
  ['', ''],
  ['one two', 'one two'],
  ['aaaa bbbb cc', 'aaaa bbbb\ncc'],
  ['aaaa-bbbb-cccc dd', 'aaaa-bbbb-cccc\ndd'],
])('wrap(%j) at 9 is %j', ([text, wrapped]) => {
  expect(wrap(text as string, 9)).toBe(wrapped)
})

test.for([
  ['sqlmanagement', 'SqlManagement: a service tag, in no rule of the policy'],
  ['storage.westeurope', 'Storage.WestEurope: a service tag, in no rule of the policy'],
  ['AzureMonitor.Core', 'AzureMonitor.Core: a service tag, in no rule of the policy'],
])('%s is a tag that the policy does not use', async ([name, title]) => {
  const { code, out } = await explain(name as string)
  expect([code, out.split('\n')[0]]).toEqual([0, title])
})

test.for(['SqlManagement.Nowhere', 'Storage.WestEurope.More', 'Nothing'])('%s is not a tag', async (name) => {
  expect((await explain(name)).code).toBe(2)
})
