// @ts-check
// tagwall in a program of your own: a published document in, proved rules out, and nothing written.
// usage: node examples/library.mjs ServiceTags_Public_20251110.json
import { readFileSync } from 'node:fs'
import { audit, build, change, explain, parseDocument, parsePolicy } from 'tagwall'

const [file = 'ServiceTags_Public_20251110.json'] = process.argv.slice(2)
const bytes = readFileSync(file)

/** @param {string} ports */
const policyFor = (ports) =>
  parsePolicy(
    `rules:
  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [${ports}], priority: 100 }
targets:
  - { name: edge, vendor: cisco-asa, out: rules/edge.cfg }
`,
    'example',
    'example.yaml',
  )
/** @param {import('tagwall').Policy} policy */
const documentFor = ({ cloud, rules }) =>
  parseDocument(
    { bytes, name: file, published: '2025-11-10' },
    cloud,
    rules.flatMap(({ tags }) => tags),
  )

const policy = policyFor('443')
const document = documentFor(policy)
const [set] = [...document.document.tags.values()].map(({ prefixes }) => prefixes)
console.log(`${set?.prefixCount} prefixes, ${set?.count} addresses; the first: ${set?.texts.slice(0, 3).join(' ')}`)

const now = await build(policy, document)
for (const finding of now.findings) console.log(explain(finding))
for (const { target, files, proof } of now.targets) {
  for (const { path, text } of files) console.log(`${path}: ${text.split('\n').length - 1} lines`)
  console.log(`${target} is proved: ${proof?.rules} rules, ${proof?.prefixes} prefixes`)
}

const wider = await build(policyFor('443, 8443'), document, { before: now })
const changed = await change(now, wider)
for (const { target, pieces, delta } of changed.targets) {
  for (const { opens, traffic } of pieces)
    console.log(`${target} ${opens ? 'opens' : 'closes'}`, ...(traffic?.tcp ?? []))
  for (const { path, text } of delta) console.log(`${path}: ${text.split('\n').length - 1} lines`)
}

// What a device prints; here, what it was given.
const running = now.targets.flatMap(({ files }) => files.map(({ path, text }) => ({ name: path, text })))
const { findings } = await audit(running, policy, { document })
console.log(`audit: ${findings.length} findings`)
