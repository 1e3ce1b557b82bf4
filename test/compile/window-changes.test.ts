import { expect, test } from 'vitest'
import { windowChanges } from '../../src/compile/delta/window-changes.ts'
import { compile } from '../../src/compile/rules/compile.ts'
import type { WindowChange } from '../../src/model/change-window.ts'
import { parsePolicy } from '../../src/source/policy/policy.ts'
import { documentOf, show } from '../notation.ts'

const rulesetOf = (tags: string, rules: readonly object[]) => {
  const policy = parsePolicy(
    JSON.stringify({
      rules: rules.map((rule, index) => ({ direction: 'outbound', ports: [443], priority: 150 + index, ...rule })),
    }),
    'test',
    'tagwall.yaml',
  )
  return compile(policy, { document: documentOf(tags), names: [], where: '' }).ruleset
}

const reach = (sign: string, { addresses, tags }: WindowChange['gained']) =>
  [...tags, show(addresses)].filter(Boolean).map((text) => ` ${sign}${text}`)

/** `Web new deny (from 192.0.2.0/24) +Sql -198.51.100.0/24`. */
const shown = ({ name, note, isDeny, local, gained, lost }: WindowChange) => {
  const words = [name, note, isDeny ? 'deny' : '', local.length > 0 ? `(${local.join(' ')})` : ''].filter(Boolean)
  return [words.join(' '), ...reach('+', gained), ...reach('-', lost)].join('')
}

const WEB = { name: 'Web', tags: ['Sql'] }
const [A, B] = ['192.0.2.0/25', '192.0.2.128/25']

interface Case {
  readonly before: readonly [tags: string, rules: readonly object[]]
  readonly after: readonly [tags: string, rules: readonly object[]]
  readonly addresses: readonly string[]
  readonly tags: readonly string[]
}

test.for<[what: string, given: Case]>([
  ['nothing', { before: [`Sql=${A}`, [WEB]], after: [`Sql=${A}`, [WEB]], addresses: [], tags: [] }],
  [
    'addresses, which a device that resolves tags finds itself',
    { before: [`Sql=${A}`, [WEB]], after: [`Sql=${B}`, [WEB]], addresses: [`Web +${B} -${A}`], tags: [] },
  ],
  [
    'a tag more, with the same addresses',
    {
      before: [`Sql=${A}`, [WEB]],
      after: [`Sql=${A} Front=${A}`, [{ name: 'Web', tags: ['Sql', 'Front'] }]],
      addresses: [],
      tags: ['Web +Front'],
    },
  ],
  [
    'another tag and an own prefix',
    {
      before: [`Sql=${A} Zoo=${A}`, [{ name: 'Web', tags: ['Sql', 'Zoo'] }]],
      after: [`Redis=${A} Front=${A}`, [{ name: 'Web', tags: ['Redis', 'Front'], prefixes: [B] }]],
      addresses: [`Web +${B}`],
      tags: [`Web +Front +Redis +${B} -Sql -Zoo`],
    },
  ],
  [
    'a rule that is new and denies, and one that is gone',
    {
      before: [`Sql=${A}`, [WEB]],
      after: [`Sql=${A}`, [{ name: 'Not', action: 'deny', prefixes: [B] }]],
      addresses: [`Not new deny +${B}`, `Web removed -${A}`],
      tags: [`Not new deny +${B}`, 'Web removed -Sql'],
    },
  ],
  [
    'the local side of the newer rule, addresses or objects',
    {
      before: [
        `Sql=${A}`,
        [WEB, { name: 'Two', tags: ['Sql'], local: ['10.9.0.0/16'] }, { name: 'Six', tags: ['Sql'] }],
      ],
      after: [
        `Sql=${B}`,
        [
          { ...WEB, local: ['10.0.0.0/8', '10.1.0.0/16'] },
          { name: 'Two', tags: ['Sql'], local: { object: 'lan' } },
          { name: 'Six', tags: ['Sql'], local: { object: 'lan', object6: 'lan6' } },
        ],
      ],
      addresses: [`Web (10.0.0.0/8) +${B} -${A}`, `Two (lan) +${B} -${A}`, `Six (lan lan6) +${B} -${A}`],
      tags: [],
    },
  ],
])('%s', ([, { before, after, addresses, tags }]) => {
  const [old, young] = [rulesetOf(...before), rulesetOf(...after)]
  expect(windowChanges(old, young, 'addresses').map(shown)).toEqual(addresses)
  expect(windowChanges(old, young, 'tags').map(shown)).toEqual(tags)
})
