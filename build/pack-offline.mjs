// Makes tagwall-VERSION.tgz with its dependencies inside, which npm installs without a registry:
//   npm run pack:offline [-- --pack-destination DIR]
// It is what "npm pack" makes of the same files, and the same bytes from every clone.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WINDOWS = process.platform === 'win32'

const stage = mkdtempSync(join(tmpdir(), 'tagwall-pack-'))
try {
  for (const path of packedFiles()) copy(join(ROOT, path), join(stage, path))
  for (const folder of dependencies()) copy(folder, join(stage, relative(ROOT, folder)))
  const { devDependencies: _, scripts: __, ...manifest } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify({ ...manifest, bundleDependencies: true }, null, 2)}\n`)
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', ...destination()], stage))
  console.log(filename)
} finally {
  rmSync(stage, { recursive: true, force: true })
}

/** The files of the package itself. */
function packedFiles() {
  const [{ files }] = JSON.parse(npm(['pack', '--json', '--dry-run', '--ignore-scripts'], ROOT))
  return files.map(({ path }) => path)
}

/** The folders of what the program needs, as installed from the lockfile. A folder also holds those that are only its own. */
function dependencies() {
  const folders = npm(['ls', '--omit=dev', '--omit=optional', '--all', '--parseable'], ROOT).trim().split('\n').slice(1)
  return folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)))
}

/** Where the package goes: the folder of the command, if no other is given. */
function destination() {
  const given = process.argv.slice(2)
  return given.length > 0 ? given : ['--pack-destination', process.env.INIT_CWD ?? process.cwd()]
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true, dereference: true })
}

function npm(argv, cwd) {
  return execFileSync('npm', argv, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: WINDOWS,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
