import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { throwDenial, UserError, unlessFailed } from '../errors.ts'
import { sha256 } from '../text/hashes.ts'
import { entryAt, kindOf, removeFile } from './disk.ts'
import type { Home } from './home.ts'

const PAUSE_MS = 100
const TRIES = 50
const MOST_BYTES = 4096
// The holder on another machine or container cannot be checked, nor one without a start time. No run takes this long.
const FOREIGN_MS = 60 * 60 * 1000
// A process writes its name at once, so one that has not was killed; shorter than a wait.
const BEGUN_MS = 4_000

/** The clock of a wait, and its messages. */
export interface Waiting {
  /** Called once before a wait, with a sentence that says for whom and for how long. */
  waits(sentence: string): void
  sleep(milliseconds: number): Promise<void>
  now(): Date
}

const nameOf = ({ name }: Home) => `${name}.mutex`
const pathOf = (home: Home) => join(home.folder, nameOf(home))

/**
 * Keeps other runs from writing with the same home, and returns a function that lets them in again. Waits briefly for another process;
 * throws `UserError` if that continues, or if this version did not write the mutex. The mutex of a dead process is ignored.
 */
export async function takeMutex(home: Home, world: Waiting): Promise<() => void> {
  const path = pathOf(home)
  const own = ownText()
  for (let attempt = 0; !create(path, own); attempt++) {
    const found = mutexAt(path)
    if (isStale(found, world) && takeAway(path, found, world)) continue
    await pause(found, home, attempt, world)
  }
  sweep(home)
  return () => {
    try {
      const found = mutexAt(path)
      if (found.kind === 'held' && found.text === own) removeFile(path)
    } catch {
      // The next run notices that this process is gone.
    }
  }
}

/** Waits as briefly until no process writes with a home. Changes nothing. */
export async function awaitRelease(home: Home, world: Waiting): Promise<void> {
  const path = pathOf(home)
  for (let attempt = 0; ; attempt++) {
    const found = mutexAt(path)
    if (found.kind !== 'held' || isStale(found, world)) return
    await pause(found, home, attempt, world)
  }
}

/** A moment of waiting; the first says for whom, and after the last it throws. */
async function pause(found: MutexState, home: Home, attempt: number, world: Waiting): Promise<void> {
  if (attempt >= TRIES)
    throw new UserError(`${sentenceOf(found, pathOf(home), home.subject)}; nothing was done`, { code: 'BUSY' })
  const who = found.kind === 'held' ? `another tagwall (process ${found.pid} on ${found.host})` : 'another tagwall'
  if (attempt === 0 && found.kind !== 'other')
    world.waits(`waiting up to ${(TRIES * PAUSE_MS) / 1000} s for ${who}, which is writing to ${home.subject}`)
  await world.sleep(PAUSE_MS)
}

/** The state of the mutex. */
type MutexState =
  | { readonly kind: 'gone' }
  // Created but still empty: its process is about to write, or was killed.
  | (Made & { readonly kind: 'begun' })
  | (Made & Holder & { readonly kind: 'held' })
  | { readonly kind: 'other'; readonly what: string }

interface Made {
  readonly text: string
  /** Milliseconds since 1970. */
  readonly made: number
  /** Another one for every file, even an empty one. */
  readonly id: string
}

interface Holder {
  readonly pid: number
  /** The start time of the process; `-` if unknown. */
  readonly start: string
  /** Host name, boot and process namespace: a process can be checked only if all of them match. */
  readonly host: string
  readonly place: string
}

const ownText = () => `${process.pid} ${startOf(process.pid) ?? '-'} ${ownHost()} ${ownPlace()}\n`

const ownHost = () => encodeURIComponent(hostname())

// Two containers may share a name and a process number, and a restarted machine has other processes.
const ownPlace = () =>
  `${read('/proc/sys/kernel/random/boot_id')?.trim() || '-'}/${unlessFailed(() => readlinkSync('/proc/self/ns/pid')) ?? '-'}`

function mutexAt(path: string): MutexState {
  const entry = entryAt(path)
  if (!entry) return { kind: 'gone' }
  if (!entry.isFile()) return { kind: 'other', what: `is ${kindOf(entry)}` }
  if (entry.size > MOST_BYTES) return { kind: 'other', what: 'is too large for a mutex' }
  try {
    const text = readFileSync(path, 'utf8')
    const [, pid, start, host, place] = /^(\d+) (\d+|-) (\S+) (\S+)\n$/.exec(text) ?? []
    const one = { text, made: entry.mtimeMs, id: `${entry.ino} ${entry.mtimeMs} ${text}` }
    if (pid && start && host && place) return { kind: 'held', ...one, pid: Number(pid), start, host, place }
    if (!text.includes('\n')) return { kind: 'begun', ...one }
    return { kind: 'other', what: 'was not written by this version of tagwall' }
  } catch (error) {
    throwDenial(error)
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? { kind: 'gone' } : { kind: 'other', what: `cannot be read (${message})` }
  }
}

function sentenceOf(found: MutexState, path: string, folder: string): string {
  switch (found.kind) {
    case 'held': {
      const remedy = isHere(found) && found.start !== '-' ? '' : `, or remove ${path} if that process is gone`
      return `another tagwall (process ${found.pid} on ${found.host}) is writing to ${folder}; wait until it ends, and run the command again${remedy}`
    }
    case 'other':
      return `${path} ${found.what}, so tagwall cannot keep other runs out of ${folder}; if none is writing there, remove that file and run the command again`
    default:
      return `other runs of tagwall are writing to ${folder}; wait until they end, and run the command again`
  }
}

function create(path: string, text: string): boolean {
  try {
    const file = openSync(path, 'wx')
    try {
      writeFileSync(file, text)
    } catch (error) {
      removeFile(path)
      throw error
    } finally {
      closeSync(file)
    }
    // A process that slept for long before it wrote may have lost it.
    return read(path) === text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throwDenial(error)
    throw new UserError(`${path} cannot be written, so nothing was done: ${(error as Error).message}`)
  }
}

const read = (path: string): string | undefined => unlessFailed(() => readFileSync(path, 'utf8'))

const isHere = ({ host, place }: Holder) => host === ownHost() && place === ownPlace()

/** True if the process that made a mutex is gone. */
function isStale(found: MutexState, { now }: Waiting): found is MutexState & Made {
  if (found.kind !== 'held' && found.kind !== 'begun') return false
  const age = now().getTime() - found.made
  if (found.kind === 'begun') return age > BEGUN_MS
  if (isHere(found) && !isAlive(found.pid)) return true
  const start = isHere(found) ? startOf(found.pid) : undefined
  if (start !== undefined && found.start !== '-') return start !== found.start
  // On another machine, or if the start of the process cannot be read, its number may belong to another process by now.
  return age > FOREIGN_MS
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The start time of a process in ticks since boot, which distinguishes reused process numbers. Linux only, and not of other users if /proc hides them. */
function startOf(pid: number): string | undefined {
  // The second field is the program name in brackets, which may contain anything.
  return read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')[19]
}

/**
 * Removes a stale mutex, and returns whether that is worth another try at once. Runs that found the same one take turns, each with a mutex for
 * this removal, and look again: it may be that of a run which was faster by now.
 */
function takeAway(path: string, found: Made, world: Waiting): boolean {
  const key = sha256(found.id).slice(0, 16)
  const turn = `${path}.${key}.stale`
  try {
    if (!create(turn, ownText())) {
      const other = mutexAt(turn)
      return isStale(other, world) && takeAway(turn, other, world)
    }
    try {
      const now = mutexAt(path)
      if ('id' in now && now.id === found.id) removeFile(path)
    } finally {
      removeFile(turn)
    }
    return true
  } catch {
    // The mutex cannot be removed.
    return false
  }
}

/** Removes the leftovers of killed runs. */
function sweep(home: Home): void {
  try {
    const isLeft = (file: string) => file.startsWith(`${nameOf(home)}.`) && file.endsWith('.stale')
    for (const file of readdirSync(home.folder)) if (isLeft(file)) removeFile(join(home.folder, file))
  } catch {
    // A leftover does no harm.
  }
}
