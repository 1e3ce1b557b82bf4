import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith } from './cli/harness.ts'
import { DOCUMENTS, HAS_DOCUMENTS, ROOT, WITHOUT_DOCUMENTS } from './fixtures.ts'

// Every command that a page shows with `$` in front of it is run here, and prints what the page shows under it. A line `...`
// stands for any lines.

const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]

interface Shown {
  readonly page: string
  readonly command: string
  readonly output: string
}

function shownIn(page: string): Shown[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^```\n(\$ [\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    block
      .split(/^(?=\$ )/m)
      .map((part) => /^\$ (.*)\n([\s\S]*)$/.exec(part))
      .map((match) => ({ page, command: match?.[1] ?? '', output: match?.[2] ?? '' })),
  )
}

/** What a command needs in its folder. */
const SETUPS: Readonly<Record<string, (folder: string) => void>> = {
  'tagwall build': (folder) => {
    const rules = ['AzureCloud', 'Storage', 'Sql'].map(
      (tag, index) =>
        `  - { name: ${tag}, tags: [${tag}], direction: outbound, ports: [443], priority: ${150 + index} }`,
    )
    const target = '  - { name: azure, vendor: nsg, out: rules/azure.json, options: { mode: prefixes } }'
    writeFileSync(join(folder, 'tagwall.yaml'), `rules:\n${rules.join('\n')}\ntargets:\n${target}\n`)
    run('tagwall fetch --from ServiceTags_Public_20251110.json', folder)
  },
  'tagwall diff 2025-08-04 2025-09-01': (folder) => {
    const rule = '  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }'
    const target = '  - { name: branch, vendor: iptables, out: rules/branch, widen: { maxPrefixes: { ipv4: 150 } } }'
    writeFileSync(join(folder, 'tagwall.yaml'), `rules:\n${rule}\ntargets:\n${target}\n`)
  },
  'tagwall audit iptables running.v4 running.v6': (folder) => {
    for (const [family, file, snapshot] of [
      ['ipv4', 'running.v4', '2025-11-10'],
      ['ipv6', 'running.v6', '2025-10-06'],
    ] as const) {
      const { stdout } = run(`tagwall emit iptables --part rules --family ${family} --snapshot ${snapshot}`, folder)
      const builtIn = ':INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n'
      const hooks = ['-A OUTPUT -j TAGWALL-OUT', '-A INPUT -j TAGWALL-IN']
      const extra =
        family === 'ipv4'
          ? ['-A OUTPUT -p tcp -m tcp --dport 443 -m comment --comment "temporary, ask Jo" -j ACCEPT']
          : []
      const text = stdout
        .replace('*filter\n', `*filter\n${builtIn}`)
        .replace(/^-A/m, `${[...hooks, ...extra].join('\n')}\n-A`)
      writeFileSync(join(folder, file), text)
    }
  },
}

function run(command: string, cwd: string) {
  return spawnSync('bash', ['-c', command], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(cwd, 'bin')}:${process.env.PATH}`, NO_COLOR: '1' },
  })
}

/** A folder as a newcomer has it after the download: with the documents, and `tagwall` on the path. */
function place(): string {
  const folder = folderWith()
  mkdirSync(join(folder, 'bin'))
  writeFileSync(
    join(folder, 'bin/tagwall'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'dist/main.cjs')}" "$@"\n`,
  )
  chmodSync(join(folder, 'bin/tagwall'), 0o755)
  for (const name of ['examples', 'dist', 'package.json', 'vendors', 'policies', 'snapshots'])
    if (name !== 'snapshots') symlinkSync(join(ROOT, name), join(folder, name))
  if (HAS_DOCUMENTS) for (const file of readdirSync(DOCUMENTS)) symlinkSync(join(DOCUMENTS, file), join(folder, file))
  return folder
}

test.skipIf(!HAS_DOCUMENTS).for(PAGES.flatMap(shownIn).map((shown) => [shown.page, shown.command, shown] as const))(
  `%s: %s${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  { timeout: 60_000 },
  ([, , { command, output }]) => {
    const folder = place()
    SETUPS[command]?.(folder)
    const { stdout, stderr } = run(command, folder)
    const printed = (stdout === '' ? stderr : stdout).trimEnd().split('\n')
    expect(matches(printed, output.trimEnd().split('\n')) || printed.join('\n')).toBe(true)
  },
)

/** Whether lines are as shown, where `...` is any number of them. */
function matches(printed: readonly string[], shown: readonly string[]): boolean {
  const [first, ...rest] = shown
  if (first === undefined) return printed.length === 0
  if (first === '...') return printed.some((_, index) => matches(printed.slice(index), rest)) || rest.length === 0
  return printed[0] === first && matches(printed.slice(1), rest)
}

// Commands that are shown without output, in any page: the command is there, and has each option that is shown with it.
const EVERY_PAGE = [
  ...PAGES,
  'vendors/README.md',
  ...readdirSync(join(ROOT, 'vendors'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `vendors/${name}/README.md`),
]

const HELP = new Map<string, string>()
function helpOf(command: string): string {
  const known = HELP.get(command) ?? run(`node ${join(ROOT, 'dist/main.cjs')} ${command} --help`, ROOT).stdout
  HELP.set(command, known)
  return known
}

test.for(EVERY_PAGE)('%s names commands and options that there are', { timeout: 60_000 }, (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const fences = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter(([, kind = '']) =>
    /^(?:sh|yaml)?$/.test(kind),
  )
  const inline = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/(`)(tagwall [^`\n]+)`/g)]
  const code = [...fences, ...inline].map(([, , block = '']) => block)
  const shown = code.flatMap((block) =>
    [...block.replaceAll(/\\\n/g, ' ').matchAll(/^(?:\$ |- |.*[|(] ?)?(?:npx )?tagwall ([a-z]+)([^|\n#]*)/gm)].map(
      ([, command = '', rest = '']) => ({ command, options: rest.match(/(?<=\s)--[a-z-]+/g) ?? [] }),
    ),
  )
  const unknown = shown.flatMap(({ command, options }) => {
    const help = helpOf(command)
    if (!help.startsWith(`Usage: tagwall ${command}`)) return [`tagwall ${command}`]
    return options
      .filter((option) => !help.includes(`${option} `) && !help.includes(`${option}\n`))
      .map((option) => `tagwall ${command} ${option}`)
  })
  expect(unknown).toEqual([])
  // A pattern that finds nothing would find no fault either.
  if (page === 'README.md') expect(shown.length).toBeGreaterThan(30)
})
