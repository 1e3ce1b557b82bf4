import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { SHIPPED } from '../src/paths.ts'
import { listVendors } from '../src/vendor/vendor.ts'
import { ROOT } from './fixtures.ts'

// The invariants of ARCHITECTURE.md that can be read off the text of src.

const SRC = join(ROOT, 'src')

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path: relative(SRC, path), text: readFileSync(path, 'utf8') }))

/** The code of readers: of vendors, and of families of them, whose folders begin with `_`. */
const readers = readdirSync(SHIPPED.vendors, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: folder }) =>
    readdirSync(join(SHIPPED.vendors, folder))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({ folder, file, text: readFileSync(join(SHIPPED.vendors, folder, file), 'utf8') })),
  )

const importsOf = (text: string) =>
  [...text.matchAll(/^(?:import|export|\}).*\bfrom '([^']+)'|^import '([^']+)'|\bimport\(\s*'([^']+)'/gm)].map(
    ([, declared, run, loaded]) => (declared ?? run ?? loaded) as string,
  )

/** What a file imports by name from a module of Node; a whole module is `*`. */
const namesFrom = (text: string, module: string) =>
  [...text.matchAll(/^import (?!type )([^;]*?) from '([^']+)'/gm)].flatMap(([, what = '', from = '']) => {
    if (from !== module && !from.startsWith(`${module}/`)) return []
    return what.startsWith('{')
      ? what
          .slice(1, -1)
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean)
      : ['*']
  })

/** The first folder of a path below src, or the file itself where it is at the top. */
const roomOf = (path: string) => (path.includes('/') ? (path.split('/')[0] as string) : path)

/**
 * Which rooms each room may import, beside itself; every room stands below all that it imports, so data flows one way. Files at the top
 * of src are rooms of their own.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    address: '',
    text: '',
    model: 'address text',
    'errors.ts': 'text',
    'io.ts': 'address',
    'progress.ts': 'io.ts',
    'paths.ts': '',
    'places.ts': 'errors.ts',
    'programs.ts': 'errors.ts places.ts',
    parse: 'address text errors.ts io.ts places.ts',
    vendor: 'address text model errors.ts places.ts parse paths.ts',
    finding: 'address text model errors.ts',
    store: 'text errors.ts places.ts parse',
    policy: 'address text model errors.ts io.ts parse vendor paths.ts places.ts store',
    'findings-output.ts': 'errors.ts io.ts finding',
    document:
      'address text model errors.ts io.ts progress.ts parse finding paths.ts places.ts store policy findings-output.ts',
    compile: 'address text model errors.ts io.ts vendor finding policy findings-output.ts document',
    verify: 'address text model vendor finding compile',
    audit: [
      'address text model errors.ts io.ts parse vendor finding places.ts store policy findings-output.ts',
      'document compile verify',
    ].join(' '),
    propose: 'text errors.ts io.ts places.ts programs.ts store policy document',
    change: [
      'address text model errors.ts io.ts progress.ts parse vendor finding paths.ts places.ts programs.ts store policy',
      'findings-output.ts document compile verify propose',
    ].join(' '),
    adopt: [
      'address text model errors.ts io.ts parse vendor places.ts store policy findings-output.ts document',
      'compile verify audit change',
    ].join(' '),
    emit: 'address text model errors.ts io.ts vendor finding policy findings-output.ts document compile verify change',
    library: 'address model errors.ts finding paths.ts policy findings-output.ts document compile verify audit change',
    'version.ts': '',
    cli: 'text model errors.ts io.ts progress.ts finding findings-output.ts change version.ts',
    doctor: 'address text model errors.ts io.ts progress.ts parse finding paths.ts policy document compile',
    explain: 'paths.ts address text model errors.ts io.ts vendor finding policy document compile audit doctor',
    listing: 'address text model errors.ts io.ts vendor paths.ts policy findings-output.ts document',
    init: 'text model errors.ts io.ts vendor paths.ts places.ts store policy document propose change version.ts',
    'vendor-check': [
      'address text model errors.ts io.ts parse vendor finding paths.ts store policy findings-output.ts',
      'document compile verify change audit',
    ].join(' '),
    commands: [
      'adopt address text model errors.ts io.ts progress.ts parse vendor finding paths.ts store policy',
      'findings-output.ts document compile verify audit propose change emit cli doctor explain listing init',
      'vendor-check',
    ].join(' '),
    'core.ts': 'address model errors.ts finding policy document compile',
    'index.ts': 'model audit library core.ts',
    'run.ts': 'io.ts cli commands',
    'main.ts': 'errors.ts io.ts cli run.ts',
    'reader.ts': 'address model vendor',
  }).map(([room, others]) => [room, others.split(' ').filter(Boolean)]),
)

test('a room imports only rooms that stand above it in the list', () => {
  const rooms = Object.keys(ALLOWED)
  const upwards = rooms.flatMap((room, index) =>
    (ALLOWED[room] ?? []).filter((other) => !rooms.slice(0, index).includes(other)).map((other) => `${room}: ${other}`),
  )
  expect(upwards).toEqual([])
})

test.for(files)('$path imports only the rooms that its room may', ({ path, text }) => {
  const room = roomOf(path)
  const rooms = importsOf(text)
    .filter((name) => name.startsWith('.'))
    .map((name) => roomOf(relative(SRC, join(SRC, path, '..', name))))
  const forbidden = rooms.filter((other) => other !== room && !ALLOWED[room]?.includes(other))
  expect(forbidden).toEqual([])
})

test('no file imports itself by way of others, not even for a type', () => {
  const vendors = readers.map(({ folder, file }) => join(SHIPPED.vendors, folder, file))
  const left = new Map(
    [...files.map(({ path }) => join(SRC, path)), ...vendors].map((path) => [
      path,
      importsOf(readFileSync(path, 'utf8')).map((name) => join(path, '..', name)),
    ]),
  )
  expect(left.size).toBeGreaterThan(150)
  for (let before = Number.POSITIVE_INFINITY; left.size < before; ) {
    before = left.size
    // Who imports no other that is left, or is imported by none, is in no circle.
    const imported = new Set([...left.values()].flat())
    for (const [path, imports] of left)
      if (!imported.has(path) || !imports.some((other) => left.has(other))) left.delete(path)
  }
  expect([...left.keys()].map((path) => relative(ROOT, path))).toEqual([])
})

/** One home a package. Types do not count. */
const HOMES: Record<string, RegExp> = {
  commander: /^(?:cli\/(?:program|options)|commands\/[a-z-]+)\.ts$/,
  undici: /^document\/download\/download\.ts$/,
  zod: /(?:schema|schema-messages|-file|check|checked|checked-device|check-files-there|api|reader-contract|vendor\/vendor)\.ts$/,
  yaml: /^(?:policy|vendor\/kit)\/located-yaml\.ts$/,
  'jsonc-parser': /^vendor\/kit\/located-json\.ts$/,
  'ip-address': /^address\/prefix\.ts$/,
  handlebars: /^vendor\/handlebars\.ts$/,
  '@clack/prompts': /^cli\/prompts\.ts$/,
  'fastest-levenshtein': /^text\/nearest\.ts$/,
}

test('every package has one home', () => {
  const strays = files.flatMap(({ path, text }) => {
    const runtime = text.replaceAll(/^import type .*$/gm, '')
    return importsOf(runtime)
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
      .filter((name) => !HOMES[name]?.test(path))
      .map((name) => `${path} imports ${name}`)
  })
  expect(strays).toEqual([])
})

/** What only reads. A file that is opened is only read, too, in the one place that opens some. */
const READS =
  /^(?:existsSync|readFileSync|readdirSync|readSync|readlinkSync|accessSync|constants|f?statSync|lstatSync|realpathSync|type Stats)$/
const OPENS: Record<string, readonly string[]> = {
  'parse/read-file.ts': ['openSync', 'closeSync'],
  'io.ts': ['writeSync'],
}

test('outside of the store, files are only read', () => {
  const others = files.filter(({ path }) => roomOf(path) !== 'store')
  const strays = others.flatMap(({ path, text }) =>
    namesFrom(text, 'node:fs')
      .filter((name) => !READS.test(name) && !OPENS[path]?.includes(name))
      .map((name) => `${path} imports ${name}`),
  )
  expect(strays).toEqual([])
})

// Within the room: the disk's few verbs, and the lock, whose file must be made in one step.
test('only the store writes files', () => {
  const writers = files.filter(({ text }) =>
    /\b(writeFile|appendFile|rename|mkdir|rm|unlink|createWriteStream|cp|symlink)(Sync)?\(/.test(text),
  )
  expect(writers.map(({ path }) => path).sort()).toEqual(['store/disk.ts', 'store/mutex.ts'])
})

test('only programs.ts starts programs', () => {
  const starting = files.filter(({ text }) => importsOf(text).includes('node:child_process')).map(({ path }) => path)
  expect(starting).toEqual(['programs.ts'])
})

// Everything that is printed goes through cli/safe-io.ts, which no command can pass by.
test('only io and prompts know the streams of the process, and only the entries make a world', () => {
  const using = (pattern: RegExp) => files.filter(({ text }) => pattern.test(text)).map(({ path }) => path)
  expect(using(/\bprocess\.(stdout|stderr)\b|\bconsole\./).sort()).toEqual([
    'cli/prompts.ts',
    'io.ts',
    // It leads what code of a vendor prints to standard error.
    'vendor/reader-guard.ts',
  ])
  expect(using(/\bprocessIo\(/).sort()).toEqual(['io.ts', 'main.ts'])
  expect(using(/\bsafeIo\(/).sort()).toEqual(['cli/program.ts', 'cli/safe-io.ts', 'main.ts'])
})

test('nothing in src knows a vendor by name', () => {
  const common = ['list', 'json', 'definitions', 'kubernetes']
  const names = [...listVendors([SHIPPED.vendors]).keys()].filter((name) => !common.includes(name))
  // The policies that ship are for clusters, so only the name on its own is the vendor.
  const dialects = ['palo ?alto', 'pan-?os', 'fortios', 'ipset', 'cilium', 'calico', `(?<=['"])kubernetes(?=['"])`]
  const known = new RegExp(`\\b(${[...names, ...dialects].join('|')})\\b`, 'i')
  expect(names.length).toBeGreaterThanOrEqual(4)
  expect(files.filter(({ text }) => known.test(text)).map(({ path }) => path)).toEqual([])
})

const IMPURE = [
  /\bnew Date\b(?!\([^)])|\bDate\.now|\bperformance\.|\bset(?:Timeout|Interval|Immediate)\(/,
  // A date in the zone of the machine.
  /\.get(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds|TimezoneOffset)\(/,
  /\bMath\.random|\brandomUUID|\bgetRandomValues|\brandomBytes/,
  /\.localeCompare|\.toLocale|\bIntl\./,
  /\bprocess\.|\bglobalThis\b|\bconsole\./,
]

/** The files that may know the outside world, by folder: disk, network, clock, git, terminal. Everything else is pure. */
const RIM: Readonly<Record<string, string>> = {
  adopt: 'run-adopt',
  audit: 'configuration run-audit',
  change: 'build build-result build-targets compare-targets exclusive fetch next-lock owners prepare run update',
  'change/older': 'disk-and-git files-in-place source warnings',
  'change/commands': 'command-drafts',
  'change/tell': 'html job-summary run-report',
  'compile/widen': 'run-widen widened-targets',
  doctor: 'host observe probe-dns probe-http probe-sizes probe-tcp probe-tls run-doctor script',
  document: 'find-stored history import-document obtain-document open-document open-tags stale-check',
  'document/download': 'acquire api client connect download proxy sites',
  'document/snapshot': 'stored-snapshots',
  emit: 'emit',
  explain: 'topics',
  parse: 'read-file',
  policy: 'load policy-parts',
  'policy/lock': 'open-lock',
  vendor: 'handlebars manifest-file reader reader-guard templates',
}
/** Rooms that are rim as a whole. */
const OUTER = /^(?:commands|cli|store|propose|listing|init|vendor-check)\/|^[a-z-]+\.ts$/

const isRim = (path: string) =>
  OUTER.test(path) || RIM[dirname(path)]?.split(' ').includes(basename(path, '.ts')) === true

test('only the rim knows clock, environment, disk, network and log', () => {
  const pure = files.filter(({ path }) => !isRim(path))
  expect(pure.length).toBeGreaterThan(200)
  expect(pure.filter(({ text }) => IMPURE.some((pattern) => pattern.test(text))).map(({ path }) => path)).toEqual([])
  // Of Node, only what depends on its arguments.
  const strays = pure.flatMap(({ path, text }) =>
    importsOf(text)
      .filter(
        (name) =>
          (name.startsWith('node:') && !['node:path', 'node:util', 'node:crypto'].includes(name)) ||
          name === 'undici' ||
          name.endsWith('/io.ts'),
      )
      .map((name) => `${path} imports ${name}`),
  )
  expect(strays).toEqual([])
  expect([...new Set(pure.flatMap(({ text }) => namesFrom(text, 'node:crypto')))]).toEqual(['createHash'])
})

const isVerdict = (path: string) => path.startsWith('doctor/') && !isRim(path)

test('the verdicts of doctor ask neither the network nor the host', () => {
  const verdicts = files.filter(({ path }) => isVerdict(path))
  expect(verdicts.length).toBeGreaterThan(10)
  const strays = verdicts.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((name) => name.startsWith('node:') || name.endsWith('/io.ts') || isRim(name.replace('./', 'doctor/')))
      .map((name) => `${path} imports ${name}`),
  )
  expect(strays).toEqual([])
})

/** The kit that a reader has bound, for all of its files. */
const BOUND_KIT = '../_kit/kit.ts'
/** The scope of files that are JSON, whichever family reads them. */
const JSON_FILES = '../_json/file-scope.ts'

test('a reader has no import at run time but its own folder, that of one family, the kit that it has bound, and the scope of JSON', () => {
  const strays = readers.flatMap(({ folder, file, text }) =>
    importsOf(text.replaceAll(/^import type [^;]*?from '[^']+'$/gm, ''))
      .filter(
        (name) =>
          name !== BOUND_KIT &&
          name !== JSON_FILES &&
          !(folder.startsWith('_') ? /^\.\/[a-z0-9-]+\.ts$/ : /^\.{1,2}\/(?:_[a-z]+\/)?[a-z0-9-]+\.ts$/).test(name),
      )
      .map((name) => `${folder}/${file} imports ${name}`),
  )
  expect(strays).toEqual([])
  const familiesOf = (folder: string) =>
    readers
      .filter((one) => one.folder === folder)
      .flatMap(
        ({ text }) =>
          text
            .replaceAll(BOUND_KIT, '')
            .replaceAll(JSON_FILES, '')
            .match(/\.\.\/_[a-z]+/g) ?? [],
      )
  const mixed = readers.filter(({ folder }) => new Set(familiesOf(folder)).size > 1)
  expect(mixed).toEqual([])
})

test('a type that a reader imports is of the kit, of its own folder or of its family', () => {
  const strays = readers.flatMap(({ folder, file, text }) =>
    importsOf(text)
      .filter((name) => name !== 'tagwall/reader' && !/^(?:\.|\.\.\/_[a-z]+)\/[a-z0-9-]+\.ts$/.test(name))
      .map((name) => `${folder}/${file} imports ${name}`),
  )
  expect(strays).toEqual([])
})

test('a family of readers has code of readers only, and at least two vendors', () => {
  const families = readdirSync(SHIPPED.vendors).filter((name) => name.startsWith('_'))
  for (const family of families) {
    expect(readdirSync(join(SHIPPED.vendors, family)).filter((file) => !/\.[jt]s$/.test(file))).toEqual([])
    const users = readers.filter(({ text }) => text.includes(`'../${family}/`)).map(({ folder }) => folder)
    expect(new Set(users).size).toBeGreaterThan(1)
  }
})

test('ARCHITECTURE.md names only what is there, and its functions where they are', () => {
  const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
  const paths = [
    ...page.matchAll(/`((?:src|test|build|bench|docs|vendors|policies|snapshots|examples)\/[a-z\d/.-]*)`/g),
  ]
  expect(paths.length).toBeGreaterThan(40)
  expect(paths.flatMap(([, path = '']) => (existsSync(join(ROOT, path)) ? [] : [path]))).toEqual([])
  const functions = [...page.matchAll(/`(\w+)` \(`(src\/[^`]+)`\)/g)]
  expect(functions.length).toBeGreaterThan(6)
  for (const [, name, path = ''] of functions)
    expect(readFileSync(join(ROOT, path), 'utf8')).toMatch(new RegExp(`^export (?:async )?function ${name}\\(`, 'm'))
})

test('the map of the tests names only what is there, and every folder', () => {
  const map = readFileSync(join(ROOT, 'test/README.md'), 'utf8')
  const named = [...map.matchAll(/`([a-z-]+\/)?([\w*./-]*)`/g)].map(([, folder = '', name = '']) => folder + name)
  const entries = readdirSync(join(ROOT, 'test'), { withFileTypes: true, recursive: true }).map(
    (entry) => `${relative(join(ROOT, 'test'), join(entry.parentPath, entry.name))}${entry.isDirectory() ? '/' : ''}`,
  )
  const isThere = (name: string) => {
    const form = new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}/?$`)
    return entries.some((entry) => form.test(entry) || form.test(entry.split('/').at(-1) as string))
  }
  const paths = named.filter((name) => /\.ts$|^[a-z-]+\/$/.test(name))
  expect(paths.length).toBeGreaterThan(40)
  expect(paths.filter((name) => !isThere(name) && !existsSync(join(ROOT, name)))).toEqual([])
  const folders = entries.filter((entry) => /^[a-z]+\/$/.test(entry) && entry !== 'expected/')
  expect(folders.filter((folder) => !map.includes(`\`${folder}`))).toEqual([])
})
