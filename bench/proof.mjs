// What proof costs: for each shipped vendor and its default options, reading back and comparing, against rendering the
// same files. Medians of interleaved rounds in one warm process, on the newest shipped snapshot and the default policy.
// usage: npm run bench [-- --json]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from '../dist/compile/compile.js'
import { renderAll } from '../dist/compile/render-target.js'
import { listSnapshots, readSnapshot } from '../dist/document/snapshot/stored-snapshots.js'
import { SHIPPED } from '../dist/paths.js'
import { parsePolicy } from '../dist/policy/policy.js'
import { readVendor, resolveOptions } from '../dist/vendor/vendor.js'
import { proveFiles } from '../dist/verify/prove-files.js'
import { report } from './lib/report.mjs'
import { median } from './lib/rounds.mjs'

const ROUNDS = 15
const file = join(SHIPPED.policies, 'arc-kubernetes.yaml')
const policy = parsePolicy(readFileSync(file, 'utf8'), 'arc-kubernetes', file)
const newest = listSnapshots(SHIPPED.snapshots, policy.cloud).at(-1)
const document = readSnapshot(newest.path, policy.cloud)
const { ruleset } = compile(policy, { document, names: [], where: '' })

const cases = [
  ['nsg', {}],
  ['nsg', { mode: 'prefixes' }],
  ['iptables', {}],
  ['iptables', { match: 'ipset' }],
  ['paloalto', {}],
  ['paloalto', { form: 'xml' }],
  ['fortigate', {}],
  ['json', {}],
  ['list', {}],
].map(([name, setting]) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const job = { target: name, vendor, options: resolveOptions(vendor, setting, name), family: undefined }
  const title = [name, ...Object.entries(setting).map(([key, value]) => `${key}=${value}`)].join(' ')
  return { title, job, render: [], prove: [] }
})

for (let round = 0; round < ROUNDS; round++) {
  for (const { job, render, prove } of cases) {
    const start = performance.now()
    const { files } = renderAll(ruleset, job)
    const rendered = performance.now()
    const { findings } = await proveFiles(ruleset, job, files, true)
    const proved = performance.now()
    if (findings.length > 0) throw new Error(`not proved: ${JSON.stringify(findings[0])}`)
    // The first rounds compile the templates and warm the reader up.
    if (round < 3) continue
    render.push(rendered - start)
    prove.push(proved - rendered)
  }
}

const rows = cases.map(({ title, render, prove }) => {
  const ratios = prove.map((value, index) => value / render[index])
  return { case: title, renderMs: median(render), proveMs: median(prove), ratio: median(ratios) }
})

report({
  title: 'proof against rendering',
  cases: rows,
  text: `proof against rendering, in a warm process, snapshot ${newest.published}:\n${rows
    .map(
      (row) =>
        `  ${row.case.padEnd(24)} render ${row.renderMs.toFixed(1).padStart(6)} ms   prove ${row.proveMs.toFixed(1).padStart(6)} ms   ratio ${row.ratio.toFixed(2)}\n`,
    )
    .join('')}`,
})
