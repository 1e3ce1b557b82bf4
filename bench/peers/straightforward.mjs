// The same plan, built as one would at first: commander, zod over the whole file, ip-address with BigInt, Handlebars compiled at
// run time, undici imported, not bundled. It reads, validates, selects the tags of the built-in policy, takes their exact minimal
// cover, compares with the newest snapshot, renders the shipped templates for four vendors, stores the snapshot. It proves nothing.
// usage: node straightforward.mjs --from FILE --snapshots DIR --out DIR
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import Handlebars from 'handlebars'
import { Address4, Address6 } from 'ip-address'
import 'undici'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { from, snapshots, out } = new Command()
  .requiredOption('--from <file>')
  .requiredOption('--snapshots <dir>')
  .requiredOption('--out <dir>')
  .parse()
  .opts()

const addressOf = (text) => (text.includes(':') ? new Address6(text) : new Address4(text))
const cidr = z.string().refine((text) => {
  try {
    return addressOf(text).isCorrect !== undefined && text.includes('/')
  } catch {
    return false
  }
})
const documentSchema = z.object({
  changeNumber: z.number(),
  cloud: z.string(),
  values: z.array(
    z.object({
      name: z.string(),
      properties: z.object({
        changeNumber: z.number().nullish(),
        region: z.string().nullish(),
        systemService: z.string().nullish(),
        addressPrefixes: z.array(cidr).min(1),
        networkFeatures: z.array(z.string()).nullish(),
      }),
    }),
  ),
})

const bytes = readFileSync(from)
const document = documentSchema.parse(JSON.parse(bytes.toString('utf8')))
const policy = parseYaml(readFileSync(join(ROOT, 'policies/arc-kubernetes.yaml'), 'utf8'))
const published = /(\d{4})(\d{2})(\d{2})/.exec(basename(from)).slice(1).join('-')

/** The minimal cover of CIDRs, as { family, address, length, cidr }. */
function cover(cidrs) {
  return [4, 6].flatMap((family) => {
    const bits = family === 4 ? 32 : 128
    const ranges = cidrs
      .filter((text) => text.includes(':') === (family === 6))
      .map((text) => {
        const first = addressOf(text).startAddress().bigInt()
        return [first, first | ((1n << BigInt(bits - Number(text.split('/')[1]))) - 1n)]
      })
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    const merged = []
    for (const [first, last] of ranges) {
      const before = merged.at(-1)
      if (before && first <= before[1] + 1n) {
        if (last > before[1]) before[1] = last
      } else merged.push([first, last])
    }
    return merged.flatMap(([first, last]) => {
      const found = []
      for (let address = first; address <= last; ) {
        let length = bits
        while (length > 0 && fits(address, bits - length + 1, last)) length--
        found.push({ family, bits, address, length })
        address += 1n << BigInt(bits - length)
      }
      return found
    })
  })
}
const fits = (address, hostBits, last) => {
  const size = 1n << BigInt(hostBits)
  return address % size === 0n && address + size - 1n <= last
}
const format = (family, value) => (family === 4 ? Address4 : Address6).fromBigInt(value).correctForm()
const cidrOf = ({ family, address, length }) => `${format(family, address)}/${length}`

const tags = new Map(document.values.map(({ name, properties }) => [name, properties]))
const sets = policy.rules.map((rule) => ({ rule, prefixes: cover(tags.get(rule.tags[0]).addressPrefixes) }))

const folder = join(snapshots, 'public')
const newest = JSON.parse(readFileSync(join(folder, readdirSync(folder).sort().at(-1)), 'utf8'))
for (const { rule, prefixes } of sets) {
  const before = new Set(newest.tags.find(({ name }) => name === rule.tags[0])?.prefixes)
  const after = new Set(prefixes.map(cidrOf))
  console.log(
    rule.tags[0],
    [...after].filter((text) => !before.has(text)),
    [...before].filter((text) => !after.has(text)),
  )
}

const vendor = (name) => JSON.parse(readFileSync(join(ROOT, 'vendors', name, 'vendor.json'), 'utf8'))
function render(name, template, family, only) {
  const manifest = vendor(name)
  const words = manifest.words ?? {}
  const word = (text) => words[text] ?? text
  const options = Object.fromEntries(Object.entries(manifest.options).map(([key, { default: value }]) => [key, value]))
  const replace = manifest.names.object?.replace ?? {}
  const nameOf = (text) =>
    `${options.objectPrefix ?? ''}${[...text].map((letter) => replace[letter] ?? letter).join('')}`
  const viewOf = (prefix) => {
    const text = cidrOf(prefix)
    const mask = (1n << BigInt(prefix.bits)) - (1n << BigInt(prefix.bits - prefix.length))
    return {
      cidr: text,
      name: nameOf(text),
      address: format(prefix.family, prefix.address),
      mask: format(prefix.family, mask),
      family: prefix.family,
      value: prefix.address,
      length: prefix.length,
    }
  }
  const cut = (text, { max = 255 } = {}) => text.slice(0, max)
  const isTags = name === 'nsg'
  const setViews = sets.map(({ rule, prefixes: all }) => {
    const prefixes = all.filter((prefix) => !family || prefix.family === family).map(viewOf)
    const groups = manifest.groups
      ? (manifest.groups.families === 'together' ? [0] : [4, 6]).map((own) => ({
          name: `${rule.name}${own ? `-${word(`ipv${own}`)}` : ''}`,
          isIpv4: own === 4,
          isIpv6: own === 6,
          chunks: [],
          members: prefixes.filter((prefix) => !own || prefix.family === own),
        }))
      : []
    return {
      name: rule.name,
      id: '',
      tagSummary: rule.tags[0],
      prefixes,
      groups: groups.filter(({ members }) => members.length > 0),
    }
  })
  const service = {
    name: 'tcp-443',
    protocol: word('tcp'),
    isSinglePort: true,
    isSingleEntry: true,
    ports: [{ text: '443' }],
  }
  const rules = policy.rules
    .flatMap((rule, index) =>
      (rule.direction === 'both' ? ['outbound', 'inbound'] : [rule.direction]).map((direction) => ({
        name:
          cut(rule.name, {
            max: manifest.names.rule.max - (rule.direction === 'both' && direction === 'inbound' ? 3 : 0),
          }) + (rule.direction === 'both' && direction === 'inbound' ? '-in' : ''),
        policyRule: rule.name,
        priority: rule.priority,
        direction: word(direction),
        isOutbound: direction === 'outbound',
        action: word('allow'),
        protocol: word('tcp'),
        service,
        set: setViews[index],
        tag: isTags ? rule.tags[0] : '',
        prefixes: setViews[index].prefixes,
        hasIpv4: setViews[index].prefixes.some((prefix) => prefix.family === 4),
        hasIpv6: setViews[index].prefixes.some((prefix) => prefix.family === 6),
      })),
    )
    .sort((a, b) => a.priority - b.priority || Number(b.isOutbound) - Number(a.isOutbound))
  const everything = [
    ...new Map(setViews.flatMap(({ prefixes }) => prefixes).map((prefix) => [prefix.cidr, prefix])).values(),
  ].sort((a, b) => a.family - b.family || (a.value < b.value ? -1 : a.value > b.value ? 1 : a.length - b.length))
  const handlebars = Handlebars.create()
  handlebars.registerHelper({
    json: (value) => JSON.stringify(value),
    add: (...terms) => terms.slice(0, -1).reduce((sum, term) => sum + term, 0),
  })
  const files = readdirSync(join(ROOT, 'vendors', name)).filter((file) => file.endsWith('.hbs'))
  for (const file of files) {
    if (file.startsWith('_'))
      handlebars.registerPartial(
        file.slice(1, -4),
        handlebars.compile(readFileSync(join(ROOT, 'vendors', name, file), 'utf8'), { noEscape: true }),
      )
  }
  const compiled = handlebars.compile(readFileSync(join(ROOT, 'vendors', name, template), 'utf8'), { noEscape: true })
  const text = compiled({
    header: `Azure service tags Public ${published} (change number ${document.changeNumber}), policy arc-kubernetes`,
    options,
    rules,
    sets: setViews,
    closing: [],
    services: [service],
    prefixes: everything,
    families: [4, 6].map((own) => ({ prefixes: everything.filter((prefix) => prefix.family === own) })),
    directions: ['outbound', 'inbound'].map((direction) => {
      const own = rules.filter(({ isOutbound }) => isOutbound === (direction === 'outbound'))
      return {
        direction: word(direction),
        services: [{ ...service, direction: word(direction), id: String(own[0].priority), rules: own }],
      }
    }),
    is: { match: { ipset: false } },
  })
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, only), text)
}

render('nsg', 'template.hbs', 0, 'nsg.json')
render('iptables', 'rules.hbs', 4, 'iptables.v4')
render('iptables', 'rules.hbs', 6, 'iptables.v6')
render('iptables', 'hook.hbs', 0, 'iptables.hook.sh')
render('paloalto', 'set-vsys.hbs', 0, 'paloalto.txt')
render('fortigate', 'cli.hbs', 0, 'fortigate.conf')
writeFileSync(
  join(folder, `${published}.json`),
  JSON.stringify(
    {
      published,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      tags: sets.map(({ rule, prefixes }) => ({ name: rule.tags[0], prefixes: prefixes.map(cidrOf) })),
    },
    null,
    2,
  ),
)
