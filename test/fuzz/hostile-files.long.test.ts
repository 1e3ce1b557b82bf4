import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { exclusively, recoverInterruptedRun } from '../../src/store/exclusive.ts'
import { parseJournal } from '../../src/store/journal-schema.ts'
import { contentsOf } from '../cli/harness.ts'
import { randomFrom } from '../random.ts'

// Journals and locks as an attacker would commit them. Whatever they say, nothing changes but files of the policy, the journal and
// the lock, and every run ends with a result or a sentence.

const ROUNDS = 600
const random = randomFrom(20251130)
const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T
const sometimes = (chance: number) => random() < chance

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** Everything that an attacker may know of: what is there, what is not, and ways to it. */
const PATHS = [
  'own/a',
  'own/new',
  '../secret',
  '../../secret',
  'secret',
  'link/secret',
  'link/../secret',
  'own/../secret',
]
const ODD = [
  '',
  '.',
  '..',
  '/',
  '/etc/passwd',
  'own',
  'own/',
  'own/a/b',
  './own/a',
  'own//a',
  '\u0000',
  'x'.repeat(5000),
  7,
  null,
  {},
]
const TEXTS = ['evil', 'mine', 'theirs']

function hostileFile() {
  const file: Record<string, unknown> = {
    path: sometimes(0.6) ? pick(['own/a', 'own/new']) : sometimes(0.85) ? pick(PATHS) : pick(ODD),
    temporary: sometimes(0.85)
      ? '.tagwall-7-0.tmp'
      : pick(['../.tagwall-7-0.tmp', 'secret', '.tagwall-7-0.tmp/..', ...ODD]),
    sha256: sometimes(0.9) ? hashOf(pick(TEXTS)) : pick(ODD),
  }
  if (sometimes(0.05)) file[pick(['__proto__', 'more'])] = 1
  if (sometimes(0.05)) delete file[pick(['path', 'temporary', 'sha256'])]
  return file
}

const listOf = <T>(make: () => T) => Array.from({ length: Math.floor(random() * 3) }, make)

function hostileJournal(): string {
  const journal: Record<string, unknown> = {
    format: 'tagwall-journal-2',
    state: pick(['staging', 'ready', 'undoing']),
    run: sometimes(0.9) ? 7 : pick([-1, 1e300, '7', ...ODD]),
    files: listOf(hostileFile),
    created: listOf(() => {
      const { temporary: _, ...file } = hostileFile()
      return file
    }),
    folders: sometimes(0.4) ? ['own'] : listOf(() => pick([...PATHS, ...ODD, 'own/none', '../empty', 'own'])),
  }
  if (sometimes(0.1)) journal[pick(Object.keys(journal))] = pick(ODD)
  const text = JSON.stringify(journal)
  return sometimes(0.1) ? text.slice(0, Math.floor(random() * text.length)) : text
}

const hostileLock = () =>
  pick([
    () => '7 1 host place\n',
    () => `${process.pid} - ${'x'.repeat(Math.floor(random() * 6000))} -\n`,
    () => Buffer.from(Array.from({ length: 40 }, () => Math.floor(random() * 256))).toString('latin1'),
    () => '',
    () =>
      `${pick(['9999999999', '0', '-1', '1'])} ${pick(['1', '-'])} ${pick(['h', '\u001b[31m'])} ${pick(['-/-', 'b/p'])}\n`,
  ])()

/** A folder with a checkout `top/site`, in which only `own/a` and `own/new` are the policy's. */
function checkout(): string {
  const top = mkdtempSync(join(tmpdir(), 'tagwall-hostile-'))
  for (const file of ['secret', 'top/secret', 'top/elsewhere/secret', 'top/site/secret', 'top/site/own/a']) {
    mkdirSync(dirname(join(top, file)), { recursive: true })
    writeFileSync(join(top, file), 'mine')
    writeFileSync(join(top, dirname(file), '.tagwall-7-0.tmp'), pick(TEXTS))
  }
  for (const folder of ['top/empty', 'top/site/own/none']) mkdirSync(join(top, folder))
  symlinkSync('../elsewhere', join(top, 'top/site/link'))
  return top
}

/** All that must stay: every file and folder but the policy's own, the journal, the lock, and texts of a run beside own files. */
function kept(top: string): [Record<string, string>, string[]] {
  const isOwn = (name: string) => /^top\/site\/(?:own(?:\/|$)|\.tagwall-(?:journal\.json|mutex))/.test(name)
  const files = Object.entries(contentsOf(top)).filter(([name]) => !isOwn(name))
  const names = readdirSync(top, { recursive: true }).map(String)
  return [Object.fromEntries(files), names.filter((name) => !isOwn(name)).sort()]
}

test(`${ROUNDS} hostile journals and mutexes change nothing that is not the policy's`, {
  timeout: 600_000,
}, async () => {
  const ends = { done: 0, refused: 0, ignored: 0, recovered: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const top = checkout()
    try {
      const site = join(top, 'top/site')
      const [journal, lock] = [join(site, '.tagwall-journal.json'), join(site, '.tagwall-mutex')]
      const text = hostileJournal()
      if (sometimes(0.95)) writeFileSync(journal, text)
      else
        pick([
          () => mkdirSync(journal),
          () => symlinkSync('../secret', journal),
          () => execFileSync('mkfifo', [journal]),
        ])()
      const locked = sometimes(0.2)
      if (locked)
        pick([() => writeFileSync(lock, hostileLock()), () => mkdirSync(lock), () => symlinkSync('none', lock)])()
      const before = kept(top)
      let sleeps = 0
      const caller = {
        door: async () => ({
          parse: parseJournal,
          mayWrite: (path: string) => [join(site, 'own/a'), join(site, 'own/new')].includes(path),
        }),
        sleep: async () => void sleeps++,
        now: () => new Date(),
        waits: () => {},
        interrupted: () => {},
        recovered: () => void ends.recovered++,
        ignored: () => void ends.ignored++,
      }
      try {
        if (sometimes(0.5)) await recoverInterruptedRun([site], caller)
        else await exclusively([site], undefined, caller, async () => {})
        ends.done++
      } catch (error) {
        expect(error, text).toBeInstanceOf(UserError)
        ends.refused++
      }
      expect(sleeps).toBeLessThan(200)
      expect(kept(top), text).toEqual(before)
    } finally {
      rmSync(top, { recursive: true, force: true })
    }
  }
  console.log(`hostile journals and mutexes: ${JSON.stringify(ends)}`)
  for (const count of Object.values(ends)) expect(count).toBeGreaterThan(ROUNDS / 100)
})
