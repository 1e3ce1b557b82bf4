import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { memo } from '../src/model/lazy.ts'
import { folderWith, tagwall } from './cli/harness.ts'
import { servedProgram } from './cli/served.ts'
import { DOCUMENTS, HAS_DOCUMENTS, ROOT, WITHOUT_DOCUMENTS } from './fixtures.ts'

// Each page is one session in one new folder, read from top to bottom, as a reader would follow it:
//   ```console       each line that begins with "$ " is run and must print what stands under it; a line "..." is any lines
//                    "$ npm start" runs in a clone of this repository, and npm's own lines are left out
//                    "$ tagwall" with plain words, which no shell would change, runs in this process; every other line in bash
//   ```yaml, ```json a first line "# NAME" (or a heading `NAME`: above it) makes it a file; without one, it must parse
//   ```js            is run as a module
//   ```sh            is not run: it needs a network, root or a service; its commands and options must exist
//   ```text          a run that needs a device: test/automation/examples.long.test.ts compares it
// Of the pages of vendors only console blocks are run: their other blocks are of other languages, or parts of files.
// "npm run docs" writes the output of console blocks anew, but for those with "...".

const PAGES = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]
const EVERY_PAGE = [
  ...PAGES,
  'vendors/README.md',
  'vendors/REFERENCE.md',
  ...readdirSync(join(ROOT, 'vendors'), { withFileTypes: true })
    // What several vendors share has no page.
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map(({ name }) => `vendors/${name}/README.md`),
]

const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const IS_UPDATE = process.env.TAGWALL_UPDATE_DOCS === '1'

interface Block {
  readonly kind: string
  readonly text: string
  /** The file that the line above the block names. */
  readonly file: string | undefined
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^(?:`([\w./-]+)`:\n\n)?```(\w*)\n([\s\S]*?)^```$/gm)].map(
    ([, above, kind = '', text = '']) => ({ kind, text, file: above ?? /^# ([\w./-]+\.ya?ml)\n/.exec(text)?.[1] }),
  )
}

/** A folder as a newcomer has it: with the published documents that the page names, and `tagwall` on the path. */
function place(page: string): string {
  const folder = folderWith()
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/tagwall'), servedProgram(), { mode: 0o755 })
  for (const name of ['dist', 'package.json', 'vendors', 'policies']) symlinkSync(join(ROOT, name), join(folder, name))
  const text = readFileSync(join(ROOT, page), 'utf8')
  // Copies, because tagwall refuses a link that leads out.
  cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true })
  if (HAS_DOCUMENTS)
    for (const file of readdirSync(DOCUMENTS).filter((file) => text.includes(file)))
      copyFileSync(join(DOCUMENTS, file), join(folder, file))
  return folder
}

/** A clone of this repository with the files as they are now, and with its packages installed. */
function clone(): string {
  const folder = folderWith()
  const git = (cwd: string, ...argv: string[]) => execFileSync('git', argv, { cwd, encoding: 'utf8' })
  const files = git(ROOT, 'ls-files', '--cached', '--others', '--exclude-standard').trim().split('\n')
  for (const file of files.filter((file) => existsSync(join(ROOT, file)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    copyFileSync(join(ROOT, file), join(folder, file))
  }
  git(folder, 'init', '--quiet')
  git(folder, 'add', '--all')
  git(folder, '-c', 'user.name=Jo', '-c', 'user.email=jo@example.com', 'commit', '--quiet', '--message', 'All')
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

const FIRST = 'npm start'

/** What the first command of a newcomer prints. It leaves nothing that git would ask to commit. */
function runFirst() {
  const folder = clone()
  const { stdout, stderr } = run(FIRST, folder)
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: folder, encoding: 'utf8' })).toBe('')
  return { stdout: stdout.replace(/^\n(?:> .*\n)+\n/, ''), stderr }
}

function run(command: string, cwd: string) {
  const { stdout, stderr } = spawnSync('bash', ['-c', command], {
    cwd,
    encoding: 'utf8',
    timeout: 100_000,
    env: { ...process.env, PATH: `${join(cwd, 'bin')}:${process.env.PATH}`, NO_COLOR: '1' },
  })
  return { stdout, stderr }
}

const PLAIN = /^tagwall [\w ./,:@=+-]*$/

/** What a line prints, in bash or, where that makes no difference, in this process. */
async function printedBy(line: string, folder: string) {
  if (line === FIRST) return runFirst()
  if (!PLAIN.test(line)) return run(line, folder)
  const date = new Date().toISOString().slice(0, 10)
  const { out, err } = await tagwall(folder, line.split(' ').slice(1), { date, env: process.env, isFirstJudged: true })
  return { stdout: out, stderr: err }
}

/** The commands of a console block, each with the lines under it. A line that ends in a backslash goes on. */
function sessionsOf(text: string): { command: string; output: string[] }[] {
  return text.split(/^(?=\$ )/m).map((part) => {
    const [, command = '', output = ''] = /^\$ ((?:.*\\\n)*.*)\n([\s\S]*)$/.exec(part) ?? []
    return { command, output: output === '' ? [] : output.trimEnd().split('\n') }
  })
}

/** Whether lines are as shown, where `...` is any number of them. */
function matches(printed: readonly string[], shown: readonly string[]): boolean {
  const [first, ...rest] = shown
  if (first === undefined) return printed.length === 0
  if (first === '...') return rest.length === 0 || printed.some((_, index) => matches(printed.slice(index), rest))
  return printed[0] === first && matches(printed.slice(1), rest)
}

const needsDocuments = (page: string) => readFileSync(join(ROOT, page), 'utf8').includes('ServiceTags_')

// Two pages show a vendor that is being written.
test.for(EVERY_PAGE.filter((page) => !/^vendors\/\w+\.md$/.test(page)))(
  '%s: what it shows is what happens',
  { timeout: 300_000 },
  async (page, { skip }) => {
    if (!HAS_DOCUMENTS && needsDocuments(page)) skip(WITHOUT_DOCUMENTS)
    const folder = place(page)
    const blocks = blocksOf(page).filter(({ kind }) => PAGES.includes(page) || kind === 'console')
    for (const { kind, text, file } of blocks) {
      if (file !== undefined) {
        mkdirSync(dirname(join(folder, file)), { recursive: true })
        writeFileSync(join(folder, file), text)
      }
      if (kind === 'yaml') parse(text)
      if (kind === 'json' && file === undefined) JSON.parse(text)
      if (kind === 'js' && file === undefined) {
        writeFileSync(join(folder, 'page.mjs'), text)
        expect(run('node page.mjs', folder).stderr).toBe('')
      }
      if (kind !== 'console') continue
      for (const { command, output } of sessionsOf(text)) {
        const { stdout, stderr } = await printedBy(command, folder)
        const all = stdout === '' ? stderr : stdout
        const printed = all === '' ? [] : all.trimEnd().split('\n')
        if (matches(printed, output)) continue
        if (IS_UPDATE && !output.includes('...')) replaceOutput(page, command, output, printed)
        else expect(`$ ${command}\n${printed.join('\n')}`).toBe(`$ ${command}\n${output.join('\n')}`)
      }
    }
  },
)

function replaceOutput(page: string, command: string, output: readonly string[], printed: readonly string[]): void {
  const path = join(ROOT, page)
  const block = (lines: readonly string[]) => [`$ ${command}`, ...lines, ''].join('\n')
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(block(output), () => block(printed)),
  )
}

test.for(PAGES)('%s: every block is of a kind that is checked', (page) => {
  const kinds = ['console', 'yaml', 'json', 'js', 'sh', ...(page === 'docs/automation.md' ? ['text'] : [])]
  expect(blocksOf(page).filter(({ kind }) => !kinds.includes(kind))).toEqual([])
})

const helpOf = memo(async (command: string) => (await tagwall(ROOT, [command, '--help'])).out)

test.for(EVERY_PAGE)('%s: commands and options exist', { timeout: 60_000 }, async (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const fences = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter(([, kind = '']) =>
    /^(?:sh|console|yaml)?$/.test(kind),
  )
  const inline = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/(`)(tagwall [^`\n]+)`/g)]
  const code = [...fences, ...inline].map(([, , block = '']) => block)
  const shown = code.flatMap((block) =>
    [...block.replaceAll(/\\\n/g, ' ').matchAll(/^(?:\$ |- |.*[|(] ?)?(?:npx )?tagwall ([a-z]+)([^|\n#]*)/gm)].map(
      ([, command = '', rest = '']) => ({ command, options: rest.match(/(?<=\s)--[a-z-]+/g) ?? [] }),
    ),
  )
  const helps = new Map(await Promise.all(shown.map(async ({ command }) => [command, await helpOf(command)] as const)))
  const unknown = shown.flatMap(({ command, options }) => {
    const help = helps.get(command) ?? ''
    if (!help.startsWith(`Usage: tagwall ${command}`)) return [`tagwall ${command}`]
    return options
      .filter((option) => !help.includes(`${option} `) && !help.includes(`${option}\n`))
      .map((option) => `tagwall ${command} ${option}`)
  })
  expect(unknown).toEqual([])
  // A pattern that finds nothing would find no fault either.
  if (page === 'README.md') expect(shown.length).toBeGreaterThan(10)
})

/** As https://github.com/OWNER/NAME */
const REPOSITORY = `${/^git\+(https:.*)\.git$/.exec(MANIFEST.repository.url)?.[1]}`

test('package.json names one repository, and README alone repeats it, as planned', () => {
  expect(MANIFEST.homepage).toBe(`${REPOSITORY}#readme`)
  expect(MANIFEST.bugs).toBe(`${REPOSITORY}/issues`)
  const named = EVERY_PAGE.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/(\S+ )<?(https:\/\/github\.com\/[\w-]+\/tagwall)\b/g)].map(
      ([, before, link]) => `${page}: ${before}${link}`,
    ),
  )
  expect(named).toEqual([`README.md: (planned: ${REPOSITORY}`])
})

test.for(EVERY_PAGE)('%s: links lead somewhere', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '')
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  const broken = links.filter((link) => {
    if (/^https?:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    try {
      const target = path === '' ? page : join(dirname(page), path)
      const there = readdirSync(dirname(join(ROOT, target))).includes(target.replace(/\/$/, '').split('/').at(-1) ?? '')
      if (!there) return true
      return anchor !== undefined && !headingsOf(target).includes(anchor)
    } catch {
      return true
    }
  })
  expect(broken).toEqual([])
})

/** The anchors that GitHub gives a page's headings. */
function headingsOf(page: string): string[] {
  return [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test('README is short', () => {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8').split(/\s+/).length).toBeLessThan(1_800)
})
