import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, tagwall } from '../cli/harness.ts'
import { documentText, type Tags } from './pairs.ts'

// A story is a person at a terminal: commands, edits, and everything that was printed, as one text.

export const FIRST = 'ServiceTags_Public_20251117.json'
export const SECOND = 'ServiceTags_Public_20251124.json'
export const THIRD = 'ServiceTags_Public_20251201.json'

/** What the tags of these stories hold at first. */
export const TAGS: Tags = {
  Contoso: ['20.40.2.0/26', '20.40.3.0/28', '2603:db8:0:1::/64'],
  Fabrikam: ['52.60.113.0/27'],
}

const GIT = {
  GIT_AUTHOR_NAME: 'Jo',
  GIT_AUTHOR_EMAIL: 'jo@example.com',
  GIT_COMMITTER_NAME: 'Jo',
  GIT_COMMITTER_EMAIL: 'jo@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
}

/** Runs git in a folder. */
export function gitIn(cwd: string, ...argv: string[]): string {
  const env = { PATH: process.env.PATH ?? '', ...GIT }
  return execFileSync('git', argv, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

export class Story {
  readonly folder: string
  #text = ''
  readonly #env: Record<string, string>

  constructor(policy: string, env: Record<string, string> = {}) {
    this.folder = folderWith({
      'tagwall.yaml': policy,
      [FIRST]: documentText(TAGS, 1),
      [SECOND]: documentText({ ...TAGS, Contoso: ['20.40.2.0/26', '20.40.3.0/27', '2603:db8:0:1::/64'] }, 2),
      [THIRD]: documentText({ ...TAGS, Contoso: ['20.40.3.0/27', '2603:db8:0:1::/64'] }, 3),
    })
    this.#env = { PATH: process.env.PATH ?? '', ...GIT, ...env }
  }

  /** A person edits a file, and says why. */
  write(name: string, text: string, why: string): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true })
    writeFileSync(join(this.folder, name), text)
    this.say(why)
  }

  remove(name: string, why: string): void {
    rmSync(join(this.folder, name), { recursive: true })
    this.say(why)
  }

  read = (name: string): string => readFileSync(join(this.folder, name), 'utf8')

  say(why: string): void {
    this.#text += why === '' ? '' : `# ${why}\n\n`
  }

  /** A command, and what it prints. */
  async run(...argv: string[]): Promise<void> {
    await this.#run('', argv, this.#env)
  }

  /** The same in a folder below. */
  async runIn(folder: string, ...argv: string[]): Promise<void> {
    await this.#run(folder, argv, this.#env)
  }

  /** The same where no program is installed. */
  async runAlone(...argv: string[]): Promise<void> {
    await this.#run('', argv, { ...this.#env, PATH: '' })
  }

  async #run(folder: string, argv: readonly string[], env: Record<string, string>): Promise<void> {
    const { code, out, err } = await tagwall(join(this.folder, folder), argv, { date: '2025-12-03', env })
    const place = folder === '' ? '' : `${folder} `
    this.#text += `${place}$ tagwall ${argv.join(' ')}\n${err}${out}${code === 0 ? '' : `(exit code ${code})\n`}\n`
  }

  /** A command of which only the end matters. */
  async quietly(...argv: string[]): Promise<void> {
    const { code, err } = await tagwall(this.folder, argv, { date: '2025-12-03', env: this.#env })
    if (code !== 0) throw new Error(err)
    this.#text += `$ tagwall ${argv.join(' ')}\n\n`
  }

  /** Prints a file. */
  show(name: string): void {
    this.#text += `$ cat ${name}\n${this.read(name)}\n`
  }

  /** Prints the lines of a file that hold one of these words. */
  grep(words: readonly string[], name: string): void {
    const lines = this.read(name)
      .split('\n')
      .filter((line) => words.some((word) => line.includes(word)))
    this.#text += `$ grep ${words.map((word) => `-e ${word}`).join(' ')} ${name}\n${lines.join('\n')}\n\n`
  }

  /** A git command, and what it prints. */
  git(...argv: string[]): void {
    const printed = gitIn(this.folder, ...argv)
    // Names of commits differ with the time.
    const shown = ['diff', 'status'].includes(argv[0] as string) ? printed : ''
    this.#text += `$ git ${argv.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ')}\n${shown}\n`
  }

  /** A git command that stops with a conflict. */
  conflicts(...argv: string[]): void {
    const { status } = spawnSync('git', argv, { cwd: this.folder, env: this.#env })
    if (status === 0) throw new Error(`git ${argv.join(' ')} had no conflict`)
    this.#text += `$ git ${argv.join(' ')}\n(conflicts)\n\n`
  }

  /** A commit of everything. */
  commit(message: string): void {
    this.git('add', '--all')
    this.git('commit', '--quiet', '--message', message)
  }

  async ends(name: string): Promise<void> {
    const text = this.#text
      .replaceAll(this.folder, 'FOLDER')
      .replaceAll(dirname(this.folder), 'ABOVE')
      .replaceAll(/\bgit:[\da-f]{12}\b/g, 'git:COMMIT')
      // Each version of Node has its own words.
      .replaceAll(/is damaged \((?=Unterminated|Expected|Unexpected).*?\);/g, 'is damaged (REASON);')
      .replaceAll(/ +$/gm, '')
      .trimEnd()
    await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'expected', `${name}.txt`))
  }
}

export const EDGE = '  - { name: edge, vendor: json, out: rules/edge.json }\n'
export const FEED = '  - { name: feed, vendor: list, out: rules/feed.txt }\n'
export const WEB = '  - { name: Web, tags: [Contoso], direction: outbound, ports: [443], priority: 100 }\n'

export const policyOf = (rules = WEB, targets = EDGE) =>
  `guards: { maxShrink: 100% }\nlocal: [10.20.0.0/16]\nrules:\n${rules}targets:\n${targets}`
export const POLICY = policyOf()
export const WITH_80 = policyOf(WEB.replace('[443]', '[443, 80]'))

/** A folder after its first week. */
export async function begun(policy = POLICY): Promise<Story> {
  const story = new Story(policy)
  await story.quietly('update', '--from', FIRST)
  return story
}

/** The same in a git repository, all of it committed. */
export async function committed(policy = POLICY): Promise<Story> {
  const story = await begun(policy)
  story.write('.gitignore', '.tagwall-checked.json\nout/\nServiceTags*\n', 'files that nobody commits')
  story.git('init', '--quiet', '--initial-branch', 'main')
  story.commit('First week')
  return story
}

/** Tests each of these stories, by the name of its text in `expected/`. */
export function tellStories(stories: Readonly<Record<string, () => Promise<Story>>>): void {
  test.for(Object.entries(stories))('%s', async ([name, tell]) => (await tell()).ends(name))
}
