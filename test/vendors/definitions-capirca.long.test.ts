import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { formatPorts } from '../../src/model/traffic.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { folderWith } from '../cli/harness.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'

// What capirca (Debian's python3-capirca) makes of the definitions: the addresses and ports of every token, and rules for iptables.

const HAS_CAPIRCA = existsSync('/usr/bin/aclgen')
const WHY_NOT = HAS_CAPIRCA ? '' : ' (skipped: it needs the Debian package python3-capirca)'
const VENDOR = readVendor('definitions', [SHIPPED.vendors])

const PROGRAM = `
import json, sys
from capirca.lib import naming
found = naming.Naming(sys.argv[1])
networks = {token: [str(net) for net in found.GetNet(token)] for token in found.networks}
services = {token: found.GetService(token) for token in found.services}
print(json.dumps({'networks': networks, 'services': services}))
`

test.skipIf(!HAS_CAPIRCA).for([
  ['arc-kubernetes', join(ROOT, 'policies/arc-kubernetes.yaml')],
  ['several', join(ROOT, 'policies/conformance/several.yaml')],
  ['own', join(ROOT, 'policies/conformance/own.yaml')],
] as const)(`capirca reads every token of %s as it is meant${WHY_NOT}`, ([policy, file]) => {
  const ruleset = rulesetOf(file, policy, join(ROOT, 'policies/conformance/document.json'), '2025-11-10')
  const options = resolveOptions(VENDOR, {}, 'test')
  const { files } = renderAll(ruleset, { target: 't', vendor: VENDOR, options, family: undefined })
  const folder = folderWith(Object.fromEntries(files.map(({ suffix, text }) => [`def/azure${suffix}`, text])))
  const out = execFileSync('/usr/bin/python3', ['-c', PROGRAM, join(folder, 'def')], { encoding: 'utf8' })
  const networks = ruleset.sets.map(({ name, prefixes }) => [`AZURE_${name}`, prefixes.prefixes.map(formatPrefix)])
  const services = ruleset.rules
    .filter(({ protocol }) => protocol === 'tcp' || protocol === 'udp')
    .map(({ protocol, ports }) => {
      const texts = ports.map(formatPorts)
      return [`AZURE_${protocol}-${texts.join('_')}`, texts.map((text) => `${text}/${protocol}`).sort()]
    })
  expect(JSON.parse(out)).toEqual({ networks: Object.fromEntries(networks), services: Object.fromEntries(services) })
})

test.skipIf(!HAS_CAPIRCA)(`aclgen writes rules from a policy that names the tokens${WHY_NOT}`, () => {
  const file = join(ROOT, 'policies/conformance/one-rule.yaml')
  const ruleset = rulesetOf(file, 'one-rule', join(ROOT, 'policies/conformance/document.json'), '2025-11-10')
  const options = resolveOptions(VENDOR, {}, 'test')
  const { files } = renderAll(ruleset, { target: 't', vendor: VENDOR, options, family: undefined })
  const term =
    'term azure {\n  destination-address:: AZURE_OnlyV4\n  destination-port:: AZURE_tcp-443\n  protocol:: tcp\n  action:: accept\n}\n'
  const folder = folderWith({
    ...Object.fromEntries(files.map(({ suffix, text }) => [`def/azure${suffix}`, text])),
    'pol/edge.pol': `header {\n  target:: iptables OUTPUT ACCEPT inet\n}\n${term}`,
    'out/.keep': '',
  })
  const argv = [
    '--base_directory',
    '.',
    '--definitions_directory',
    'def',
    '--policy_file',
    'pol/edge.pol',
    '--output_directory',
    'out',
  ]
  execFileSync('/usr/bin/aclgen', argv, { cwd: folder, stdio: 'ignore' })
  const rules = readFileSync(join(folder, 'out/edge'), 'utf8')
  const destinations = [...rules.matchAll(/ -d (\S+) /g)].map(([, cidr]) => cidr)
  expect(destinations).toEqual(ruleset.sets[0]?.prefixes.prefixes.map(formatPrefix))
})
