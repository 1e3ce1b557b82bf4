import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import type { Opening } from '../../src/audit/values.ts'
import type { Vendor } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { settingsOf } from '../../src/vendor-check/settings.ts'
import { someOf } from '../thorough.ts'
import {
  auditOwn,
  everySetting,
  findingsIn,
  labelOf,
  labelsNamed,
  labelsSeen,
  namedFindings,
  policyIn,
} from './own-files.ts'

// Whatever tagwall emits audits clean, but for what the vendor's README names; and an opening in it is found all the same.

const POLICIES = [
  ...['arc-kubernetes', 'arc-servers'],
  ...['several', 'one-rule', 'own', 'except', 'directions', 'denied', 'denied-both', 'icmp', 'any'],
  ...['denied-protocols', 'local', 'local-inbound', 'objects', 'object', 'denied-local'],
].map((name) => policyIn(name.startsWith('arc') ? name : `conformance/${name}`))
const OPTION_POLICIES = ['several', 'denied', 'local', 'objects'].map((name) => policyIn(`conformance/${name}`))
const [DEFAULT] = POLICIES as [(typeof POLICIES)[0]]

const VENDORS = [...listVendors([SHIPPED.vendors]).keys()]
const vendorOf = (name: string): Vendor => readVendor(name, [SHIPPED.vendors])

test.for(VENDORS)(
  'what %s emits has the findings that its README names, and no others',
  { timeout: 300_000 },
  async (name) => {
    const vendor = vendorOf(name)
    const { settings } = settingsOf(vendor)
    for (const setting of settings) {
      const seen = await labelsSeen(setting, POLICIES)
      const ofIpv4 = await labelsSeen({ ...setting, family: 'ipv4' }, [DEFAULT])
      const named = labelsNamed(setting)
      expect(seen, JSON.stringify(setting.given)).toEqual(named)
      expect(named, `${JSON.stringify(setting.given)} for IPv4`).toEqual(expect.arrayContaining(ofIpv4))
    }
  },
)

test.for(VENDORS)(
  'what %s emits with each value of each option has no finding that its README does not name',
  { timeout: 600_000 },
  async (name) => {
    const vendor = vendorOf(name)
    for (const [turn, setting] of everySetting(vendor).entries()) {
      const seen = await labelsSeen(setting, someOf(OPTION_POLICIES, 2, turn))
      expect(labelsNamed(setting), JSON.stringify(setting.given)).toEqual(expect.arrayContaining(seen))
    }
  },
)

const setOf = (...texts: string[]) => PrefixSet.of(texts.map(parsePrefix))
/** Addresses that no rule of the default policy has, and some that one has. */
const [NEW, GROWN, OWN] = [setOf('198.51.100.192/28'), setOf('198.51.100.208/28'), setOf('192.0.2.0/26')]

/** The default policy with a rule of its own, and with more addresses in another. */
const OPENED = (() => {
  const ports = [443, 2222].map((port) => ({ first: port, last: port }))
  const grown = DEFAULT.rules.map((rule) =>
    rule.name === 'AllowMCROutboundAccess' ? { ...rule, prefixes: GROWN.prefixes } : rule,
  )
  const [first] = grown as [(typeof grown)[0]]
  const opened = { ...first, name: 'Opened', tags: [], prefixes: NEW.union(OWN).prefixes, ports, priority: 199 }
  return { ...DEFAULT, rules: [...grown, opened] }
})()

test.for(VENDORS)('an opening in what %s emits is found', { timeout: 300_000 }, async (name) => {
  const vendor = vendorOf(name)
  const labels = new Set(namedFindings(vendor).map(({ label }) => label))
  for (const setting of someOf(everySetting(vendor), 2)) {
    const found = await auditOwn(setting, DEFAULT, OPENED)
    if (!found) continue
    const all = findingsIn(found)
    const more = all.filter((finding) => !labels.has(labelOf(finding)))
    // Where the device accepts everything, the named findings say so, and a rule opens nothing more.
    const counted = more.length > 0 ? more : all
    const wider = counted.flatMap((one) => (one.kind === 'wider' ? [one.entry.addresses] : []))
    const outside = found.outside.flatMap(({ prefixes }) => prefixes)
    const opened = counted.flatMap((one) =>
      one.kind === 'opened' && opensPort(one.entry) ? [one.entry.addresses] : [],
    )
    const where = `${name} ${JSON.stringify(setting.given)}`
    // One list per rule: a new list has a name that the target does not know, so only the file is told.
    const isNoted = counted.some((one) => one.kind === 'not-understood' && one.entry.text.endsWith('Opened.txt'))
    expect(isNoted || PrefixSet.union(wider).contains(NEW), `${where}: new addresses`).toBe(true)
    expect(PrefixSet.union([...wider, PrefixSet.of(outside)]).contains(GROWN), `${where}: more addresses`).toBe(true)
    if (found.forms.includes('rules')) expect(PrefixSet.union(opened).contains(OWN), `${where}: a port`).toBe(true)
  }
})

const opensPort = ({ direction, traffic: { tcp } }: Opening) =>
  direction === 'outbound' && tcp.some(({ first, last }) => first <= 2222 && last >= 2222)
