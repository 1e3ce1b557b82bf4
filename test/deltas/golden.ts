import { join } from 'node:path'
import { type Rulesets, renderRemovals } from '../../src/change/commands/delta-files.ts'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { compile } from '../../src/compile/compile.ts'
import type { Rendered } from '../../src/compile/render-target.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { type Job, onlyFamily, type Vendor } from '../../src/model/vendor.ts'
import { resolveOptions } from '../../src/vendor/vendor.ts'
import { casesOf } from '../conformance/golden.ts'
import { documentOf, policyOf } from '../notation.ts'
import { BASE, CHANGES, changeOf } from './changes.ts'
import { rulesetFor } from './edits.ts'

// Deltas, and cleanups of vendors without deltas, as files to read: one in which most happens in the default form, and at least one for each
// branch of each template (test/conformance/branches.test.ts).

/** A change between two documents by its title, or with `back: ` before it, or two policies with an arrow between them. */
type Change = string

const WEEK = 'most of all'
const MOST = changeOf(
  'Sql=20.0.0.0/24,20.0.4.0/24,20.0.8.0/24 Front=20.1.0.0/24',
  'Sql=20.0.0.0/24,20.0.8.0/23,20.0.16.0/24,20.0.20.0/24,20.0.24.0/24 Front=20.1.0.0/24,2603:1001::/48 Storage.A=20.2.0.0/24',
)

/** Rules that change places in the direction that no edit of edits.ts has. */
const INBOUND = 'another order of inbound rules'

/** By vendor: the number of a setting as in `expected/cases.json`, from 1, or 0 for the defaults; and a change. The place in the list names the files. */
const CASES: Readonly<Record<string, readonly (readonly [setting: number, change: Change])[]>> = {
  'azure-firewall': [
    [0, 'one prefix less'],
    [0, 'base -> one rule'],
    [0, 'back: a prefix moves between rules of one port'],
    [0, 'a denial before a wide rule -> base'],
    [1, 'base -> own prefixes of one family'],
  ],
  'azure-route-table': [
    [3, 'every prefix of a set is another'],
    [3, 'one prefix more'],
  ],
  'cisco-asa': [[1, 'own prefixes of one family -> base']],
  'cisco-ios': [[0, 'base -> own prefixes of one family']],
  fortigate: [
    [0, 'another order -> base'],
    [3, 'base -> a denial before a wide rule'],
    [5, 'base -> another order'],
  ],
  iptables: [[1, 'one prefix for another']],
  json: [
    [0, 'back: a rule appears'],
    [0, 'base -> a denial of the same tag'],
  ],
  'juniper-srx': [
    [1, 'another direction -> base'],
    [2, 'base -> another order'],
    [3, INBOUND],
    [4, 'base -> a denial first'],
  ],
  kubernetes: [
    [0, 'back: a rule appears'],
    [0, 'one prefix more'],
  ],
  nftables: [[0, 'back: one prefix more']],
  nsg: [
    [0, 'base -> a description'],
    [4, 'base -> one rule'],
    [4, 'one prefix less'],
    [4, 'another port -> base'],
  ],
  paloalto: [
    [1, 'base -> another order'],
    [4, 'base -> another order'],
    [7, 'base -> a denial of the same tag'],
    [8, 'another tag -> base'],
    [8, 'base -> another direction'],
    [8, 'a rule disappears'],
    [8, 'base -> another order'],
    [9, 'base -> another tag'],
    [11, 'base -> a denial of the same tag'],
    [12, 'base -> a denial first'],
    [8, 'base -> other tags, protocol and ports'],
  ],
}

function rulesetsOf(change: Change): Rulesets {
  if (change === WEEK) return MOST
  if (change === INBOUND) return { before: inbound('Sql', 'Front'), after: inbound('Front', 'Sql') }
  const [from, to] = change.split(' -> ')
  if (from !== undefined && to !== undefined) return { before: rulesetFor(from), after: rulesetFor(to) }
  if (change.startsWith('back: ')) return backOf(rulesetsOf(change.slice('back: '.length)))
  const [, before = '', after = ''] = CHANGES.find(([title]) => title === change) ?? []
  return changeOf(before, after)
}

function inbound(...tags: readonly string[]): Ruleset {
  const policy = policyOf(tags.map((tag, index) => `${index + 1}00 ${tag}: ${tag} inbound tcp 443`).join('\n'))
  const document = documentOf(BASE)
  return compile(policy, { document, names: tags, where: '' }).ruleset
}

const backOf = ({ before, after }: Rulesets): Rulesets => ({ before: after, after: before })

export interface DeltaCase {
  readonly vendor: string
  readonly number: number
  readonly setting: Readonly<Record<string, unknown>>
  readonly change: Change
}

/** The cases of a vendor. */
export function deltaCasesOf({ name, folder, deltas }: Vendor): DeltaCase[] {
  const settings = new Map(casesOf(folder).map(({ number, setting }) => [number, setting]))
  const cases = [...(deltas.length > 0 ? [[0, WEEK] as const] : []), ...(CASES[name] ?? [])]
  return cases.map(([at, change], number) => ({ vendor: name, number, setting: settings.get(at) ?? {}, change }))
}

/** The commands of a case. */
export async function renderDeltaCase(vendor: Vendor, { setting, change }: DeltaCase): Promise<readonly Rendered[]> {
  const options = resolveOptions(vendor, setting, 'case')
  const job: Job = { target: vendor.name, vendor, options, family: onlyFamily(vendor, options) }
  const { files } = await renderDelta(rulesetsOf(change), job, true)
  return files.length > 0 ? files : renderRemovals(rulesetsOf(change), job)
}

/** Where a file of a case lies. */
export function deltaFile({ vendor, number }: DeltaCase, { part, family, text }: Rendered): string {
  const isLines = /^\{.*\}\n\{/.test(text)
  const type = isLines ? 'jsonl' : /^\s*[{[]/.test(text) ? 'json' : /^\s*</.test(text) ? 'xml' : 'txt'
  return join(import.meta.dirname, 'expected', vendor, `${number}.${part}${family ? `.${family}` : ''}.${type}`)
}
