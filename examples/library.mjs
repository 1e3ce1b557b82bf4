// @ts-check
// tagwall in a program of your own: a published document in, proved rules out, and nothing written.
// usage: node examples/library.mjs ServiceTags_Public_20251110.json
import { readFileSync } from 'node:fs'
import {
  compile,
  explain,
  formatPrefix,
  KIT,
  loadReader,
  parseDocument,
  parsePolicy,
  prove,
  readVendor,
  renderAll,
  resolveOptions,
  SHIPPED,
} from 'tagwall'

const [file = 'ServiceTags_Public_20251110.json'] = process.argv.slice(2)

const policy = parsePolicy(
  `rules:
  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 100 }
`,
  'example',
  'example.yaml',
)
const source = { bytes: readFileSync(file), name: file, published: '2025-11-10' }
const selectors = policy.rules.flatMap(({ tags }) => tags)
const { document, names } = parseDocument(source, policy.cloud, selectors)

const { ruleset, findings } = compile(policy, { document, names, where: file })
for (const finding of findings) console.error(explain(finding))
const [set] = ruleset.sets
console.log(`${set?.name}: ${set?.prefixes.prefixes.length} prefixes, ${set?.prefixes.count} addresses`)
console.log(`the first: ${set?.prefixes.prefixes.slice(0, 3).map(formatPrefix).join(' ')}`)

// `vendor` may come from a folder of your own.
const vendor = readVendor('iptables', [SHIPPED.vendors])
const options = resolveOptions(vendor, { match: 'ipset' }, 'example')
const { files } = renderAll(ruleset, { target: 'edge', vendor, options, family: undefined })
for (const { part, family, text } of files) console.log(`${part} ${family ?? ''}: ${text.split('\n').length - 1} lines`)

const reader = await loadReader(vendor)
const reading = reader?.read(files, { options, purpose: 'prove', narrow: {}, kit: KIT })
const proved = reading && prove({ target: 'edge', ruleset, by: 'addresses' }, reading)
console.log(proved?.findings.length === 0 ? `proved: ${proved.proof.prefixes} prefixes` : 'not proved')
