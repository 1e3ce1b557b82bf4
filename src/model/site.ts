import { listText, plural, wordList } from '../text/numbers.ts'
import { groupsOf } from './group-by.ts'

/** The targets that have a rule, or that a test is about: those of both lists. */
export interface Scope {
  /** The names of the only targets, without sites; undefined: all. */
  readonly targets?: readonly string[] | undefined
  /** The names of the only sites; undefined: all. */
  readonly sites?: readonly string[] | undefined
}

/** The targets of a rule or a test for people, at most `most` of each list; empty if it is for all. */
export const scopeText = ({ targets, sites }: Scope, most = Number.POSITIVE_INFINITY): string =>
  [targets ? listText(targets, most) : '', sites ? `at ${listText(sites, most)}` : ''].filter(Boolean).join(' ')

/** The name of a target at a site: `edge@berlin`. Names of targets and sites have no `@`. */
export const nameAt = (target: string, site: string): string => `${target}@${site}`

/** The name of a target without its site. */
export const withoutSite = (name: string): string => name.split('@')[0] as string

/** The site of a target's name; undefined without sites. */
export const siteOf = (name: string): string | undefined => name.split('@')[1]

/** The sites of some targets, in order. */
export const sitesOf = (targets: readonly { readonly name: string }[]): string[] => [
  ...new Set(targets.flatMap(({ name }) => siteOf(name) ?? [])),
]

/**
 * Items that differ only in the site of their target, once each with all sites, in the order of the first ones. `keyOf` is a text with everything
 * that matters.
 */
export function groupSites<T extends { readonly target?: string | undefined }>(
  items: readonly T[],
  keyOf: (item: T) => string,
) {
  const groups = new Map<string, { readonly item: T; readonly sites: string[] }>()
  for (const item of items) {
    const { target } = item
    const site = target === undefined ? undefined : siteOf(target)
    const text = maskSite(keyOf(item), site).replaceAll(POSITION, '')
    const key = JSON.stringify([target && withoutSite(target), text, site !== undefined])
    const group = groups.get(key)
    if (group && site !== undefined) group.sites.push(site)
    else groups.set(group ? `${key} ${groups.size}` : key, { item, sites: site === undefined ? [] : [site] })
  }
  return [...groups.values()]
}

/** The position of a site, in the order of its targets. */
const POSITION = /, site "\{site\}" \([^)]*\)/g

/** A text in which the name of a site is `{site}`. */
export function maskSite(text: string, site: string | undefined): string {
  if (site === undefined || !text.includes(site)) return text
  const escaped = site.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replaceAll(new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, 'g'), '{site}')
}

/** Facts about targets, once for all sites where they are the same. */
export const bySite = <T extends { readonly target: string }>(items: readonly T[]): T[] =>
  groupSites(items, (item) => JSON.stringify({ ...item, target: '' })).map(({ item, sites }) => ({
    ...item,
    target: labelOf(item.target, sites),
  }))

const MOST_SITES = 3

/** `berlin, munich, paris and 197 more sites`. */
export function listSites(sites: readonly string[]): string {
  const more = sites.length - MOST_SITES
  if (more > 0) return `${sites.slice(0, MOST_SITES).join(', ')} and ${plural(more, 'more site')}`
  return wordList(sites, 'and')
}

/** The name of a target, or of the same target at several sites, one of `sites` each: `edge (200 sites)`. */
export const labelOf = (target: string, sites: readonly string[]): string =>
  sites.length > 1 ? `${withoutSite(target)} (${plural(sites.length, 'site')})` : target

/** Names of targets, those of one target at several sites once. */
export const namesBySite = (names: readonly string[]): string[] =>
  groupsOf(names, withoutSite).map((own) => labelOf(own[0], own))

/** Texts about targets, those that differ only in their site once: `capacity of edge@berlin: … (also at munich and paris)`. */
export const textsBySite = (
  texts: readonly { readonly target?: string | undefined; readonly text: string }[],
): string[] => groupSites(texts, ({ text }) => text).map(({ item, sites }) => `${item.text}${alsoAt(sites)}`)

/** ` (also at munich and paris)`, after a text about the first of these sites; empty for one site. */
export const alsoAt = ([, ...others]: readonly string[]): string =>
  others.length > 0 ? ` (also at ${listSites(others)})` : ''
