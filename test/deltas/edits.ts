import type { Rulesets } from '../../src/change/commands/delta-files.ts'
import { type RenderedDelta, renderDelta } from '../../src/change/commands/render-delta.ts'
import { compile } from '../../src/compile/compile.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { errorsIn, explain } from '../../src/finding/finding.ts'
import type { Device } from '../../src/model/device.ts'
import { type Item, itemDifference, itemKey } from '../../src/model/item.ts'
import { memo } from '../../src/model/lazy.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectationOf } from '../../src/verify/expectation.ts'
import { prove } from '../../src/verify/prove.ts'
import { documentOf } from '../notation.ts'
import { devicesOf, type Form, formFor, formsWith } from './forms.ts'

// Policies that differ in one edit or several, over one document, so that every change between two of them is an edit.

/** Tags that share addresses, so that the order of rules matters. */
const TAGS =
  'Sql=20.0.0.0/24,20.0.4.0/24,2603:1000::/48 Front=20.1.0.0/24,20.0.4.0/25,2603:1001::/48 Storage=20.2.0.0/24,20.0.0.0/25'

type Rule = Readonly<Record<string, unknown>>

const WEB = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150 }
const DOOR = { name: 'Door', tags: ['Front'], direction: 'outbound', ports: [443, '8000-8080'], priority: 160 }
const NO_STORAGE = { name: 'NoStorage', tags: ['Storage'], direction: 'outbound', action: 'deny', protocol: 'any' }
const ANY = { name: 'Any', tags: ['Sql'], direction: 'outbound', protocol: 'any', priority: 180 }
const LAN = ['10.20.0.0/16', '2001:db8:20::/48']

/** What a policy may become, and what it may come from: each by its name. */
export const POLICIES: Readonly<Record<string, readonly Rule[]>> = {
  base: [WEB, DOOR],
  'one rule': [WEB],
  'another port': [{ ...WEB, ports: [443, 80] }, DOOR],
  'other ports': [{ ...WEB, ports: ['1000-2000'] }, DOOR],
  'another protocol': [{ ...WEB, protocol: 'udp' }, DOOR],
  'another tag': [{ ...WEB, tags: ['Sql', 'Storage'] }, DOOR],
  'other tags': [{ ...WEB, tags: ['Storage'] }, DOOR],
  'other tags, protocol and ports': [{ ...WEB, tags: ['Storage'], protocol: 'udp', ports: [53] }, DOOR],
  'an exception': [{ ...WEB, except: ['20.0.4.0/26'] }, DOOR],
  'own prefixes of one family': [{ ...WEB, tags: [], prefixes: ['20.0.4.0/24'] }, DOOR],
  'another order': [{ ...WEB, priority: 170 }, DOOR],
  'another direction': [{ ...WEB, direction: 'inbound' }, DOOR],
  'both directions': [{ ...WEB, direction: 'both' }, DOOR],
  'a description': [
    { ...WEB, description: 'Reports' },
    { ...DOOR, description: 'Portal' },
  ],
  'a rule in between': [
    WEB,
    { ...ANY, name: 'More', tags: ['Storage'], protocol: 'udp', ports: [53], priority: 155 },
    DOOR,
  ],
  'a denial first': [{ ...NO_STORAGE, priority: 140 }, WEB, DOOR],
  'a denial in between': [WEB, { ...NO_STORAGE, tags: ['Front'], priority: 155 }, DOOR],
  'a denial last': [WEB, DOOR, { ...NO_STORAGE, priority: 190 }],
  'a denial that allows': [{ ...NO_STORAGE, action: 'allow', priority: 140 }, WEB, DOOR],
  'a rule that denies': [{ ...WEB, action: 'deny' }, DOOR],
  'a denial of the same tag': [
    { ...NO_STORAGE, name: 'NoUdp', tags: ['Sql'], protocol: 'udp', ports: ['1-1023'], priority: 130 },
    { ...ANY, priority: 140 },
  ],
  'a denial before a wide rule': [
    { ...NO_STORAGE, name: 'Deny', tags: [], prefixes: ['10.1.0.0/24'], priority: 140 },
    { ...ANY, name: 'Wide', tags: [], prefixes: ['10.0.0.0/8'], priority: 141 },
    WEB,
  ],
  'a local side': [{ ...WEB, local: LAN }, DOOR],
  'another local side': [{ ...WEB, local: ['10.30.0.0/16', '2001:db8:20::/48'] }, DOOR],
  'a local side of both directions': [{ ...WEB, direction: 'both', local: LAN }, DOOR],
  'local sides and denials': [
    { ...NO_STORAGE, tags: ['Front'], local: ['10.20.9.0/24'], priority: 140 },
    { ...WEB, local: LAN },
    { ...DOOR, local: ['10.20.0.0/20', '2001:db8:20::/52'] },
  ],
}

const parsed = memo((name: string) => parsePolicy(JSON.stringify({ rules: POLICIES[name] }), 'edge', 'edge.yaml'))

export function rulesetFor(name: string, tags = TAGS): Ruleset {
  const document = documentOf(tags, 'public', '2025-11-10')
  const { ruleset, findings } = compile(parsed(name), { document, names: [...document.tags.keys()], where: '' })
  if (errorsIn(findings).length > 0) throw new Error(JSON.stringify(findings))
  return ruleset
}

/** With a form that carries no rule of both directions. */
export const FORMS: readonly Form[] = [...formsWith(), formFor('azure-firewall', { mode: 'tags' })]

/** Whether a form carries a policy at all. */
export const carries = (form: Form, ruleset: Ruleset): boolean =>
  errorsIn(renderAll(ruleset, form).findings).length === 0

/** An edit of a policy by the names of both. */
export interface Edit extends Rulesets {
  readonly title: string
}

/** All pairs of policies that a form carries. */
export function editsFor(form: Form): Edit[] {
  const known = Object.keys(POLICIES)
    .map((name) => ({ name, ruleset: rulesetFor(name) }))
    .filter(({ ruleset }) => carries(form, ruleset))
  return known.flatMap((from) =>
    known
      .filter((to) => to !== from)
      .map((to) => ({ title: `${from.name} -> ${to.name}`, before: from.ruleset, after: to.ruleset })),
  )
}

/**
 * What is wrong with the delta of an edit, which may have been made already, if anything is: it must exist and end as a fresh load does, also if it is loaded twice; and the reverse
 * delta, loaded after it, must end as a fresh load of the older side.
 */
export async function faultsOf({ before, after }: Rulesets, form: Form, made?: RenderedDelta): Promise<string[]> {
  const delta = made ?? (await renderDelta({ before, after }, form, true))
  if (delta.files.length === 0) return delta.findings.map((finding) => `none: ${explain(finding)}`)
  const back = await renderDelta({ before: after, after: before }, form, true)
  const loaded = await devicesOf(form)
  const faults = (how: string, device: Device, ruleset: Ruleset) => {
    const fresh = loaded([renderAll(ruleset, form).files])
    const { added, removed, changed, moved } = itemDifference(fresh.items(), device.items(), form.vendor.order)
    return [
      ...prove(expectationOf(form, ruleset), device.reading()).findings.map((finding) => `${how}: ${explain(finding)}`),
      ...namedAs(`${how}, leaves`, added),
      ...namedAs(`${how}, lacks`, removed),
      ...changed.map(({ item, fields }) => `${how}, has other words: ${itemKey(item)} ${JSON.stringify(fields)}`),
      ...namedAs(`${how}, has at another place`, moved),
    ]
  }
  const [start, load] = [[renderAll(before, form).files] as const, [delta.files, 'delta'] as const]
  return [
    ...faults('loaded', loaded(start, load), after),
    ...faults('loaded twice', loaded(start, load, load), after),
    ...(back.files.length > 0 ? faults('and back', loaded(start, load, [back.files, 'delta']), before) : []),
  ]
}

/** What a device notes at any moment while full files are loaded over the older ones. */
export async function notedOnTheWay({ before, after }: Rulesets, form: Form): Promise<string[]> {
  const device = (await devicesOf(form))([renderAll(before, form).files])
  const noted = new Set<string>()
  for (const _ of device.load(renderAll(after, form).files, 'full'))
    for (const { place, text, reason } of device.reading().notes) noted.add(`${place.line}: ${text} ${reason}`)
  return [...noted]
}

const namedAs = (what: string, items: readonly Item[]) =>
  items.length > 0 ? [`${what} ${items.map(itemKey).join(', ')}`] : []
