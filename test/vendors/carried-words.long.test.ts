import { describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { errorsIn } from '../../src/finding/finding.ts'
import { memo } from '../../src/model/lazy.ts'
import { applies, type Condition } from '../../src/model/option.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import type { Vendor } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { settingOf, settingsOf } from '../../src/vendor-check/settings.ts'
import { documentOf } from '../notation.ts'
import { basesOf, type Given, valuesOf } from './option-values.ts'

// Each option and each text of a rule is in the files of every form that has it: another value makes another file.

type Rule = Readonly<Record<string, unknown>>

const WEB = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150, description: 'Reports' }
const DOOR = { name: 'Door', tags: ['Front'], direction: 'inbound', ports: [8443], priority: 160 }
const LAN = { local: ['10.20.0.0/16', '2001:db8:20::/48'] }
const BLOCK = {
  name: 'Block',
  tags: ['Storage'],
  direction: 'outbound',
  action: 'deny',
  protocol: 'any',
  priority: 140,
}
const ROUTE = { ...WEB, protocol: 'any', ports: undefined }

const OWN = { ...WEB, tags: [], prefixes: ['20.0.0.0/24'] }

/** From the richest to the plainest, because not every form carries denials or local sides. */
const POLICIES: readonly (readonly Rule[])[] = [
  [BLOCK, { ...WEB, ...LAN }, DOOR],
  [{ ...WEB, ...LAN }, DOOR],
  [BLOCK, WEB, DOOR],
  [WEB, DOOR],
  [{ ...WEB, local: { object: 'lan' } }, DOOR],
  [{ ...WEB, local: { object: 'lan' } }],
  [ROUTE],
  [OWN],
]

const DOCUMENT = documentOf(
  'Sql=20.0.0.0/24,20.0.4.0/24,20.0.8.0/24,2603:1000::/48 Front=20.1.0.0/24,2603:1001::/48 Storage=20.2.0.0/24',
)

const rulesetFor = memo((rules: string): Ruleset => {
  const policy = parsePolicy(`{ "rules": ${rules} }`, 'edge', 'edge.yaml')
  return compile(policy, { document: DOCUMENT, names: [...DOCUMENT.tags.keys()], where: '' }).ruleset
})

/** All files of a policy by part; undefined if the vendor does not carry it under these options. */
function filesOf(vendor: Vendor, given: Given, rules: readonly Rule[]): string | undefined {
  const { files, findings } = renderAll(rulesetFor(JSON.stringify(rules)), settingOf(vendor, given))
  return errorsIn(findings).length > 0 ? undefined : files.map(({ part, text }) => `${part}\n${text}`).join('')
}

const VENDORS = [...listVendors([SHIPPED.vendors]).keys()].map((name) => readVendor(name, [SHIPPED.vendors]))

/** To edit; the first of these that a form carries. */
const RULES = [[WEB, { ...WEB, name: 'Door', tags: ['Front'], priority: 160 }], [ROUTE], [OWN]]

/** The rules with one difference in the first rule, or in the order. */
const EDITS: Readonly<Record<string, (rules: readonly Rule[]) => readonly Rule[]>> = {
  name: ([first, ...more]) => [{ ...first, name: 'Webs' }, ...more],
  description: ([first, ...more]) => [{ ...first, description: 'Portal' }, ...more],
  // The tags hold them already.
  'tag summary': ([first, ...more]) => [{ ...first, prefixes: ['20.0.0.0/25'] }, ...more],
  direction: ([first, ...more]) => [{ ...first, direction: 'both' }, ...more],
  protocol: ([first, ...more]) => [{ ...first, protocol: 'udp', ports: [443] }, ...more],
  ports: ([first, ...more]) => [{ ...first, protocol: 'tcp', ports: [443, '8000-8080'] }, ...more],
  action: ([first, ...more]) => [{ ...first, action: 'deny' }, ...more],
  local: ([first, ...more]) => [{ ...first, ...LAN }, ...more],
  addresses: ([first, ...more]) => [{ ...first, prefixes: ['20.9.0.0/24'] }, ...more],
  order: ([first, ...more]) => [{ ...first, priority: 990 }, ...more],
}

interface NotCarried {
  readonly when?: Condition
  /** Edits, or an option. */
  readonly what: string
  readonly why: string
}

const ADDRESSES_ONLY = 'description, tag summary, direction, protocol, ports, action'
const ROUTES = {
  what: 'name, description, direction, protocol, ports, order',
  why: 'a route is a prefix and a next hop',
}
const NO_TEXT = { what: 'description, tag summary', why: 'a rule has no text beside its name' }
const NO_SUMMARY = { what: 'tag summary', why: 'the tags are in the text, without the own prefixes that they hold' }
const NO_GROUPS = {
  when: { form: 'firewall', mode: 'tags' },
  what: 'resourceGroup, location, namePrefix, inboundPriorityOffset',
  why: 'there are no IP groups and no inbound rules with mode=tags',
}

/** What the files of a vendor do not say. */
const NOT_CARRIED: Readonly<Record<string, readonly NotCarried[]>> = {
  'arista-eos': [NO_TEXT],
  'azure-firewall': [{ ...NO_SUMMARY, when: { mode: 'prefixes' } }],
  'azure-route-table': [ROUTES, { ...NO_SUMMARY, when: { mode: 'prefixes' } }],
  checkpoint: [
    {
      what: 'description, direction, protocol, ports, action, local',
      why: 'an object holds addresses, its text is the summary',
    },
  ],
  'cisco-asa': [
    { what: 'description', why: 'an access list has no text for a rule, and the text of a group is the summary' },
  ],
  'cisco-ios': [
    { what: 'description', why: 'an access list has no text for a rule, and the text of a group is the summary' },
  ],
  definitions: [
    { what: 'description, direction, action, local', why: 'a token holds addresses or ports' },
    { when: { form: 'aerleon' }, what: 'tag summary', why: 'YAML has no place for it' },
  ],
  fortigate: [
    { when: { form: 'feed' }, what: ADDRESSES_ONLY, why: 'a feed holds addresses' },
    { when: { comments: 'azure' }, what: 'description, tag summary', why: 'the option stands in their place' },
  ],
  iptables: [NO_TEXT],
  json: [NO_SUMMARY],
  kubernetes: [NO_TEXT],
  list: [
    {
      when: { form: 'all' },
      what: 'name, description, tag summary, direction, protocol, ports, local, order',
      why: 'one list of addresses',
    },
    { when: { form: 'sets' }, what: `${ADDRESSES_ONLY}, local`, why: 'a list holds addresses' },
  ],
  mikrotik: [NO_TEXT],
  nftables: [
    { what: 'description', why: 'a rule has no text beside its name, and the summary is a comment of the file' },
  ],
  nsg: [{ ...NO_SUMMARY, when: { mode: 'prefixes' } }],
  paloalto: [{ when: { form: 'edl' }, what: ADDRESSES_ONLY, why: 'an external list holds addresses' }],
  pf: [NO_TEXT],
  terraform: [
    NO_GROUPS,
    { ...ROUTES, when: { form: 'route-table' } },
    { when: { form: 'ip-groups' }, what: `${ADDRESSES_ONLY}, local`, why: 'an IP group holds addresses' },
    { ...NO_SUMMARY, when: { form: ['tfvars', 'locals'] } },
    { ...NO_SUMMARY, when: { form: ['nsg', 'firewall', 'route-table'], mode: 'prefixes' } },
  ],
}

/** What the files of a vendor under some options do not say, of these names. */
function notCarried(vendor: Vendor, given: Given, names: readonly string[]): string[] {
  const { options } = settingOf(vendor, given)
  const entries = NOT_CARRIED[vendor.name] ?? []
  const missing = entries.filter(({ when = {} }) => applies(when, options)).flatMap(({ what }) => what.split(', '))
  return names.filter((name) => missing.includes(name))
}

describe.for(VENDORS.map((vendor) => [vendor.name, vendor] as const))('%s', ([, vendor]) => {
  test('another value of an option makes other files', () => {
    for (const [name, option] of Object.entries(vendor.options))
      for (const base of basesOf(vendor, name)) {
        const [first, ...values] = valuesOf(option)
        expect({ name, count: values.length }).not.toEqual({ name, count: 0 })
        const same = values.filter((value) =>
          POLICIES.every((rules) => {
            const [before, after] = [first, value].map((one) => filesOf(vendor, { ...base, [name]: one }, rules))
            return before === after
          }),
        )
        const isKnown = notCarried(vendor, base, [name]).length > 0
        expect({ name, base, same }).toEqual({ name, base, same: isKnown ? values : [] })
      }
  })

  test('another text or field of a rule makes other files', () => {
    const edits = Object.entries(EDITS)
    for (const { given } of settingsOf(vendor).settings) {
      const rules = RULES.find((rules) => filesOf(vendor, given, rules) !== undefined)
      if (!rules) throw new Error(`no rules for ${JSON.stringify(given)}`)
      const before = filesOf(vendor, given, rules)
      const same = edits.filter(([, edit]) => filesOf(vendor, given, edit(rules)) === before).map(([name]) => name)
      expect({ given, same }).toEqual({ given, same: notCarried(vendor, given, Object.keys(EDITS)) })
    }
  })
})
