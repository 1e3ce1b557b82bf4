import { Option as Flag } from 'commander'
import { FAMILIES } from '../address/prefix.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { diff } from '../document/diff.ts'
import { openHistory } from '../document/history.ts'
import { noSnapshot } from '../document/open-document.ts'
import { openTags } from '../document/open-tags.ts'
import { staleCheck } from '../document/staleness.ts'
import { UserError } from '../errors.ts'
import { printWarnings } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { formatJson, policyRuleJson } from '../model/json.ts'
import { conditionText, limitText } from '../model/limit-text.ts'
import { localText } from '../model/local-text.ts'
import type { OptionValue } from '../model/option-values.ts'
import type { Rule } from '../model/policy.ts'
import { holdsText, trafficText } from '../model/rule-text.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { siteOf, withoutSite } from '../model/site.ts'
import { type Option, VENDOR_KINDS } from '../model/vendor.ts'
import { builtInPolicies } from '../paths.ts'
import { type CommonOptions, loadPolicy, vendorFolders } from '../policy/load.ts'
import { didYouMean } from '../text/nearest.ts'
import { formatCount } from '../text/numbers.ts'
import { formatTable } from '../text/table.ts'
import { listVendors, readVendor } from '../vendor/vendor.ts'

export interface ListOptions extends CommonOptions {
  readonly from?: string
  readonly allowHost?: readonly string[]
  readonly names?: boolean
}

/** The lists, by name. */
export const LISTS = {
  snapshots: listSnapshotTable,
  tags: listTags,
  vendors: listVendorTable,
  policies: listPolicies,
  rules: listRules,
  targets: listTargets,
  sites: listSites,
}

export const command: CommandSpec<[what: string, name?: string], ListOptions> = {
  summary: 'list snapshots, tags, vendors, policies, rules, targets or sites',
  about:
    'Lists what there is. "list tags" has the tags of the policy; with --from, every published tag. "list rules", "list targets" and "list sites" are about the policy in use. It writes nothing.',
  docs: 'docs/cli.md',
  uses: 'rules',
  examples: [
    ['tagwall list snapshots', 'show what each snapshot gained and lost'],
    ['tagwall list vendors list', 'show options, limits and models of one vendor'],
    ['tagwall list tags --from ServiceTags_Public_20251110.json', 'show every published tag'],
    ['tagwall list targets --names', 'print the names of the targets, one per line'],
  ],
  flags: (command) =>
    command
      .argument('<what>', 'snapshots, tags, vendors, policies, rules, targets or sites')
      .argument('[name]', 'only this entry, in full')
      .addOption(option.from().conflicts('snapshot'))
      .addOption(option.allowHost())
      .addOption(option.snapshot())
      .addOption(new Flag('--names', 'print only the names, one per line, for a script').conflicts('json')),
  run: ([what, name], options, io) => runList(what, name, options, io),
}

/** Prints one of the lists; `name` narrows it to one entry, shown in full. */
async function runList(what: string, name: string | undefined, options: ListOptions, io: Io): Promise<0> {
  const names = Object.keys(LISTS)
  if (!names.includes(what))
    throw new UserError(`unknown list "${what}"${didYouMean(what, names) || `; there are ${names.join(', ')}`}`)
  const { json, text, names: listed } = await LISTS[what as keyof typeof LISTS](name, options, io)
  if (options.names) io.out(listed.map((one) => `${one}\n`).join(''))
  else io.out(options.json ? formatJson(json) : text)
  return 0
}

interface Listing {
  readonly json: unknown
  readonly text: string
  readonly names: readonly string[]
}

async function listSnapshotTable(name: string | undefined, options: ListOptions, io: Io): Promise<Listing> {
  const policy = await loadPolicy(options, io)
  const { cloud } = policy
  const history = openHistory(options, cloud, io)
  const { files, isShipped } = history
  const newest = files.at(-1)
  if (newest) printWarnings(staleCheck(policy, history, newest.published, io), io)
  const documents = files.map((file) => history.read(file))
  const all = documents.map((document, index) => snapshotRow(document, documents[index - 1]))
  const rows = name === undefined ? all : all.filter(({ published }) => published === name)
  if (name !== undefined && rows.length === 0) throw new UserError(noSnapshot(name, history, cloud, io))
  const head = ['published', 'change number', 'tags', 'IPv4 prefixes', 'IPv6 prefixes', 'gained', 'lost']
  const cells = rows.map((row) => [
    row.published,
    String(row.changeNumber),
    String(row.tags),
    formatCount(row.ipv4),
    formatCount(row.ipv6),
    row.gained === null ? '' : `+${row.gained}`,
    row.lost === null ? '' : `-${row.lost}`,
  ])
  const note = isShipped ? 'these snapshots are shipped with tagwall\n' : ''
  return {
    names: rows.map(({ published }) => published),
    json: { cloud, shipped: isShipped, snapshots: rows },
    text: note + formatTable([head, ...cells], ['left', 'right', 'right', 'right', 'right', 'right', 'right']),
  }
}

function snapshotRow(document: TagDocument, before: TagDocument | undefined) {
  const tags = [...document.tags.values()]
  const [ipv4, ipv6] = FAMILIES.map((family) =>
    tags.reduce((sum, { prefixes }) => sum + prefixes.family(family).prefixes.length, 0),
  ) as [number, number]
  const delta = before && diff(before, document)
  const changed = (side: 'added' | 'removed') =>
    delta ? delta.tags.reduce((sum, tag) => sum + tag[side].prefixes.length, 0) : null
  const { published, changeNumber, source, sha256 } = document
  return {
    published,
    changeNumber,
    source,
    sha256,
    tags: tags.length,
    ipv4,
    ipv6,
    gained: changed('added'),
    lost: changed('removed'),
  }
}

const TAGS_OF_POLICY =
  'These are the tags that policies with these snapshots use. All tags of a published document: tagwall list tags --from FILE\n'

async function listTags(name: string | undefined, options: ListOptions, io: Io): Promise<Listing> {
  const { tags, where, isWhole } = await openTags(options, io)
  const known = tags.map((tag) => tag.name)
  const chosen = name === undefined ? tags : tags.filter((tag) => tag.name.toLowerCase() === name.toLowerCase())
  if (chosen.length === 0) throw new UserError(`no tag "${name ?? ''}" in ${where}${didYouMean(name ?? '', known)}`)
  const rows = chosen.map(({ name, region, systemService, prefixes }) => {
    const ipv6 = prefixes.filter(({ family }) => family === 'ipv6').length
    return { name, region, systemService, ipv4: prefixes.length - ipv6, ipv6 }
  })
  const cells = rows.map(({ name, region, systemService, ipv4, ipv6 }) => [
    name,
    formatCount(ipv4),
    formatCount(ipv6),
    region,
    systemService,
  ])
  return {
    names: rows.map(({ name }) => name),
    json: { document: where, tags: rows },
    text:
      formatTable(
        [['tag', 'IPv4 prefixes', 'IPv6 prefixes', 'region', 'service'], ...cells],
        ['left', 'right', 'right', 'left', 'left'],
      ) + (isWhole || name !== undefined ? '' : TAGS_OF_POLICY),
  }
}

async function listVendorTable(name: string | undefined, options: ListOptions, io: Io): Promise<Listing> {
  const folders = vendorFolders(options, io)
  if (name !== undefined) return showVendor(name, folders)
  const vendors = [...listVendors(folders).keys()].map((vendor) => readVendor(vendor, folders))
  const rows = vendors.map(({ name, title, kind, options }) => ({ name, title, kind, options: Object.keys(options) }))
  const groups = Object.entries(VENDOR_KINDS).flatMap(([kind, heading]) => {
    const members = rows.filter((row) => row.kind === kind).map(({ name, title }) => [`  ${name}`, title])
    return members.length > 0 ? [`${heading}\n${formatTable(members)}`] : []
  })
  return {
    names: rows.map(({ name }) => name),
    json: { vendors: rows },
    text: `${groups.join('\n')}\ndetails of one vendor: tagwall list vendors NAME\n`,
  }
}

function showVendor(name: string, folders: readonly string[]): Listing {
  const { title, kind, options, artefacts, limits, models, narrows } = readVendor(name, folders)
  const rows = Object.entries(options).map(([option, entry]) => [
    `  ${option}`,
    valuesOf(entry),
    `default ${formatValue(entry.default)}`,
    entry.help,
  ])
  const parts = artefacts.map(({ part, family, each, when }) => {
    return [`  ${each ? 'one for each rule' : part}`, family ?? 'both families', conditionText(when)]
  })
  const most = Object.entries(limits).flatMap(([limit, { cases, ...usual }]) =>
    [usual, ...cases.filter(({ max }) => max !== undefined)].map((one) => [
      `  ${limit}`,
      limitText(one),
      conditionText(one.when),
      one.source,
    ]),
  )
  const presets = Object.entries(models).flatMap(([model, { help, limits }]) => [
    [`  ${model}`, help],
    ...Object.entries(limits).map(([limit, one]) => ['', `${limit}: ${limitText(one)}, ${one.source}`]),
  ])
  const keys = Object.entries(narrows).map(([key, { help }]) => [`  ${key}`, help])
  const section = (heading: string, table: string[][]) =>
    table.length > 0 ? `\n${heading}\n${formatTable(table)}` : ''
  return {
    names: [name],
    json: { vendors: [{ name, title, kind, options, artefacts, limits, models, narrows }] },
    text: `${name}: ${title}\n${section('options (in a target, or with --set NAME=VALUE)', rows)}${section('files', parts)}${section('limits (override in a target: limits: { NAME: NUMBER })', most)}${section('models (in a target: model: NAME, or with --model NAME)', presets)}${section('parts that an audit can look at (with --narrow NAME=VALUE)', keys)}`,
  }
}

function valuesOf(option: Option): string {
  switch (option.type) {
    case 'choice':
      return Object.keys(option.choices).join(' | ')
    case 'integer':
      return `${option.min} to ${option.max}`
    case 'boolean':
      return 'true | false'
    case 'list':
      return 'a,b,...'
    case 'string':
      return 'text'
  }
}

const formatValue = (value: OptionValue) =>
  Array.isArray(value) ? value.join(',') || '(none)' : String(value) || '(none)'

async function listPolicies(name: string | undefined, options: ListOptions, io: Io): Promise<Listing> {
  const names = name === undefined ? builtInPolicies() : [name]
  const policies = await Promise.all(names.map((policy) => loadPolicy({ ...options, policy }, io)))
  const rows = policies.flatMap((policy) => policy.rules.map((rule) => [policy.name, ...ruleCells(rule)]))
  return {
    names: policies.map(({ name }) => name),
    json: {
      policies: policies.map(({ name, cloud, rules }) => ({
        name,
        cloud,
        rules: rules.map(policyRuleJson),
      })),
    },
    text: formatTable([['policy', 'rule', 'tags', 'direction', 'ports', 'priority'], ...rows]),
  }
}

/** A rule of a policy in a table. */
const ruleCells = (rule: Rule) => [rule.name, holdsText(rule), rule.direction, trafficText(rule), String(rule.priority)]

async function listRules(name: string | undefined, options: ListOptions, io: Io): Promise<Listing> {
  const policy = await loadPolicy(options, io)
  const known = policy.rules.map((rule) => rule.name)
  const rules = name === undefined ? policy.rules : policy.rules.filter((rule) => rule.name === name)
  if (rules.length === 0)
    throw new UserError(`policy ${policy.name} has no rule "${name ?? ''}"${didYouMean(name ?? '', known)}`)
  const rows = rules.map((rule) => [...ruleCells(rule), rule.targets?.join(', ') ?? 'all'])
  return {
    names: rules.map((rule) => rule.name),
    json: { policy: policy.name, rules: rules.map(policyRuleJson) },
    text: formatTable([['rule', 'tags', 'direction', 'ports', 'priority', 'targets'], ...rows]),
  }
}

async function listTargets(name: string | undefined, options: ListOptions, io: Io): Promise<Listing> {
  const policy = await loadPolicy(options, io)
  const known = policy.targets.map((target) => target.name)
  const chosen = name === undefined ? policy.targets : policy.targets.filter((target) => target.name === name)
  if (chosen.length === 0)
    throw new UserError(`policy ${policy.name} has no target "${name ?? ''}"${didYouMean(name ?? '', known)}`)
  const rows = chosen.map(({ name, vendor, out }) => ({ name, vendor, out }))
  return {
    names: rows.map((row) => row.name),
    json: { policy: policy.name, targets: rows },
    text: formatTable([['target', 'vendor', 'out'], ...rows.map(({ name, vendor, out }) => [name, vendor, out])]),
  }
}

async function listSites(name: string | undefined, options: ListOptions, io: Io): Promise<Listing> {
  const { sites = [], targets, ...policy } = await loadPolicy(options, io)
  if (sites.length === 0)
    throw new UserError(`policy ${policy.name} has no sites; a policy lists them under "sites": docs/sites.md`)
  const known = sites.map((site) => site.name)
  const chosen = name === undefined ? sites : sites.filter((site) => site.name === name)
  if (chosen.length === 0)
    throw new UserError(`policy ${policy.name} has no site "${name}"${didYouMean(name as string, known)}`)
  const rows = chosen.map(({ name, vars, local }) => ({
    name,
    vars,
    local: local ? localText(local) : null,
    targets: targets.filter((target) => siteOf(target.name) === name).map((target) => withoutSite(target.name)),
  }))
  const cells = rows.map(({ name, vars, local, targets }) => {
    const values = Object.entries(vars).map(([variable, value]) => `${variable}=${value}`)
    return [name, targets.join(', '), [...values, ...(local ? [`local: ${local}`] : [])].join(', ')]
  })
  return {
    names: rows.map((row) => row.name),
    json: { policy: policy.name, sites: rows },
    text: formatTable([['site', 'targets', 'variables'], ...cells]),
  }
}
