import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { TagSet } from '../compile/report/holders.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { PrefixSet } from '../model/address/prefix-set.ts'
import { selectorsOf } from '../model/asked.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Policy } from '../model/policy.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { didYouMean } from '../model/text/nearest.ts'
import { builtInPolicies, SHIPPED } from '../paths.ts'
import { parseDocument, type ReadDocument, readEveryTag, type Source } from '../source/document/document.ts'
import { preparedPolicy } from '../source/prepared.ts'
import { readFile, readSource } from '../source/read-source.ts'
import { isSnapshot, parseSnapshot, type SnapshotFile, snapshotPath } from '../source/snapshot/snapshot.ts'
import { baselineOf, type History, type Stored, stateOf } from './history.ts'

export { type History, openHistory } from './history.ts'

/** The options that several commands share, as the command line gives them. */
export interface CommonOptions {
  readonly policy?: string
  readonly snapshots?: string
  readonly vendors?: string
  readonly cloud?: Cloud
  readonly snapshot?: string
  readonly json?: boolean
}

const DEFAULT_POLICY = 'arc-kubernetes'
export const POLICY_FILES = ['tagwall.yaml', 'tagwall.yml', 'tagwall.json']

/** Where vendors are looked for: the user's folder counts over the shipped one. */
export function vendorFolders({ vendors }: CommonOptions, io: Io): string[] {
  return vendors === undefined ? [SHIPPED.vendors] : [SHIPPED.vendors, resolve(io.cwd, vendors)]
}

/**
 * The policy that `--policy` names (a built-in one, or a file), else the policy file of the working directory, else
 * the default one. `--cloud` counts over the policy's own.
 */
export async function loadPolicy({ policy: asked, cloud }: CommonOptions, io: Io): Promise<Policy> {
  const { path, name, shown } = findPolicy(asked, io)
  const policy = preparedPolicy(path) ?? (await readPolicy(path, name, shown))
  return cloud ? { ...policy, cloud } : policy
}

async function readPolicy(path: string, name: string, shown: string): Promise<Policy> {
  const { parsePolicy } = await import('../source/policy/policy.ts')
  return parsePolicy(new TextDecoder().decode(readFile(path, shown)), name, shown)
}

/** Where the policy is that `loadPolicy` reads. */
export const policyPath = ({ policy }: CommonOptions, io: Io): string => findPolicy(policy, io).path

function findPolicy(asked: string | undefined, io: Io): { path: string; name: string; shown: string } {
  const builtIn = (name: string) => ({
    path: join(SHIPPED.policies, `${name}.yaml`),
    name,
    shown: `the built-in policy ${name}`,
  })
  // Outputs name the policy, so its name must not depend on where the checkout is.
  const file = (shown: string) => ({ path: resolve(io.cwd, shown), name: basename(shown), shown })
  if (asked === undefined) {
    const found = POLICY_FILES.filter((name) => existsSync(join(io.cwd, name)))
    if (found.length > 1) throw new UserError(`there are ${found.join(' and ')}; say which one with --policy`)
    return found[0] ? file(found[0]) : builtIn(DEFAULT_POLICY)
  }
  if (builtInPolicies().includes(asked)) return builtIn(asked)
  if (existsSync(resolve(io.cwd, asked))) return file(asked)
  const names = builtInPolicies()
  throw new UserError(
    `there is no policy file ${asked}, and no built-in policy of that name${didYouMean(asked, names) || `; there are ${names.join(', ')}`}`,
  )
}

/**
 * The document that `spec` names: a date, `latest`, `previous`, or a file, which may be a snapshot or a published
 * document. Also its tag names, and what errors call it.
 */
export async function openDocument(
  spec: string,
  history: History,
  policy: Policy,
  io: Io,
  allowHost?: readonly string[],
): Promise<KnownDocument> {
  const { cloud } = policy
  const stored = storedAs(spec, history, policy)
  if (stored) return known(stored.document, shownPath(stored.path, io))
  if (/^(latest|previous|\d{4}-\d{2}-\d{2})$/.test(spec)) throw new UserError(noSnapshot(spec, history, cloud, io))
  const source = await readSource(spec, io, allowHost)
  const text = new TextDecoder().decode(source.bytes)
  if (!isSnapshot(text)) return publishedDocument(parseDocument(source, cloud, selectorsOf(policy)), source)
  const document = parseSnapshot(text, spec)
  if (document.cloud !== cloud)
    throw new UserError(`${spec} is a snapshot of the cloud ${document.cloud}, but ${cloud} was asked for`)
  return known(document, spec)
}

export interface KnownDocument {
  readonly document: TagDocument
  readonly names: readonly string[]
  readonly where: string
  /** As in `ReadDocument`; a snapshot does not know them. */
  readonly nonRegional?: ReadonlyMap<string, PrefixSet>
  /** The addresses of every tag that was published; a snapshot does not know them. */
  readonly everything?: () => PrefixSet
  /** Every tag that was published, with what is sound of it; a snapshot does not know them. */
  readonly everyTag?: () => readonly TagSet[]
}

function known(document: TagDocument, shown: string): KnownDocument {
  const where = `${shown}, which keeps only the tags that were in use; add it with "tagwall fetch --from FILE" and this policy`
  return { document, names: [...document.tags.keys()], where }
}

/** A snapshot that was read already, as `compile` wants it. */
export const storedDocument = (document: TagDocument): KnownDocument =>
  known(document, `the snapshot of ${document.published}`)

/** A published document, as `compile` wants it. */
export function publishedDocument({ document, names, nonRegional }: ReadDocument, source: Source): KnownDocument {
  let everything: PrefixSet | undefined
  return {
    document,
    names,
    where: source.name,
    nonRegional,
    everything: () => {
      everything ??= PrefixSet.of(readEveryTag(source, document.cloud).tags.flatMap(({ prefixes }) => prefixes))
      return everything
    },
    everyTag: () =>
      readEveryTag(source, document.cloud).tags.map((tag) => ({ ...tag, prefixes: PrefixSet.of(tag.prefixes) })),
  }
}

/** A path as a person in the working directory would write it; a shipped snapshot by its name, wherever tagwall is installed. */
export function shownPath(path: string, io: Io): string {
  const below = relative(io.cwd, path)
  if (!below.startsWith('..')) return below
  const shipped = relative(SHIPPED.snapshots, path)
  return shipped.startsWith('..') ? path : `the shipped snapshot ${shipped}`
}

/** The snapshot that a date or a word names: `latest` and `previous` are what the policy sees of the history. */
function storedAs(spec: string, history: History, policy: Policy): Stored | undefined {
  const { files } = history
  const newest = files.at(-1)
  const at = (file: SnapshotFile | undefined) => file && { path: file.path, document: history.read(file) }
  if (spec !== 'latest' && spec !== 'previous') return at(files.find(({ published }) => published === spec))
  // Where none knows all tags of the policy, the newest says which are missing.
  const state = stateOf(policy, history) ?? at(newest)
  if (spec === 'latest' || !state) return state
  const document = baselineOf(state.document, policy, history)
  return document && { path: snapshotPath(dirname(dirname(state.path)), document), document }
}

function noSnapshot(spec: string, { files, directory }: History, cloud: Cloud, io: Io): string {
  const place = shownPath(join(directory, cloud), io)
  if (files.length === 0)
    return `there is no snapshot of the cloud ${cloud} in ${place}; store one with "tagwall fetch --from FILE"`
  const range = `there are ${files.length}, from ${files[0]?.published} to ${files.at(-1)?.published}`
  return `there is no ${spec === 'previous' ? 'previous snapshot' : `snapshot ${spec}`} in ${place}; ${range}`
}
