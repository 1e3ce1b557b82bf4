import { Denied, UserError } from '../../errors.ts'
import { type Io, today } from '../../io.ts'
import { CLOUDS, type Cloud } from '../../model/cloud.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { addDays, daysBetween, mondayOf } from '../../text/dates.ts'
import { redactUrls, sanitize } from '../../text/sanitize.ts'
import { dateInName, type Source, titleOf } from '../document.ts'
import { type Ask, Client } from './client.ts'
import { Unreachable, unreachableText } from './failures.ts'
import { linksIn, refreshIn } from './links.ts'
import { type Sites, sitesOf, spellingsOf } from './sites.ts'

/** The requested document, and the known one. */
interface Wanted {
  readonly cloud: Cloud
  /** The newest snapshot, if "not changed" is a useful response. */
  readonly known: TagDocument | undefined
  /** The newest snapshot, whether it has all tags or not. The folder of its source may hold newer files. */
  readonly newest: TagDocument | undefined
  /** The document in a source. Throws `UserError` if it is invalid; then the next place is tried. */
  parse(source: Source): TagDocument
}

const PAGE_BYTES = 4 * 1024 * 1024
const MAX_REFRESHES = 2
/** A page has so large a part of the time: 1 of 6. */
const PAGE_SHARE = 6
const MOST_FILES = 10
const MONDAYS = 4

/**
 * Gets the current document: from the details page of the cloud, newest file first; else by the alias of the newest file; else
 * by the dates of the last Mondays. If the page has nothing newer than the newest snapshot, the alias is asked too, and the newer answer
 * counts. Each place has a share of the time. Prints each step on stderr. Undefined if the known document is current.
 */
export async function discover(wanted: Wanted, allowHost: readonly string[], world: Io): Promise<Source | undefined> {
  const sites = sitesOf(wanted.cloud, world)
  const log = new SourceLog(world)
  const { io } = log
  const client = new Client(allowHost, io)
  for await (const candidate of candidates(client, sites, wanted, log)) {
    const answer = await answerOf(client, candidate, wanted, log)
    if (!answer) continue
    const isOutdated = candidate.date !== undefined && !isNews(candidate.date, wanted, io)
    return isOutdated ? newerOf(answer, client, sites, wanted, log) : answer.source
  }
  if (!client.hasAnswer && client.silent.length > 0)
    throw new UserError(unreachableText(client.silent, sites.page), { code: 'NETWORK' })
  log.release()
  throw new UserError(
    `could not fetch a document of the cloud ${CLOUDS[wanted.cloud]}, for the reasons above; ` +
      `download it in a browser from ${sites.page} and use --from FILE`,
    { code: 'NETWORK' },
  )
}

/** The answer of a source: a document, or that the known one is current. */
interface Answered {
  readonly source: Source | undefined
  readonly changeNumber: number
}

/** The answer of one place; undefined if it has none, which is printed. */
async function answerOf(
  client: Client,
  { url, why, isAlias }: Candidate,
  wanted: Wanted,
  log: SourceLog,
): Promise<Answered | undefined> {
  if (client.isSilent(new URL(url))) return undefined
  log.say(`downloading ${redactUrls(url)}: ${why}`)
  try {
    const source = await client.within(client.deadline.left / 2, () =>
      getFile(client, url, log.io, wanted.known, isAlias),
    )
    log.release()
    if (source) return { source, changeNumber: wanted.parse(source).changeNumber }
    log.say('the server reports no change since the newest snapshot')
    return { source, changeNumber: wanted.known?.changeNumber ?? 0 }
  } catch (error) {
    tell(log, client, error, 'not usable')
    return undefined
  }
}

/** Tells why a place is of no use. Throws `error` if it ends the run. */
function tell(log: SourceLog, client: Client, error: unknown, what: string): void {
  const isOver = !(error instanceof UserError) || error instanceof Denied || client.deadline.isOver
  if (isOver) log.release()
  if (isOver) throw error
  const text = `${what}: ${oneLine(error.message)}`
  if (error instanceof Unreachable && !client.hasAnswer) log.hold(text)
  else log.say(text)
}

// Files appear at most nine days after the Monday in their name; see also `RETRIEVAL_DAYS`.
const STALE_DAYS = 14

/** True if a file of this date on the page may be the newest one. */
const isNews = (date: string, { newest }: Wanted, io: Io) =>
  date > (newest?.published ?? '') && daysBetween(date, today(io)) <= STALE_DAYS

/** The answer of the page, or of the alias if that is newer: the page lists an old file at times. */
async function newerOf(answer: Answered, client: Client, sites: Sites, wanted: Wanted, log: SourceLog) {
  const least = Math.max(answer.changeNumber, wanted.newest?.changeNumber ?? 0)
  for (const candidate of aliasesOf(sites, 'the alias of the newest file, because the page has nothing newer')) {
    const other = await answerOf(client, candidate, wanted, log)
    if (other && other.changeNumber >= least && other.changeNumber > answer.changeNumber) return other.source
    if (other) break
  }
  return answer.source
}

/** The document at `url`; undefined if the server says that `known` is current. The alias of the newest file has no name of its own. */
export async function getFile(
  client: Client,
  url: string,
  io: Io,
  known?: TagDocument,
  isAlias = false,
): Promise<Source | undefined> {
  // A query may hold a signature, and the snapshot with the name is committed.
  const name = url.split(/[?#]/, 1)[0] as string
  const ask: Ask = { kind: 'json' }
  const headers = known && (isAlias || known.source === name) ? conditions(known, isAlias) : {}
  let reply = await client.get(url, { ...ask, headers })
  if (reply.status === 304) {
    if (isSameEtag(reply.headers.etag, known?.etag)) return undefined
    io.err(lineOf('the server reports no change but another ETag; downloading the whole document'))
    reply = await client.get(url, ask)
  }
  const date = dateOf(name) ?? dateOf(reply.url)
  return {
    bytes: reply.bytes,
    name,
    published: date ?? today(io),
    isUndated: !date,
    etag: recordable(reply.headers.etag),
    lastModified: recordable(reply.headers['last-modified']),
  }
}

interface Candidate {
  readonly url: string
  readonly why: string
  /** The date in a link of the page. */
  readonly date?: string
  readonly isAlias?: boolean
}

const aliasesOf = ({ folders, stem }: Sites, why: string): Candidate[] =>
  folders.map((folder) => ({ url: `${folder}${stem}Latest.json`, why, isAlias: true }))

async function* candidates(
  client: Client,
  sites: Sites,
  { newest }: Wanted,
  log: SourceLog,
): AsyncGenerator<Candidate> {
  const tried = new Set<string>()
  const links = await linksOfPage(client, sites, log)
  for (const [index, { url, date }] of links.slice(0, MOST_FILES).entries()) {
    tried.add(url)
    yield {
      url,
      date,
      why: index === 0 ? `the newest file on the page, of ${date}` : `the next file on the page, of ${date}`,
    }
  }
  yield* aliasesOf(sites, 'the alias of the newest file')
  const folders = sites.folders.length > 0 ? sites.folders : spellingsOf(folderOf(newest?.source, sites))
  if (folders.length === 0) return log.say('tagwall knows no folder of dated files for this cloud')
  for (const date of lastMondays(log.io)) {
    for (const folder of folders) {
      const url = `${folder}${sites.stem}${date.replaceAll('-', '')}.json`
      if (!tried.has(url)) yield { url, why: `files carry the date of a Monday, such as ${date}` }
    }
  }
}

async function linksOfPage(client: Client, sites: Sites, log: SourceLog) {
  let url: string | undefined = sites.page
  for (let pages = 0; url !== undefined && pages <= MAX_REFRESHES; pages++) {
    const why = pages === 0 ? 'the details page of the cloud' : 'the page redirects there'
    log.say(`asking ${pages === 0 ? url : redactUrls(url)}: ${why}`)
    try {
      const asked = url
      const share = client.limits.overall / PAGE_SHARE
      const reply = await client.within(share, () => client.get(asked, { kind: 'page' }))
      const page = Buffer.from(reply.bytes.subarray(0, PAGE_BYTES)).toString('utf8')
      // The page may redirect to the file.
      const links = linksIn(`${reply.url}\n${page}`, reply.url, sites.stem)
      if (links.length > 0) return links
      url = refreshIn(page, reply.url)
      const title = titleOf(page)
      const note = title ? ` (its title is ${JSON.stringify(title)})` : ''
      if (url === undefined) log.say(`found no link to ${sites.stem}YYYYMMDD.json on the page${note}`)
    } catch (error) {
      tell(log, client, error, 'could not get the page')
      return []
    }
  }
  return []
}

/** The folder of the newest snapshot's source, for clouds without a known folder. */
function folderOf(source = '', { stem }: Sites): string | undefined {
  const end = source.startsWith('https://') ? source.lastIndexOf(`/${stem}`) : -1
  return end < 0 ? undefined : source.slice(0, end + 1)
}

const lastMondays = (io: Io) => Array.from({ length: MONDAYS }, (_, week) => addDays(mondayOf(today(io)), -7 * week))

/** An ETag holds for one name only. */
function conditions({ etag, lastModified }: TagDocument, isAlias: boolean): Record<string, string> {
  return {
    ...(!isAlias && recordable(etag) && { 'if-none-match': etag as string }),
    ...(recordable(lastModified) && { 'if-modified-since': lastModified as string }),
  }
}

/** A response without an ETag does not contradict ours; weak and strong ETags are equal here. */
function isSameEtag(theirs: string | undefined, ours: string | undefined): boolean {
  const bare = (etag: string) => etag.replace(/^W\//, '')
  return theirs === undefined || ours === undefined || bare(theirs) === bare(ours)
}

/** A header value that is safe to send back. */
const recordable = (value: string | undefined) => (value && /^[\x20-\x7e]{1,200}$/.test(value) ? value : undefined)

const dateOf = (url: string) => dateInName(new URL(url).pathname.split('/').at(-1) as string)

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 500)

const lineOf = (text: string) => `fetch: ${sanitize(text)}\n`

/**
 * Prints the steps of a download on stderr. Those of a host that does not answer wait until another host does, because if none does, the error names all
 * of them.
 */
class SourceLog {
  private held: string[] = []
  /** For the rest of the run: all later output comes after the lines that waited. */
  readonly io: Io
  constructor(io: Io) {
    this.io = Object.create(io, {
      err: {
        value: (text: string) => {
          for (const line of this.held.splice(0)) io.err(line)
          io.err(text)
        },
      },
    })
  }

  say(text: string): void {
    if (this.held.length > 0) this.hold(text)
    else this.io.err(lineOf(text))
  }

  hold(text: string): void {
    this.held.push(lineOf(text))
  }

  /** Prints the lines that waited. */
  release(): void {
    if (this.held.length > 0) this.io.err('')
  }
}
