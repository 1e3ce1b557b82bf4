import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { compile } from '../../src/compile/compile.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { widen } from '../../src/compile/widen/widen.ts'
import { readSnapshot } from '../../src/document/snapshot/stored-snapshots.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { artefactsFor, type Job, onlyFamily, splitOf } from '../../src/model/vendor.ts'
import { SHORTEST_WIDENED, type Widening } from '../../src/model/widening.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { proveFiles } from '../../src/verify/prove-files.ts'
import { policyOf } from '../notation.ts'
import { someOfEach } from '../thorough.ts'
import { casesOf } from './golden.ts'

// A widened ruleset through every vendor and its options: it is proved like any other, and a file of the ruleset as it was
// is not taken for it. Of real tags, because the prefixes of the conformance document may not be widened.

const POLICY = policyOf(`150 AAD: AzureActiveDirectory outbound tcp 443
  151 ARM: AzureResourceManager outbound tcp 443
  152 Front: AzureFrontDoor.FirstParty both tcp 443`)
const WIDENING: Widening = {
  maxPrefixes: { ipv4: 30, ipv6: 20 },
  per: 'rule',
  within: undefined,
  never: PrefixSet.empty,
  minPrefixLength: SHORTEST_WIDENED,
}
const SNAPSHOT = readSnapshot(join(SHIPPED.snapshots, 'public/2025-11-10.json'), 'public')
const EXACT: Ruleset = compile(POLICY, { document: SNAPSHOT, names: [], where: '' }).ruleset
const { ruleset: WIDENED } = widen({ ruleset: EXACT, document: SNAPSHOT }, { target: 'edge', widening: WIDENING })

const HEADER =
  'Azure service tags Public 2025-11-10 (change number 376), policy test; widened: 456 -> 90 IPv4 prefixes, 66,984,980 addresses more (387 x); 204 -> 56 IPv6 prefixes, 2.22e28 addresses more (234 x)'

const jobs = [...listVendors([SHIPPED.vendors])].flatMap(([name, folder]) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const found = casesOf(folder)
    .filter(({ policy, setting }) => policy === 'one-rule' && setting.groupMembers === undefined)
    .map(({ title, setting }): [string, string, Job] => {
      const options = resolveOptions(vendor, setting, 'case')
      return [name, title, { target: name, vendor, options, family: onlyFamily(vendor, options) }]
    })
    .filter(([, , { options }]) => splitOf(vendor, options) !== 'tag')
  // The price stands in the header of a template: other options change nothing of it.
  return someOfEach(found, ([, , job]) =>
    artefactsFor(vendor.artefacts, job)
      .map(({ template }) => template)
      .join(),
  )
})

test.for(jobs)('a widened target of %s with %s is proved', async ([, , job]) => {
  const { files, findings } = renderAll(WIDENED, job)
  expect(findings).toEqual([])
  const proved = await proveFiles(WIDENED, job, files, true)
  expect(proved.findings).toEqual([])

  const headers = files.flatMap(({ text }) => /Azure service tags Public[^"\n]*/.exec(text)?.[0] ?? [])
  const [start, ipv4, ipv6] = HEADER.split('; ') as [string, string, string]
  for (const header of headers) {
    // A file of one family has the price of that family.
    const wanted = [HEADER, `${start}; ${ipv4}`, `${start}; widened: ${ipv6}`]
    expect(wanted).toContain(header.replace(/ -->$/, ''))
  }

  if (job.vendor.name === 'json') {
    expect(JSON.parse(files[0]?.text ?? '').widened).toBe(HEADER.split('; widened: ')[1])
  }

  const exact = await proveFiles(WIDENED, job, renderAll(EXACT, job).files, true)
  expect(exact.findings.map(({ code }) => code)).toContain('PROOF_FAILED')
})
