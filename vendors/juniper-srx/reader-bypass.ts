import type { Place } from 'tagwall/reader'

/** A statement outside the policies by which traffic may pass all the same. */
export interface Bypass {
  readonly place: Place
  readonly text: string
  readonly reason: string
  /** The group that has the statement; it counts only if something applies the group. */
  readonly group: string | undefined
}

const PASSES = 'lets packets pass without policies'
const CHANGES = 'may change the configuration, which is not followed'

/** The reason why a statement that the schema does not know may let traffic pass; undefined for most. */
export function bypassOf(path: readonly string[], place: Place, text: string): Bypass | undefined {
  const reason = reasonOf(withinSystem(path))
  return reason === undefined ? undefined : { place, text, reason, group: path[0] === 'groups' ? path[1] : undefined }
}

function reasonOf(path: readonly string[]): string | undefined {
  const has = (word: string) => path.includes(word)
  if (path[0] === 'firewall' && has('packet-mode')) return PASSES
  if (path[0] === 'security' && path[1] === 'forwarding-options' && has('packet-based')) return PASSES
  if (path[0] === 'event-options' && (has('change-configuration') || has('event-script'))) return CHANGES
  // Changes of a commit script that are transient are in no output of the configuration.
  if (path[0] === 'system' && path[1] === 'scripts' && has('allow-transients')) return CHANGES
  return undefined
}

/** A path without the group, logical system or tenant that it is in. */
export function withinSystem(path: readonly string[]): readonly string[] {
  const inner = path[0] === 'groups' ? path.slice(2) : path
  return /^(?:logical-systems|tenants)$/.test(inner[0] ?? '') ? inner.slice(2) : inner
}
