import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { noteSlow, readConfiguration, readerOf } from '../audit/configuration.ts'
import { type Narrow, narrowOf, readDevice } from '../audit/device-reading.ts'
import { dateInName, parseDocument } from '../document/document.ts'
import { publishedDocument } from '../document/obtain-document.ts'
import { openAllTags } from '../document/open-tags.ts'
import { throwDenial, UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { CLOUDS, type Cloud } from '../model/cloud.ts'
import { selectorsOf } from '../model/service-tag.ts'
import { refuseLinkOut } from '../places.ts'
import { type CommonOptions, vendorFolders } from '../policy/load.ts'
import { parsePolicy } from '../policy/policy.ts'
import { entryAt } from '../store/disk.ts'
import { writeEach } from '../store/write.ts'
import { readVendor, resolveOptions } from '../vendor/vendor.ts'
import { adopt, changesBy } from './adopt.ts'
import { draftText, noteText } from './draft.ts'
import { indexOf, type TagIndex } from './match.ts'

/** The options of `adopt`, from the command line. */
export interface AdoptOptions extends CommonOptions {
  /** The published document. */
  readonly from: string
  readonly allowHost?: readonly string[]
  /** A folder with older published documents. */
  readonly history?: string
  /** In per cent. */
  readonly fit: number
  readonly narrow?: Narrow
  readonly set?: Readonly<Record<string, string>>
  readonly output?: string
}

/** Reads a configuration, finds the tags that explain its rules, and writes the draft. Throws `UserError` for unusable input, and if no tag does. */
export async function runAdopt(name: string, paths: readonly string[], options: AdoptOptions, io: Io) {
  const cloud = options.cloud ?? 'public'
  const folders = vendorFolders(options, io)
  const vendor = readVendor(name, folders)
  const read = await readerOf(vendor)
  const narrow = narrowOf(options.narrow ?? {}, vendor)
  const job = { vendor, options: resolveOptions(vendor, options.set ?? {}, '--set') }
  const output = options.output === undefined ? undefined : resolve(io.cwd, options.output)
  if (output !== undefined && entryAt(output))
    throw new UserError(
      `${options.output} exists, and adopt overwrites no policy: choose another file for --output; nothing was written`,
    )
  const files = await readConfiguration(paths, vendor, folders, io)
  const { source, tags } = await openAllTags(options.from, cloud, options.allowHost, io)
  const newest = indexOf(source.published, [...tags.values()])
  const older = options.history === undefined ? [] : await readHistory(options.history, newest, cloud, io)
  noteSlow(files, io)
  const reading = readDevice(read, files, job, { remotes: newest.all, localObjects: [] }, narrow)
  const notes = reading.notes.filter(({ isHarmless }) => !isHarmless)
  if (reading.rules.length === 0) {
    const why = notes[0]
      ? `no rule that tagwall understands: ${noteText(notes[0])}`
      : 'no rules; for a list of addresses, "tagwall lookup FILE --summary --from DOCUMENT" names the tags'
    throw new UserError(`${paths.join(', ')} has ${why}`)
  }
  const adoption = adopt(reading.rules, [newest, ...older], options.fit / 100)
  if (adoption.rules.length === 0)
    throw new UserError(
      `no tag of ${source.name} explains any rule in ${paths.join(', ')}; an older document in --history, or a lower --fit, may`,
    )
  const draft = draftText(adoption, { vendor: vendor.name, cloud, files: paths, newest })
  const policy = parsePolicy(draft, 'the draft', 'the draft')
  const known = publishedDocument(parseDocument(source, cloud, selectorsOf(policy)), source)
  const report = {
    adoption,
    vendor: vendor.name,
    files: paths,
    document: source.name,
    label: known.document,
    /** Lines that the reader did not understand. */
    notes,
    /** The traffic that the draft opens and closes on the device. */
    pieces: changesBy(adoption, policy, known),
    draft,
  }
  if (output !== undefined) {
    writeEach([{ path: output, text: draft, owner: '--output' }])
    io.err(`wrote the draft ${options.output}\n`)
  }
  return report
}

/** The documents of a folder that are older than the newest, the latest first. */
async function readHistory(shown: string, newest: TagIndex, cloud: Cloud, io: Io): Promise<TagIndex[]> {
  const names = namesIn(shown, io).filter((name) => {
    const date = dateInName(name)
    return name.startsWith(`ServiceTags_${CLOUDS[cloud]}_`) && date !== undefined && date < newest.published
  })
  if (names.length === 0)
    throw new UserError(
      `${shown} has no document before ${newest.published}; expected files as Microsoft names them, such as ServiceTags_Public_20250106.json`,
    )
  const editions: TagIndex[] = []
  for (const name of names) {
    const { published, tags } = await openAllTags(join(shown, name), cloud, undefined, io)
    editions.push(indexOf(published, [...tags.values()]))
  }
  return editions.sort((a, b) => (a.published < b.published ? 1 : -1))
}

function namesIn(shown: string, io: Io): string[] {
  const path = resolve(io.cwd, shown)
  refuseLinkOut(path, io.cwd, shown)
  try {
    return readdirSync(path)
  } catch (error) {
    throwDenial(error)
    throw new UserError(`cannot read the folder ${shown} of --history: ${(error as NodeJS.ErrnoException).code}`)
  }
}
