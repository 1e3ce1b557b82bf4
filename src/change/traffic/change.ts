import { PrefixSet } from '../../address/prefix-set.ts'
import { isSameDevice } from '../../compile/target-job.ts'
import type { Change, ItemChange, OptionChange, Piece, TargetChange } from '../../model/change.ts'
import type { FieldChange } from '../../model/item.ts'
import { memo } from '../../model/lazy.ts'
import type { OptionValue } from '../../model/option.ts'
import type { Target } from '../../model/policy.ts'
import type { AddressList, FoundRule, RemoteSide } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import type { RequestedTags } from '../../model/service-tag.ts'
import { EVERY_PORT } from '../../model/traffic.ts'
import { artefactsFor, type Job } from '../../model/vendor.ts'
import { sha256 } from '../../text/hashes.ts'
import { nameOfList, remoteOf, setsIn } from '../../verify/allowed.ts'
import { areSameOn, expectedRules, formOf } from '../../verify/expectation.ts'
import type { BuiltTarget, FilePlace, FileThere } from '../build-targets.ts'
import type { Older } from '../older/older.ts'
import { piecesBetween, type Resolution, resolutionsOf } from './traffic.ts'

/** A target, its older side, and the change between them. */
export interface ComparedTarget<File extends FilePlace = FilePlace> {
  readonly before: Older<File>
  readonly made: BuiltTarget<File>
  readonly change: TargetChange
}

/** Compares a target with its older side. `newer` is the document of its newer rules. */
export function compare(before: Older, made: BuiltTarget<FileThere>, newer: RequestedTags): ComparedTarget<FileThere> {
  const lists = listNames(before, made)
  const pieces = piecesOf(before, made, newer, lists.told)
  const change: TargetChange = {
    ...NOTHING_CHANGED,
    target: made.target.name,
    vendor: made.target.vendor,
    kind: kindOf(before, made, pieces),
    before: before.kind,
    options: optionsBetween(before, made),
    isPolicySame: before.kind !== 'none' && isSamePolicy(before, made),
    isByTag: [before.job, made.job].some((job) => formOf(job).by === 'tags'),
    pieces,
    droppedLists: lists.dropped,
  }
  return { before, made, change }
}

function kindOf(before: Older, made: BuiltTarget<FileThere>, pieces: readonly Piece[]): TargetChange['kind'] {
  if (before.kind === 'none') return 'new'
  if (pieces.length > 0) return 'traffic'
  return before.kind === 'document' || hasSameBytes(before, made) ? 'same' : 'bytes'
}

const NOTHING_CHANGED = {
  options: [],
  items: [],
  isPolicySame: false,
  isByTag: false,
  edited: [],
  unfit: [],
  pieces: [],
  droppedLists: [],
}

/** Returns a function that leaves out the texts of the files, and tells the same addresses of many targets as one set: both are large. */
export function comparedKeeper(): (one: ComparedTarget) => ComparedTarget {
  const sets = memo((_: string, set: PrefixSet) => set)
  const same = (set: PrefixSet) => sets(sha256(set.lines), set)
  const places = (files: readonly FilePlace[]) => files.map(({ part, family, path }) => ({ part, family, path }))
  return ({ before, made, change }) => {
    const pieces = change.pieces.map((piece) => {
      const { addresses, beside } = piece.remote
      return { ...piece, remote: { ...piece.remote, addresses: same(addresses), beside: same(beside) } }
    })
    const [older, newer] = [places(before.files), places(made.files)]
    return { before: { ...before, files: older }, made: { ...made, files: newer }, change: { ...change, pieces } }
  }
}

/** The change of a target that is gone. Devices keep what they hold, so nothing opens or closes. */
export const goneTarget = ({ name, vendor }: Target): TargetChange => ({
  ...NOTHING_CHANGED,
  target: name,
  vendor,
  kind: 'gone',
  before: 'lock',
})

/** True if the older files hold the current policy, compiled against the older document: then the older rules give today's on the newer one. */
const isSamePolicy = ({ rules, job }: Older, made: BuiltTarget): boolean =>
  rules !== undefined && isSameDevice(job, made.job) && areSameOn(job, rules.between, made.ruleset)

/**
 * The names of the lists of a target. `told`: those that it writes, and those that it wrote in a file that still exists, which are empty now.
 * `dropped`: others that it wrote, each in a file of its own, which stays as it is.
 */
function listNames({ rules, reading, job }: Older, { lists, ruleset }: BuiltTarget) {
  if (lists.length === 0) return { told: [], dropped: [] }
  const now = [...new Set(lists.map(nameOfList))]
  const setNames = ({ sets }: Ruleset) => sets.map(({ name }) => name)
  const hasFileEach = artefactsFor(job.vendor.artefacts, job).some(({ each }) => each === 'set')
  // Where one list has the addresses of all rules, a rule that is gone has none of its own.
  const isByRule = now.every((name) => setNames(ruleset).includes(name))
  const older = rules
    ? isByRule || hasFileEach
      ? setNames(rules.ruleset)
      : []
    : (reading?.lists.map(nameOfList) ?? [])
  const gone = [...new Set(older)].filter((name) => !now.includes(name))
  return hasFileEach ? { told: now, dropped: gone } : { told: [...now, ...gone], dropped: [] }
}

function piecesOf(
  { rules, reading, job }: Older,
  { ruleset: after, job: now, lists }: BuiltTarget,
  newer: RequestedTags,
  names: readonly string[],
): Piece[] {
  const documents = [newer, ...(rules ? [rules.document] : [])]
  const resolutions = resolutionsOf(documents, { before: job, after: now })
  if (rules) {
    const { ruleset: before, between } = rules
    if (lists.length === 0) {
      const [old, middle] = [rulesOf(before, job), rulesOf(between, job)]
      return piecesBetween({ before: old, between: middle, after: rulesOf(after, now), resolutions })
    }
    const known = new Set([before, between, after].flatMap(({ sets }) => sets.map(({ name }) => name)))
    const heldIn = (side: Ruleset, own: Job) => (name: string) =>
      remoteOf(setsIn(name, known, side.sets), formOf(own).by)
    const held = { before: heldIn(before, job), between: heldIn(between, job), after: heldIn(after, now) }
    return piecesOfLists(names, held, resolutions)
  }
  if (!reading) return []
  if (reading.rules.length > 0 || reading.lists.length === 0)
    return piecesBetween({ before: reading.rules, between: undefined, after: rulesOf(after, now), resolutions })
  // The content of the older files, whatever made them.
  const heldIn = (own: readonly AddressList[]) => (name: string) => {
    const { addresses = PrefixSet.empty, tags = [] } = own.find((one) => nameOfList(one) === name) ?? {}
    return { addresses, tags }
  }
  return piecesOfLists(names, { before: heldIn(reading.lists), between: undefined, after: heldIn(lists) }, resolutions)
}

/** The addresses and tags of a list on one side, by its name. */
type Held = (name: string) => RemoteSide

/** The gains and losses of each list of these names: of a rule, or of all rules. Ports and directions are those of the device's own rules. */
function piecesOfLists(
  names: readonly string[],
  { before, between, after }: Record<'before' | 'after', Held> & { readonly between: Held | undefined },
  resolutions: readonly Resolution[],
): Piece[] {
  return names.flatMap((list) => {
    const rulesOf = (held: Held) => [asRule(held(list))]
    const sides = { before: rulesOf(before), between: between && rulesOf(between), after: rulesOf(after), resolutions }
    return piecesBetween(sides).map((piece) => ({ ...piece, ...OF_LIST, list }))
  })
}

/** A list as a rule that allows one flow to its addresses, so that lists are compared as rules are. */
const asRule = (remote: RemoteSide): FoundRule => ({
  name: 'list',
  place: { part: '', line: 0 },
  action: 'allow',
  direction: 'outbound',
  protocol: 'tcp',
  ports: [EVERY_PORT],
  remote,
  coverage: 'whole',
})

/** A list says neither ports nor directions, and nothing of the rules that name it. */
const OF_LIST = { isNew: false, from: undefined, to: undefined, direction: undefined, traffic: undefined }

/** The rules of a target as its reader finds them. */
const rulesOf = (ruleset: Ruleset, job: Job) => expectedRules(ruleset, formOf(job))

/** The options and settings with another value. Those of two vendors are not comparable, so another vendor is one change. */
function optionsBetween({ job: { vendor, options }, target }: Older, made: BuiltTarget): OptionChange[] {
  const now = made.job
  if (vendor.folder !== now.vendor.folder) return [{ name: 'vendor', before: vendor.name, after: now.vendor.name }]
  const [old, young] = [
    { ...options, ...settingsOf(target) },
    { ...now.options, ...settingsOf(made.target) },
  ]
  return [...new Set([...Object.keys(young), ...Object.keys(old)])].flatMap((name) => {
    const [before, after] = [old[name], young[name]]
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ name, before, after }]
  })
}

/** The settings of a target in a policy besides its options. Who loads files by their paths needs to know that they are those of another target now. */
const settingsOf = ({ out, model, family, limits }: Target): Readonly<Record<string, OptionValue>> => ({
  out,
  ...(model !== undefined && { model }),
  ...(family && { family }),
  ...Object.fromEntries(Object.entries(limits).map(([name, limit]) => [`limits.${name}`, limit])),
})

function hasSameBytes({ files }: Older, { files: made }: BuiltTarget<FileThere>): boolean {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  return texts.size === made.length && made.every((file) => texts.get(file.path) === file.text)
}

/** The change back. */
export const reversed = ({ before, after, targets, ...change }: Change): Change => ({
  ...change,
  before: after,
  after: before ?? after,
  targets: targets.map((target) => ({
    ...target,
    options: target.options.map(swapped),
    items: target.items?.map(reversedItem),
    pieces: target.pieces.map((piece) => ({
      ...piece,
      opens: !piece.opens,
      // Nobody has compared what a closing leaves open.
      isNew: false,
      from: piece.to,
      to: piece.from,
    })),
  })),
})

const reversedItem = ({ change, fields, ...one }: ItemChange): ItemChange => ({
  ...one,
  change: ({ added: 'removed', removed: 'added', changed: 'changed', moved: 'moved' } as const)[change],
  fields: fields.map(swapped),
})

const swapped = <T extends OptionChange | FieldChange>(one: T): T => ({ ...one, before: one.after, after: one.before })
