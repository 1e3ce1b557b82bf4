import type { Rulesets } from '../../src/change/commands/delta-files.ts'
import { compile } from '../../src/compile/compile.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { documentOf, policyOf } from '../notation.ts'
import { formsWith } from './forms.ts'

// What may happen between two documents, small, and every form that it is tried in.

const POLICY = policyOf(`150 Web: Sql outbound tcp 443
160 Door: Front both tcp 443,8000-8080
170 More: Storage.* outbound udp 53 optional`)

export const BASE = 'Sql=20.0.0.0/24,20.0.4.0/24,2603:1000::/48 Front=20.1.0.0/24,2603:1001::/48 Storage.A=20.2.0.0/24'
const many = (count: number, step = 2) =>
  Array.from({ length: count }, (_, index) => `20.9.${step * index}.0/24`).join(',')

export const CHANGES: readonly (readonly [title: string, before: string, after: string])[] = [
  ['nothing', BASE, BASE],
  ['one prefix more', BASE, BASE.replace('20.0.4.0/24', '20.0.4.0/24,20.0.8.0/24')],
  ['one prefix less', BASE, BASE.replace(',20.0.4.0/24', '')],
  ['one prefix for another', BASE, BASE.replace('20.0.4.0/24', '20.0.8.0/24')],
  ['a prefix grows', BASE, BASE.replace('20.0.4.0/24', '20.0.4.0/23')],
  ['a prefix is cut in half', BASE, BASE.replace('20.0.4.0/24', '20.0.4.0/25')],
  ['the last IPv6 prefix leaves a set', BASE, BASE.replace(',2603:1000::/48', '')],
  ['the first IPv6 prefix comes to a set', BASE, BASE.replace('20.2.0.0/24', '20.2.0.0/24,2603:1002::/48')],
  ['every prefix of a set is another', BASE, BASE.replace('20.1.0.0/24,2603:1001::/48', '20.7.0.0/24,2603:1007::/48')],
  ['a rule appears', BASE.replace(/ Storage.*/, ''), BASE],
  ['a rule disappears', BASE, BASE.replace(/ Storage.*/, '')],
  ['a tag more in a rule', BASE, `${BASE} Storage.B=20.3.0.0/24`],
  ['a tag more, but no address', BASE, `${BASE} Storage.B=20.2.0.0/25`],
  ['a tag less, but no address', `${BASE} Storage.B=20.2.0.0/25`, BASE],
  ['a tag before another', BASE, `${BASE} Storage.0=20.3.0.0/24`],
  [
    'a prefix moves between rules of one port',
    BASE,
    BASE.replace('20.0.4.0/24,', '').replace('20.1.0.0/24', '20.1.0.0/24,20.0.4.0/24'),
  ],
  ['a set is split into chunks', `Sql=${many(3)} Front=20.1.0.0/24`, `Sql=${many(7)} Front=20.1.0.0/24`],
  ['chunks are one group again', `Sql=${many(7)} Front=20.1.0.0/24`, `Sql=${many(3)} Front=20.1.0.0/24`],
  ['a chunk is split', `Sql=${many(7)} Front=20.1.0.0/24`, `Sql=${many(12)} Front=20.1.0.0/24`],
  ['a chunk is emptied', `Sql=${many(7)},52.0.0.0/24 Front=20.1.0.0/24`, `Sql=${many(7)} Front=20.1.0.0/24`],
]

export const SMALL = formsWith(
  (vendor): Record<string, string> => (/paloalto|fortigate/.test(vendor) ? { groupMembers: '4' } : {}),
)

function rulesetFor(tags: string, published: string): Ruleset {
  const document = documentOf(tags, 'public', published)
  return compile(POLICY, { document, names: [...document.tags.keys()], where: '' }).ruleset
}
export const changeOf = (before: string, after: string): Rulesets => ({
  before: rulesetFor(before, '2025-11-03'),
  after: rulesetFor(after, '2025-11-10'),
})
