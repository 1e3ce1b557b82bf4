import { expect, test } from 'vitest'
import { isSameDevice, jobOf, jobsOf, pathOf, vendorReader } from '../../src/compile/target-job.ts'
import type { Target } from '../../src/model/policy.ts'
import { SHIPPED } from '../../src/paths.ts'
import { expectPage } from '../golden-page.ts'
import { policyOf, problemOf } from '../notation.ts'

const FOLDERS = [SHIPPED.vendors]
const vendorOf = vendorReader(FOLDERS)

/** The targets of a policy, each `{ vendor, … }`, with the file and name of its place in the list. */
const targetsOf = (targets: readonly object[], more: object = {}): readonly Target[] =>
  policyOf('150 Web: Sql outbound tcp 443', {
    targets: targets.map((target, index) => ({ name: `t${index}`, out: `rules/t${index}.txt`, ...target })),
    ...more,
  }).targets

test('every target gets the job of its vendor, with its options and family', () => {
  const targets = targetsOf([
    { vendor: 'list', options: { form: 'sets' } },
    { vendor: 'list', family: 'ipv6' },
  ])
  const jobs = jobsOf(targets, vendorOf)
  expect(
    jobs.map(({ target, job }) => [target.out, job.target, job.vendor.name, job.options, job.family ?? 'both']),
  ).toEqual([
    ['rules/t0.txt', 't0', 'list', { form: 'sets' }, 'both'],
    ['rules/t1.txt', 't1', 'list', { form: 'all' }, 'ipv6'],
  ])
})

const SITES = { sites: ['berlin', 'munich', 'paris'].map((name) => ({ name })) }
const AT_SITES = { vendor: 'list', out: 'rules/{site}.txt' }

const REFUSED: readonly [what: string, targets: object[], more?: object][] = [
  ['one target', [{ vendor: 'list' }, { vendor: 'list', options: { form: 'x' } }]],
  ['two targets, each with its own problem', [{ vendor: 'list', options: { form: 'x' } }, { vendor: 'lisp' }]],
  ['a target at several sites, once', [{ ...AT_SITES, options: { form: 'x' } }], SITES],
  [
    'a target with several problems at several sites, once',
    [{ ...AT_SITES, options: { form: 'x', from: 'y' } }],
    SITES,
  ],
  ['a family that the vendor cannot hold', [{ vendor: 'azure-firewall' }]],
  [
    'another family than the only one of these options',
    [{ vendor: 'terraform', family: 'ipv6', options: { form: 'ip-groups' } }],
  ],
]

test('refuses with a sentence', async () => {
  await expectPage(
    'target-refusals.txt',
    REFUSED.map(([name, targets, more]) => {
      const problem = problemOf(() => jobsOf(targetsOf(targets, more), vendorOf))
      return [name, problem.replaceAll(/:1:\d+/g, '')]
    }),
  )
})

test('a fault of the program is no problem of a target', () => {
  const [target] = targetsOf([{ vendor: 'list' }]) as [Target]
  const broken = Object.defineProperty({ ...target }, 'options', { get: () => JSON.parse('{') })
  expect(problemOf(() => jobsOf([broken, broken], vendorOf))).toMatch(/^SyntaxError: /)
})

test.for<[what: string, target: object]>([
  ['the only family', { vendor: 'azure-firewall', family: 'ipv4' }],
  ['both families where the options allow them', { vendor: 'azure-firewall', options: { ipv6: 'inline' } }],
])('a target may have %s', ([, target]) => {
  expect(jobsOf(targetsOf([target]), vendorOf)).toHaveLength(1)
})

test('an option of the command line wins over the target, and its error names the flag', () => {
  const [target] = targetsOf([{ vendor: 'list', options: { form: 'sets' } }]) as [Target]
  expect(jobOf(target, FOLDERS).options).toEqual({ form: 'sets' })
  expect(jobOf(target, FOLDERS, { form: 'all' }).options).toEqual({ form: 'all' })
  expect(problemOf(() => jobOf(target, FOLDERS, { form: 'x', from: 'y' })).replace(/:1:\d+/, '')).toBe(
    `UserErrors: tagwall.yaml with --set form=x --set from=y:
  list has no option "from"; did you mean "form"?
  option "form" of list: "x" is not one of all, sets`,
  )
})

test.for<[what: string, one: object, other: object, same: boolean]>([
  ['another name and path', { vendor: 'list' }, { vendor: 'list' }, true],
  ['another option', { vendor: 'list' }, { vendor: 'list', options: { form: 'sets' } }, false],
  ['another family', { vendor: 'list' }, { vendor: 'list', family: 'ipv4' }, false],
  ['another vendor', { vendor: 'list' }, { vendor: 'iptables' }, false],
  ['another model', { vendor: 'list', model: 'pan-os' }, { vendor: 'list', model: 'pan-os-large' }, false],
  [
    'another number of a limit',
    { vendor: 'list', model: 'pan-os' },
    { vendor: 'list', model: 'pan-os', limits: { totalLines: 9 } },
    false,
  ],
  // The number of the first is 25 with tags.
  [
    'the default number, which is another one under their options',
    { vendor: 'azure-route-table', options: { mode: 'tags' } },
    { vendor: 'azure-route-table', options: { mode: 'tags' }, limits: { requestEntries: 400 } },
    false,
  ],
  [
    'the limit of the model, said again',
    { vendor: 'list', model: 'pan-os' },
    { vendor: 'list', model: 'pan-os', limits: { totalLines: 50_000 } },
    true,
  ],
])('two targets with %s are the same device: %s', ([, one, other, same]) => {
  const [a, b] = jobsOf(targetsOf([one, other]), vendorOf)
  expect(a && b && isSameDevice(a.job, b.job)).toBe(same)
})

test.for<[out: string, suffix: string, number: string | undefined, want: string]>([
  ['rules/edge.conf', '', undefined, 'rules/edge.conf'],
  ['rules/edge', '.v4', undefined, 'rules/edge.v4'],
  ['rules/edge.conf', '', '02', 'rules/edge-02.conf'],
  ['rules/edge', '-Web.txt', '01', 'rules/edge-Web-01.txt'],
  ['rules/edge', '', '01', 'rules/edge-01'],
  // The end of a name is no kind of file if it begins with a digit, or is in the name of a folder.
  ['rules/edge-1.2', '', '01', 'rules/edge-1.2-01'],
  ['rules.d/edge', '', '01', 'rules.d/edge-01'],
])('a file of %s with %j and the part %s is %s', ([out, suffix, number, want]) => {
  const [target] = targetsOf([{ vendor: 'list', out }]) as [Target]
  expect(pathOf(target, { suffix, number })).toBe(want)
})
