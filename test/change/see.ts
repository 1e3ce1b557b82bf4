import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderWith, tagwall } from '../cli/harness.ts'
import { Unsuitable } from './kinds.ts'
import {
  type Choice,
  documentText,
  type Pair,
  type Policy,
  type Rule,
  type Side,
  type Tags,
  type Target,
  usesTag,
  withoutVanished,
} from './pairs.ts'
import { type AllFiles, type Change, type Documents, Refused, type Seen } from './seen.ts'

const FIRST = 'ServiceTags_Public_20251103.json'

const SECOND = 'ServiceTags_Public_20251110.json'

export async function see(kind: string, { before, after }: Pair, folder: string, choice: Choice): Promise<Seen> {
  const write = (policy: Policy) => writeFileSync(join(folder, 'tagwall.yaml'), JSON.stringify(policy))
  const isDocument = documentText(before.tags, 7) !== documentText(after.tags, 7) || kind === 'quiet'
  writeFileSync(join(folder, FIRST), documentText(before.tags, 7))
  writeFileSync(join(folder, SECOND), documentText(after.tags, 8))
  if (kind === 'commands edited by hand') {
    // Files of the first run have no commands beside them.
    const [rule] = before.policy.rules
    write({
      ...before.policy,
      rules: [{ ...rule, prefixes: ['198.51.100.0/24'] } as Rule, ...before.policy.rules.slice(1)],
    })
    await run(folder, ['update', '--from', FIRST])
  }
  write(before.policy)
  await run(folder, ['update', '--from', FIRST])
  const isPolicy = JSON.stringify(before.policy) !== JSON.stringify(after.policy)
  const between = isDocument && isPolicy ? await filesBetween(folder, { before, after }) : undefined
  const edited = kind === 'a file edited by hand' ? [editFile(folder, choice)] : []
  const commands = kind === 'commands edited by hand' ? [editCommands(folder, choice)] : []
  if (kind === 'a lost lock') rmSync(join(folder, 'tagwall.lock.json'))
  const old = filesOf(folder, before.policy)
  const unknown = new Set(kind === 'a lost lock' ? old.keys() : edited.map((path) => path.split(/[/.]/)[1] as string))
  write(after.policy)
  const update = isDocument && choice.is()
  if (isDocument && !update) await run(folder, ['fetch', '--from', SECOND, '--accept', 'vanished,grow'])
  // The snapshot only has the tags that were in use.
  else if (!isDocument) await run(folder, ['fetch', '--from', FIRST])
  const updates = ['update', '--from', SECOND, '--accept', 'vanished,grow']
  const planned = await run(
    folder,
    update ? [...updates, '--dry-run', '--json'] : ['plan', '--json', '--all', '--report', 'out'],
  )
  const command = update ? [...updates, '--report', 'out'] : ['build', '--all']
  const { out: terminal } = await run(folder, command)
  const again = JSON.parse((await run(folder, ['plan', '--json'])).out) as {
    change: Change
    gone: { paths: string[] }[]
  }
  const rest = again.change.byTarget.filter(
    ({ kind, edited }) => (kind !== 'same' && kind !== 'gone') || edited.length > 0,
  )
  if (rest.length > 0) throw new Error(`a second plan is not empty: ${JSON.stringify(again.change)}`)
  const read = (name: string) => readFileSync(join(folder, 'out', name), 'utf8')
  const change = (JSON.parse(planned.out) as { change: Change }).change
  const young = filesOf(
    folder,
    after.policy,
    again.gone.flatMap(({ paths }) => paths),
  )
  return {
    documents: documentsOf({ before, after }),
    before: old,
    after: young,
    between: between ?? (isPolicy ? old : young),
    change,
    title: read('title.txt'),
    body: read('body.md'),
    terminal,
    runbooks: runbooksIn(
      folder,
      young,
      new Set(change.byTarget.flatMap((one) => (one.kind === 'same' ? [] : one.target))),
    ),
    unknown,
    edited: [...edited, ...commands],
  }
}

/**
 * The files that the older policy makes of the newer document, from the same state. A tag that the newer policy does not use is as in the older
 * document, because no snapshot of the newer one has it.
 */
async function filesBetween(folder: string, { before, after }: Pair): Promise<AllFiles> {
  const copy = folderWith()
  cpSync(folder, copy, { recursive: true })
  const isUsed = usesTag(after.policy)
  const unused = Object.entries(before.tags).filter(([tag]) => !isUsed(tag))
  const tags = {
    ...Object.fromEntries(Object.entries(after.tags).filter(([tag]) => isUsed(tag))),
    ...Object.fromEntries(unused),
  }
  const policy = withoutVanished(before.policy, tags)
  writeFileSync(join(copy, 'tagwall.yaml'), JSON.stringify(policy))
  writeFileSync(join(copy, SECOND), documentText(tags, 8))
  await run(copy, ['update', '--from', SECOND, '--accept', 'vanished,grow'])
  const files = filesOf(copy, policy)
  rmSync(copy, { recursive: true, force: true })
  return files
}

/** Both documents. A tag that the policy of one does not use is as in the other one, because no snapshot has it. */
function documentsOf({ before, after }: Pair): Documents {
  const known = ({ policy, tags }: Side): Tags =>
    Object.fromEntries(Object.entries(tags).filter(([tag]) => usesTag(policy)(tag)))
  const [old, young] = [known(before), known(after)]
  return [
    { ...old, ...young },
    { ...young, ...old },
  ]
}

async function run(folder: string, argv: readonly string[]) {
  const result = await tagwall(folder, argv)
  if (result.code !== 0) throw new Refused(`${argv.join(' ')}: ${result.err}`)
  if (/bug in tagwall/.test(result.err)) throw new Error(result.err)
  return result
}

/** Takes an address out of a full file. Returns its path. */
function editFile(folder: string, choice: Choice): string {
  const name = choice.of(['host.v4', 'edge.json'])
  const path = join(folder, 'rules', name)
  const lines = readFileSync(path, 'utf8').split('\n')
  const own = lines.flatMap((line, index) =>
    /^-A .* -j (?:ACCEPT|DROP)$|^ {10}"[\d.]+\/\d+",$/.test(line) ? [index] : [],
  )
  if (own.length === 0) throw new Unsuitable()
  lines.splice(choice.of(own), 1)
  writeFileSync(path, lines.join('\n'))
  return `rules/${name}`
}

/** Adds a line to a delta, a rollback or a runbook. Returns its path. */
function editCommands(folder: string, choice: Choice): string {
  const names = readdirSync(join(folder, 'rules')).filter((name) => COMMANDS.test(name))
  if (names.length === 0) throw new Unsuitable()
  const path = `rules/${choice.of(names.sort())}`
  writeFileSync(join(folder, path), `${readFileSync(join(folder, path), 'utf8')}\n`)
  return path
}

const COMMANDS = /\.(?:delta|rollback|cleanup|change)\b/

export const namesOf = ({ targets, sites }: Policy): [string, Target][] =>
  targets.flatMap((target): [string, Target][] =>
    sites
      ? sites.map(({ name }) => [`${target.name}@${name}`, { ...target, out: target.out.replace('{site}', name) }])
      : [[target.name, target]],
  )

/** The full files of all targets, without those that the program says are left by an earlier run. */
function filesOf(folder: string, policy: Policy, left: readonly string[] = []): AllFiles {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !left.includes(path))
    .filter((path) => !COMMANDS.test(path))
    .sort()
  return new Map(
    namesOf(policy).map(([name, target]) => {
      const isOwn = (path: string) =>
        path === target.out || path.startsWith(`${target.out}.`) || path.startsWith(`${target.out}-`)
      return [
        name,
        {
          target,
          files: Object.fromEntries(
            paths.filter(isOwn).map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
          ),
        },
      ]
    }),
  )
}

/** The runbooks of targets that change; others keep the one of an earlier change. */
function runbooksIn(folder: string, targets: AllFiles, changed: ReadonlySet<string>): Map<string, string> {
  return new Map(
    [...targets].flatMap(([name, { target }]) => {
      if (!changed.has(name)) return []
      const path = join(folder, `${target.out.replace(/\.\w+$/, '')}.change.md`)
      try {
        return [[name, readFileSync(path, 'utf8')] as const]
      } catch {
        return []
      }
    }),
  )
}
