import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { basesOf, type Given, valuesOf } from '../vendors/option-values.ts'
import { DOCUMENT, folderWith, tagwall } from './harness.ts'

// Each option of a target may change: the next build replaces the files of the last one, also those beside the rules.

const NAME = 'ServiceTags_Public_20251110.json'

const policyOf = (vendor: string, options: Given, family: string | undefined) =>
  JSON.stringify({
    rules: [{ name: 'Web', tags: ['AzureResourceManager'], direction: 'outbound', protocol: 'any', priority: 150 }],
    targets: [{ name: 'edge', vendor, out: 'rules/edge.txt', options, family }],
  })

test.for([...listVendors([SHIPPED.vendors]).keys()])('%s', async (name) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const site = folderWith({ [NAME]: DOCUMENT, 'tagwall.json': policyOf(name, {}, undefined) })
  expect(await tagwall(site, ['fetch', '--from', NAME])).toMatchObject({ code: 0 })
  const build = async (options: Given) => {
    for (const family of [undefined, 'ipv4']) {
      writeFileSync(join(site, 'tagwall.json'), policyOf(name, options, family))
      const { code, err } = await tagwall(site, ['build', '--prune'])
      // Some options carry one family only.
      if (code === 0 || family) return { code, err: code === 0 ? '' : err }
    }
    throw new Error('not reached')
  }
  for (const [option] of Object.entries(vendor.options))
    for (const base of basesOf(vendor, option))
      for (const value of valuesOf(vendor.options[option] as never)) {
        const options = { ...base, [option]: value }
        expect({ options, ...(await build(options)) }).toEqual({ options, code: 0, err: '' })
        const lock = JSON.parse(readFileSync(join(site, 'tagwall.lock.json'), 'utf8'))
        expect(readdirSync(join(site, 'rules')).map((file) => `rules/${file}`)).toEqual(
          Object.keys(lock.targets.edge.files),
        )
      }
})
