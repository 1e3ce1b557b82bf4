import { UserError } from '../../errors.ts'
import { type Io, today } from '../../io.ts'
import { CLOUDS, type Cloud } from '../../model/cloud.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { redactUrls } from '../../text/redact.ts'
import { sanitize } from '../../text/sanitize.ts'
import { dateInName, type Source } from '../document.ts'
import { type Ask, Client } from './client.ts'
import { linksIn, refreshIn } from './links.ts'
import { titleOf } from './page.ts'
import { type Sites, sitesOf, spellingsOf } from './sites.ts'

/** The requested document, and the known one. */
export interface Wanted {
  readonly cloud: Cloud
  /** The newest snapshot, if "not changed" is a useful response. */
  readonly known: TagDocument | undefined
  /** The source of the newest snapshot, whose folder may hold newer files. */
  readonly lastSource: string | undefined
  /** Throws `UserError` for an invalid document; then the next place is tried. */
  check(source: Source): void
}

const PAGE_BYTES = 4 * 1024 * 1024
const MAX_REFRESHES = 2
const MOST_FILES = 10
const MONDAYS = 4

/**
 * Gets the current document: from the details page of the cloud, newest file first; else by the alias of the newest file; else
 * by the dates of the last Mondays. Prints each step on stderr. Undefined if the known document is current.
 */
export async function discover(wanted: Wanted, allowHost: readonly string[], io: Io): Promise<Source | undefined> {
  const sites = sitesOf(wanted.cloud, io)
  return Client.with(allowHost, io, async (client) => {
    for await (const { url, why } of candidates(client, sites, wanted, io)) {
      say(io, `downloading ${redactUrls(url)}: ${why}`)
      try {
        const source = await getFile(client, url, io, wanted.known)
        if (source) wanted.check(source)
        else say(io, 'the server reports no change since the newest snapshot')
        return source
      } catch (error) {
        if (!(error instanceof UserError) || client.isOver) throw error
        say(io, `not usable: ${oneLine(error.message)}`)
      }
    }
    throw new UserError(
      `could not fetch a document of the cloud ${CLOUDS[wanted.cloud]}, for the reasons above; ` +
        `download it in a browser from ${sites.page} and use --from FILE`,
    )
  })
}

/** The document at `url`; undefined if the server says that `known` is current. */
export async function getFile(client: Client, url: string, io: Io): Promise<Source>
export async function getFile(
  client: Client,
  url: string,
  io: Io,
  known: TagDocument | undefined,
): Promise<Source | undefined>
export async function getFile(client: Client, url: string, io: Io, known?: TagDocument): Promise<Source | undefined> {
  // A query may hold a signature, and the snapshot with the name is committed.
  const name = url.split(/[?#]/, 1)[0] as string
  const ask: Ask = { kind: 'json' }
  const headers = known?.source === name ? conditions(known) : {}
  let reply = await client.get(url, { ...ask, headers })
  if (reply.status === 304) {
    if (isSameEtag(reply.headers.etag, known?.etag)) return undefined
    say(io, 'the server reports no change but another ETag; downloading the whole document')
    reply = await client.get(url, ask)
  }
  const etag = recordable(reply.headers.etag)
  const lastModified = recordable(reply.headers['last-modified'])
  const date = dateOf(name) ?? dateOf(reply.url)
  return {
    bytes: reply.bytes,
    name,
    published: date ?? today(io),
    isUndated: !date,
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
  }
}

interface Candidate {
  readonly url: string
  readonly why: string
}

async function* candidates(client: Client, sites: Sites, { lastSource }: Wanted, io: Io): AsyncGenerator<Candidate> {
  const tried = new Set<string>()
  const links = await linksOfPage(client, sites, io)
  for (const [index, { url, date }] of links.slice(0, MOST_FILES).entries()) {
    tried.add(url)
    yield {
      url,
      why: index === 0 ? `the newest file on the page, of ${date}` : `the next file on the page, of ${date}`,
    }
  }
  for (const folder of sites.folders)
    yield { url: `${folder}${sites.stem}Latest.json`, why: 'the alias of the newest file' }
  const folders = sites.folders.length > 0 ? sites.folders : spellingsOf(folderOf(lastSource, sites))
  if (folders.length === 0) return say(io, 'tagwall knows no folder of dated files for this cloud')
  for (const date of lastMondays(io.now())) {
    for (const folder of folders) {
      const url = `${folder}${sites.stem}${date.replaceAll('-', '')}.json`
      if (!tried.has(url)) yield { url, why: `files carry the date of a Monday, such as ${date}` }
    }
  }
}

async function linksOfPage(client: Client, sites: Sites, io: Io) {
  let url: string | undefined = sites.page
  for (let pages = 0; url !== undefined && pages <= MAX_REFRESHES; pages++) {
    say(
      io,
      pages === 0
        ? `asking ${url}: the details page of the cloud`
        : `asking ${redactUrls(url)}: the page redirects there`,
    )
    try {
      const reply = await client.get(url, { kind: 'page' })
      const page = Buffer.from(reply.bytes.subarray(0, PAGE_BYTES)).toString('utf8')
      // The page may redirect to the file.
      const links = linksIn(`${reply.url}\n${page}`, reply.url, sites.stem)
      if (links.length > 0) return links
      url = refreshIn(page, reply.url)
      if (url === undefined) say(io, `found no link to ${sites.stem}YYYYMMDD.json on the page${titleNote(page)}`)
    } catch (error) {
      if (!(error instanceof UserError) || client.isOver) throw error
      say(io, `could not get the page: ${oneLine(error.message)}`)
      return []
    }
  }
  return []
}

function titleNote(page: string): string {
  const title = titleOf(page)
  return title ? ` (its title is ${JSON.stringify(title)})` : ''
}

/** The folder of the newest snapshot's source, for clouds without a known folder. */
function folderOf(lastSource = '', { stem }: Sites): string | undefined {
  const end = lastSource.startsWith('https://') ? lastSource.lastIndexOf(`/${stem}`) : -1
  return end < 0 ? undefined : lastSource.slice(0, end + 1)
}

function lastMondays(now: Date): string[] {
  const day = 24 * 60 * 60 * 1000
  const monday = now.getTime() - ((now.getUTCDay() + 6) % 7) * day
  return Array.from({ length: MONDAYS }, (_, week) => new Date(monday - week * 7 * day).toISOString().slice(0, 10))
}

function conditions({ etag, lastModified }: TagDocument): Record<string, string> {
  return {
    ...(recordable(etag) && { 'if-none-match': etag as string }),
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

const say = (io: Io, line: string) => io.err(`fetch: ${sanitize(line)}\n`)
