import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lazy } from '../../src/model/lazy.ts'
import { ROOT } from '../fixtures.ts'
import { contentsOf, folderWith, tagwall } from './harness.ts'

// What a pull request of an attacker may bring: policy, lock, rules, snapshots, journals, links, folders that git takes for repositories.
// Each is planted in a commit, which a fresh clone has, as a CI job or a reviewer does.

const NAME = 'ServiceTags_Public_20251110.json'
const DOCUMENT =
  '{"changeNumber":7,"cloud":"Public","values":[{"name":"Sql","properties":{"addressPrefixes":["20.40.2.0/24","20.41.2.0/24"]}}]}'
const policyWith = (ports: string) => `rules:
  - { name: Web, tags: [Sql], direction: outbound, ports: [${ports}], priority: 100 }
targets:
  - { name: plain, vendor: list, out: rules/plain.txt }
  - { name: nsg, vendor: nsg, out: rules/nsg.json }
`
const SECRET = 'TOKEN=abc123\nx: [y\n'

const ENV = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'n',
  GIT_AUTHOR_EMAIL: 'a@b',
  GIT_COMMITTER_NAME: 'n',
  GIT_COMMITTER_EMAIL: 'a@b',
}
const git = (cwd: string, ...argv: string[]) =>
  execFileSync('git', argv, { cwd, env: ENV, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()

/** The base: a repository with a policy at its root and one in `fw`, both built; made once. */
const BASE = lazy(async () => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'tagwall-hostile-')))
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
  const base = join(home, 'base')
  for (const place of [base, join(base, 'fw')]) {
    mkdirSync(place)
    writeFileSync(join(place, NAME), DOCUMENT)
    writeFileSync(join(place, 'tagwall.yaml'), policyWith('443'))
    expect(await tagwall(place, ['update', '--from', NAME])).toMatchObject({ code: 0 })
  }
  git(base, 'init', '--quiet', '--initial-branch=main')
  commit(base)
  return base
})

function commit(site: string): void {
  git(site, 'add', '--force', '--all')
  git(site, 'commit', '--quiet', '--message=x')
}

/** A copy of the base, in a folder of its own with a secret beside it. */
async function copied() {
  const outer = realpathSync(folderWith({ secret: SECRET, 'elsewhere/secret': SECRET }))
  const site = join(outer, 'site')
  cpSync(await BASE(), site, { recursive: true })
  return { outer, site }
}

/** A fresh clone of what `plant` adds to the base, so that only what git tracks is there, and the commit of the base. */
async function cloned(plant: (site: string, outer: string) => void | Promise<void>) {
  const { outer, site } = await copied()
  const base = git(site, 'rev-parse', 'HEAD')
  const theirs = join(outer, 'theirs')
  renameSync(site, theirs)
  await plant(theirs, outer)
  commit(theirs)
  git(outer, 'clone', '--quiet', theirs, site)
  rmSync(theirs, { recursive: true })
  return { outer, site, base }
}

const run = (cwd: string, argv: readonly string[], env = {}) => tagwall(cwd, argv, { env: { ...ENV, ...env } })

const READERS = [
  ['plan'],
  ['plan', '--since', 'git:HEAD'],
  ['build', '--dry-run'],
  ['list', 'tags'],
  ['explain'],
  ['diff', 'latest', 'latest'],
  ['lookup', '20.40.2.1'],
  ['emit', 'plain'],
  ['audit', 'nsg', 'rules/nsg.json'],
  ['widen', '--max', '100'],
]
const WRITERS = [['build'], ['fetch', '--from', NAME], ['update', '--from', NAME], ['init', '--yes', '--ci', 'none']]

/** Makes `folder` a git directory with these lines in its configuration, and `fake` as its content; git tracks each of its files. */
function plantRepository(folder: string, config: string, fake?: string): void {
  for (const name of ['objects', 'refs/heads']) mkdirSync(join(folder, name), { recursive: true })
  for (const name of ['objects', 'refs', 'packed-refs', 'HEAD', 'index', 'info/sparse-checkout'])
    if (fake && existsSync(join(fake, '.git', name)))
      cpSync(join(fake, '.git', name), join(folder, name), { recursive: true })
  for (const name of ['objects/.keep', 'refs/heads/.keep']) writeFileSync(join(folder, name), '')
  if (!fake) writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/main\n')
  writeFileSync(join(folder, 'config'), `[core]\n\tbare = false\n\tworktree = .\n${config}`)
}

const JOURNAL = JSON.stringify({
  format: 'tagwall-journal-2',
  state: 'ready',
  run: 7,
  files: [
    {
      path: '../.github/workflows/tagwall.yml',
      temporary: '.tagwall-7-0.tmp',
      sha256: '8b3d3e0d7bbbbd40c6c7cdd4bb1b76c4ac5ab1ed8dc5d0f8a2a9a8e2f1d3f9ad',
    },
  ],
  created: [],
  folders: [],
})

describe('every command', () => {
  test('runs no command of a folder that git takes for a repository', async () => {
    const { outer, site } = await cloned((theirs, outer) => {
      const sparse = join(outer, 'sparse')
      for (const name of ['a/x', 'b/y']) {
        mkdirSync(dirname(join(sparse, name)), { recursive: true })
        writeFileSync(join(sparse, name), name)
      }
      git(sparse, 'init', '--quiet')
      commit(sparse)
      git(sparse, 'config', 'index.sparse', 'true')
      git(sparse, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'a')
      const command = `"touch ${outer}/RAN; false"`
      const config = [
        ...['\trepositoryformatversion = 1', '\tsparseCheckout = true', '\tsparseCheckoutCone = true'],
        ...['[index]', '\tsparse = true', '[extensions]', '\tpartialClone = origin'],
        ...['[remote "origin"]', '\turl = /tmp', '\tpromisor = true', `\tuploadpack = ${command}`],
        ...['[core]', `\tfsmonitor = ${command}`, `\tsshCommand = ${command}`, `\thooksPath = ${outer}/hooks`],
      ].join('\n')
      mkdirSync(join(theirs, 'info'))
      for (const folder of [theirs, join(theirs, 'fw'), join(theirs, 'snapshots')]) {
        plantRepository(folder, config, sparse)
        writeFileSync(join(folder, '.tagwall-journal.json'), JOURNAL)
      }
    })
    for (const [folder, commands] of [
      [site, READERS],
      [join(site, 'fw'), [...READERS.slice(0, 2), ...WRITERS]],
    ] as const)
      for (const argv of commands) {
        const { code, err } = await run(folder, argv)
        expect([argv, code, err.match(/^tagwall: .*/gm)]).toEqual([argv, 0, null])
        expect(existsSync(join(outer, 'RAN'))).toBe(false)
      }
  })

  test.for(['.', 'snapshots'])('ignores a journal and a mutex in %s', async (home) => {
    const { site } = await cloned((theirs) => {
      mkdirSync(join(theirs, '.github/workflows'), { recursive: true })
      writeFileSync(join(theirs, '.github/workflows/.tagwall-7-0.tmp'), 'on: push')
      writeFileSync(join(theirs, home, '.tagwall-journal.json'), JOURNAL)
      writeFileSync(join(theirs, home, '.tagwall-mutex'), `${process.pid} - host place\n`)
    })
    const before = contentsOf(site)
    for (const argv of [...READERS, ...WRITERS.slice(0, 3)]) {
      const { code, err } = await run(site, argv)
      expect([argv, code, err.match(/^(?:warning|tagwall): .*/gm)]).toEqual([argv, 0, null])
    }
    expect(contentsOf(site)).toEqual(before)
    // The record of the last check is a file of the run.
    expect(git(site, 'status', '--porcelain', ':!snapshots/.tagwall-checked.json')).toBe('')
  })
})

describe('the base of a plan', () => {
  const OPENS = /^opens tcp 22 to /
  const openSsh = (folder: string) => writeFileSync(join(folder, 'tagwall.yaml'), policyWith('443, 22'))

  test('is of the repository, also in a subfolder that git takes for one with a replaced commit', async () => {
    const { site, base } = await cloned(async (theirs, outer) => {
      const [fw, fake] = [join(theirs, 'fw'), join(outer, 'fake')]
      openSsh(fw)
      expect(await run(fw, ['build'])).toMatchObject({ code: 0 })
      for (const name of readdirSync(join(fw, 'rules')))
        if (/\.(?:delta|rollback|change)/.test(name)) rmSync(join(fw, 'rules', name))
      cpSync(fw, fake, { recursive: true })
      git(fake, 'init', '--quiet', '--initial-branch=main')
      commit(fake)
      git(fake, 'fetch', '--quiet', theirs, 'HEAD')
      git(fake, 'replace', '--force', 'FETCH_HEAD', 'HEAD')
      git(fake, 'repack', '-adq')
      git(fake, 'pack-refs', '--all')
      plantRepository(fw, '', fake)
    })
    const { code, out } = await run(join(site, 'fw'), ['plan', '--since', `git:${base}`])
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(OPENS) })
  })

  test.for([
    ['a symbolic link', (path: string) => symlinkSync('../tagwall.yaml', path)],
    ['a directory', (path: string) => mkdirSync(path)],
  ] as const)('tells of %s in place of commands', async ([kind, plant]) => {
    const { site } = await copied()
    openSsh(site)
    await run(site, ['build'])
    commit(site)
    for (const name of ['rules/nsg.delta.json', 'rules/nsg.change.md']) {
      rmSync(join(site, name))
      plant(join(site, name))
      const { code, out } = await run(site, ['plan', '--exit-code', '--since', 'git:HEAD'])
      expect({ code, line: out.split('\n')[0] }).toEqual({ code: 1, line: `${name} is not what tagwall writes` })
      for (const argv of [['plan'], ['build']])
        expect(await run(site, argv)).toMatchObject({
          code: 2,
          err: `tagwall: nothing was written: target "nsg": ${site}/${name} is ${kind}; remove it, or move it away\n`,
        })
      git(site, 'clean', '-fdq')
      rmSync(join(site, name), { recursive: true })
      git(site, 'checkout', '--', '.')
    }
  })

  test('tells of a runbook that no run has written', async () => {
    const { site } = await copied()
    const name = 'rules/nsg.change.md'
    writeFileSync(join(site, name), '# Change\n\nFirst run `az network nsg rule create`.\n')
    const { code, out } = await run(site, ['plan', '--exit-code', '--since', 'git:HEAD'])
    expect({ code, line: out.split('\n')[0] }).toEqual({ code: 1, line: `${name} is not what tagwall writes` })
  })

  test('is the commit itself, whatever stands for it in the repository, the environment and on the PATH', async () => {
    const { outer, site, base } = await cloned((theirs) => openSsh(theirs))
    await run(site, ['build'])
    commit(site)
    git(site, 'replace', '--force', base, 'HEAD')
    for (const name of ['git', 'bin/git']) {
      mkdirSync(dirname(join(site, name)), { recursive: true })
      writeFileSync(join(site, name), `#!/bin/sh\ntouch ${outer}/RAN\n`)
      chmodSync(join(site, name), 0o755)
    }
    const other = join(outer, 'other')
    git(outer, 'clone', '--quiet', site, other)
    const env = {
      PATH: `.::./bin:${site}/bin:${process.env.PATH}`,
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: 'nothing',
      GIT_OBJECT_DIRECTORY: 'nothing',
    }
    const { code, out } = await run(site, ['plan', '--since', `git:${base}`], env)
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(OPENS) })
    expect(existsSync(join(outer, 'RAN'))).toBe(false)
    const { err } = await run(site, ['plan', '--since', `git:${base}`], { ...env, PATH: `.::./bin:${site}/bin` })
    expect(err).toBe(
      'tagwall: there is no program git; install it, or put it on the PATH, in a folder outside of this repository\n',
    )
  })

  test('is read, and a pull request made, without the hooks and the monitor that the repository is set up with', async () => {
    const { outer, site } = await copied()
    openSsh(site)
    commit(site)
    git(outer, 'clone', '--quiet', '--bare', site, 'origin')
    git(site, 'remote', 'add', 'origin', join(outer, 'origin'))
    expect(await run(site, ['update', '--from', NAME, '--report', '../report'])).toMatchObject({ code: 0 })
    const script = join(outer, 'post-index-change')
    writeFileSync(script, `#!/bin/sh\necho "$0" >> ${outer}/RAN\n`)
    chmodSync(script, 0o755)
    git(site, 'config', 'core.fsmonitor', script)
    git(site, 'config', 'core.hooksPath', outer)
    cpSync(script, join(outer, 'reference-transaction'))
    const argv = ['propose', '--to', 'github', '--report', '../report', '--dry-run']
    expect(await run(site, argv)).toMatchObject({ code: 0, out: expect.stringMatching(/^would push /) })
    expect(await run(site, ['plan', '--since', 'git:HEAD'])).toMatchObject({ code: 0 })
    expect(existsSync(join(outer, 'RAN'))).toBe(false)
  })

  test.skipIf(process.getuid?.() !== 0)('is not read from a repository of another user, unless git may', async () => {
    const { site } = await copied()
    execFileSync('chown', ['-R', '1234', site])
    const argv = ['plan', '--since', 'git:HEAD']
    expect((await run(site, argv)).err).toContain(
      `tagwall: git refuses the repository ${site}: fatal: detected dubious ownership in repository at '${site}'`,
    )
    const config = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: site }
    expect(await run(site, argv, config)).toMatchObject({ code: 0 })
  })
})

describe('a link that leads out', () => {
  const link = (target: string, path: string) => (theirs: string) => {
    rmSync(join(theirs, path), { recursive: true, force: true })
    mkdirSync(dirname(join(theirs, path)), { recursive: true })
    symlinkSync(target, join(theirs, path))
  }
  const vendor = (theirs: string) => cpSync(join(ROOT, 'vendors/json'), join(theirs, 'own/mine'), { recursive: true })
  const and =
    (...plants: ((theirs: string) => void)[]) =>
    (theirs: string) => {
      for (const plant of plants) plant(theirs)
    }
  const text = (path: string, content: string) => (theirs: string) => writeFileSync(join(theirs, path), content)

  const LINKS: [what: string, plant: (theirs: string) => void, argv: string[], shown: string][] = [
    ['the policy', link('../secret', 'tagwall.yaml'), ['plan'], 'tagwall.yaml'],
    ['a policy by two links', and(link('p', 'tagwall.yaml'), link('../secret', 'p')), ['plan'], 'tagwall.yaml'],
    ['a policy by a folder', link('../elsewhere', 'd'), ['plan', '--policy', 'd/secret'], 'd/secret'],
    [
      'a policy by a folder that leads deeper first',
      and(link('fw/rules', 'd'), link('d/../../../secret', 'tagwall.yaml')),
      ['plan'],
      'tagwall.yaml',
    ],
    ['the snapshots', link('../elsewhere', 'snapshots'), ['plan'], '/snapshots'],
    ['the snapshots of a cloud', link('../../elsewhere', 'snapshots/public'), ['plan'], '/snapshots/public'],
    [
      'a snapshot',
      link('../../../secret', 'snapshots/public/2025-11-17.json'),
      ['plan'],
      '/snapshots/public/2025-11-17.json',
    ],
    ['a document', link('../secret', 'd.json'), ['diff', 'd.json', 'latest'], 'd.json'],
    ['another lock', link('../secret', 'other.lock.json'), ['plan', '--since', 'other.lock.json'], 'other.lock.json'],
    ['the baseline', link('../secret', 'b.json'), ['audit', 'nsg', 'rules/nsg.json', '--baseline', 'b.json'], 'b.json'],
    [
      'a new baseline',
      link('../elsewhere', 'd'),
      ['audit', 'nsg', 'rules/nsg.json', '--write-baseline', 'd/new'],
      'd/new',
    ],
    ['a configuration', link('../secret', 'c'), ['audit', 'nsg', 'c'], 'c'],
    ['a list', link('../secret', 'c'), ['aggregate', 'c'], 'c'],
    ['the record of doctor', link('../secret', 'c'), ['doctor', '--read', 'c'], 'c'],
    ['the report', link('../elsewhere', 'r'), ['plan', '--report', 'r'], '--report r'],
    ['the summary', link('../secret', 's.md'), ['plan', '--summary', 's.md'], '--summary s.md'],
    ['a new summary', link('../new', 's.md'), ['plan', '--summary', 's.md'], '--summary s.md'],
    ['the vendors', link('../elsewhere', 'own'), ['list', 'vendors', '--vendors', 'own'], '--vendors own'],
    [
      'a manifest',
      and(vendor, link('../../../secret', 'own/mine/vendor.json')),
      ['emit', 'mine', '--vendors', 'own'],
      '/own/mine/vendor.json',
    ],
    [
      'a template',
      and(vendor, link('../../../secret', 'own/mine/x.hbs')),
      ['emit', 'mine', '--vendors', 'own'],
      '/own/mine/x.hbs',
    ],
  ]
  /** Refused with sentences of their own. */
  const OTHERS: [what: string, plant: (theirs: string) => void, argv: string[], sentence: string][] = [
    [
      'an included policy',
      and(link('../secret', 'i.yaml'), text('tagwall.yaml', `include: [i.yaml]\n${policyWith('443')}`)),
      ['plan'],
      'i.yaml is a symbolic link, not a file',
    ],
    [
      'a table of sites',
      and(link('../secret', 's.csv'), text('tagwall.yaml', `sites: s.csv\n${policyWith('443')}`)),
      ['plan'],
      's.csv is a symbolic link, not a file',
    ],
    [
      'a table of endpoints',
      and(link('../secret', 'e.json'), text('tagwall.yaml', `endpoints: e.json\n${policyWith('443')}`)),
      ['doctor'],
      'e.json is a symbolic link, not a file',
    ],
    ['the lock', link('../secret', 'tagwall.lock.json'), ['plan'], 'tagwall.lock.json is a symbolic link'],
    ['rules', link('../elsewhere', 'rules'), ['plan'], 'outside the working directory'],
    ['a report', link('../../secret', 'r/title.txt'), ['plan', '--report', 'r'], 'title.txt is a symbolic link'],
  ]

  test.for([
    ...LINKS.map(([what, plant, argv, shown]) => [what, plant, argv, shown, ''] as const),
    ...OTHERS.map(([what, plant, argv, sentence]) => [what, plant, argv, '', sentence] as const),
  ])('to %s is refused in one sentence, which shows nothing behind it', async ([, plant, argv, shown, sentence]) => {
    const { outer, site } = await copied()
    plant(site)
    const outside = () => Object.entries(contentsOf(outer)).filter(([name]) => !name.startsWith('site/'))
    const before = outside()
    for (const hasRepository of [true, false]) {
      if (!hasRepository) rmSync(join(site, '.git'), { recursive: true })
      const { code, out, err } = await run(site, argv)
      expect({
        code,
        out: out.includes('abc123') || err.includes('abc123'),
        lines: err.match(/^tagwall: .*/gm)?.length,
      }).toEqual({
        code: 2,
        out: false,
        lines: 1,
      })
      if (sentence === '')
        expect(err.replace(/(?<=out of \S+\/site)\/(?:own|snapshots);/, ';')).toContain(
          `tagwall: ${shown.startsWith('/') ? site : ''}${shown} is behind a link that leads out of ${site}; put the file itself there, or give the path that the link leads to\n`,
        )
      else expect(err).toContain(sentence)
      expect(outside()).toEqual(before)
    }
  })

  test('of the folder, but not of the repository, is followed; so is a path outside that a person names', async () => {
    const { outer, site } = await copied()
    const fw = join(site, 'fw')
    for (const name of ['tagwall.yaml', 'snapshots']) {
      rmSync(join(fw, name), { recursive: true })
      symlinkSync(`../${name}`, join(fw, name))
    }
    expect(await run(fw, ['build'])).toMatchObject({ code: 0 })
    symlinkSync('site/tagwall.yaml', join(outer, 'p.yaml'))
    for (const policy of ['../../p.yaml', join(outer, 'p.yaml')])
      expect(await run(fw, ['list', 'rules', '--policy', policy])).toMatchObject({ code: 0 })
    expect(await run(fw, ['plan', '--report', '../../report'])).toMatchObject({ code: 0 })
    rmSync(join(site, '.git'), { recursive: true })
    expect((await run(fw, ['build'])).err).toContain(`tagwall.yaml is behind a link that leads out of ${fw};`)
  })
})

test('a link in the place of the draft of a new vendor is not followed', async () => {
  const folder = folderWith({ 'own/mine.txt': 'mine', 'own/vendor.json': '{}' })
  symlinkSync('own', join(folder, `.tagwall-${process.pid}-0.tmp`))
  const { code, err } = await tagwall(folder, ['vendor', 'new', 'small'])
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('is a symbolic link') })
  expect(readdirSync(join(folder, 'own'))).toEqual(['mine.txt', 'vendor.json'])
})

describe('a policy', () => {
  test.for(['mine', './own/mine', 'own/mine', '../site/own/mine', '/own/mine', '..', 'mine/../mine'])(
    'cannot name the folder of a vendor: %s',
    async (name) => {
      const { site } = await copied()
      for (const folder of ['own/mine', 'mine'])
        cpSync(join(ROOT, 'vendors/json'), join(site, folder), { recursive: true })
      writeFileSync(join(site, 'tagwall.yaml'), policyWith('443').replace('vendor: list', `vendor: ${name}`))
      const refused = {
        code: 2,
        out: '',
        err: expect.stringMatching(
          name === 'mine' ? /: unknown vendor "mine"; expected / : /: "vendor": expected a name of letters, digits, /,
        ),
      }
      for (const argv of [['plan'], ['emit', 'plain']]) expect(await run(site, argv)).toEqual(refused)
    },
  )
})

describe('a run that was interrupted', () => {
  /** The journal of a run that is about to replace the rules. */
  async function interrupted() {
    const { site } = await copied()
    const before = readFileSync(join(site, 'rules/plain.txt'), 'utf8')
    writeFileSync(join(site, 'tagwall.yaml'), policyWith('443, 22'))
    const { sha256 } = await import('../../src/text/hashes.ts')
    const { homesOf } = await import('../../src/store/home.ts')
    const [home] = homesOf(join(site, 'snapshots'), {})
    const files = [{ path: 'rules/plain.txt', temporary: '.tagwall-7-0.tmp', sha256: sha256('new\n') }]
    const journal = join(site, '.git/tagwall', `${home?.name}.journal`)
    mkdirSync(dirname(journal))
    const text = { format: 'tagwall-journal-3', state: 'ready', run: 7, files, created: [], folders: [] }
    writeFileSync(journal, JSON.stringify(text))
    writeFileSync(join(site, 'rules/.tagwall-7-0.tmp'), 'new\n')
    return { site, journal, before }
  }

  test('is told by commands that read, which change nothing', async () => {
    const { site, journal, before } = await interrupted()
    for (const argv of READERS) {
      expect((await run(site, argv)).err).toContain(
        'warning: an earlier run was interrupted, so some files may be new and others old: run "tagwall build", which first finishes or undoes that run\n',
      )
      expect(readFileSync(join(site, 'rules/plain.txt'), 'utf8')).toBe(before)
      expect(existsSync(journal)).toBe(true)
    }
  })

  test.for(WRITERS)('is finished by %s first', async (argv) => {
    const { site, journal } = await interrupted()
    const { err } = await run(site, argv)
    expect(err).toContain('tagwall: an earlier run was interrupted; finished writing rules/plain.txt\n')
    expect([existsSync(journal), existsSync(join(site, 'rules/.tagwall-7-0.tmp'))]).toEqual([false, false])
  })
})
