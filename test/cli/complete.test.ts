import { expect, test } from 'vitest'
import type { Io } from '../../src/io.ts'
import { SHIPPED } from '../../src/paths.ts'
import { run } from '../../src/run.ts'
import { listVendors } from '../../src/vendor/vendor.ts'
import { COMMANDS, help } from './commands.ts'
import { folderWith } from './harness.ts'

// What the program answers to a shell; help-in-shells.long.test.ts asks in real ones.

const SHOPS = `rules: [{ name: Login, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 1 }]
sites: [{ name: berlin }, { name: paris }]
targets: [{ name: edge, vendor: list, out: "rules/{site}/edge" }]
`

test.for<[line: string, offers: readonly string[]]>([
  ['up', ['update']],
  ['e', ['emit', 'explain']],
  ['--ver', ['--version']],
  ['emit ', [...listVendors([SHIPPED.vendors]).keys()].sort()],
  ['emit che', ['checkpoint']],
  ['emit list --fam', ['--family']],
  ['emit list --family ', ['ipv4', 'ipv6']],
  ['emit list --set ', ['form=']],
  ['emit list --set vsy', []],
  ['emit paloalto --set vsy', ['vsys=']],
  ['emit list --policy shops.yaml --site p', ['paris']],
  ['emit --policy nowhere.yaml nf', ['nftables']],
  ['update --source ', ['api', 'file']],
  ['update --accept s', ['shrink', 'special-use', 'swallow']],
  ['init --vendor f', ['fortigate']],
  ['list v', ['vendors']],
  ['list t', ['tags', 'targets']],
  ['list s', ['sites', 'snapshots']],
  ['list vendors c', ['checkpoint', 'cisco-asa', 'cisco-ios']],
  ['list targets --policy shops.yaml ', ['edge@berlin', 'edge@paris']],
  ['list rules AllowM', ['AllowMCROutboundAccess']],
  ['list nothing ', []],
  ['explain AllowM', ['AllowMCROutboundAccess']],
  ['explain INBOUND_', ['INBOUND_ANY', 'INBOUND_TAG']],
  ['explain AzureF', ['AzureFrontDoor.FirstParty']],
  ['explain groupM', ['groupMembers']],
  ['explain --policy shops.yaml Log', ['Login']],
  ['diff 2025-11-0', ['2025-11-03', ':files']],
  ['diff l', ['latest', ':files']],
  ['widen AllowM', ['AllowMCROutboundAccess']],
  ['widen --policy shops.yaml --target edge@b', ['edge@berlin']],
  ['vendor c', ['check']],
  // The targets are those of the policy in use, at each site.
  ['build ', ['fortigate', 'iptables', 'nsg', 'paloalto']],
  ['build --policy shops.yaml ', ['edge@berlin', 'edge@paris']],
  ['build --policy shops.yaml edge@p', ['edge@paris']],
  ['build --policy shops.yaml --site ', ['berlin', 'paris']],
  ['build --policy nowhere.yaml ', []],
  // bash makes three words of an option with its value.
  ['build --policy=shops.yaml ', ['edge@berlin', 'edge@paris']],
  ['build --policy = shops.yaml ', ['edge@berlin', 'edge@paris']],
  ['build --policy=arc-s', ['--policy=arc-servers', '--policy=arc-servers-public', ':files']],
  ['build --policy = arc-s', ['arc-servers', 'arc-servers-public', ':files']],
  ['build --policy = shops.yaml --site =', ['berlin', 'paris']],
  ['emit paloalto --set vsys = 1 --part ', []],
  ['build --policy arc-k', ['arc-kubernetes', 'arc-kubernetes-public', ':files']],
  // A policy is none of the rules that the line is about.
  ['list rules --policy A', [':files']],
  ['build --policy arc-s', ['arc-servers', 'arc-servers-public', ':files']],
  ['build --snapshot 2025-11-0', ['2025-11-03', ':files']],
  ['audit --policy shops.yaml edge@', ['edge@berlin', 'edge@paris']],
  ['completion ', ['bash', 'fish', 'zsh']],
  ['aggregate mi', [':files']],
  ['lookup 1.2.3.4 --from run', [':files']],
  ['fetch --subscription ', []],
  // Every command and every option is offered.
  ['', [...COMMANDS].sort()],
  ...(await Promise.all(
    ['update', 'audit', 'propose'].map(async (command): Promise<[string, string[]]> => {
      const flags = [...(await help(command)).matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag as string)
      return [`${command} --`, [...new Set([...flags, '--help'])].sort()]
    }),
  )),
])('tagwall %s', async ([line, offers]) => {
  let text = ''
  const out = (part: string | Uint8Array) => {
    text += part
  }
  const io = { cwd: folderWith({ 'shops.yaml': SHOPS }), env: {}, out, err: out, now: () => new Date(0) }
  expect(await run(['__complete', ...line.split(' ')], io as unknown as Io)).toBe(0)
  const offered = text.split('\n').flatMap((offer) => offer.split('\t')[0] || [])
  expect(offered.sort()).toEqual([...offers].sort())
})
