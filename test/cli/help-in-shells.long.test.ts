import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { WELCOME } from '../../src/cli/program.ts'
import { readSnapshot } from '../../src/document/snapshot/stored-snapshots.ts'
import { lazy } from '../../src/model/lazy.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors } from '../../src/vendor/vendor.ts'
import { DOCUMENTS, HAS_DOCUMENTS, ROOT } from '../fixtures.ts'
import { COMMANDS, EXAMPLES, help } from './commands.ts'
import { folderWith, tagwall } from './harness.ts'
import { servedProgram } from './served.ts'
import { smallVendor } from './small-vendor.ts'

// What the help shows, in real shells: its examples, and completion.

/** The newest shipped snapshot as Microsoft would publish it. */
function published(): string {
  const { changeNumber, tags } = readSnapshot(join(SHIPPED.snapshots, 'public/2025-11-10.json'), 'public')
  const values = [...tags.values()].map(({ name, region, systemService, prefixes }) => ({
    name,
    id: name,
    properties: {
      changeNumber: 1,
      region,
      regionId: 0,
      platform: 'Azure',
      systemService,
      addressPrefixes: prefixes.prefixes.map(formatPrefix),
      networkFeatures: null,
    },
  }))
  return JSON.stringify({ changeNumber, cloud: 'Public', values })
}
// The real one, where it is at hand.
const DOCUMENT = HAS_DOCUMENTS ? readFileSync(join(DOCUMENTS, 'ServiceTags_Public_20251110.json'), 'utf8') : published()

/** Examples that ask the network, and what stands in for it here. */
const FROM_NETWORK: Readonly<Record<string, string>> = {
  'tagwall update': 'downloads the document: the file that the examples name is given with --from',
  'tagwall update --accept shrink,vanished': 'the same',
  'tagwall update --exit-code --report out': 'the same',
  'tagwall fetch --dry-run --exit-code': 'the same',
}

/** Examples that check this host, which read a record in place of it. */
const LIVE = ['tagwall doctor', 'tagwall doctor --location westeurope --private-link']

/** The vendor that the examples check. */
const SMALL_VENDOR = Object.fromEntries(
  Object.entries(smallVendor()).map(([file, text]) => [`work/my-vendors/small/${file}`, text]),
)

const SHOPS = `rules: [{ name: A, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 1 }]
sites: [{ name: berlin }, { name: paris }]
targets:
  - { name: edge, vendor: list, out: "rules/{site}/edge" }
`

const GIVEN = `[ -z "$FROM_FILE" ] || set -- "$@" --from "$FROM_FILE"
[ -z "$READ_FILE" ] || set -- "$@" --read "$READ_FILE"
`

/** A folder that has every file which the examples name. */
function placeFor(line: string): string {
  const folder = folderWith({
    'bin/tagwall': servedProgram(GIVEN),
    'work/ServiceTags_Public_20251110.json': DOCUMENT,
    ...SMALL_VENDOR,
    'work/running.txt': '20.190.128.0/18\n',
    'work/shops.yaml': SHOPS,
    'work/mine.txt': '10.0.0.0/9\n',
    'work/theirs.txt': '10.128.0.0/9\n',
    'work/out/title.txt': 'tagwall: nothing changes on Public 2025-11-03\n',
    'work/out/body.md': 'Nothing\n',
    'work/out/files.txt': '',
    'work/seen.json': readFileSync(join(ROOT, 'examples/doctor/healthy.json'), 'utf8'),
  })
  chmodSync(join(folder, 'bin/tagwall'), 0o755)
  const work = join(folder, 'work')
  mkdirSync(join(work, 'tools'))
  writeFileSync(join(work, 'tools/tagwall.tgz'), 'a package')
  const git = ['init -q', 'add .', '-c user.name=a -c user.email=a@b.c commit -qm x']
  // Only propose looks at it.
  for (const argv of line.includes('propose') ? git : []) spawnSync('git', argv.split(' '), { cwd: work })
  return folder
}

/** Runs a line as a person in a shell would. */
function inShell(line: string, shell = 'bash') {
  const folder = placeFor(line)
  return spawnSync(shell, ['-c', line], {
    cwd: join(folder, 'work'),
    encoding: 'utf8',
    timeout: 100_000,
    // A whole view is more than the usual megabyte.
    maxBuffer: 2 ** 26,
    env: {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      HOME: folder,
      READ_FILE: LIVE.includes(line) ? 'seen.json' : '',
      FROM_FILE: line in FROM_NETWORK ? 'ServiceTags_Public_20251110.json' : '',
      GITHUB_ACTIONS: 'true',
      LC_ALL: 'C.UTF-8',
    },
  })
}

/** Runs a line of plain words, which no shell would change, in this process. */
async function inProcess(line: string) {
  const folder = placeFor(line)
  const argv = [
    ...line.split(' ').slice(1),
    ...(line in FROM_NETWORK ? ['--from', 'ServiceTags_Public_20251110.json'] : []),
    ...(LIVE.includes(line) ? ['--read', 'seen.json'] : []),
  ]
  const env = { GITHUB_ACTIONS: 'true', PATH: process.env.PATH, HOME: folder }
  const { code, err } = await tagwall(join(folder, 'work'), argv, { env })
  return { status: code, stderr: err }
}

test('the three examples of tagwall without arguments work', () => {
  const lines = [...WELCOME.matchAll(/^ {2}(tagwall [a-z]+(?: --[a-z-]+)?) {3}/gm)].map(([, line]) => line as string)
  expect(lines).toHaveLength(3)
  // init asks, so it is told what to say where there is no terminal.
  for (const line of lines) expect(inShell(line.replace(/init$/, 'init --yes'))).toMatchObject({ status: 0 })
})

/** The whole check takes many seconds, and vendor-check.long.test.ts runs it. */
const ELSEWHERE = 'tagwall vendor check my-vendors/small'

/** Examples that end with 1 in a new folder, and why. All others end with 0. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'tagwall update --exit-code --report out': 'the rules are new',
  'tagwall fetch --dry-run --exit-code': 'the snapshot is new',
  'tagwall plan --exit-code': 'the rules are new',
  'tagwall audit list running.txt': 'running.txt holds one prefix of the policy only',
}

/** The examples that a command's help shows. */
const examplesOf = async (command: string) =>
  [
    ...((await help(command)).split('\nExamples:\n')[1] ?? '')
      .split('\n\n', 1)
      .join('')
      .matchAll(/^ {2}(\S.*?) {3,}/gm),
  ].map(([, line]) => line as string)

describe('every example of every help works', async () => {
  const lines = (await Promise.all(COMMANDS.map(examplesOf))).flat()
  const rows = lines.filter((line) => line !== ELSEWHERE).map((line) => [line, line in DIFFERENT ? 1 : 0] as const)
  // In a shell: the first example of each command, and what only a shell understands.
  const inShells = new Set([...new Map(lines.toReversed().map((line) => [line.split(' ')[1], line])).values()])
  test.for(rows)('%s: %i', async ([line, code]) => {
    // It asks on a terminal only.
    const asked = line === 'tagwall init' ? 'tagwall init --yes' : line
    const isShell = inShells.has(line) || !/^[\w ./:=,-]+$/.test(line)
    const { status, stderr } = isShell ? inShell(asked) : await inProcess(asked)
    expect({ status, stderr }).toEqual({ status: code, stderr: expect.not.stringMatching(/^tagwall: /m) })
  })

  test('the help of examples refers to existing examples', () => {
    expect(
      [...Object.keys(FROM_NETWORK), ...LIVE, ...Object.keys(DIFFERENT), ELSEWHERE].filter(
        (line) => !lines.includes(line),
      ),
    ).toEqual([])
    expect(lines.length).toBe(Object.values(EXAMPLES).flat().length)
  })
})

const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0

interface Shell {
  readonly prepare: string
  /** What a shell offers at the end of a line. */
  readonly complete: (line: string) => string
}

const SHELLS: Readonly<Record<string, Shell>> = {
  bash: {
    prepare: 'source <(tagwall completion bash)',
    complete: (line) =>
      `COMP_WORDS=(${line.replace(/ $/, " ''")}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _tagwall; printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  // The functions of its completion system are stood in for: they need a terminal.
  zsh: {
    prepare: `compdef() { : }; source <(tagwall completion zsh)
      _files() { print -l -- *(N) }; _describe() { print -l -- "\${(@)\${(@P)\${@[-1]}}%%:*}" }`,
    complete: (line) => `words=(${line.replace(/ $/, " ''")}); CURRENT=\${#words}; _tagwall`,
  },
  fish: {
    prepare: 'tagwall completion fish | source',
    complete: (line) => `complete -C '${line}'`,
  },
}

/** A line of each kind; complete.test.ts asks the program about the others. */
const OFFERS: readonly [line: string, offers: readonly string[]][] = [
  ['tagwall up', ['update']],
  ['tagwall emit ', [...listVendors([SHIPPED.vendors]).keys()].sort()],
  ['tagwall emit list --fam', ['--family']],
  ['tagwall emit list --family ', ['ipv4', 'ipv6']],
  ['tagwall emit paloalto --set vsy', ['vsys=']],
  ['tagwall explain AzureF', ['AzureFrontDoor.FirstParty']],
  ['tagwall diff 2025-11-0', ['2025-11-03']],
  ['tagwall audit --policy shops.yaml edge@', ['edge@berlin', 'edge@paris']],
  ['tagwall list targets --policy shops.yaml ', ['edge@berlin', 'edge@paris']],
  ['tagwall aggregate mi', ['mine.txt']],
  ['tagwall lookup 1.2.3.4 --from run', ['running.txt']],
  ['tagwall fetch --subscription ', []],
]

describe.for(Object.entries(SHELLS))('completion in a real %s', ([shell, { prepare, complete }]) => {
  const END = 'end-of-offers'
  // One shell for all lines.
  const answers = lazy(() => {
    const asked = OFFERS.map(([line]) => `${complete(line)}\necho ${END}`)
    const { stdout, stderr } = inShell([prepare, ...asked].join('\n'), shell)
    expect(stderr).toBe('')
    return stdout.split(`${END}\n`)
  })

  test.skipIf(!has(shell)).for(OFFERS.map(([line, offers], index) => [line, offers, index] as const))(
    '%s',
    ([line, offers, index]) => {
      const typed = line.split(' ').at(-1) as string
      const offered = (answers()[index] ?? '').split('\n').map((offer) => offer.split('\t')[0] as string)
      const known = [...new Set(offered)].filter(
        (offer) => offer !== '' && offer !== '--help' && offer.startsWith(typed),
      )
      expect(known.sort()).toEqual(offers)
    },
  )
})

test('bash offers a file with spaces or an asterisk in its name as one', () => {
  const { prepare, complete } = SHELLS.bash as Shell
  const { stdout } = inShell(`touch 'two words.txt' 'two*'\n${prepare}\n${complete('tagwall aggregate tw')}`)
  expect(stdout.split('\n').filter(Boolean).sort()).toEqual(['two words.txt', 'two*'])
})
