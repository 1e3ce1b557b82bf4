import { type AddressFamily, formatPrefix } from '../address/prefix.ts'
import { diff } from '../document/diff.ts'
import { openHistory } from '../document/history.ts'
import { noSnapshot } from '../document/open-document.ts'
import { openTags, type TagOptions } from '../document/open-tags.ts'
import { staleCheck } from '../document/stale-check.ts'
import { UserError } from '../errors.ts'
import { printWarnings } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { policyLocalJson } from '../model/json.ts'
import type { OptionValue } from '../model/option.ts'
import { holdsText, localText, type Rule, ruleTraffic } from '../model/policy.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { scopeText, siteOf, withoutSite } from '../model/site.ts'
import { limitText, type Option, settingsText } from '../model/vendor.ts'
import { VENDOR_KINDS } from '../model/vendor-words.ts'
import { builtInPolicies } from '../paths.ts'
import { loadPolicy, vendorFolders } from '../policy/load.ts'
import { formatTable } from '../text/lines.ts'
import { didYouMean } from '../text/nearest.ts'
import { formatCount } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'
import { readVendor, listVendors as vendorsIn } from '../vendor/vendor.ts'

/** The options of a list, from the command line. */
export interface ListOptions extends TagOptions {
  readonly names?: boolean
}

/** All of `items`, or the one with that name. Throws a `UserError` if there is none: `lacks`, such as `policy a.yaml has no rule`, with the nearest name. */
function only<One extends { readonly name: string }>(
  items: readonly One[],
  name: string | undefined,
  lacks: string,
): readonly One[] {
  if (name === undefined) return items
  const chosen = items.filter((one) => one.name === name)
  if (chosen.length > 0) return chosen
  const names = items.map((one) => one.name)
  throw new UserError(`${lacks} "${name}"${didYouMean(name, names)}`)
}

/** The stored snapshots of a cloud, each with what it gained and lost. */
async function listSnapshots(name: string | undefined, options: ListOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  const { cloud } = policy
  const history = openHistory(options, policy, io)
  const { files, isShipped } = history
  const newest = files.at(-1)
  if (newest) printWarnings(staleCheck(history, newest.published, io), io)
  const documents = files.map((file) => file.read())
  const all = documents.map((document, index) => snapshotRow(document, documents[index - 1]))
  const rows = all.filter(({ published }) => name === undefined || published === name)
  if (name !== undefined && rows.length === 0) throw new UserError(noSnapshot(name, history, io))
  const head = ['published', 'change number', 'tags', 'IPv4 prefixes', 'IPv6 prefixes', 'gained', 'lost']
  const cells = rows.map((row) => [
    row.published,
    String(row.changeNumber),
    String(row.tagCount),
    formatCount(row.ipv4Prefixes),
    formatCount(row.ipv6Prefixes),
    row.gained === null ? '' : `+${row.gained}`,
    row.lost === null ? '' : `-${row.lost}`,
  ])
  const note = isShipped ? 'these snapshots are shipped with tagwall\n' : ''
  return {
    names: rows.map(({ published }) => published),
    json: { cloud, shipped: isShipped, snapshots: rows },
    text: note + formatTable([head, ...cells], { right: [1, 2, 3, 4, 5, 6] }),
  }
}

function snapshotRow(document: TagDocument, before: TagDocument | undefined) {
  const tags = [...document.tags.values()]
  const countOf = (family: AddressFamily) =>
    tags.reduce((sum, { prefixes }) => sum + prefixes.family(family).prefixCount, 0)
  const delta = before && diff(before, document)
  const changed = (side: 'added' | 'removed') =>
    delta ? delta.tags.reduce((sum, tag) => sum + tag[side].prefixCount, 0) : null
  const { published, changeNumber, source, sha256 } = document
  return {
    published,
    changeNumber,
    source,
    sha256,
    tagCount: tags.length,
    ipv4Prefixes: countOf('ipv4'),
    ipv6Prefixes: countOf('ipv6'),
    gained: changed('added'),
    lost: changed('removed'),
  }
}

const TAGS_OF_POLICY =
  'These are the tags that policies with these snapshots use. All tags of a published document: tagwall list tags --from FILE\n'

/** The tags of the snapshots, or of a published document. */
async function listTags(name: string | undefined, options: ListOptions, io: Io) {
  const { tags, where, isWhole } = await openTags(options, io)
  const known = tags.map((tag) => tag.name)
  const chosen = tags.filter((tag) => name === undefined || tag.name.toLowerCase() === name.toLowerCase())
  if (name !== undefined && chosen.length === 0)
    throw new UserError(`no tag "${name}" in ${where}${didYouMean(name, known)}`)
  const rows = chosen.map(({ name, region, systemService, prefixes }) => {
    const ipv6 = prefixes.filter(({ family }) => family === 'ipv6').length
    return { name, region, systemService, ipv4Prefixes: prefixes.length - ipv6, ipv6Prefixes: ipv6 }
  })
  const cells = rows.map(({ name, region, systemService, ipv4Prefixes, ipv6Prefixes }) => [
    ...[name, formatCount(ipv4Prefixes), formatCount(ipv6Prefixes)],
    ...[region, systemService].map(sanitize),
  ])
  const head = ['tag', 'IPv4 prefixes', 'IPv6 prefixes', 'region', 'service']
  const table = formatTable([head, ...cells], { right: [1, 2] })
  return {
    names: rows.map(({ name }) => name),
    json: { source: where, tags: rows },
    text: `${table}${isWhole || name !== undefined ? '' : TAGS_OF_POLICY}`,
  }
}

/** The vendors by kind, or the options, files, limits and models of one. */
async function listVendors(name: string | undefined, options: ListOptions, io: Io) {
  const folders = vendorFolders(options, io)
  return name === undefined ? showVendors(folders) : showVendor(name, folders)
}

/** The vendors by kind. */
export function showVendors(folders: readonly string[]) {
  const vendors = [...vendorsIn(folders).keys()].map((vendor) => readVendor(vendor, folders))
  const rows = vendors.map(({ name, title, kind, options }) => ({
    name,
    title,
    kind,
    optionNames: Object.keys(options),
  }))
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

/** The options, files, limits and models of a vendor; as JSON, these parts of its manifest as they are there. */
export function showVendor(name: string, folders: readonly string[]) {
  const { title, kind, options, artefacts, limits, models, narrows } = readVendor(name, folders)
  const rows = Object.entries(options).map(([option, entry]) => [
    `  ${option}`,
    valuesOf(entry),
    `default ${formatValue(entry.default)}`,
    entry.help,
  ])
  const parts = artefacts.map(({ part, family, each, when }) => {
    return [`  ${each ? 'one for each rule' : part}`, family ?? 'both families', settingsText(when)]
  })
  const most = Object.entries(limits).flatMap(([limit, { cases, ...usual }]) =>
    [usual, ...cases.filter(({ max }) => max !== undefined)].map((one) => [
      `  ${limit}`,
      limitText(one),
      settingsText(one.when),
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
    json: { manifest: { name, title, kind, options, artefacts, limits, models, narrows } },
    text: `${name}: ${title}\n${section('options (in a target, or with --set NAME=VALUE)', rows)}${section('files', parts)}${section('limits (override in a target: limits: { NAME: NUMBER })', most)}${section('models (in a target: model: NAME, or with --model NAME)', presets)}${section('parts that an audit can look at (with --narrow NAME=VALUE)', keys)}`,
  }
}

function valuesOf(option: Option): string {
  if (option.type === 'choice') return Object.keys(option.choices).join(' | ')
  if (option.type === 'integer') return `${option.min} to ${option.max}`
  return { boolean: 'true | false', list: 'a,b,...', string: 'text' }[option.type]
}

const formatValue = (value: OptionValue) =>
  Array.isArray(value) ? value.join(',') || '(none)' : String(value) || '(none)'

/** The policies that ship with tagwall, or the one in use, with their rules. */
async function listPolicies(name: string | undefined, options: ListOptions, io: Io) {
  const names = name === undefined ? builtInPolicies() : [name]
  const policies = await Promise.all(names.map((policy) => loadPolicy({ ...options, policy }, io)))
  const rows = policies.flatMap((policy) => policy.rules.map((rule) => [policy.name, ...ruleCells(rule)]))
  return {
    names: policies.map(({ name }) => name),
    json: {
      policies: policies.map(({ name, cloud, rules }) => ({ name, cloud, rules: rules.map(policyRuleJson) })),
    },
    text: formatTable([['policy', 'rule', 'tags', 'direction', 'ports', 'priority'], ...rows]),
  }
}

const ruleCells = (rule: Rule) => [rule.name, holdsText(rule), rule.direction, ruleTraffic(rule), String(rule.priority)]

/** The rules of the policy in use. */
async function listRules(name: string | undefined, options: ListOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  const rules = only(policy.rules, name, `policy ${policy.name} has no rule`)
  const rows = rules.map((rule) => [...ruleCells(rule), scopeText(rule) || 'all'])
  return {
    names: rules.map((rule) => rule.name),
    json: { policy: policy.name, rules: rules.map(policyRuleJson) },
    text: formatTable([['rule', 'tags', 'direction', 'ports', 'priority', 'targets'], ...rows]),
  }
}

/** A rule as a policy has it. */
export function policyRuleJson({ at: _, prefixes, except, local, targets, sites, ...rule }: Rule) {
  return {
    ...rule,
    targets: targets ?? null,
    sites: sites ?? null,
    prefixes: prefixes.map(formatPrefix),
    except: { tags: except.tags, prefixes: except.prefixes.map(formatPrefix) },
    local: local ? policyLocalJson(local) : null,
  }
}

/** The targets of the policy in use, those of sites too. */
async function listTargets(name: string | undefined, options: ListOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  const chosen = only(policy.targets, name, `policy ${policy.name} has no target`)
  const rows = chosen.map(({ name, vendor, out }) => ({ name, vendor, out }))
  return {
    names: rows.map((row) => row.name),
    json: { policy: policy.name, targets: rows },
    text: formatTable([['target', 'vendor', 'out'], ...rows.map(({ name, vendor, out }) => [name, vendor, out])]),
  }
}

/** The sites of the policy in use. */
async function listSites(name: string | undefined, options: ListOptions, io: Io) {
  const { sites = [], targets, ...policy } = await loadPolicy(options, io)
  if (sites.length === 0)
    throw new UserError(`policy ${policy.name} has no sites; a policy lists them under "sites": docs/sites.md`)
  const chosen = only(sites, name, `policy ${policy.name} has no site`)
  const rows = chosen.map(({ name, vars, local }) => ({
    name,
    vars,
    local,
    targets: targets.filter((target) => siteOf(target.name) === name).map((target) => withoutSite(target.name)),
  }))
  const cells = rows.map(({ name, vars, local, targets }) => {
    const values = Object.entries(vars).map(([variable, value]) => `${variable}=${value}`)
    return [name, targets.join(', '), [...values, ...(local ? [`local: ${localText(local)}`] : [])].join(', ')]
  })
  return {
    names: rows.map((row) => row.name),
    json: {
      policy: policy.name,
      sites: rows.map((row) => ({ ...row, local: row.local ? policyLocalJson(row.local) : null })),
    },
    text: formatTable([['site', 'targets', 'variables'], ...cells]),
  }
}

/** The lists to print, by name: each as a value for JSON, as a table, and the names alone. */
export const LISTS = {
  snapshots: listSnapshots,
  tags: listTags,
  vendors: listVendors,
  policies: listPolicies,
  rules: listRules,
  targets: listTargets,
  sites: listSites,
}
