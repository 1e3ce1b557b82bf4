import { FAMILIES } from '../address/prefix.ts'
import { diff } from '../document/diff.ts'
import { openHistory } from '../document/history.ts'
import { noSnapshot } from '../document/open-document.ts'
import { staleCheck } from '../document/stale-check.ts'
import { UserError } from '../errors.ts'
import { printWarnings } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { loadPolicy } from '../policy/load.ts'
import { formatTable } from '../text/lines.ts'
import { formatCount } from '../text/numbers.ts'
import type { Listing, ListOptions } from './listing.ts'

/** The stored snapshots of a cloud, each with what it gained and lost. */
export async function listSnapshots(name: string | undefined, options: ListOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  const { cloud } = policy
  const history = openHistory(options, policy, io)
  const { files, isShipped } = history
  const newest = files.at(-1)
  if (newest) printWarnings(staleCheck(history, newest.published, io), io)
  const documents = files.map((file) => history.read(file))
  const all = documents.map((document, index) => snapshotRow(document, documents[index - 1]))
  const rows = name === undefined ? all : all.filter(({ published }) => published === name)
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
    text: note + formatTable([head, ...cells], ['left', 'right', 'right', 'right', 'right', 'right', 'right']),
  } satisfies Listing
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
    tagCount: tags.length,
    ipv4Prefixes: ipv4,
    ipv6Prefixes: ipv6,
    gained: changed('added'),
    lost: changed('removed'),
  }
}
