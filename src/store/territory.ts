import { statSync } from 'node:fs'
import { basename, dirname, parse, relative, sep } from 'node:path'
import { isWithin, realPath } from '../places.ts'

/** The folders for files of targets. The paths have no links. */
export interface Territory {
  /** The working directory. */
  readonly folder: string
  readonly allowsOutside: boolean
  /** True to allow names that other programs read or run: those that begin with a dot, and those of CI and build tools. */
  readonly allowsAnyName: boolean
  /** True to replace files that do not look like the target's. */
  readonly overwrites: boolean
  /** The SHA-256 of each file as the lock has it, by its full path. */
  readonly locked: ReadonlyMap<string, string>
  /** Reserved files and folders, and their purpose. */
  readonly reserved: readonly { readonly path: string; readonly what: string; readonly isFolder: boolean }[]
}

/** The ends of the names of locks, which are in the working directory. */
export const LOCK_EXTENSION = '.lock.json'

export const isLockName = (path: string): boolean => path.endsWith(LOCK_EXTENSION)

/** Reasons why a file of a target must not be at `path`, one sentence each. `real` is where links lead to. */
export function placeProblems(path: string, territory: Territory, real = realPath(path)): string[] {
  const { folder, allowsOutside, reserved } = territory
  const parts = partsOf(real)
  const owner = reserved.find((other) =>
    other.isFolder ? isWithin(real, other.path) : real === other.path || isSameFile(real, other.path),
  )
  const taken = [
    owner && `${owner.isFolder && real !== owner.path ? 'in ' : ''}${owner.what}`,
    parts.some(isGitFolder) && 'in a .git folder',
    dirname(real) === folder &&
      isLockName(real.toLowerCase()) &&
      `a name that tagwall would read as a lock (*${LOCK_EXTENSION})`,
    parts.some((part) => part.toLowerCase().startsWith('.tagwall-')) && 'a name reserved for tagwall (.tagwall-*)',
  ].filter((what) => typeof what === 'string')
  const isOutside = !allowsOutside && !isWithin(real, folder)
  const how = isWithin(path, folder) ? `leads to ${real},` : 'is'
  return [
    ...(isOutside ? [`${path} ${how} outside the working directory; add --allow-outside to permit this`] : []),
    ...taken.map((what) => `${path} is ${what}; choose another "out"`),
    ...(taken.length > 0 ? [] : riskyNames(path, real, territory)),
  ]
}

/** Names with a meaning for other programs, except for those of the working directory itself. */
function riskyNames(path: string, real: string, { folder, allowsAnyName }: Territory): string[] {
  const parts = relative(folder, real)
    .split(sep)
    .filter((part) => part !== '..')
  const alias = parts.find(isWindowsAlias)
  if (alias !== undefined && process.platform === 'win32')
    return [`${path} has "${alias}", which Windows takes for another name; choose another "out"`]
  if (allowsAnyName) return []
  const found = [
    ...(alias === undefined ? [] : [`"${alias}", which Windows takes for another name`]),
    ...parts.filter((part) => part.startsWith('.')).map((part) => `"${part}", which begins with a dot`),
    ...parts.filter(isRunByTools).map((part) => `"${part}", which CI and build tools run`),
  ]
  return found
    .slice(0, 1)
    .map((what) => `${path} has ${what}; choose another "out", or add --allow-any-name to permit this`)
}

const partsOf = (path: string) => path.slice(parse(path).root.length).split(sep)

/** True if two paths are the same file, ignoring case like some file systems. */
function isSameFile(path: string, other: string): boolean {
  if (basename(path).toLowerCase() !== basename(other).toLowerCase()) return false
  const [one, two] = [path, other].map((each) => statSync(each, { throwIfNoEntry: false }))
  return one !== undefined && one.dev === two?.dev && one.ino === two.ino
}

// Names of files that make a program do something: who can choose the "out" of a target in a pull request could otherwise start a job, or have
// a tool run what a rule says. Names that begin with a dot, such as .gitlab-ci.yml and .envrc, are refused without this list.

/** In lower case. Sources: the documentation of each tool. */
const RUN_BY_TOOLS: ReadonlySet<string> = new Set(
  [
    // CI: Jenkins, Bitbucket, AppVeyor, AWS, Google Cloud, GitHub actions, and who may approve a change.
    'jenkinsfile bitbucket-pipelines.yml appveyor.yml buildspec.yml buildspec.yaml cloudbuild.yaml cloudbuild.yml cloudbuild.json',
    'action.yml action.yaml codeowners wercker.yml codemagic.yaml',
    // Build tools and task runners.
    'makefile gnumakefile bsdmakefile cmakelists.txt justfile rakefile gemfile fastfile podfile vagrantfile',
    'build.xml pom.xml build.gradle build.gradle.kts settings.gradle settings.gradle.kts build.sbt workspace workspace.bazel build build.bazel module.bazel',
    'sconstruct meson.build earthfile tiltfile skaffold.yaml dockerfile containerfile procfile',
    'docker-bake.hcl',
    // Packages whose managers run scripts, and hooks.
    'package.json deno.json deno.jsonc composer.json cargo.toml build.rs setup.py setup.cfg pyproject.toml conftest.py tox.ini noxfile.py',
    'vercel.json netlify.toml firebase.json amplify.yml render.yaml fly.toml wrangler.toml wrangler.jsonc serverless.yml serverless.yaml',
    'sitecustomize.py usercustomize.py fabfile.py tasks.py dodo.py conanfile.py wscript sconscript package.swift mix.exs build.zig setup.hs',
    'guardfile capfile brewfile thorfile berksfile dangerfile cakefile jakefile _config.yml bunfig.toml pnpm-workspace.yaml',
    'directory.build.props directory.build.targets nuget.config web.config',
    'pipfile go.mod lefthook.yml lefthook.yaml lerna.json nx.json turbo.json flake.nix default.nix shell.nix',
    // Folders from which programs load packages.
    'node_modules site-packages dist-packages',
    // Configuration tools that run what they find in a folder.
    'ansible.cfg terragrunt.hcl pulumi.yaml chart.yaml kustomization.yaml kustomization.yml',
  ].flatMap((names) => names.split(' ')),
)

const RUN_BY_PATTERN =
  /^(?:azure-pipelines|jenkinsfile|dockerfile|makefile|docker-compose)\b|^(?:compose|taskfile)\b.*\.ya?ml$|^(?:gulpfile|gruntfile|knexfile)\.|\.config\.(?:[cm]?[jt]s|json)$|\.pth$/

/** True for names that CI services and build tools run; their case does not count on Windows and macOS. */
export const isRunByTools = (name: string): boolean =>
  RUN_BY_TOOLS.has(name.toLowerCase()) || RUN_BY_PATTERN.test(name.toLowerCase())

/**
 * True if Windows treats a name as an alias. It drops dots and spaces at the end, reads a colon as a stream of the file
 * (`.git::$INDEX_ALLOCATION` is `.git`), gives each long name a short one (`GIT~1` is `.git`), and has devices in every folder.
 */
export const isWindowsAlias = (name: string): boolean =>
  /[. ]$|:|~\d/.test(name) || /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:[. ]|$)/i.test(name)

/** True for `.git`, and for what Windows and macOS take for it: short names, streams, ends, and characters that HFS+ ignores. */
export const isGitFolder = (name: string): boolean =>
  /^(?:\.git|git~\d+)$/i.test(
    name
      .replaceAll(/\p{Cf}/gu, '')
      .replace(/:.*$/s, '')
      .replace(/(?<![. ])[. ]+$/, ''),
  )
