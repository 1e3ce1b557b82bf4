import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { audit, build, change, parseDocument, parsePolicy, parseSnapshot, Refusal, UserError } from '../../src/index.ts'
import { DOCUMENT } from '../cli/harness.ts'
import { vendorWith } from '../cli/small-vendor.ts'
import { ROOT } from '../fixtures.ts'

// The library does what the command line does, on values.

const policyOf = (target: string, ports = '443') =>
  parsePolicy(
    `rules:
  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [${ports}], priority: 100 }
targets: [${target}]
`,
    'mine.yaml',
    'mine.yaml',
  )
const snapshot = (date: string) => {
  const path = `snapshots/public/${date}.json`
  return parseSnapshot(readFileSync(join(ROOT, path), 'utf8'), path)
}
const [older, newer] = [snapshot('2025-06-09'), snapshot('2025-07-07')]
const ASA = '{ name: edge, vendor: cisco-asa, out: rules/edge.cfg }'
const refusalOf = async (made: Promise<unknown>) => {
  const error = await made.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(Refusal)
  const { code, findings } = error as Refusal
  return { code, findings: findings.map((finding) => finding.code) }
}

test.for([
  [ASA, 'rules/edge.cfg', { rules: 1, prefixes: 368, tags: 0 }],
  ['{ name: edge, vendor: nsg, out: edge.json }', 'edge.json', { rules: 1, prefixes: 0, tags: 1 }],
] as const)('builds proved files for %s', async ([target, path, proof]) => {
  const { targets, findings, document } = await build(policyOf(target), newer)
  expect(findings).toEqual([])
  expect(document).toEqual({ cloud: 'public', published: '2025-07-07', changeNumber: 361 })
  expect(targets.map(({ files }) => files.map((file) => file.path))).toEqual([[path]])
  expect(targets[0]?.proof).toEqual(proof)
})

test('a template that allows more than the policy makes no files', async () => {
  const folder = vendorWith({ 'rules.hbs': (text) => `${text}allow out tcp 1-65535 0.0.0.0/0\n` })
  const policy = policyOf('{ name: edge, vendor: small, out: edge.txt }')
  const { code, findings } = await refusalOf(build(policy, newer, { vendors: [folder] }))
  expect(code).toBe(findings[0])
  expect(['PROOF_FAILED', 'NOT_UNDERSTOOD']).toContain(code)
})

test('a rule without addresses is a refusal with its finding', async () => {
  const policy = parsePolicy(
    `rules: [{ name: A, tags: [NoSuchTag], direction: outbound, ports: [443], priority: 100 }]\ntargets: [${ASA}]`,
    'mine.yaml',
    'mine.yaml',
  )
  expect(await refusalOf(build(policy, newer))).toEqual({ code: 'NO_TAG_MATCHES', findings: ['NO_TAG_MATCHES'] })
})

test('a change has the traffic, its cause, and the commands there and back', async () => {
  const [was, is] = [await build(policyOf(ASA), older), await build(policyOf(ASA, '443, 8443'), newer)]
  const { before, after, targets, findings } = await change(was, is)
  expect([before?.published, after.published, findings]).toEqual(['2025-06-09', '2025-07-07', []])
  const [edge] = targets
  expect(edge?.kind).toBe('traffic')
  expect(edge?.pieces.map(({ opens, cause, traffic }) => [opens, cause, traffic?.tcp])).toEqual([
    [false, 'document', [{ first: 443, last: 443 }]],
    [true, 'policy', [{ first: 8443, last: 8443 }]],
  ])
  expect([edge?.delta, edge?.rollback].map((files) => files?.map(({ path }) => path))).toEqual([
    ['rules/edge.delta.cfg'],
    ['rules/edge.rollback.cfg'],
  ])
})

test('a change names targets that are new, gone or the same', async () => {
  const two = policyOf(`${ASA}, { name: host, vendor: list, out: host.txt }`)
  const [was, is] = [await build(two, newer, { targets: ['edge'] }), await build(two, newer)]
  const kinds = async (...builds: Parameters<typeof change>) =>
    (await change(...builds)).targets.map(({ target, kind, delta }) => [target, kind, delta.length])
  expect(await kinds(was, is)).toEqual([
    ['edge', 'same', 0],
    ['host', 'new', 0],
  ])
  expect(await kinds(is, was)).toEqual([
    ['edge', 'same', 0],
    ['host', 'gone', 0],
  ])
  await expect(change({ ...was }, is)).rejects.toThrow('this is not a build')
})

test('widened rules stay close to those of the build before', async () => {
  const widened = (addresses: string, most: number) =>
    parsePolicy(
      `rules: [{ name: A, prefixes: [${addresses}], direction: outbound, ports: [443], priority: 100 }]
targets: [{ name: edge, vendor: list, out: edge.txt, widen: { maxPrefixes: { ipv4: ${most} } } }]`,
      'mine.yaml',
      'mine.yaml',
    )
  const textOf = ({ targets }: Awaited<ReturnType<typeof build>>) => targets[0]?.files[0]?.text
  const before = await build(widened('20.40.1.0/32, 20.40.1.2/32', 1), newer)
  // Either pair costs two addresses.
  const policy = widened('20.40.0.0/32, 20.40.0.2/32, 20.40.1.0/32, 20.40.1.2/32', 3)
  expect(textOf(before)).toBe('20.40.1.0/30\n')
  expect(textOf(await build(policy, newer))).toBe('20.40.0.0/30\n20.40.1.0/32\n20.40.1.2/32\n')
  expect(textOf(await build(policy, newer, { before }))).toBe('20.40.0.0/32\n20.40.0.2/32\n20.40.1.0/30\n')
})

test('an audit finds what the device has and the policy lacks', async () => {
  const policy = policyOf(ASA)
  const { targets } = await build(policy, older)
  const texts = targets.flatMap(({ files }) => files.map(({ path, text }) => ({ name: path, text })))
  const kinds = async (options: Partial<Parameters<typeof audit>[2]>) =>
    (await audit(texts, policy, { document: newer, ...options })).findings.map(({ kind }) => kind)
  expect(await kinds({ document: older })).toEqual([])
  expect(await kinds({ older: [older] })).toEqual(['stale'])
  expect(await kinds({})).toEqual(['wider'])
})

test('a published document builds like a snapshot', async () => {
  const policy = policyOf('{ name: edge, vendor: list, out: edge.txt }')
  const source = { bytes: Buffer.from(DOCUMENT), name: 'document.json', published: '2025-11-10' }
  const { targets } = await build(policy, parseDocument(source, 'public', ['AzureResourceManager']))
  expect(targets[0]?.files[0]?.text).toMatch(/^[\d.]+\/\d+\n/)
})

test.for<[string, object, string]>([
  ['bytes', { bytes: 'text' }, 'its bytes in a Uint8Array'],
  ['name', { name: '' }, 'its name'],
  ['date', { published: '2025-13-01' }, 'the date "published" as YYYY-MM-DD'],
])('a source without a valid %s is refused', ([, change, expected]) => {
  const source = { bytes: Buffer.from(DOCUMENT), name: 'document.json', published: '2025-11-10', ...change }
  expect(() => parseDocument(source, 'public', [])).toThrow(`the source of a document is invalid; expected ${expected}`)
})

test.for<[string, () => unknown, object]>([
  [
    'a document',
    () =>
      parseDocument(
        {
          bytes: Buffer.from(
            '{"changeNumber":1,"cloud":"Public","values":[{"name":"A","properties":{"addressPrefixes":["10.0.0.1/8"]}}]}',
          ),
          name: 'document.json',
          published: '2025-11-10',
        },
        'public',
        ['A'],
      ),
    {
      code: 'INVALID_INPUT',
      problems: [
        {
          path: 'values[0].properties.addressPrefixes[0]',
          message: '"10.0.0.1/8" has host bits set: the prefix is 10.0.0.0/8 (tag "A")',
        },
      ],
    },
  ],
  [
    'a policy',
    () => parsePolicy('rules: []\nrulez: 1', 'mine', 'mine.yaml'),
    {
      code: 'INVALID_INPUT',
      problems: [
        { path: 'mine.yaml:2:1', message: 'unknown key "rulez"; did you mean "rules"?' },
        { path: 'mine.yaml:1:1', message: '"rules": is empty' },
      ],
    },
  ],
  [
    'another cloud',
    () => parseDocument({ bytes: Buffer.from(DOCUMENT), name: 'document.json', published: '2025-11-10' }, 'china', []),
    {
      message: 'document.json is a document of the cloud "Public"; expected China',
      advice: 'to use this document, add --cloud public',
    },
  ],
])('the error for %s has a code, paths and no advice of the command line', ([, work, expected]) => {
  let thrown: unknown
  try {
    work()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(UserError)
  expect(thrown).toMatchObject(expected)
})
