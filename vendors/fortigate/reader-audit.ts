import type { Entry, Notes, OptionValues, Place, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { FAMILIES, kit } from '../_kit/kit.ts'
import { INNER_TABLES, POLICY, textsOf } from './reader-fields.ts'
import { Addresses } from './reader-objects.ts'
import { FIELDS, rulesOf } from './reader-policies.ts'
import { ServiceTable } from './reader-services.ts'
import type { Scope, Tree } from './reader-tree.ts'

/** The rules of any FortiGate configuration. `first` is the file that it begins with. */
export function auditOf(
  tree: Tree,
  first: ReadFile,
  context: ReaderContext,
  notes: Notes,
): Pick<Reading, 'rules' | 'scopes'> {
  const start = { part: first.part, line: 1 }
  if (!tree.isConfiguration) {
    notes.addAll([kit.foreignNote(first, 'is not a FortiOS configuration (show full-configuration)')])
    return { rules: [] }
  }
  const name = chooseVdom(tree, context, start, notes)
  const chosen = tree.scope(name)
  const outer = [tree.scope('global'), ...(name === '' ? [] : [tree.scope('')])]
  const scopes = [chosen, ...outer]
  for (const scope of [...outer, chosen]) notes.addAll(scope.notes.all)
  const policies = chosen.tables.get(POLICY)
  if (!policies) notes.add(start, name || 'configuration', 'holds no "config firewall policy"', { isForeign: true })
  const addresses = new Addresses(scopes, notes, undefined, context)
  const services = new ServiceTable(addresses)
  const entries = [...(policies?.values() ?? [])]
  const skipped = skippedByVirtual(entries, addresses, first.text)
  const parts = { addresses, services, context: inZones(scopes, context), skipped }
  const rules = entries.flatMap((entry) => rulesOf(entry, parts))
  const vdom = vdomsOf(tree)
  const interfaces = ['system interface', 'system zone'].flatMap((name) =>
    [...tree.scopes.values()].flatMap(({ tables }) => [...(tables.get(name)?.keys() ?? [])]),
  )
  const named = entries.flatMap((entry) => [...textsOf(entry, 'srcintf'), ...textsOf(entry, 'dstintf')])
  const zones = kit.zonesOf(interfaces, named)
  return { rules, scopes: { ...(vdom.length > 0 && { vdom }), ...(zones && { fromZone: zones, toZone: zones }) } }
}

const VERSION = /^#config-version=\S{1,60}?-(\d+)\.(\d+)\.(\d+)-/m

/**
 * Denials that traffic to virtual IPs skips, because a policy that allows some follows them: without match-vip, which is the
 * default since 7.2.4, only what names a virtual IP is about it
 * (https://community.fortinet.com/t5/FortiGate/Technical-Tip-DENY-Policy-for-Virtual-IP-Firewall-Policy/ta-p/192456).
 */
function skippedByVirtual(policies: readonly Entry[], addresses: Addresses, text: string): ReadonlySet<Entry> {
  const [major = 0, minor = 0, patch = 0] = VERSION.exec(text)?.slice(1).map(Number) ?? []
  const isDefault = major * 10_000 + minor * 100 + patch >= 70_204
  const isAllow = (policy: Entry) =>
    textsOf(policy, 'action')[0] === 'accept' && textsOf(policy, 'status')[0] !== 'disable'
  const isAboutVirtual = (policy: Entry) =>
    FAMILIES.some((family) =>
      textsOf(policy, FIELDS[family].destination).some((text) => addresses.isVirtual(family, text)),
    )
  const last = policies.findLastIndex((policy) => isAllow(policy) && isAboutVirtual(policy))
  const matches = (policy: Entry) =>
    (textsOf(policy, 'match-vip')[0] ?? (isDefault ? 'enable' : 'disable')) === 'enable'
  return new Set(policies.slice(0, Math.max(0, last)).filter((policy) => !isAllow(policy) && !matches(policy)))
}

/** Policies name the zone of an interface, so that takes the place of an interface that the audit asks for. */
function inZones(scopes: readonly Scope[], context: ReaderContext): ReaderContext {
  const zones = new Map<string, string>()
  for (const { tables } of scopes) {
    for (const zone of tables.get('system zone')?.values() ?? [])
      for (const name of textsOf(zone, 'interface')) zones.set(name, zone.name)
    for (const table of INNER_TABLES.keys())
      for (const member of tables.get(table)?.values() ?? [])
        for (const name of textsOf(member, 'interface'))
          zones.set(name, textsOf(member, 'zone')[0] ?? 'virtual-wan-link')
  }
  const zoneOf = (name: string) => zones.get(name) ?? name
  const zonesOf = (names: OptionValues[string] = 'any') => [names].flat().map((name) => zoneOf(String(name)))
  const { narrow, options } = context
  const { fromZone, toZone } = narrow
  return {
    ...context,
    narrow: {
      ...narrow,
      ...(fromZone && { fromZone: zoneOf(fromZone) }),
      ...(toZone && { toZone: zoneOf(toZone) }),
    },
    options: { ...options, srcintf: zonesOf(options.srcintf), dstintf: zonesOf(options.dstintf) },
  }
}

const vdomsOf = (tree: Tree) => [...tree.scopes.keys()].filter((name) => name !== '' && name !== 'global')

/** The VDOM of an audit: the one that the options name, or else the first that has policies. */
function chooseVdom(tree: Tree, { narrow, options }: ReaderContext, start: Place, notes: Notes): string {
  const vdoms = vdomsOf(tree)
  const ruled = [...tree.scopes].filter(([, { tables }]) => tables.get(POLICY)?.size).map(([name]) => name)
  const named = narrow.vdom ?? `${options.vdom ?? ''}`
  // Within a VDOM, show does not say which one it is.
  if (named !== '' && vdoms.length > 0) {
    const reason = `is not a VDOM of this configuration; there are: ${vdoms.join(', ')}`
    if (!vdoms.includes(named)) notes.add(start, named, reason)
    return named
  }
  if (ruled.length > 1) {
    const others = ruled.slice(1).join(', ')
    notes.add(start, ruled[0] as string, `is the VDOM that was read; name one to read another: ${others}`)
  }
  return ruled[0] ?? ''
}
