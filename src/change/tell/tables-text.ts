import { FAMILY_NAMES } from '../../address/family.ts'
import { FAMILIES } from '../../address/prefix.ts'
import type { Finding } from '../../finding/finding.ts'
import { type LimitUse, paceText, useText } from '../../model/capacity.ts'
import type { TargetChange } from '../../model/change.ts'
import { groupBy, groupsOf } from '../../model/group-by.ts'
import { contentsText } from '../../model/naming.ts'
import { ruleTraffic } from '../../model/policy.ts'
import type { FileResult } from '../../model/result.ts'
import type { ConcreteRule } from '../../model/ruleset.ts'
import { listSites, siteOf, textsBySite, withoutSite } from '../../model/site.ts'
import { addDays } from '../../text/dates.ts'
import { formatTable } from '../../text/lines.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import type { BuildResult } from '../build-result.ts'
import { itemLines } from './items-text.ts'
import { PieceKeys } from './sentences.ts'

/** The rules, with the size of each family that any of them has; empty without rules. */
export function rulesText(rules: readonly ConcreteRule[], width: number | undefined): string {
  if (rules.length === 0) return ''
  const families = FAMILIES.filter((family) => rules.some(({ set }) => !set.prefixes.family(family).isEmpty))
  const head = [
    ...['rule', 'direction', 'ports', 'tag'],
    ...families.flatMap((family) => [`${FAMILY_NAMES[family]} prefixes`, 'addresses']),
  ]
  const rows = rules.map((rule) => [
    rule.name,
    rule.direction,
    ruleTraffic(rule),
    contentsText(rule.set, 3),
    ...families
      .map((family) => rule.set.prefixes.family(family))
      .flatMap(({ prefixes, count }) => [formatCount(prefixes.length), formatCount(count)]),
  ])
  // Addresses first, because the policy file says the rest.
  const drop = [...(families.length > 1 ? [7] : []), 5, 3, 1, 2]
  return formatTable([head, ...rows], { right: [4, 5, 6, 7], drop, width })
}

/** `proved: 5 rules, 1,019 prefixes`. */
function proofText({ role, lines, proof }: FileResult): string {
  if (!proof) return 'not proved'
  if (role !== 'full')
    return `proved: ${lines === 0 ? 'no commands needed' : `${plural(proof.commands ?? 0, 'command')}, the rules after each`}`
  const compared = [
    proof.rules > 0 && plural(proof.rules, 'rule'),
    proof.tags > 0 && plural(proof.tags, 'tag'),
    proof.prefixes > 0 && plural(proof.prefixes, 'prefix', 'prefixes'),
  ]
  return `proved: ${compared.filter(Boolean).join(', ')}`
}

/** The files, with their state where some are unchanged. */
export function filesText(files: readonly FileResult[], { isDryRun }: BuildResult, width: number | undefined): string {
  if (files.length === 0) return ''
  const hasUnchanged = files.some(({ isChanged }) => !isChanged)
  const stateOf = ({ isChanged }: FileResult) => (!isChanged ? 'unchanged' : isDryRun ? 'would be written' : 'written')
  const head = ['target', 'vendor', 'file', 'lines', 'proof', ...(hasUnchanged ? [''] : [])]
  const rows = files.map((file) => [
    file.target,
    file.vendor,
    file.path,
    formatCount(file.lines),
    proofText(file),
    ...(hasUnchanged ? [stateOf(file)] : []),
  ])
  return formatTable([head, ...rows], { right: [3], drop: [1, 3, 0], width })
}

/** `2 targets change, 1 stays; 9 files written, all proved`. */
export function totalText(result: BuildResult): string {
  const { change, files, isDryRun } = result
  const written = files.filter(({ isChanged }) => isChanged)
  const targets = change.targets.filter(({ kind }) => kind !== 'gone')
  const kinds = targets.map(({ kind }) => (kind === 'new' ? kind : kind === 'same' ? 'stay' : 'change'))
  const counts = (['new', 'change', 'stay'] as const)
    .map((kind) => ({ kind, count: kinds.filter((one) => one === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }, index) => {
      const verb = kind === 'new' ? (count === 1 ? 'is new' : 'are new') : `${kind}${count === 1 ? 's' : ''}`
      return `${index === 0 ? plural(count, 'target') : formatCount(count)} ${verb}`
    })
  const verb = isDryRun ? 'would be written' : 'written'
  const what = written.length > 0 ? `${plural(written.length, 'file')} ${verb}` : 'no file to write'
  return `${counts.join(', ')}; ${what}, ${proofCount(result)}`
}

/** `all proved`, or `2 not proved`, of the files of a run. */
export function proofCount({ files }: BuildResult): string {
  const unproved = files.filter(({ proof }) => !proof).length
  return unproved > 0 ? `${formatCount(unproved)} not proved` : 'all proved'
}

const NOTABLE_SHARE = 50
const NOTABLE_DAYS = 2 * 365

/** The uses of limits that a target may reach: half used, full within two years of `published`, or over the threshold of the policy. */
export function notableUses(
  capacity: readonly LimitUse[],
  findings: readonly Finding[],
  published: string,
): readonly LimitUse[] {
  const horizon = addDays(published, NOTABLE_DAYS).slice(0, 7)
  const warned = new Set(findings.flatMap((finding) => (finding.code === 'CAPACITY' ? [finding.use] : [])))
  const isNotable = (use: LimitUse) =>
    use.count * 100 >= use.limit * NOTABLE_SHARE || (use.pace?.fullIn ?? '9999') <= horizon || warned.has(use)
  return capacity.filter((use) => !use.isSplit && isNotable(use))
}

/** `capacity of edge: 50% of 100 address objects`, of each notable use. */
export function capacityNotes({ capacity = [], findings, ruleset }: BuildResult): string[] {
  const texts = notableUses(capacity, findings, ruleset.published).map((use) => {
    const { target } = use
    return { target, text: `capacity of ${target}: ${[useText(use), paceText(use)].filter(Boolean).join('; ')}` }
  })
  return textsBySite(texts)
}

/**
 * One line for each group of sites with the same changes, files and warnings, with the sums of the group; sites without any are only
 * counted. Only the names of the sites if all are alike; empty without sites.
 */
export function sitesText({ files, findings, change, isDryRun }: BuildResult, width: number | undefined): string {
  const sites = siteResults(files, findings)
  const shown = sites.filter(({ changedCount, warningCount }) => changedCount + warningCount > 0)
  const groups = alikeSites(shown, change.targets)
  const quiet = sites.length - shown.length
  const unchanged = quiet > 0 ? `${plural(quiet, 'site')} unchanged\n` : ''
  const namesOf = (group: readonly SiteResult[]) => listSites(group.map(({ site }) => site))
  const [only, ...others] = groups
  if (only === undefined) return unchanged
  if (others.length + quiet === 0) return `${only.length > 1 ? 'sites' : 'site'} ${namesOf(only)}: `
  const head = ['site', 'targets', 'files', isDryRun ? 'would be written' : 'written', 'warnings']
  const rows = groups.map((group) => [
    namesOf(group),
    ...(['targetCount', 'fileCount', 'changedCount', 'warningCount'] as const).map((of) =>
      formatCount(group.reduce((total, site) => total + site[of], 0)),
    ),
  ])
  return `${formatTable([head, ...rows], { right: [1, 2, 3, 4], drop: [1, 4], width })}${unchanged}`
}

/** Sites whose targets change in the same way, each for its own local side, and have as many files and warnings. */
function alikeSites(sites: readonly SiteResult[], targets: readonly TargetChange[]): SiteResult[][] {
  const keys = new PieceKeys()
  const changes = groupBy(targets, ({ target }) => siteOf(target))
  const keyOf = ({ site, ...counts }: SiteResult) => {
    const own = changes.get(site) ?? []
    const texts = own.map((one) => [
      withoutSite(one.target),
      one.kind,
      one.before,
      one.options,
      itemLines(one),
      one.pieces.map((piece) => keys.withoutLocal(piece)),
    ])
    return JSON.stringify([counts, texts])
  }
  return groupsOf(sites, keyOf)
}

/** The result of a build at one site, as in its JSON. */
type SiteResult = ReturnType<typeof siteResults>[number]

/** The results of a build at each site, in the order of the policy; empty without sites. */
export function siteResults(files: readonly FileResult[], findings: readonly Finding[]) {
  const atSites = files.filter(({ target }) => siteOf(target) !== undefined)
  const bySite = groupBy(atSites, ({ target }) => siteOf(target) as string)
  const warned = groupBy(findings, (finding) => 'target' in finding && finding.target && siteOf(finding.target))
  return Array.from(bySite, ([site, own]) => ({
    site,
    targetCount: new Set(own.map(({ target }) => target)).size,
    fileCount: own.length,
    // Files that were written, or would be.
    changedCount: own.filter(({ isChanged }) => isChanged).length,
    // Files of vendors without a reader.
    unprovedCount: own.filter(({ proof }) => !proof).length,
    warningCount: warned.get(site)?.length ?? 0,
  }))
}
