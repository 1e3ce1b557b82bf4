import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CommandTable } from '../../src/cli/command.ts'
import { runCommandLine } from '../../src/cli/program.ts'
import { COMMANDS } from '../../src/commands/table.ts'
import type { Io, Prompts } from '../../src/io.ts'
import { ROOT } from '../fixtures.ts'

/** The document of the conformance tests in space that is not special use, because guards refuse documentation ranges. */
export const DOCUMENT = readFileSync(join(ROOT, 'policies/conformance/document.json'), 'utf8')
  .replaceAll('192.0.2.', '20.40.2.')
  .replaceAll('198.51.100.', '20.151.100.')
  .replaceAll('203.0.113.', '52.60.113.')
  .replaceAll('2001:db8:', '2603:db8:')

/** A folder of its own for one test, with these files in it; removed afterwards. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tagwall-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** Runs a command line in process, in `cwd`, without a terminal unless asked to pretend one. */
export async function tagwall(
  cwd: string,
  argv: readonly string[],
  {
    stdin = '',
    date = '2025-11-12',
    isTerminal = false,
    prompts,
    env = {},
    commands = COMMANDS,
    isFirstJudged = false,
  }: {
    stdin?: string
    date?: string
    isTerminal?: boolean
    prompts?: Prompts
    env?: Io['env']
    commands?: CommandTable
    /** True to leave the first document of a folder to the guards. */
    isFirstJudged?: boolean
  } = {},
) {
  let [out, err] = ['', '']
  const io: Io = {
    cwd,
    env: { XDG_STATE_HOME: process.env.XDG_STATE_HOME, ...env },
    out: (text) => {
      out += typeof text === 'string' ? text : Buffer.from(text).toString()
    },
    err: (text) => {
      err += text
    },
    isTerminal,
    outColor: false,
    errColor: false,
    prompts: prompts && (async () => prompts),
    stdin: async () => Buffer.from(stdin),
    now: () => new Date(`${date}T10:00:00Z`),
    sleep: async () => {},
    random: () => 0.5,
    // No host may be asked.
    network: { hosts: [] },
  }
  const code = await runCommandLine([...argv, ...(isFirstJudged ? [] : acceptsFirst(cwd, argv))], io, commands)
  return { code, out, err }
}

/** What a command line prints on both streams, and how it ends: a row of a page. */
export const printed = ({ code, out, err }: Awaited<ReturnType<typeof tagwall>>) =>
  [err, out, `exit code ${code}`].filter(Boolean)

/**
 * The documents of tests give real tags invented addresses. As the first ones of a folder, they are refused beside the shipped
 * snapshots unless a person accepts them.
 */
export const INVENTED = ['--accept', 'rollback,vanished,shrink,grow,swallow']

function acceptsFirst(cwd: string, argv: readonly string[]): readonly string[] {
  const [command = ''] = argv
  const isFirst =
    ['update', 'fetch'].includes(command) && argv.includes('--from') && !existsSync(join(cwd, 'snapshots'))
  return isFirst && !argv.includes('--accept') ? INVENTED : []
}

/** Every file below a folder, with a hash of its text: to see that nothing changed. The record of the last check is not kept. */
export function contentsOf(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {}
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name !== '.tagwall-checked.json',
  )
  const hashes = files
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [
      path.slice(folder.length + 1).replaceAll(sep, '/'),
      createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12),
    ])
  return Object.fromEntries(hashes.sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)))
}
