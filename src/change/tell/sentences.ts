import type { PrefixSet } from '../../address/prefix-set.ts'
import type { Change, LocalReach, Piece, TargetChange } from '../../model/change.ts'
import { CLOUDS } from '../../model/cloud.ts'
import type { DocumentLabel } from '../../model/delta.ts'
import { groupBy, groupsOf } from '../../model/group-by.ts'
import { namesBySite, siteOf } from '../../model/site.ts'
import { trafficText } from '../../model/traffic.ts'
import { clipped, formatCount, listText, plural } from '../../text/numbers.ts'
import { SetNumbers } from '../traffic/set-numbers.ts'
import { itemLines, rewrittenTexts } from './items-text.ts'
import { comparePieces, localText } from './pieces.ts'

// The sentences of a change, shared by the terminal, Markdown, HTML and runbooks, which escape this plain text.

/** A piece that several targets have. */
export interface SharedPiece {
  readonly piece: Piece
  /** `edge`, or `edge (200 sites)`. */
  readonly targets: readonly string[]
  /** The other local sides with the same piece, at other sites. */
  readonly others: readonly LocalReach[]
  /** Of an opening, the objects for which the same traffic closes. */
  readonly instead?: LocalReach | undefined
}

/** The pieces of one target. */
type TargetPieces = Pick<TargetChange, 'target' | 'pieces'>

/** The pieces of all targets, equal ones once, and those that differ only in the local sides of sites. `all`: each local side by itself. */
export function sharedPieces(targets: readonly TargetPieces[], all = false): SharedPiece[] {
  const keys = new PieceKeys()
  const pieces = groupPieces(targets).map(({ piece, names }) => {
    const isOfSites = !all && piece.local !== undefined && names.every((name) => siteOf(name) !== undefined)
    return { piece, names, key: isOfSites ? keys.withoutLocal(piece) : keys.of(piece) }
  })
  const shared = groupsOf(pieces, ({ key }) => key).flatMap((alike): SharedPiece[] => {
    const hasObjects = alike.some(({ piece }) => (piece.local?.objects.length ?? 0) > 0)
    // A few objects are told one by one, because one may come instead of another.
    if (hasObjects && alike.length <= MOST_LOCALS)
      return alike.map(({ piece, names }) => ({ piece, targets: namesBySite(names), others: [] }))
    const [{ piece }, ...others] = alike
    const targets = namesBySite(alike.flatMap(({ names }) => names))
    return [{ piece, targets, others: others.flatMap(({ piece: { local } }) => local ?? []) }]
  })
  return exchanged(shared, keys)
}

/** The pieces; a rule that gets one object instead of another is one opening. */
function exchanged(pieces: readonly SharedPiece[], keys: PieceKeys): SharedPiece[] {
  const keyed = pieces.map((one) => ({ one, key: keyOfObjects(one, keys) }))
  const groups = groupBy(keyed, ({ key }) => key)
  return keyed.flatMap(({ one, key }) => {
    const [opening, closing, ...more] = key === undefined ? [] : (groups.get(key) ?? [])
    if (!opening?.one.piece.opens || !closing || closing.one.piece.opens || more.length > 0) return [one]
    return one === closing.one ? [] : [{ ...one, instead: closing.one.piece.local }]
  })
}

/** Equal for pieces that open and close the same by one rule, for objects. Undefined for others. */
function keyOfObjects({ piece, targets, others }: SharedPiece, keys: PieceKeys): string | undefined {
  const [rule, other] = piece.opens ? [piece.to, piece.from] : [piece.from, piece.to]
  if (others.length > 0 || other !== undefined || (piece.local?.objects.length ?? 0) === 0) return undefined
  return JSON.stringify([targets, keys.withoutLocal({ ...piece, opens: true, isNew: true, from: undefined, to: rule })])
}

/** The pieces of all targets, equal ones once, with the name of every target. */
export function groupPieces(
  targets: readonly TargetPieces[],
): { readonly piece: Piece; readonly names: readonly string[] }[] {
  const keys = new PieceKeys()
  const all = targets.flatMap(({ target, pieces }) => pieces.map((piece) => ({ target, piece })))
  return groupsOf(all, ({ piece }) => keys.of(piece))
    .map((alike) => ({ piece: alike[0].piece, names: alike.map(({ target }) => target) }))
    .sort((a, b) => comparePieces(a.piece, b.piece))
}

/** Keys of pieces, to find those that are equal. */
export class PieceKeys {
  readonly #sets = new SetNumbers()

  /** Equal for pieces that say the same. */
  of(piece: Piece): string {
    const { local } = piece
    const side = local && [local.addresses?.texts, local.objects, local.within?.texts, local.except]
    return `${this.withoutLocal(piece)} ${JSON.stringify(side)}`
  }

  /** Equal for pieces that say the same of any local side. */
  withoutLocal({ remote, local: _, ...piece }: Piece): string {
    return JSON.stringify([piece, this.#sets.of(remote.addresses), remote.tags, remote.partOf])
  }
}

/** `opens tcp 80 to 56,820 addresses (AllowAADOutboundAccess, policy)`. `most`: the characters of each of its names and lists. */
export function pieceText(shared: Omit<SharedPiece, 'targets'>, most = Number.POSITIVE_INFINITY): string {
  const { piece } = shared
  const { opens, list } = piece
  const cut = (text: string) => clipped(text, most)
  const far = cut(farText(piece))
  const why = `(${[cut(ruleText(piece)), CAUSES[piece.cause]].filter(Boolean).join(', ')})`
  if (list !== undefined) return `${opens ? `adds ${far} to` : `takes ${far} from`} the list ${cut(list)} ${why}`
  const local = localsText(shared)
  const side = local && ` for ${cut(local)}`
  return `${signText(piece)} ${cut(pieceTrafficText(piece))} ${piece.direction === 'inbound' ? 'from' : 'to'} ${far}${side} ${why}`
}

const MOST_LOCALS = 3

/** `10.20.0.0/16 and 10.30.0.0/16`, `10.20.0.0/16 and 199 more local sides`, or `servers instead of nodes`; empty for any local side. */
export function localsText({ piece, others, instead }: Omit<SharedPiece, 'targets'>): string {
  const more =
    others.length < MOST_LOCALS
      ? others.map((local) => ` and ${localText(local)}`).join('')
      : ` and ${plural(others.length, 'more local side')}`
  return `${localText(piece.local)}${instead ? ` instead of ${localText(instead)}` : ''}${more}`
}

const CAUSES = { document: 'document', policy: 'policy', unknown: 'unknown cause' } as const

/** A list that gains addresses may be one that a device denies, so it opens nothing by itself. */
export const signText = ({ opens, list }: Piece): string =>
  list === undefined ? (opens ? 'opens' : 'closes') : opens ? 'gains' : 'loses'

/** `tcp 443`, or `inbound tcp 443`. */
export const pieceTrafficText = ({ direction, traffic, list }: Piece): string =>
  traffic ? `${direction === 'inbound' ? 'inbound ' : ''}${trafficText(traffic)}` : `list ${list}`

/** The rule that allows or allowed the traffic, and the one that denies it now. */
export function ruleText({ opens, from, to }: Piece): string {
  if (opens) return to ?? ''
  return [from, to && `denied by ${to}`].filter(Boolean).join(', ')
}

const MOST_TAGS = 3

/** `56,820 addresses and 1.57e25 IPv6 addresses`, `the tag AzureActiveDirectory` or `50,772 addresses of the tag AzureActiveDirectory`. */
function farText({ remote: { beside, tags, partOf } }: Piece): string {
  const named = (names: readonly string[]) => `the ${names.length > 1 ? 'tags' : 'tag'} ${listText(names, MOST_TAGS)}`
  const of = partOf.length > 0 ? ` of ${named(partOf)}` : ''
  const texts = [tags.length > 0 && named(tags), !beside.isEmpty && `${addressesText(beside)}${of}`]
  return texts.filter(Boolean).join(' and ')
}

/** `cloud resolves tags itself; their addresses here are those of 2025-11-03 and 2025-11-10`, the dates of both sides; empty if none does. */
export function resolvedText(targets: readonly TargetChange[], documents: readonly (string | undefined)[]): string {
  const resolving = targets.filter(({ isByTag, pieces }) => isByTag && pieces.length > 0)
  const names = namesBySite(resolving.map(({ target }) => target))
  if (names.length === 0) return ''
  const dates = [...new Set(documents.filter((date) => date !== undefined))].sort().join(' and ')
  const [verb, self] = names.length > 1 ? ['resolve', 'themselves'] : ['resolves', 'itself']
  return `${namesText(names)} ${verb} tags ${self}; their addresses here are those of ${dates}`
}

/** `56,820 addresses and 1.57e25 IPv6 addresses`. */
export function addressesText(set: PrefixSet): string {
  const [v4, v6] = [set.family('ipv4').count, set.family('ipv6').count]
  return [v4 > 0n && plural(v4, 'address', 'addresses'), v6 > 0n && plural(v6, 'IPv6 address', 'IPv6 addresses')]
    .filter(Boolean)
    .join(' and ')
}

/** One line that begins with the answer: the riskiest openings, the largest closings, `most` of each, how many more there are, and the rest. */
export function headline(change: Change, most = 1): string {
  return `${doubtsText(change)}${[...answers(change, { most }), ...restOf(change)].join('; ') || 'nothing changes'}`
}

/** `the snapshot of 2025-11-10 changed in this branch; `, so that it stands before what changes; empty without doubts. */
function doubtsText({ doubts = [] }: Change): string {
  return doubts
    .map(({ published, isAhead, inBranch }) => {
      const branch = inBranch === 'new' && !isAhead ? 'is new in this branch' : 'changed in this branch'
      const facts = [isAhead && 'is dated in the future', inBranch !== 'same' && branch]
      return `the snapshot of ${published} ${facts.filter(Boolean).join(' and ')}; `
    })
    .join('')
}

/** The start of every title. */
const TITLE_START = 'tagwall: '

/** True if a text is the title of a report. */
export const isTitle = (text: string): boolean => text.startsWith(TITLE_START)

/** A title of any length. */
export const titleWith = (answer: string, { cloud, published }: DocumentLabel): string =>
  `${TITLE_START}${answer} on ${CLOUDS[cloud]} ${published}`

/** GitLab's limit; GitHub and Azure DevOps take a little more. */
const LONGEST_TITLE = 255

/** `tagwall: opens tcp 80 to 56,820 addresses (AllowAADOutboundAccess, policy) on Public 2025-11-10`: one line of at most 255 characters. */
export const shortTitle = (change: Change, document: DocumentLabel): string =>
  titleWith(shortHeadline(change, LONGEST_TITLE - titleWith('', document).length), document)

// In a title, names are cut to one of these lengths. The shortest leaves room for all answers.
const CUTS = [Number.POSITIVE_INFINITY, 60, 40, 30, 24, 18, 15, 12, 10, 8]

/** The same within `room` characters, which are at least 215: opening and closing keep their rule, cause and count, and the rest goes first. */
export function shortHeadline(change: Change, room: number): string {
  const whole = headline(change)
  if (whole.length <= room) return whole
  const rest = restOf(change).length > 0 ? ['…'] : []
  const cuts = CUTS.map((cut) => answers(change, { most: 1, cut })).filter((told) => told.length > 0)
  const texts = cuts.map((told) => `${doubtsText(change)}${[...told, ...rest].join('; ')}`)
  return texts.find((text) => text.length <= room) ?? clipped(whole, room)
}

/** Files that were edited, or do not fit, what opens, and what closes. */
function answers({ targets }: Change, { most, cut }: { readonly most: number; readonly cut?: number }): string[] {
  const pieces = sharedPieces(targets)
  const traffic = [true, false].flatMap((opens) => {
    const own = pieces.filter(({ piece }) => piece.opens === opens)
    if (own.length === 0) return []
    const shown = own.slice(0, most).map((one) => pieceText(one, cut))
    const more = own.length - shown.length
    return [`${shown.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`]
  })
  return [...filesText(targets, cut), ...traffic]
}

const MOST_FILES = 3

/** `rules/edge.conf is not what tagwall writes`, `rules/edge.delta.conf does not fit the full files`; none if no file was edited and all fit. */
function filesText(targets: readonly TargetChange[], most = Number.POSITIVE_INFINITY): string[] {
  const edited = [...new Set(targets.flatMap(({ edited }) => edited))]
  const unfit = targets.flatMap(({ unfit }) => unfit)
  const textOf = (paths: readonly string[], verb: string, verbs: string, what: string) => {
    if (paths.length === 0) return []
    const names = listText(paths, MOST_FILES)
    return [`${names.length > most ? plural(paths.length, 'file') : names} ${paths.length > 1 ? verbs : verb} ${what}`]
  }
  return [
    ...textOf(edited, 'is', 'are', 'not what tagwall writes'),
    ...textOf(unfit, 'does', 'do', 'not fit the full files'),
  ]
}

/** The rest of a change, besides its traffic. */
const restOf = ({ targets }: Change) => [...droppedText(targets), ...restText(targets)]

/** `no longer writes the list Manage; devices that fetch it keep it`. */
function droppedText(targets: readonly TargetChange[]): string[] {
  const names = [...new Set(targets.flatMap(({ droppedLists }) => droppedLists))]
  if (names.length === 0) return []
  const [list, it] = names.length > 1 ? ['lists', 'them'] : ['list', 'it']
  return [`no longer writes the ${list} ${namesText(names)}`, `devices that fetch ${it} keep ${it}`]
}

function restText(targets: readonly TargetChange[]): string[] {
  const hasTraffic = targets.some(({ pieces }) => pieces.length > 0)
  const groups = groupBy(targets, groupOf)
  const textOf = (group: ReturnType<typeof groupOf>, before: string, after = '') => {
    const names = (groups.get(group) ?? []).map(({ target }) => target)
    return names.length > 0 ? [`${before} ${namesText(namesBySite(names))}${after}`] : []
  }
  return [
    ...rewrittenTexts(targets),
    ...textOf('new', 'writes', ' for the first time'),
    ...textOf('unknown', 'the traffic of', ' before is unknown'),
    ...textOf('unread', 'rewrites', hasTraffic ? '' : ', same traffic'),
    ...textOf('bytes', 'rewrites', hasTraffic ? '' : ', same rules'),
    ...textOf('gone', 'the policy no longer has'),
  ]
}

/** The kind of a target whose files are written, or what people need to know before that. `told`: its options or its items say what changes. */
function groupOf(target: TargetChange): TargetChange['kind'] | 'unknown' | 'unread' | 'told' {
  const { kind, before, options, items, droppedLists } = target
  if (kind !== 'traffic' && kind !== 'bytes') return kind
  if (droppedLists.length > 0 && options.length === 0) return 'traffic'
  if (before === 'unknown') return 'unknown'
  if (options.length > 0 || (kind === 'bytes' && itemLines(target).length > 0)) return 'told'
  return kind === 'bytes' && items === undefined ? 'unread' : kind
}

const MOST_TARGETS = 4

const namesText = (names: readonly string[]) => listText(names, MOST_TARGETS)

/** True if a run has nothing to write or to say. */
export const isEmptyChange = ({ targets }: Change): boolean =>
  targets.every(({ kind, edited, unfit }) => (kind === 'same' || kind === 'gone') && edited.length + unfit.length === 0)
