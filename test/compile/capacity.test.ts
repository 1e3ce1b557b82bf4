import { describe, expect, test } from 'vitest'
import { capacityOf, overThreshold, withPace } from '../../src/compile/capacity.ts'
import type { LimitCounts } from '../../src/compile/fit/limits.ts'
import { usesOf } from '../../src/compile/fit/limits.ts'
import { sideOf } from '../../src/compile/policy-side.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { jobsOf, vendorReader } from '../../src/compile/target-job.ts'
import type { LimitUse, Use } from '../../src/model/capacity.ts'
import type { LimitName } from '../../src/model/limits.ts'
import { SHIPPED } from '../../src/paths.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectOutcomes } from '../golden-page.ts'
import { documentOf } from '../notation.ts'

// Counts as `rules 7/10` (one each), `groupMembers A 5/9 B 7/9`; `*` marks what tagwall can split.

const limitOf = (text: string): LimitCounts => {
  const [name, ...words] = text.split(' ') as [LimitCounts['name'], ...string[]]
  const counts = words.flatMap((word, index) => {
    const [count] = word.split('/')
    if (!word.includes('/')) return []
    const before = words[index - 1]
    return [
      {
        of: before && !before.includes('/') ? before : '',
        count: Number.parseInt(count as string, 10),
        isSplit: word.endsWith('*'),
      },
    ]
  })
  const max = Number.parseInt(words.at(-1)?.split('/')[1] ?? '', 10)
  return { name, what: name, limit: { when: {}, max, source: '', hint: 'Split', unverified: false }, counts }
}

const useText = ({ name, of, count, limit, isSplit }: Use) =>
  [name, of, `${count}/${limit}${isSplit ? '*' : ''}`].filter(Boolean).join(' ')

test.for([
  ['rules 7/10', 'rules 7/10'],
  ['rules 0/10', 'rules 0/10'],
  ['familyObjects IPv4 5/9 IPv6 7/9', 'familyObjects IPv6 7/9'],
  // Of two that are equally full, the first.
  ['setPrefixes A 7/9 B 7/9', 'setPrefixes A 7/9'],
  ['bytes one 90/100* two 40/100', 'bytes two 40/100'],
  ['bytes one 90/100* two 95/100*', 'bytes two 95/100*'],
  ['lines 3', ''],
])('%s uses %s', ([given, want]) => {
  expect(
    usesOf([limitOf(given as string)])
      .map(useText)
      .join(),
  ).toBe(want)
})

const use = (text: string): Use => usesOf([limitOf(text)])[0] as Use

test.for<[now: string, then: string | undefined, since: string, published: string, want: string]>([
  // 100 free, 100 in 100 days: full after 100 days.
  ['rules 900/1000', 'rules 800/1000', '2025-01-01', '2025-04-11', '14 weeks, 800 before, full in 2025-07'],
  // The day after the last of a month: one more rule is free.
  ['rules 9/10', 'rules 8/10', '2025-01-01', '2025-01-31', '4 weeks, 8 before, full in 2025-03'],
  ['rules 9/10', 'rules 8/10', '2025-01-30', '2025-01-31', '0 weeks, 8 before, full in 2025-02'],
  // A part of a day counts as a day.
  ['rules 8/10', 'rules 5/10', '2025-01-26', '2025-01-30', '1 weeks, 5 before, full in 2025-02'],
  // A leap day.
  ['rules 9/10', 'rules 8/10', '2024-02-27', '2024-02-28', '0 weeks, 8 before, full in 2024-02'],
  ['rules 10/10', 'rules 9/10', '2025-01-01', '2025-04-11', '14 weeks, 9 before, full in 2025-04'],
  ['rules 10/10', 'rules 10/10', '2025-01-01', '2025-04-11', '14 weeks, 10 before, full in never'],
  ['rules 5/10', 'rules 6/10', '2025-01-01', '2025-04-11', '14 weeks, 6 before, full in never'],
  ['rules 6/1000', 'rules 5/1000', '2025-01-01', '2025-02-05', '5 weeks, 5 before, full in 2120-05'],
  ['rules 6/2000', 'rules 5/2000', '2025-01-01', '2025-02-05', '5 weeks, 5 before, full in never'],
  // The maximum grows, whoever has it.
  [
    'setPrefixes A 7/9 B 3/9',
    'setPrefixes A 4/9 B 6/9',
    '2025-01-01',
    '2025-01-11',
    '1 weeks, 6 before, full in 2025-01',
  ],
  ['rules 6/10', 'lines 5/10', '2025-01-01', '2025-04-11', 'unknown'],
  ['rules 6/10', undefined, '2025-01-01', '2025-04-11', 'unknown'],
  ['groupMembers A 7/9*', 'groupMembers A 5/9*', '2025-01-01', '2025-04-11', 'unknown'],
])('%s, and %s earlier, from %s to %s: %s', ([now, then, since, published, want]) => {
  const older = then === undefined ? undefined : { published: since, uses: [use(then)] }
  const [made] = withPace('edge', { published, uses: [use(now)] }, older)
  const pace = made?.pace
  expect(made?.target).toBe('edge')
  expect(pace ? `${pace.weeks} weeks, ${pace.before} before, full in ${pace.fullIn ?? 'never'}` : 'unknown').toBe(want)
  expect(pace?.since ?? since).toBe(since)
})

test.for<[text: string, threshold: number | undefined, warns: boolean]>([
  ['rules 8/10', 80, true],
  ['rules 799/1000', 80, false],
  ['rules 800/1000', 80, true],
  ['rules 10/10', 100, true],
  ['rules 999/1000', 100, false],
  ['rules 1/100', 1, true],
  ['rules 0/100', 1, false],
  ['rules 10/10', undefined, false],
  ['groupMembers A 9/9*', 1, false],
])('%s with a threshold of %s warns: %s', ([text, threshold, warns]) => {
  const uses: LimitUse[] = [{ ...use(text), target: 'edge', pace: undefined }]
  const findings = overThreshold(uses, threshold)
  expect(findings).toEqual(
    warns ? [{ code: 'CAPACITY', severity: 'warning', target: 'edge', use: uses[0], threshold }] : [],
  )
})

describe('the pace of a target', () => {
  const OLDER = documentOf('Sql=20.0.0.0/24,20.0.2.0/24 Web=20.1.0.0/24', 'public', '2025-06-02')
  const history = {
    files: [{ published: OLDER.published, path: '', read: () => OLDER }],
    directory: 'snapshots',
    isShipped: false,
    isGiven: false,
  }

  /** The use of one limit by targets for a document of 2025-11-10, each with the count of the older one. */
  function pacesOf(rules: readonly object[], targets: readonly object[], tags: string, limit: LimitName): string[] {
    const usual = { direction: 'outbound', ports: [443] }
    const policy = parsePolicy(
      JSON.stringify({
        rules: rules.map((rule, index) => ({ ...usual, priority: 100 + index, ...rule })),
        targets,
        sites: ['berlin', 'paris'].map((name) => ({ name })),
      }),
      'test',
      'tagwall.yaml',
    )
    const known = { document: documentOf(tags), names: [], where: '' }
    const { widen } = sideOf(known, { ...history, policy })
    const used = jobsOf(policy.targets, vendorReader([SHIPPED.vendors])).map(({ target, job }) => {
      return { target, job, uses: renderAll(widen(target, job).ruleset, job).uses }
    })
    const { uses } = capacityOf(used, { ...history, policy }, known.document.published)
    return uses
      .filter(({ name }) => name === limit)
      .map(({ target, count, limit, pace }) => `${target} ${count}/${limit}, ${pace?.before ?? 'unknown'} before`)
  }

  const RULES = [
    { name: 'Web', tags: ['Sql'], targets: ['edge'] },
    { name: 'Db', tags: ['Web'], targets: ['branch'] },
  ]
  const NEWER = 'Sql=20.0.0.0/24,20.0.2.0/24,20.0.4.0/24 Web=20.1.0.0/24,20.1.2.0/24'

  const COUNTED: Readonly<Record<string, readonly [target: object, name: LimitName]>> = {
    'its own rules': [{ vendor: 'azure-firewall', family: 'ipv4' }, 'setPrefixes'],
    'files that may become too large': [{ vendor: 'list', limits: { lines: 4 } }, 'lines'],
    'no file that is small': [{ vendor: 'list', limits: { lines: 5 } }, 'lines'],
  }
  test('is counted, of a target at each site', async () => {
    await expectOutcomes('paces.txt', COUNTED, ([target, name]) => {
      const targets = ['edge', 'branch'].map((name) => ({ name, ...target, out: `rules/{site}-${name}` }))
      return pacesOf(RULES, targets, NEWER, name)
    })
  })
})
