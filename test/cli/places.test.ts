import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contentsOf, folderWith, tagwall } from './harness.ts'

// Where the files of targets may go.

const NAME = 'ServiceTags_Public_20251110.json'
const DOCUMENT =
  '{"changeNumber":7,"cloud":"Public","values":[{"name":"Sql","properties":{"addressPrefixes":["20.40.2.0/24","20.41.2.0/24"]}}]}'
const policyOf = (targets: Record<string, string>) =>
  `rules:
  - { name: Web, tags: [Sql], direction: outbound, ports: [443], priority: 100 }
targets:
${Object.entries(targets)
  .map(([name, rest]) => `  - { name: ${name}, ${rest} }\n`)
  .join('')}`

/** A working directory with a policy of these targets and a snapshot, in a folder of its own. */
async function established(targets: Record<string, string>, files: Record<string, string> = {}) {
  const outer = folderWith({
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [join('site', name), text])),
    [`site/${NAME}`]: DOCUMENT,
    'site/tagwall.yaml': policyOf(targets),
  })
  const site = join(outer, 'site')
  expect(await tagwall(site, ['fetch', '--from', NAME])).toMatchObject({ code: 0 })
  return { outer, site }
}

const OUTSIDE = 'is outside the working directory; add --allow-outside to permit this'
const POLICY = 'is the policy file, or a name that tagwall would read as one; choose another "out"'
const LOCK = 'is a name that tagwall would read as a lock (*.lock.json); choose another "out"'
const SNAPSHOTS = 'is in the snapshot directory; choose another "out"'
const OWN = 'is a name reserved for tagwall (.tagwall-*); choose another "out"'
const GIT = 'is in a .git folder; choose another "out"'
const DOT = (name: string) =>
  `has "${name}", which begins with a dot; choose another "out", or add --allow-any-name to permit this`
const RUN = (name: string) =>
  `has "${name}", which CI and build tools run; choose another "out", or add --allow-any-name to permit this`
const ALIAS = (name: string) =>
  `has "${name}", which Windows takes for another name; choose another "out", or add --allow-any-name to permit this`
const FOREIGN =
  'exists and does not look like a file of this target; choose another "out", or replace the file with --overwrite'

const HOOK = 'rules/host.hook.sh'

describe('out', () => {
  test('is refused in every forbidden place, before anything is written', async () => {
    const outs: Record<string, [out: string, why: string]> = {
      a: ['../a.txt', OUTSIDE],
      b: ['/tmp/nowhere/b.txt', OUTSIDE],
      d: ['tagwall.yaml', POLICY],
      e: ['tagwall.json', POLICY],
      ea: ['tagwall.lock.json', LOCK],
      eb: ['Office.Lock.json', LOCK],
      f: ['snapshots/public/2025-11-10.json', SNAPSHOTS],
      g: ['snapshots/new/g.txt', SNAPSHOTS],
      h: ['kept/h.txt', SNAPSHOTS],
      i: ['.tagwall-journal.json', OWN],
      j: ['rules/.Tagwall-x/j.txt', OWN],
      k: ['.git/hooks/pre-commit', GIT],
      l: ['deep/.GIT/config', GIT],
      ka: ['.git./config', GIT],
      kb: ['GIT~1/config', GIT],
      ma: ['.bashrc', DOT('.bashrc')],
      mb: ['.github/workflows/x.yml', DOT('.github')],
      mc: ['.gitlab-ci.yml', DOT('.gitlab-ci.yml')],
      md: ['.envrc', DOT('.envrc')],
      me: ['deep/.husky/pre-commit', DOT('.husky')],
      mf: ['rules/nul.txt', ALIAS('nul.txt')],
      mg: ['PROGRA~1/x.txt', ALIAS('PROGRA~1')],
      mh: ['Makefile', RUN('Makefile')],
      mi: ['ci/Jenkinsfile', RUN('Jenkinsfile')],
      mj: ['azure-pipelines.yml', RUN('azure-pipelines.yml')],
      mk: ['web/package.json', RUN('package.json')],
      ml: ['hidden/x.txt', DOT('.hidden')],
      n: ['notes.txt', FOREIGN],
      o: ['pipe', 'is a named pipe, not a file'],
      p: ['folder', 'is a directory, not a file'],
      q: ['symbolic', 'is a symbolic link; use the path of the file behind the link, or remove the link'],
    }
    const { outer, site } = await established(
      Object.fromEntries(
        Object.entries({ ...outs, r: ['link/r.txt'] }).map(([name, [out]]) => [name, `vendor: list, out: ${out}`]),
      ),
      { '.bashrc': 'export A=1\n', 'notes.txt': '# the office\n203.0.113.0/24\n', 'rules/x': '', 'folder/x': '' },
    )
    symlinkSync('..', join(site, 'link'))
    symlinkSync('snapshots', join(site, 'kept'))
    mkdirSync(join(site, '.hidden'))
    symlinkSync('.hidden', join(site, 'hidden'))
    symlinkSync('.bashrc', join(site, 'symbolic'))
    execFileSync('mkfifo', [join(site, 'pipe')])
    const before = contentsOf(outer)
    const want = Object.entries(outs).map(([name, [out, why]]) => {
      const path = out.startsWith('/') ? out : join(site, out).replace(/\/$/, '')
      return `  target "${name}": ${path} ${why}\n`
    })
    want.push(
      `  target "r": ${join(site, 'link/r.txt')} ${OUTSIDE.replace('is', `leads to ${join(outer, 'r.txt')},`)}\n`,
    )
    for (const argv of [['build'], ['build', '--dry-run'], ['update', '--from', NAME]]) {
      const { code, err } = await tagwall(site, argv)
      expect({ code, err }).toEqual({ code: 2, err: `tagwall: nothing was written:\n${want.join('')}` })
    }
    expect(contentsOf(outer)).toEqual(before)
  })

  test('leads outside only with an option, and never to a .git folder', async () => {
    const { outer, site } = await established({ a: 'vendor: list, out: ../rules/a.txt' })
    expect(await tagwall(site, ['build', '--allow-outside'])).toMatchObject({ code: 0 })
    expect(readFileSync(join(outer, 'rules/a.txt'), 'utf8')).toBe('20.40.2.0/24\n20.41.2.0/24\n')
    writeFileSync(join(site, 'tagwall.yaml'), policyOf({ a: 'vendor: list, out: ../.git/a' }))
    expect((await tagwall(site, ['build', '--allow-outside'])).err).toBe(
      `tagwall: nothing was written: target "a": ${join(outer, '.git/a')} ${GIT}\n`,
    )
  })

  test('is in the lock as the policy writes it, also where it is absolute', async () => {
    const { outer, site } = await established({ a: 'vendor: list, out: rules/a.txt' })
    const out = join(outer, 'rules/a.txt')
    writeFileSync(join(site, 'tagwall.yaml'), policyOf({ a: `vendor: list, out: ${out}` }))
    expect(await tagwall(site, ['build', '--allow-outside'])).toMatchObject({ code: 0 })
    const { targets } = JSON.parse(readFileSync(join(site, 'tagwall.lock.json'), 'utf8'))
    expect(Object.keys(targets.a.files)).toEqual([out])
  })

  test('has a name that other programs read only with an option, wherever the working directory is', async () => {
    const { outer, site } = await established({
      a: 'vendor: list, out: .github/a.txt',
      b: 'vendor: list, out: nul.txt',
      c: 'vendor: list, out: Makefile',
    })
    expect(await tagwall(site, ['build', '--allow-any-name'])).toMatchObject({ code: 0 })
    for (const path of ['.github/a.txt', 'nul.txt', 'Makefile'])
      expect(readFileSync(join(site, path), 'utf8')).toBe('20.40.2.0/24\n20.41.2.0/24\n')
    expect((await tagwall(site, ['plan'])).err).toContain('--allow-any-name')
    const hidden = join(outer, '.hidden')
    renameSync(site, hidden)
    writeFileSync(join(hidden, 'tagwall.yaml'), policyOf({ d: 'vendor: list, out: d.txt' }))
    rmSync(join(hidden, 'tagwall.lock.json'))
    expect(await tagwall(hidden, ['build'])).toMatchObject({ code: 0 })
  })

  test('replaces files that look like its own, and others only with an option', async () => {
    const targets = { a: 'vendor: list, out: a.txt', b: 'vendor: json, out: b.json' }
    const { site } = await established(targets, { 'a.txt': '192.0.2.0/24\n2001:db8::/32\n', 'b.json': '{"mine": 1}\n' })
    expect((await tagwall(site, ['build'])).err).toBe(
      `tagwall: nothing was written: target "b": ${join(site, 'b.json')} ${FOREIGN}\n`,
    )
    expect(await tagwall(site, ['build', '--overwrite'])).toMatchObject({ code: 0 })
    const written = () => [contentsOf(site)['a.txt'], contentsOf(site)['b.json']]
    const whole = written()
    // Its own files of another week, of other rules, emptied by hand, or with another end of lines.
    for (const edit of [
      (text: string) => text.replace('20.40.2.0/24', '20.40.2.0/25'),
      (text: string) => text.replace('Web', 'Other'),
      (text: string) => text.replaceAll('\n', '\r\n'),
      () => '',
    ]) {
      for (const file of ['a.txt', 'b.json'])
        writeFileSync(join(site, file), edit(readFileSync(join(site, file), 'utf8')))
      expect(await tagwall(site, ['build'])).toMatchObject({ code: 0 })
      expect(written()).toEqual(whole)
    }
  })

  test('is the policy also under another name of that file', async () => {
    const { site } = await established({ a: 'vendor: list, out: rules/Site.yaml' }, { 'rules/x': '' })
    linkSync(join(site, 'tagwall.yaml'), join(site, 'rules/site.yaml'))
    rmSync(join(site, 'tagwall.yaml'))
    writeFileSync(
      join(site, 'rules/site.yaml'),
      readFileSync(join(site, 'rules/site.yaml'), 'utf8').replace('Site.yaml', 'site.yaml'),
    )
    expect((await tagwall(site, ['build', '--policy', 'rules/site.yaml'])).err).toContain(`site.yaml ${POLICY}`)
  })

  test.for(['tagwall.lock.json', './tagwall.lock.json', 'SITE/tagwall.lock.json', 'arc-kubernetes.lock.json'])(
    'is no lock of another policy either: %s',
    async (out) => {
      const { site } = await established({ a: 'vendor: list, out: a.txt' })
      const path = out.replace('SITE', site)
      writeFileSync(join(site, 'office.yaml'), policyOf({ a: `vendor: json, out: ${path}` }))
      const before = contentsOf(site)
      for (const command of ['plan', 'build']) {
        const { code, err } = await tagwall(site, [command, '--policy', 'office.yaml', '--allow-outside'])
        const why = `target "a": ${resolve(site, path)} ${LOCK}`
        expect({ code, err }).toEqual({ code: 2, err: `tagwall: nothing was written: ${why}\n` })
      }
      expect(contentsOf(site)).toEqual(before)
    },
  )

  test('may have the name of a lock in another folder', async () => {
    const { site } = await established({ a: 'vendor: list, out: rules/a.lock.json' })
    expect(await tagwall(site, ['build'])).toMatchObject({ code: 0 })
  })

  test('may be in the working directory when the snapshots are there too', async () => {
    const { site } = await established({ a: 'vendor: list, out: a.txt', b: 'vendor: list, out: public/b.txt' })
    expect(await tagwall(site, ['fetch', '--from', NAME, '--snapshots', '.'])).toMatchObject({ code: 0 })
    expect((await tagwall(site, ['build', '--snapshots', '.'])).err).toBe(
      `tagwall: nothing was written: target "b": ${join(site, 'public/b.txt')} ${SNAPSHOTS}\n`,
    )
  })

  test('holds for deltas as well', async () => {
    const { site } = await established({ a: 'vendor: list, out: a.txt' }, { 'a.delta-since.added.txt': 'my diary\n' })
    writeFileSync(join(site, 'ServiceTags_Public_20251103.json'), DOCUMENT.replace('20.41', '20.42'))
    await tagwall(site, ['fetch', '--from', 'ServiceTags_Public_20251103.json', '--accept', 'rollback'])
    expect((await tagwall(site, ['build', '--since', '2025-11-03'])).err).toBe(
      `tagwall: nothing was written: the delta of target "a": ${join(site, 'a.delta-since.added.txt')} ${FOREIGN}\n`,
    )
  })
})

test.for([
  ['the policy', 'tagwall.yaml', 'tagwall.yaml'],
  ['the snapshots', 'snapshots', '/snapshots'],
  ['the snapshots of a cloud', 'snapshots/public', '/snapshots/public'],
] as const)('what ships with tagwall does not take the place of %s behind a broken link', async ([, path, shown]) => {
  const { site } = await established({ a: 'vendor: list, out: a.txt' })
  rmSync(join(site, path), { recursive: true })
  symlinkSync('nowhere', join(site, path))
  const before = contentsOf(site)
  for (const argv of [['build'], ['update', '--from', NAME], ['emit', 'a']]) {
    const { code, err } = await tagwall(site, argv)
    expect({ code, err }).toEqual({
      code: 2,
      err: `tagwall: ${shown.startsWith('/') ? site : ''}${shown} is a link that leads nowhere\n`,
    })
  }
  expect(contentsOf(site)).toEqual(before)
})

test('a file of a person is not removed as an outdated one, but with an option', async () => {
  const targets = {
    a: 'vendor: list, out: a.txt',
    b: 'vendor: iptables, out: b, options: { match: ipset }',
    c: 'vendor: nsg, out: c.json',
  }
  const own = { 'a.rollback.added.txt': 'my diary\n', 'b.delta.ipset': '# to do\n', 'c.delta.json': '{"mine": 1}\n' }
  const { site } = await established(targets, own)
  const want = Object.keys(own).map(
    (file) =>
      `  target "${file[0]}": ${join(site, file)} would be removed as outdated, and does not look like a file of this target; move it away, or remove it with --overwrite\n`,
  )
  const before = contentsOf(site)
  for (const argv of [['build'], ['build', '--dry-run'], ['update', '--from', NAME]]) {
    const { code, err } = await tagwall(site, argv)
    expect({ code, err }).toEqual({ code: 2, err: `tagwall: nothing was written:\n${want.join('')}` })
    expect(contentsOf(site)).toEqual(before)
  }
  expect((await tagwall(site, ['build', '--overwrite'])).out.match(/^removed .*/gm)).toEqual(
    Object.keys(own).map((file) => `removed ${file}, left by an earlier run`),
  )
})

test('a file that is as the lock has it is replaced, whatever it looks like now, and another one is not', async () => {
  const withChain = (chain: string) => ({ host: `vendor: iptables, out: rules/host, options: { chain: ${chain} }` })
  const { site } = await established(withChain('TAGWALL'))
  const build = async (chain: string) => {
    writeFileSync(join(site, 'tagwall.yaml'), policyOf(withChain(chain)))
    const { code, err } = await tagwall(site, ['build'])
    // Warnings say that there is no delta for other options.
    return {
      code,
      err: code === 0 ? '' : err,
      hook: readFileSync(join(site, HOOK), 'utf8').includes(`-j ${chain}-OUT`),
    }
  }
  for (const chain of ['TAGWALL', 'FW', 'EDGE']) expect(await build(chain)).toEqual({ code: 0, err: '', hook: true })
  writeFileSync(join(site, HOOK), '#!/bin/sh\necho mine\n')
  const err = `tagwall: nothing was written: target "host": ${join(site, HOOK)} ${FOREIGN}\n`
  expect(await build('FW')).toEqual({ code: 2, err, hook: false })
})

test('a report may be outside of the working directory', async () => {
  const { outer, site } = await established({ a: 'vendor: list, out: a.txt' })
  mkdirSync(join(outer, 'report'))
  chmodSync(join(outer, 'report'), 0o755)
  expect(await tagwall(site, ['update', '--from', NAME, '--report', '../report'])).toMatchObject({ code: 0 })
  expect(readdirSync(join(outer, 'report')).sort()).toEqual(['body.md', 'files.txt', 'report.html', 'title.txt'])
})

describe('a folder below a policy file', () => {
  const below = (args: string[], env?: Record<string, string>) => async () => {
    const { outer, site } = await established({ a: 'vendor: list, out: a.txt' })
    const folder = join(site, 'rules', 'berlin')
    mkdirSync(folder, { recursive: true })
    const run = await tagwall(folder, args, env ? { env } : { env: { HOME: outer } })
    return { run, site, folder }
  }
  const refusal = (site: string) =>
    `tagwall: this folder has no policy file, but ${join(site, 'tagwall.yaml')} is above it; run the command in ${site}, or choose a policy with --policy, such as arc-kubernetes\n`

  test.each([
    ['update', '--from', `../../${NAME}`],
    ['build'],
    ['plan'],
    ['emit', 'list'],
    ['fetch', '--from', `../../${NAME}`],
    ['audit', 'list', '-'],
    ['list', 'targets'],
    ['explain'],
    ['doctor'],
  ])('stops %s before the built-in policy takes its place', async (...args) => {
    const { run, site, folder } = await below(args)()
    expect(run).toMatchObject({ code: 2, out: '', err: refusal(site) })
    expect(contentsOf(folder)).toEqual({})
  })

  test('counts up to the root of the repository', async () => {
    const { run, site, folder } = await below(['explain'], { HOME: '/nowhere' })()
    expect(run).toMatchObject({ code: 0 })
    execFileSync('git', ['init', '-q'], { cwd: site })
    expect(await tagwall(folder, ['explain'])).toMatchObject({ code: 2, err: refusal(site) })
    execFileSync('git', ['init', '-q'], { cwd: folder })
    expect(await tagwall(folder, ['explain'], { env: { HOME: join(site, '..') } })).toMatchObject({ code: 0 })
  })

  test('may have a policy of its own, or one that is named', async () => {
    const { run, folder } = await below(['init', '--yes'])()
    expect(run).toMatchObject({ code: 0 })
    expect(Object.keys(contentsOf(folder))).toContain('tagwall.yaml')
    const named = await below(['explain', '--policy', 'arc-kubernetes'])()
    expect(named.run).toMatchObject({ code: 0 })
  })
})
