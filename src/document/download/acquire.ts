import { Denied, UserError } from '../../errors.ts'
import { type Io, today } from '../../io.ts'
import { CLOUDS, type Cloud } from '../../model/cloud.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { addDays, daysBetween, mondayOf } from '../../text/dates.ts'
import { redactUrls, sanitize } from '../../text/sanitize.ts'
import { dateInName, type Source, titleOf } from '../document.ts'
import { type Ask, Client } from './client.ts'
import { Unreachable, unreachableText } from './failures.ts'
import { type Link, linksIn, refreshIn } from './links.ts'
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
// Files appear at most nine days after the Monday in their name; see also `RETRIEVAL_DAYS`.
const STALE_DAYS = 14

/**
 * Gets the current document: from the details page of the cloud, newest file first; else by the alias of the newest file; else
 * by the dates of the last Mondays. If the page has nothing newer than the newest snapshot, the alias is asked too, and the newer answer
 * counts. Each place has a share of the time. Undefined if the known document is current.
 */
export const discover = (wanted: Wanted, allowHost: readonly string[], io: Io): Promise<Source | undefined> =>
  new Search(wanted, allowHost, io).run()

interface Candidate {
  readonly url: string
  readonly why: string
  /** The date in a link of the page. */
  readonly date?: string
  readonly isAlias?: boolean
}

/** Asks one place after the other. What it prints of a silent host waits until another host answers: if none does, the error names all. */
class Search {
  private readonly sites: Sites
  private readonly client: Client
  /** For the rest of the run: all later output comes after the lines that waited. */
  private readonly io: Io
  private held: string[] = []

  constructor(
    private readonly wanted: Wanted,
    allowHost: readonly string[],
    world: Io,
  ) {
    this.sites = sitesOf(wanted.cloud, world)
    const err = (text: string) => {
      for (const line of this.held.splice(0)) world.err(line)
      world.err(text)
    }
    this.io = Object.create(world, { err: { value: err } })
    this.client = new Client(allowHost, this.io)
  }

  async run(): Promise<Source | undefined> {
    const { client, sites } = this
    for await (const candidate of this.candidates()) {
      const answer = await this.answerOf(candidate)
      if (!answer) continue
      const { source, changeNumber } = answer
      return candidate.date === undefined || this.isNews(candidate.date) ? source : this.newerOf(source, changeNumber)
    }
    if (!client.hasAnswer && client.silent.length > 0)
      throw new UserError(unreachableText(client.silent, sites.page), { code: 'NETWORK' })
    this.release()
    throw new UserError(
      `could not fetch a document of the cloud ${CLOUDS[this.wanted.cloud]}, for the reasons above; ` +
        `download it in a browser from ${sites.page} and use --from FILE`,
      { code: 'NETWORK' },
    )
  }

  private async *candidates(): AsyncGenerator<Candidate> {
    const { sites } = this
    const tried = new Set<string>()
    const links = await this.linksOfPage()
    for (const [index, { url, date }] of links.slice(0, MOST_FILES).entries()) {
      tried.add(url)
      yield { url, date, why: `the ${index === 0 ? 'newest' : 'next'} file on the page, of ${date}` }
    }
    yield* this.aliases('the alias of the newest file')
    const folders = sites.folders.length > 0 ? sites.folders : spellingsOf(folderOf(this.wanted.newest?.source, sites))
    if (folders.length === 0) return this.say('tagwall knows no folder of dated files for this cloud')
    for (let week = 0; week < MONDAYS; week++) {
      const date = addDays(mondayOf(today(this.io)), -7 * week)
      for (const folder of folders) {
        const url = `${folder}${sites.stem}${date.replaceAll('-', '')}.json`
        if (!tried.has(url)) yield { url, why: `files carry the date of a Monday, such as ${date}` }
      }
    }
  }

  private aliases(why: string): Candidate[] {
    const { folders, stem } = this.sites
    return folders.map((folder) => ({ url: `${folder}${stem}Latest.json`, why, isAlias: true }))
  }

  private async linksOfPage(): Promise<Link[]> {
    const { client, sites } = this
    const share = client.limits.overall / PAGE_SHARE
    let url: string | undefined = sites.page
    for (let pages = 0; url !== undefined && pages <= MAX_REFRESHES; pages++) {
      const asked: string = url
      this.say(
        pages === 0
          ? `asking ${asked}: the details page of the cloud`
          : `asking ${redactUrls(asked)}: the page redirects there`,
      )
      try {
        const reply = await client.within(share, () => client.get(asked, { kind: 'page' }))
        const page = Buffer.from(reply.bytes.subarray(0, PAGE_BYTES)).toString('utf8')
        // The page may redirect to the file.
        const links = linksIn(`${reply.url}\n${page}`, reply.url, sites.stem)
        if (links.length > 0) return links
        url = refreshIn(page, reply.url)
        const title = titleOf(page)
        const note = title ? ` (its title is ${JSON.stringify(title)})` : ''
        if (url === undefined) this.say(`found no link to ${sites.stem}YYYYMMDD.json on the page${note}`)
      } catch (error) {
        this.tell(error, 'could not get the page')
        return []
      }
    }
    return []
  }

  /** The answer of one place: a document, or that the known one is current. Undefined if it has none, which is printed. */
  private async answerOf({ url, why, isAlias }: Candidate) {
    const { client, wanted } = this
    if (client.isSilent(new URL(url))) return undefined
    this.say(`downloading ${redactUrls(url)}: ${why}`)
    try {
      const source = await client.within(client.deadline.left / 2, () => getFile(client, url, wanted.known, isAlias))
      this.release()
      if (source) return { source, changeNumber: wanted.parse(source).changeNumber }
      this.say('the server reports no change since the newest snapshot')
      return { source, changeNumber: wanted.known?.changeNumber ?? 0 }
    } catch (error) {
      this.tell(error, 'not usable')
      return undefined
    }
  }

  /** True if a file of this date on the page may be the newest one. */
  private isNews(date: string): boolean {
    return date > (this.wanted.newest?.published ?? '') && daysBetween(date, today(this.io)) <= STALE_DAYS
  }

  /** The answer of the page, or of the alias if that is newer: the page lists an old file at times. */
  private async newerOf(source: Source | undefined, changeNumber: number): Promise<Source | undefined> {
    const least = Math.max(changeNumber, this.wanted.newest?.changeNumber ?? 0)
    for (const candidate of this.aliases('the alias of the newest file, because the page has nothing newer')) {
      const other = await this.answerOf(candidate)
      if (other) return other.changeNumber >= least && other.changeNumber > changeNumber ? other.source : source
    }
    return source
  }

  /** Tells why a place is of no use. Throws `error` if it ends the run. */
  private tell(error: unknown, what: string): void {
    const { client } = this
    const isOver = !(error instanceof UserError) || error instanceof Denied || client.deadline.isOver
    if (isOver) this.release()
    if (isOver) throw error
    this.say(
      `${what}: ${error.message.replaceAll(/\s+/g, ' ').slice(0, 500)}`,
      error instanceof Unreachable && !client.hasAnswer,
    )
  }

  /** Prints a line, or lets it wait; also behind those that wait. */
  private say(text: string, waits = false): void {
    if (waits || this.held.length > 0) this.held.push(lineOf(text))
    else this.io.err(lineOf(text))
  }

  /** Prints the lines that waited. */
  private release(): void {
    if (this.held.length > 0) this.io.err('')
  }
}

/** The document at `url`; undefined if the server says that `known` is current. The alias of the newest file has no name of its own. */
export async function getFile(client: Client, url: string, known?: TagDocument, isAlias = false) {
  // A query may hold a signature, and the snapshot with the name is committed.
  const name = url.split(/[?#]/, 1)[0] as string
  const ask: Ask = { kind: 'json' }
  const headers = known && (isAlias || known.source === name) ? conditions(known, isAlias) : {}
  let reply = await client.get(url, { ...ask, headers })
  if (reply.status === 304) {
    if (isSameEtag(reply.headers.etag, known?.etag)) return undefined
    client.io.err(lineOf('the server reports no change but another ETag; downloading the whole document'))
    reply = await client.get(url, ask)
  }
  const date = dateOf(name) ?? dateOf(reply.url)
  return {
    bytes: reply.bytes,
    name,
    published: date ?? today(client.io),
    isUndated: !date,
    etag: recordable(reply.headers.etag),
    lastModified: recordable(reply.headers['last-modified']),
  }
}

/** The folder of the newest snapshot's source, for clouds without a known folder. */
function folderOf(source = '', { stem }: Sites): string | undefined {
  const end = source.startsWith('https://') ? source.lastIndexOf(`/${stem}`) : -1
  return end < 0 ? undefined : source.slice(0, end + 1)
}

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

const lineOf = (text: string) => `fetch: ${sanitize(text)}\n`
