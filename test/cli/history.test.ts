import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { published } from '../notation.ts'
import { contentsOf, folderWith, tagwall } from './harness.ts'

// What becomes of snapshots and rules over several weeks, and where policies share a folder.

const policyOf = (tags: string, out: string, more = '') => `rules:
  - { name: Web, tags: [${tags}], direction: outbound, ports: [443], priority: 100 }
targets:
  - { name: edge, vendor: fortigate, out: ${out}/edge.conf, options: { dstintf: [wan1] } }
  - { name: plain, vendor: list, out: ${out}/plain.txt }
${more}`

const file = (date: string) => `ServiceTags_Public_${date.replaceAll('-', '')}.json`
const FIRST = '2025-11-03'
const SECOND = '2025-11-10'
const THIRD = '2025-11-17'

const ONE = 'A=20.0.0.0/22 B=20.4.0.0/22'
const SMALLER_A = 'A=20.0.0.0/24 B=20.4.0.0/22'
const OTHER_A = 'A=20.0.0.0/22,20.8.0.0/24 B=20.4.0.0/22'
const SMALLER_B = 'A=20.0.0.0/22,20.8.0.0/24 B=20.4.0.0/24'
const OTHER_C = `${ONE} C=20.16.0.0/24`

/** A folder with these documents, by date, and a policy for A. */
const folderOf = (documents: Record<string, string>, policy = policyOf('A', 'rules')) =>
  folderWith({
    'tagwall.yaml': policy,
    ...Object.fromEntries(Object.entries(documents).map(([date, text]) => [file(date), published(text)])),
  })

const snapshotsIn = (folder: string) =>
  existsSync(join(folder, 'snapshots/public'))
    ? readdirSync(join(folder, 'snapshots/public')).map((name) => name.replace('.json', ''))
    : []

const tagsIn = (folder: string, date: string): string[] =>
  JSON.parse(readFileSync(join(folder, `snapshots/public/${date}.json`), 'utf8')).tags.map(
    ({ name }: { name: string }) => name,
  )

describe('two policies in one folder', () => {
  const shared = (documents: Record<string, string>) => {
    const folder = folderOf(documents)
    writeFileSync(join(folder, 'b.yaml'), policyOf('B', 'b'))
    return folder
  }
  const update = (folder: string, date: string, policy: string, more: readonly string[] = []) =>
    tagwall(folder, ['update', '--from', file(date), '--policy', policy, ...more])

  test('do not blind each other: the second is guarded, and has a diff and a delta', async () => {
    const folder = shared({ [FIRST]: ONE, [SECOND]: SMALLER_B })
    for (const policy of ['tagwall.yaml', 'b.yaml']) expect((await update(folder, FIRST, policy)).code).toBe(0)
    expect((await update(folder, SECOND, 'tagwall.yaml')).code).toBe(0)
    const refused = await update(folder, SECOND, 'b.yaml')
    expect({ code: refused.code, err: refused.err }).toEqual({
      code: 2,
      err: `tagwall: ${file(SECOND)} is refused; nothing was written: tag "B" lost 768 of its 1,024 IPv4 addresses. A loss above 25% can mean a damaged document; to accept it for this run, add --accept shrink\n`,
    })
    expect(tagsIn(folder, SECOND)).toEqual(['A'])
    const { code, out } = await update(folder, SECOND, 'b.yaml', ['--accept', 'shrink', '--json'])
    expect(code).toBe(0)
    const { change, snapshot, files } = JSON.parse(out)
    expect(change.headline).toBe('closes tcp 443 to 768 addresses (Web, document) and 1 more')
    expect(snapshot.outcome).toBe('extended')
    expect(files.map(({ path }: { path: string }) => path)).toContain('b/edge.delta.conf')
    expect(tagsIn(folder, SECOND)).toEqual(['A', 'B'])
    // Each of them builds what it has written.
    for (const policy of ['tagwall.yaml', 'b.yaml'])
      expect((await tagwall(folder, ['build', '--policy', policy, '--exit-code'])).code).toBe(0)
  })

  test('a stricter policy is guarded even if another one has stored all its tags', async () => {
    const folder = shared({ [FIRST]: ONE, [SECOND]: SMALLER_B })
    edit(folder, 'tagwall.yaml', '[A]', '[A, B]')
    edit(folder, 'tagwall.yaml', 'rules:', 'guards: { maxShrink: 90% }\nrules:')
    for (const policy of ['tagwall.yaml', 'b.yaml']) await update(folder, FIRST, policy)
    expect((await update(folder, SECOND, 'tagwall.yaml')).code).toBe(0)
    const before = contentsOf(folder)
    const { code, err } = await update(folder, SECOND, 'b.yaml')
    expect({ code, isGuarded: err.includes('tag "B" lost 768 of its 1,024') }).toEqual({ code: 2, isGuarded: true })
    expect(contentsOf(folder)).toEqual(before)
    expect((await update(folder, SECOND, 'b.yaml', ['--accept', 'shrink'])).code).toBe(0)
    // Its rules are made of it now, so that there is nothing left to guard.
    expect((await update(folder, SECOND, 'b.yaml')).code).toBe(0)
  })

  test('a week that changes only the tags of one leaves the rules of the other as they are', async () => {
    const folder = shared({ [FIRST]: ONE, [SECOND]: OTHER_A, [THIRD]: SMALLER_B })
    for (const policy of ['tagwall.yaml', 'b.yaml']) await update(folder, FIRST, policy)
    const before = contentsOf(join(folder, 'b'))
    await update(folder, SECOND, 'tagwall.yaml')
    for (const verb of [['update', '--from', file(SECOND)], ['build']]) {
      const { code, err } = await tagwall(folder, [...verb, '--policy', 'b.yaml', '--exit-code'])
      expect({ code, verb: verb[0], err: err.includes('written') }).toEqual({ code: 0, verb: verb[0], err: false })
    }
    expect(contentsOf(join(folder, 'b'))).toEqual(before)
    // The delta of the next change starts from what the other one has loaded.
    const { out } = await update(folder, THIRD, 'b.yaml', ['--accept', 'shrink', '--json'])
    const { files, change } = JSON.parse(out)
    expect(files.map(({ path }: { path: string }) => path)).toContain('b/edge.delta.conf')
    expect(change.before.published).toBe(FIRST)
  })

  test('the delta of a policy that missed a date starts from its current rules', async () => {
    const folder = shared({ [FIRST]: ONE, [SECOND]: OTHER_A, [THIRD]: OTHER_A.replace('20.8.0.0/24', '20.8.0.0/23') })
    writeFileSync(join(folder, 'b.yaml'), policyOf('A, B', 'b'))
    for (const policy of ['tagwall.yaml', 'b.yaml']) await update(folder, FIRST, policy)
    await update(folder, SECOND, 'tagwall.yaml')
    const { err } = await update(folder, THIRD, 'b.yaml')
    expect(err).not.toContain('has no delta')
    expect(readFileSync(join(folder, 'b/plain.delta.added.txt'), 'utf8')).toBe('20.8.0.0/23\n')
  })

  test('a snapshot for one region is not taken for all regions', async () => {
    const folder = folderOf(
      { [FIRST]: 'S.a=20.0.0.0/24 S.b=20.1.0.0/24', [SECOND]: 'S.a=20.0.0.0/23 S.b=20.1.0.0/24' },
      policyOf('S.*', 'rules'),
    )
    writeFileSync(join(folder, 'one.yaml'), policyOf('S.a', 'one'))
    await update(folder, FIRST, 'tagwall.yaml')
    await update(folder, SECOND, 'one.yaml')
    expect((await tagwall(folder, ['build', '--exit-code'])).code).toBe(0)
    expect(readFileSync(join(folder, 'rules/plain.txt'), 'utf8')).toBe('20.0.0.0/24\n20.1.0.0/24\n')
  })

  test('what one policy accepts stays recorded when another adds its tags', async () => {
    const folder = shared({ [FIRST]: ONE, [SECOND]: SMALLER_A })
    for (const policy of ['tagwall.yaml', 'b.yaml']) await update(folder, FIRST, policy)
    await update(folder, SECOND, 'tagwall.yaml', ['--accept', 'shrink'])
    writeFileSync(join(folder, 'b.yaml'), policyOf('B, A', 'b'))
    expect((await update(folder, SECOND, 'b.yaml', ['--accept', 'shrink'])).code).toBe(0)
    const { accepted } = JSON.parse(readFileSync(join(folder, `snapshots/public/${SECOND}.json`), 'utf8'))
    expect({ accepted, tags: tagsIn(folder, SECOND) }).toEqual({
      accepted: { 'b.yaml': ['shrink'], 'tagwall.yaml': ['shrink'] },
      tags: ['A', 'B'],
    })
  })

  const LOST_A = 'tag "A" lost 768 of its 1,024 IPv4 addresses. A loss above 25% can mean a damaged document'
  const LOST_B = LOST_A.replace('"A"', '"B"')
  test.for([
    ['B', LOST_B],
    ['A', LOST_A],
  ])('what one policy accepts is not accepted for another: %s', async ([tags, lost]) => {
    const folder = shared({ [FIRST]: ONE, [SECOND]: 'A=20.0.0.0/24 B=20.4.0.0/24' })
    writeFileSync(join(folder, 'b.yaml'), policyOf(tags as string, 'b'))
    for (const policy of ['tagwall.yaml', 'b.yaml']) await update(folder, FIRST, policy)
    await update(folder, SECOND, 'tagwall.yaml', ['--accept', 'shrink'])
    const before = contentsOf(folder)
    expect(await update(folder, SECOND, 'b.yaml')).toEqual({
      code: 2,
      out: '',
      err: `tagwall: ${file(SECOND)} is refused; nothing was written: ${lost}; to accept it for this run, add --accept shrink\n`,
    })
    expect(contentsOf(folder)).toEqual(before)
  })

  test('what was accepted holds as long as the tag has the same addresses', async () => {
    const folder = shared({ [FIRST]: ONE, [SECOND]: SMALLER_A })
    for (const policy of ['tagwall.yaml', 'b.yaml']) await update(folder, FIRST, policy)
    await tagwall(folder, ['fetch', '--from', file(SECOND), '--accept', 'shrink'])
    writeFileSync(join(folder, 'tagwall.yaml'), policyOf('A, B', 'rules'))
    writeFileSync(join(folder, file(SECOND)), published('A=20.0.0.0/24 B=20.4.0.0/22,20.5.0.0/24'))
    expect((await update(folder, SECOND, 'tagwall.yaml')).code).toBe(0)
  })

  test('what was accepted for a document does not hold for its re-issue', async () => {
    const folder = shared({ [FIRST]: ONE, [SECOND]: SMALLER_A })
    for (const policy of ['tagwall.yaml', 'b.yaml']) await update(folder, FIRST, policy)
    await update(folder, SECOND, 'tagwall.yaml', ['--accept', 'shrink'])
    writeFileSync(join(folder, file(SECOND)), published('A=20.0.0.0/29 B=20.4.0.0/22,20.5.0.0/24'))
    await update(folder, SECOND, 'b.yaml')
    const { code, err } = await update(folder, SECOND, 'tagwall.yaml')
    expect(err).toContain('tag "A" lost 1,016 of its 1,024 IPv4 addresses')
    expect({ code, rules: readFileSync(join(folder, 'rules/plain.txt'), 'utf8') }).toEqual({
      code: 2,
      rules: '20.0.0.0/24\n',
    })
  })
})

test("a tag that vanished with a person's consent is not missed again", async () => {
  const rule = '{ name: Two, tags: [B], direction: outbound, ports: [443], priority: 110, optional: true }'
  const policy = policyOf('A', 'rules').replace('targets:', `  - ${rule}\ntargets:`)
  const gone = 'A=20.0.0.0/22'
  const folder = folderOf({ [FIRST]: ONE, [SECOND]: gone, [THIRD]: 'A=20.0.0.0/22,20.9.0.0/24' }, policy)
  const update = (date: string, ...more: string[]) => tagwall(folder, ['update', '--from', file(date), ...more])
  await update(FIRST)
  expect((await update(SECOND)).code).toBe(2)
  expect((await update(SECOND, '--accept', 'vanished')).code).toBe(0)
  expect((await update(THIRD)).code).toBe(0)
})

describe('a week in which no tag in use changed', () => {
  const quiet = async () => {
    const folder = folderOf({ [FIRST]: ONE, [SECOND]: OTHER_C })
    await tagwall(folder, ['update', '--from', file(FIRST)])
    return folder
  }

  test.for(['update', 'fetch'])('%s writes nothing, and says so', async (verb) => {
    const folder = await quiet()
    const before = contentsOf(folder)
    const { code, out } = await tagwall(folder, [verb, '--from', file(SECOND), '--exit-code'])
    expect(code).toBe(0)
    const stored = `the document of ${SECOND} changes no tag in use since snapshots/public/${FIRST}.json: nothing to store\n`
    expect(out).toBe(
      verb === 'fetch'
        ? stored
        : `nothing changes
policy tagwall.yaml on Public ${FIRST} (change number 7)
compared with tagwall.lock.json
1 rule and 2 targets as before, all proved (--all shows them)

${stored}next check: 2025-11-20, for the document of 2025-11-17
`,
    )
    expect(contentsOf(folder)).toEqual(before)
  })

  test.for(['update', 'fetch'])('%s --record stores the snapshot, and the rules stay', async (verb) => {
    const folder = await quiet()
    const before = contentsOf(join(folder, 'rules'))
    expect((await tagwall(folder, [verb, '--from', file(SECOND), '--record'])).code).toBe(0)
    expect(snapshotsIn(folder)).toEqual([FIRST, SECOND])
    expect((await tagwall(folder, ['build', '--exit-code'])).code).toBe(0)
    expect(contentsOf(join(folder, 'rules'))).toEqual(before)
  })

  test.for<[name: string, edit: (folder: string) => void, written: string[]]>([
    ['a policy that changed', (folder) => edit(folder, 'tagwall.yaml', '443', '8443'), ['rules/edge.conf']],
    [
      'a new target',
      (folder) => edit(folder, 'tagwall.yaml', 'targets:', 'targets:\n  - { name: new, vendor: json, out: new.json }'),
      ['new.json'],
    ],
    ['a file that is missing', (folder) => rmSync(join(folder, 'rules/plain.txt')), ['rules/plain.txt']],
    ['a file that was edited', (folder) => edit(folder, 'rules/plain.txt', '20.0.', '20.9.'), ['rules/plain.txt']],
  ])('builds %s from the stored snapshot', async ([, change, written]) => {
    const folder = await quiet()
    change(folder)
    const { code, out } = await tagwall(folder, ['update', '--from', file(SECOND), '--json', '--exit-code'])
    const { files, document } = JSON.parse(out)
    const changed = files.filter((file: { changed: boolean; way: null }) => file.changed && !file.way)
    expect({ code, paths: changed.map(({ path }: { path: string }) => path), date: document.published }).toEqual({
      code: 1,
      paths: written,
      date: FIRST,
    })
    expect(snapshotsIn(folder)).toEqual([FIRST])
  })
})

function edit(folder: string, name: string, from: string, to: string): void {
  const path = join(folder, name)
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
}

test('build --since sums up the span that it was asked for, and --rollback the way back', async () => {
  const folder = folderOf({ [FIRST]: ONE, [SECOND]: OTHER_A, [THIRD]: OTHER_A.replace('20.8.0.0/24', '20.8.0.0/23') })
  for (const date of [FIRST, SECOND, THIRD]) await tagwall(folder, ['update', '--from', file(date)])
  const spanOf = async (...argv: string[]) => {
    const { out } = await tagwall(folder, ['build', ...argv])
    return out.split('\n').filter((line, index) => index === 0 || /^(compared| {2}[-+])/.test(line))
  }
  const label = (date: string) => `Public ${date} (change number 7)`
  expect(await spanOf()).toEqual(['nothing changes', 'compared with tagwall.lock.json'])
  expect(await spanOf('--since', FIRST)).toEqual([
    'opens tcp 443 to 512 addresses (Web, document) and 1 more',
    `compared with ${FIRST}: ${label(FIRST)}`,
    ...['  + 20.8.0.0/23', '  + 20.8.0.0/23'],
  ])
  expect(await spanOf('--since', FIRST, '--rollback')).toEqual([
    'closes tcp 443 to 512 addresses (Web, document) and 1 more',
    `compared with ${FIRST}: ${label(FIRST)}`,
    ...['  - 20.8.0.0/23', '  - 20.8.0.0/23'],
  ])
})

describe('a date', () => {
  test.for(['fetch', 'update'])('that does not exist is refused by %s, and nothing is written', async (verb) => {
    const folder = folderOf({ '2025-02-30': ONE })
    expect(await tagwall(folder, [verb, '--from', file('2025-02-30')])).toEqual({
      code: 2,
      out: '',
      err: `tagwall: the date 2025-02-30 in the name ${file('2025-02-30')} does not exist; pass the right one with --published YYYY-MM-DD\n`,
    })
    expect(snapshotsIn(folder)).toEqual([])
    const { code } = await tagwall(folder, [verb, '--from', file('2025-02-30'), '--published', FIRST])
    expect({ code, snapshots: snapshotsIn(folder) }).toEqual({ code: 0, snapshots: [FIRST] })
  })

  test('that does not exist in the name of a snapshot stops no command', async () => {
    const folder = folderOf({ [FIRST]: ONE })
    await tagwall(folder, ['update', '--from', file(FIRST)])
    writeFileSync(join(folder, 'snapshots/public/2025-02-30.json'), 'anything')
    for (const argv of [['build'], ['list', 'snapshots'], ['emit', 'plain'], ['update', '--from', file(FIRST)]])
      expect((await tagwall(folder, argv)).code, argv[0]).toBe(0)
  })

  test('more than 14 days ahead is refused, and can be accepted', async () => {
    const [near, remote] = ['2025-11-26', '2025-11-27']
    const folder = folderOf({ [near]: ONE, [remote]: OTHER_A })
    expect((await tagwall(folder, ['update', '--from', file(near)])).code).toBe(0)
    const refused = await tagwall(folder, ['update', '--from', file(remote)])
    expect({ code: refused.code, err: refused.err }).toEqual({
      code: 2,
      err: `tagwall: ${file(remote)} is refused; nothing was written: the document is dated ${remote}, 15 days from now, and no document of Microsoft is dated ahead; to accept it for this run, add --accept future\n`,
    })
    expect((await tagwall(folder, ['update', '--from', file(remote), '--accept', 'future'])).code).toBe(0)
  })

  test.for([
    ['2025-13-01', 'Expected a date as YYYY-MM-DD, such as 2025-11-10.'],
    ['yesterday', 'Expected a date as YYYY-MM-DD, such as 2025-11-10.'],
  ])('--published %s is refused', async ([date, want]) => {
    const { code, err } = await tagwall(folderWith(), ['update', '--from', '-', '--published', date as string])
    expect({ code, err: err.split('\n')[0] }).toEqual({
      code: 2,
      err: `tagwall: option '--published <date>' argument '${date}' is invalid. ${want}`,
    })
  })

  test('--published goes with --from only', async () => {
    expect((await tagwall(folderWith(), ['update', '--published', FIRST])).err).toBe(
      'tagwall: --published needs --from; add --from, or remove --published\n',
    )
  })
})

describe('a document on standard input', () => {
  const pipe = (folder: string, text: string, ...more: string[]) =>
    tagwall(folder, ['update', '--from', '-', ...more], { stdin: published(text), date: '2025-11-12' })
  const undated = (line: string) => line.startsWith('warning: standard input has no publication date')

  test.for<[name: string, text: string, more: string[], snapshots: string[], isWarned: boolean]>([
    ['has the date of --published', OTHER_A, ['--published', SECOND], [FIRST, SECOND], false],
    ['has the date of the snapshot with the same content', ONE, [], [FIRST], false],
    ['else the date of the day, with a warning', OTHER_A, [], [FIRST, '2025-11-12'], true],
  ])('%s', async ([, text, more, snapshots, isWarned]) => {
    const folder = folderOf({ [FIRST]: ONE })
    await tagwall(folder, ['update', '--from', file(FIRST)])
    const { code, err } = await pipe(folder, text, ...more)
    expect({ code, snapshots: snapshotsIn(folder), isWarned: err.split('\n').some(undated) }).toEqual({
      code: 0,
      snapshots,
      isWarned,
    })
  })

  test('is replaced by the file of that week, which is not a rollback', async () => {
    const folder = folderOf({ [FIRST]: ONE, [SECOND]: `${OTHER_A} C=20.16.0.0/24`.replace('/24 B', '/23 B') })
    await tagwall(folder, ['update', '--from', file(FIRST)])
    await pipe(folder, OTHER_A)
    const { code, out } = await tagwall(folder, ['update', '--from', file(SECOND)], { date: '2025-11-13' })
    expect({ code, line: out.split('\n').slice(-3, -1) }).toEqual({
      code: 0,
      line: [
        `stored as snapshots/public/${SECOND}.json`,
        'removed snapshots/public/2025-11-12.json, which was dated with the day of its download',
      ],
    })
    expect(snapshotsIn(folder)).toEqual([FIRST, SECOND])
    expect(out).toContain('20.8.1.0/24')
    // The file before it is still a step back.
    edit(folder, file(FIRST), '20.0.0.0/22', '20.0.0.0/21')
    expect((await tagwall(folder, ['update', '--from', file(FIRST)])).code).toBe(2)
  })

  test('of the same content as a file that has come since is no news', async () => {
    const folder = folderOf({ [FIRST]: ONE, [SECOND]: OTHER_A })
    await tagwall(folder, ['update', '--from', file(FIRST)])
    await pipe(folder, OTHER_A)
    const before = contentsOf(folder)
    expect((await tagwall(folder, ['update', '--from', file(SECOND), '--exit-code'])).code).toBe(0)
    expect(contentsOf(folder)).toEqual(before)
  })
})

describe('an outdated check or document', () => {
  const CHECKED = 'snapshots/.tagwall-checked.json'
  const warningsOf = (err: string) =>
    err.split('\n').filter((line) => /^(warning: (tagwall last|the newest)|note: the newest)/.test(line))
  const WHY = '. Newer ranges may be in use: run "tagwall update" (tagwall explain STALE)'
  const checkedAt = async (date: string) => {
    const folder = folderOf({ [FIRST]: ONE, [SECOND]: OTHER_C })
    await tagwall(folder, ['update', '--from', file(FIRST)], { date: '2025-11-04' })
    await tagwall(folder, ['update', '--from', file(SECOND)], { date })
    return folder
  }
  const COMMANDS = [['build'], ['emit', 'plain'], ['emit', 'edge', '--since', FIRST], ['list', 'snapshots']]

  test.for([
    ['2025-11-22', []],
    ['2025-11-23', [`warning: tagwall last checked for a new document on 2025-11-12, 11 days ago${WHY}`]],
  ] as [string, string[]][])('is told by the last check, on %s', async ([date, want]) => {
    const folder = await checkedAt('2025-11-12')
    for (const argv of COMMANDS)
      expect(warningsOf((await tagwall(folder, argv, { date })).err), argv.join(' ')).toEqual(want)
    const { out } = await tagwall(folder, ['emit', 'edge'], { date })
    writeFileSync(join(folder, 'running.conf'), out)
    expect(warningsOf((await tagwall(folder, ['audit', 'edge', 'running.conf'], { date })).err)).toEqual(want)
    // Who names a snapshot knows its age.
    expect(warningsOf((await tagwall(folder, ['build', '--snapshot', FIRST], { date })).err)).toEqual([])
  })

  test.for<[name: string, damage: (path: string) => void]>([
    ['no record', (path) => rmSync(path)],
    ['a damaged one', (path) => writeFileSync(path, '{"format":"tagwall-checked-1","checks":[{"cloud":"mars"}]}')],
    ['one that is no JSON', (path) => writeFileSync(path, '<<<<<<< HEAD')],
    [
      'one by a clock that was wrong',
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"2025-11-12"', '"2039-11-12"')),
    ],
  ])('is told by the newest change where there is %s, as in a checkout of a CI job', async ([, damage]) => {
    const folder = await checkedAt('2025-11-12')
    damage(join(folder, CHECKED))
    const on = async (date: string) => warningsOf((await tagwall(folder, ['emit', 'plain'], { date })).err)
    expect(await on('2025-11-12')).toEqual([
      'note: the newest stored change is from 2025-11-03; this folder records no later check',
    ])
    expect(await on('2026-02-01')).toEqual([
      'note: the newest stored change is from 2025-11-03; this folder records no later check',
    ])
    expect(await on('2026-02-02')).toEqual([
      `warning: the newest stored change is from 2025-11-03, and this folder records no later check${WHY}`,
    ])
  })

  test('is told by each policy for itself, and no run that writes nothing counts', async () => {
    const folder = await checkedAt('2025-11-12')
    await tagwall(folder, ['update', '--from', file(SECOND), '--dry-run'], { date: '2025-11-30' })
    writeFileSync(join(folder, 'b.yaml'), policyOf('B', 'b'))
    await tagwall(folder, ['update', '--from', file(SECOND), '--policy', 'b.yaml'], { date: '2025-11-30' })
    // Folders may share snapshots, and have policies of the same name.
    const other = join(folder, 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'tagwall.yaml'), policyOf('B', 'c'))
    const shared = ['--from', `../${file(SECOND)}`, '--snapshots', '../snapshots']
    await tagwall(other, ['update', ...shared], { date: '2025-11-29' })
    expect(JSON.parse(readFileSync(join(folder, CHECKED), 'utf8'))).toEqual({
      format: 'tagwall-checked-1',
      checks: [
        { cloud: 'public', policy: 'tagwall.yaml', checked: '2025-11-12', published: SECOND, quiet: SECOND },
        { cloud: 'public', policy: 'b.yaml', checked: '2025-11-30', published: SECOND },
        { cloud: 'public', policy: 'other/tagwall.yaml', checked: '2025-11-29', published: SECOND, quiet: SECOND },
      ],
    })
  })

  test('only prints a note if the check cannot be recorded', async () => {
    const folder = folderOf({ [FIRST]: ONE })
    mkdirSync(join(folder, CHECKED), { recursive: true })
    const { code, err } = await tagwall(folder, ['update', '--from', file(FIRST)], { date: '2025-11-04' })
    expect({ code, note: err.split('\n').filter((line) => line.startsWith('note:')) }).toEqual({
      code: 0,
      note: [
        `note: everything was written, but the date of this check could not be recorded in ${join(folder, CHECKED)}`,
      ],
    })
    expect(snapshotsIn(folder)).toEqual([FIRST])
  })

  test('is a document that was seen just now', async () => {
    const on = async (date: string) => {
      const folder = folderOf({ [SECOND]: ONE })
      return warningsOf((await tagwall(folder, ['update', '--from', file(SECOND)], { date })).err)
    }
    expect(await on('2025-11-20')).toEqual([])
    expect(await on('2025-11-21')).toEqual([
      `warning: the newest document seen by tagwall is 11 days old (2025-11-10)${WHY}`,
    ])
  })
})

test('a fresh folder with tags of its own prints no changes against snapshots that never had them', async () => {
  const tags = Array.from({ length: 7 }, (_, index) => `T${index}=20.${index}.0.0/24`).join(' ')
  const folder = folderOf({ [FIRST]: tags }, policyOf('T0, T1, T2, T3, T4, T5, T6', 'rules'))
  const { out } = await tagwall(folder, ['update', '--from', file(FIRST)])
  expect(out.split('\n')[0]).toBe('writes edge, plain for the first time')
  expect(out).not.toContain('  + 20.')
  // Some of them are new.
  edit(folder, file(FIRST), '"T6"', '"T6x"')
  writeFileSync(
    join(folder, file(SECOND)),
    published(`${tags.replace('T0=20.0.0.0/24', 'T0=20.0.0.0/23')} U=20.9.0.0/24`),
  )
  edit(folder, 'tagwall.yaml', 'T6]', 'T6, U]')
  const second = await tagwall(folder, ['update', '--from', file(SECOND)])
  expect(second.out).toContain('\nopens tcp 443 to 256 addresses (Web, document), edge\n  + 20.0.1.0/24\n')
  expect(second.out).toContain('\nopens tcp 443 to 256 addresses (Web, policy), edge\n  + 20.9.0.0/24\n')
  const built = await tagwall(folder, ['build', '--json'])
  expect(JSON.parse(built.out).change.headline).toBe('nothing changes')
})

describe('a leftover file of an earlier run', () => {
  const rulesIn = (folder: string) => readdirSync(join(folder, 'rules')).sort()

  test('is replaced if it leads to other rules than the new full file', async () => {
    const folder = folderOf({ [FIRST]: ONE, [SECOND]: OTHER_A, [THIRD]: OTHER_A.replace('20.8.0.0/24', '20.8.0.0/23') })
    for (const date of [FIRST, SECOND]) await tagwall(folder, ['update', '--from', file(date)])
    const deltas = [
      'edge.change.md',
      'edge.conf',
      'edge.delta.conf',
      'edge.rollback.conf',
      'plain.change.md',
      'plain.delta.added.txt',
      'plain.delta.removed.txt',
      'plain.rollback.added.txt',
      'plain.rollback.removed.txt',
      'plain.txt',
    ]
    expect(rulesIn(folder)).toEqual(deltas)
    // As long as the rules are those that it leads to, it stays.
    await tagwall(folder, ['build'])
    expect(rulesIn(folder)).toEqual(deltas)
    await tagwall(folder, ['fetch', '--from', file(THIRD)])
    const { err, out } = await tagwall(folder, ['build', '--dry-run', '--json'])
    // The new delta has no commands for what the earlier one removed.
    expect({ err, removed: JSON.parse(out).removedFiles.length }).toEqual({ err: '', removed: 0 })
    const before = readFileSync(join(folder, 'rules/edge.delta.conf'), 'utf8')
    await tagwall(folder, ['build'])
    expect(rulesIn(folder)).toEqual(['edge.change.md', ...deltas.slice(1)])
    expect(readFileSync(join(folder, 'rules/edge.delta.conf'), 'utf8')).not.toBe(before)
  })

  test('is replaced by the delta of this run', async () => {
    const folder = folderOf({ [FIRST]: ONE, [SECOND]: OTHER_A, [THIRD]: OTHER_A.replace('20.8.0.0/24', '20.8.0.0/23') })
    for (const date of [FIRST, SECOND, THIRD]) await tagwall(folder, ['update', '--from', file(date)])
    expect(readFileSync(join(folder, 'rules/plain.delta.added.txt'), 'utf8')).toBe('20.8.0.0/23\n')
    expect(rulesIn(folder).filter((name) => name.includes('delta')).length).toBe(3)
  })

  test('is removed if a file has fewer parts now, and tagwall made it', async () => {
    const prefixes = (count: number) => Array.from({ length: count }, (_, index) => `20.${index}.0.0/24`).join(',')
    const target =
      '  - { name: pan, vendor: paloalto, out: rules/pan.xml, options: { form: xml }, limits: { bytes: 6000 } }\n'
    const policy = `${policyOf('A', 'rules', target)}guards: { maxShrink: 99% }\n`
    const folder = folderOf(
      { [FIRST]: `A=${prefixes(80)}`, [SECOND]: `A=${prefixes(40)}`, [THIRD]: `A=${prefixes(1)}` },
      policy,
    )
    const partsAfter = async (date: string) => {
      expect((await tagwall(folder, ['update', '--from', file(date)])).code).toBe(0)
      return rulesIn(folder).filter((name) => /^pan.*\d\.xml$|^pan\.xml$/.test(name))
    }
    const many = await partsAfter(FIRST)
    expect(many.length).toBeGreaterThan(4)
    writeFileSync(join(folder, 'rules/pan-97.xml'), '<config>\n')
    const fewer = await partsAfter(SECOND)
    expect(fewer.length).toBeLessThan(many.length)
    expect(fewer.at(-1)).toBe('pan-97.xml')
    expect(await partsAfter(THIRD)).toEqual(['pan-97.xml', 'pan.xml'])
    // And back.
    const { code } = await tagwall(folder, ['update', '--from', file(FIRST), '--accept', 'rollback,grow'])
    expect({ code, parts: rulesIn(folder).filter((name) => name === 'pan.xml') }).toEqual({ code: 0, parts: [] })
  })
})
