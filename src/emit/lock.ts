import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { moveFile, removeFile } from './disk.ts'

const NAME = '.tagwall-lock'
const SET_ASIDE = /^\.tagwall-lock\.\d+\.stale$/
const PAUSE_MS = 100
const TRIES = 50
// A lock of another machine (or container) cannot be asked for its process. No run takes as long as this.
const FOREIGN_MS = 60 * 60 * 1000

/** The part of the world that waiting needs. */
export interface Waiting {
  sleep(milliseconds: number): Promise<void>
  now(): Date
}

/**
 * Makes this process the only one that writes to `folder`, and returns what ends that. Waits briefly for another
 * process, and throws `UserError` if it goes on. The lock of a process that is gone does not count.
 */
export async function lock(folder: string, world: Waiting): Promise<() => void> {
  const path = join(folder, NAME)
  const own = `${process.pid} ${startOf(process.pid) ?? '-'} ${hostname()}\n`
  for (let attempt = 0; ; attempt++) {
    if (create(path, own)) break
    const holder = contentOf(path)
    if (holder === undefined) continue
    const isLast = attempt >= TRIES
    if (isStale(holder, path, isLast, world)) {
      setAside(path, holder)
      continue
    }
    if (isLast) {
      const [pid, , host] = holder.split(' ')
      throw new UserError(
        `another tagwall (process ${pid} on ${host?.trim()}) is writing to ${folder}; nothing was done, run this again when it has ended`,
      )
    }
    await world.sleep(PAUSE_MS)
  }
  for (const file of readdirSync(folder)) if (SET_ASIDE.test(file)) removeFile(join(folder, file))
  return () => {
    if (contentOf(path) === own) removeFile(path)
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
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new UserError(`${path} cannot be written, so nothing was done: ${(error as Error).message}`)
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function isStale(holder: string, path: string, isLast: boolean, { now }: Waiting): boolean {
  const [, pid, start, host] = /^(\d+) (\d+|-) (\S+)\n$/.exec(holder) ?? []
  // Made and not yet written: its maker is about to do so, or was killed in between.
  if (pid === undefined) return isLast
  if (host !== hostname()) {
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs
    return made !== undefined && now().getTime() - made > FOREIGN_MS
  }
  return !isAlive(Number(pid)) || (start !== '-' && startOf(Number(pid)) !== start)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process began, in ticks since the machine did: two with the same number differ in it. Linux tells. */
function startOf(pid: number): string | undefined {
  // The second field is the program's name in brackets, which may hold anything.
  return contentOf(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')[19]
}

/** Takes a stale lock away, unless another process has done so and made its own meanwhile. */
function setAside(path: string, holder: string): void {
  const aside = `${path}.${process.pid}.stale`
  try {
    moveFile(path, aside)
    if (contentOf(aside) === holder) removeFile(aside)
    else moveFile(aside, path)
  } catch {
    // Another process was faster.
  }
}
