// How CPU grows with size, whole processes, one axis a series. The exponent is fitted to what is above the smallest size, so that the start
// of the process does not hide it: 1 is linear. usage: node bench/growth.mjs [--plots DIR]
// [--rounds N] [WORD...]. With words, only the axes that have one of them; with --plots, a drawing of each; a figure is the median of the rounds.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { distinctPrefixes, seeded, syntheticDocument } from './lib/documents.mjs'
import {
  auditOfDenials,
  auditOfPorts,
  auditOfRules,
  buildOfRules,
  buildOfSites,
  lookups,
  planOfSites,
} from './lib/many-rules.mjs'
import { plot } from './lib/plot.mjs'
import { MAIN } from './lib/program.mjs'
import { report } from './lib/report.mjs'
import { exponent, median, runOnce, temporaryFolder } from './lib/rounds.mjs'

const cwd = temporaryFolder()
const policy = readFileSync(fileURLToPath(new URL('../policies/arc-kubernetes.yaml', import.meta.url)), 'utf8')
const rules = policy.slice(0, policy.indexOf('targets:'))
const once = (argv, codes) => runOnce({ argv: [process.execPath, MAIN, ...argv], cwd, codes })
const run = (argv, codes) => once(argv, codes).cpu
const fresh = () => {
  for (const name of ['snapshots', 'rules', 'tagwall.yaml', 'tagwall.lock.json'])
    rmSync(join(cwd, name), { recursive: true, force: true })
}

/** `update` from a document with so many prefixes in each of the four tags in use, for vendors without a limit on them. */
function prefixes(size) {
  fresh()
  const file = join(cwd, 'ServiceTags_Public_20251110.json')
  writeFileSync(file, syntheticDocument({ seed: 1, tags: 4, prefixes: size }))
  const targets = ['iptables', 'json'].map(
    (vendor) => `  - { name: ${vendor}, vendor: ${vendor}, out: rules/${vendor} }\n`,
  )
  writeFileSync(join(cwd, 'tagwall.yaml'), `${rules}targets:\n${targets.join('')}`)
  return run(['update', '--from', file, '--accept', 'shrink,grow,swallow'])
}

function targets(size) {
  fresh()
  const vendors = ['nsg', 'iptables', 'paloalto', 'fortigate']
  const lines = Array.from({ length: size }, (_, index) => {
    const vendor = vendors[index % vendors.length]
    return `  - { name: t${index}, vendor: ${vendor}, out: rules/${vendor}/t${index} }\n`
  })
  writeFileSync(join(cwd, 'tagwall.yaml'), `${rules}targets:\n${lines.join('')}`)
  // Without the disk, which would hide everything else.
  return run(['build', '--dry-run'])
}

/** An audit, which compares with every snapshot there is. */
function snapshots(size) {
  if (size !== snapshots.made) {
    fresh()
    const random = seeded(2)
    const tags = [
      'AzureActiveDirectory',
      'AzureResourceManager',
      'AzureFrontDoor.FirstParty',
      'MicrosoftContainerRegistry',
    ]
    mkdirSync(join(cwd, 'snapshots/public'), { recursive: true })
    for (let week = 0; week < size; week++) {
      const date = new Date(Date.UTC(2020, 0, 6 + 7 * week)).toISOString().slice(0, 10).replaceAll('-', '')
      const file = join(cwd, `ServiceTags_Public_${date}.json`)
      const values = tags.map((name) => ({ name, properties: { addressPrefixes: distinctPrefixes(250, random) } }))
      writeFileSync(file, JSON.stringify({ changeNumber: week + 1, cloud: 'Public', values }))
      run(['fetch', '--from', file, '--accept', 'shrink,grow,swallow'])
    }
    writeFileSync(join(cwd, 'list.txt'), '20.0.0.0/32\n')
    snapshots.made = size
  }
  return run(['audit', 'list', 'list.txt'], [1])
}

/** A week in which some prefixes come and as many go, for as many rules with ports of their own: `update` with a delta and a rollback. The first run is not counted. */
function week(vendor, options, size, changes, rules = 1) {
  fresh()
  const all = distinctPrefixes(size, seeded(3))
  const step = Math.floor(size / changes)
  const [older, newer] = [0, 1].map((side) => {
    const file = join(cwd, `ServiceTags_Public_2025111${side}.json`)
    const addressPrefixes = all.filter((_, index) => index % step > 0 || ((index / step) & 1) === side)
    writeFileSync(
      file,
      JSON.stringify({
        changeNumber: side,
        cloud: 'Public',
        values: [{ name: 'AzureCloud', properties: { addressPrefixes } }],
      }),
    )
    return file
  })
  const ruleAt = (index) =>
    `{ name: Cloud${index}, tags: [AzureCloud], direction: outbound, protocol: tcp, ports: [${443 + index}], priority: ${150 + index} }`
  const lines = Array.from({ length: rules }, (_, index) => `  - ${ruleAt(index)}\n`)
  const target = `{ name: edge, vendor: ${vendor}, out: rules/edge, options: ${JSON.stringify(options)} }`
  writeFileSync(join(cwd, 'tagwall.yaml'), `rules:\n${lines.join('')}targets:\n  - ${target}\n`)
  run(['update', '--from', older])
  const ms = run(['update', '--from', newer, '--accept', 'shrink,grow,swallow'])
  const files = readdirSync(join(cwd, 'rules'))
  for (const way of ['delta', 'rollback'])
    if (!files.some((name) => name.includes(`.${way}`)))
      throw new Error(`${vendor}: no ${way} for ${changes} changes of ${size}`)
  return ms
}

/** The plan of an edit that gives the rule with as many prefixes another port: it compares the items of both sides. */
function edit(vendor, options) {
  let made
  return (size) => {
    const policy = (ports) =>
      `rules:\n  - { name: Cloud, tags: [AzureCloud], direction: outbound, ports: [${ports}], priority: 150 }\n` +
      `targets:\n  - { name: edge, vendor: ${vendor}, out: rules/edge, options: ${JSON.stringify(options)} }\n`
    if (size !== made) {
      fresh()
      const file = join(cwd, 'ServiceTags_Public_20251110.json')
      const values = [{ name: 'AzureCloud', properties: { addressPrefixes: distinctPrefixes(size, seeded(3)) } }]
      writeFileSync(file, JSON.stringify({ changeNumber: 1, cloud: 'Public', values }))
      writeFileSync(join(cwd, 'tagwall.yaml'), policy('443'))
      run(['update', '--from', file])
      made = size
    }
    writeFileSync(join(cwd, 'tagwall.yaml'), policy('443, 80'))
    const { cpu, stdout } = once(['plan'])
    if (!stdout.startsWith('opens tcp 80 to ')) throw new Error(`the plan says: ${stdout.split('\n')[0]}`)
    return cpu
  }
}

/** The plan of an edit of one of as many rules on one port, whose tags share addresses: on some devices each rule is made again. */
function editOfRules(vendor) {
  let made
  return (size) => {
    const policy = (ports) => {
      const ruleAt = (index) =>
        `{ name: Cloud${index}, tags: [Tag${index}], direction: outbound, protocol: tcp, ports: [${index === size >> 1 ? ports : 443}], priority: ${150 + index} }`
      const lines = Array.from({ length: size }, (_, index) => `  - ${ruleAt(index)}\n`)
      return `rules:\n${lines.join('')}targets:\n  - { name: edge, vendor: ${vendor}, out: rules/edge }\n`
    }
    if (size !== made) {
      fresh()
      const file = join(cwd, 'ServiceTags_Public_20251110.json')
      const [shared, own] = [distinctPrefixes(8, seeded(3)), distinctPrefixes(size, seeded(4))]
      const values = own.map((prefix, index) => {
        return { name: `Tag${index}`, properties: { addressPrefixes: [...new Set([...shared, prefix])] } }
      })
      writeFileSync(file, JSON.stringify({ changeNumber: 1, cloud: 'Public', values }))
      writeFileSync(join(cwd, 'tagwall.yaml'), policy('443'))
      run(['update', '--from', file])
      made = size
    }
    writeFileSync(join(cwd, 'tagwall.yaml'), policy('443, 80'))
    const { cpu, stdout } = once(['plan'])
    if (!stdout.startsWith('opens tcp 80 to ')) throw new Error(`the plan says: ${stdout.split('\n')[0]}`)
    return cpu
  }
}

const FIREWALLS = {
  paloalto: {},
  fortigate: { srcintf: 'internal', dstintf: 'wan1' },
  'cisco-asa': {},
  iptables: { match: 'ipset' },
}

const tools = { run: once, fresh, cwd }
const document = join(cwd, 'ServiceTags_Public_20251103.json')
writeFileSync(document, syntheticDocument({ seed: 3 }))
const RULES = [250, 500, 1000, 2000, 4000]
const LINES = [1000, 10_000, 50_000]

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, plots: { type: 'string' }, rounds: { type: 'string', default: '3' } },
  allowPositionals: true,
})
const axes = [
  ['prefixes in each of 4 tags, update', prefixes, [1, 10, 100, 1000, 10_000]],
  ['targets, build --dry-run', targets, [1, 10, 100, 1000, 10_000]],
  ['snapshots, audit', snapshots, [2, 20, 200]],
  ['rules with ports of their own, build', buildOfRules('ports', tools), RULES],
  ['rules with ports of their own, audit', auditOfRules('ports', tools), [...RULES, 8000, 16_000]],
  ['denials with ports of their own, audit', auditOfPorts('none', tools), LINES],
  ['denials with ports of their own, mixed with allows, audit', auditOfPorts('same', tools), LINES],
  ['denials with ports of their own, mixed with allows for any port, audit', auditOfPorts('any', tools), LINES],
  ['rules with local sides of their own, build', buildOfRules('locals', tools), RULES],
  ['rules with local sides of their own, audit', auditOfRules('locals', tools), RULES],
  ['denials with local sides of their own, audit', auditOfDenials(tools), [500, 1000, 2000, 4000]],
  ['sites with two targets and a local side, build', buildOfSites(rules, tools), [1, 10, 100, 1000]],
  ['sites with two targets and a local side, plan of an edit', planOfSites(rules, tools), [1, 10, 100, 1000]],
  ['addresses, lookup', lookups(document, tools), [1, 10, 100, 1000, 10_000]],
  ...Object.entries(FIREWALLS).map(([vendor, options]) => [
    `prefixes in a week with 10 changes, ${vendor}`,
    (size) => week(vendor, options, size, 10),
    [100, 1000, 8000, 64_000],
  ]),
  ...Object.entries(FIREWALLS).map(([vendor, options]) => [
    `prefixes of a rule, plan of an edit, ${vendor}`,
    edit(vendor, options),
    [100, 1000, 8000],
  ]),
  ['rules on one port, plan of an edit, mikrotik', editOfRules('mikrotik'), [25, 50, 100, 200, 400]],
  ...['paloalto', 'fortigate'].map((vendor) => [
    `changes, and 16 prefixes for each, ${vendor}`,
    (size) => week(vendor, FIREWALLS[vendor], 16 * size, size),
    [10, 100, 1000],
  ]),
  ...['paloalto', 'fortigate', 'juniper-srx', 'cisco-asa', 'cisco-ios', 'iptables', 'mikrotik'].map((vendor) => [
    `rules in a week that changes the tag of all, ${vendor}`,
    (size) => week(vendor, FIREWALLS[vendor] ?? {}, 16, 2, size),
    [25, 50, 100, 200, 400, 800, 1600],
  ]),
].filter(([what]) => positionals.length === 0 || positionals.some((word) => what.includes(word)))

const series = axes.map(([what, measure, sizes]) => {
  const points = sizes.map((size) => [size, median(Array.from({ length: Number(values.rounds) }, () => measure(size)))])
  const [[, least]] = points
  // What is lost in the noise of a process's start says nothing.
  const above = points.map(([size, ms]) => [size, ms - least]).filter(([, ms]) => ms > 0.2 * least)
  const found = { what, points, exponent: above.length > 1 ? exponent(above) : undefined }
  if (values.plots !== undefined) {
    mkdirSync(values.plots, { recursive: true })
    writeFileSync(join(values.plots, `${what.replaceAll(/[^a-z0-9]+/g, '-')}.svg`), plot(found))
  }
  return found
})

report({
  title: 'how it grows',
  series,
  text: `how it grows, CPU of whole processes:\n${series
    .map(({ what, points, exponent }) => {
      const costs = points.map(([size, ms]) => `${size}: ${ms.toFixed(0)} ms`).join(', ')
      return `  ${what}: ${costs}; exponent ${exponent?.toFixed(2) ?? 'too small to tell'}\n`
    })
    .join('')}`,
})
