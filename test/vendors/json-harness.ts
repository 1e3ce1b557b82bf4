import { expect } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { everything } from '../../src/address/prefix-set.ts'
import type { OptionValues } from '../../src/model/option.ts'
import type { FoundRule, Note, Reading } from '../../src/model/reading.ts'
import { type Ruleset, restrict } from '../../src/model/ruleset.ts'
import { formatPorts } from '../../src/model/traffic.ts'
import { splitOf } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { Reader } from '../../src/vendor/kit/reader-api.ts'
import { readVendor } from '../../src/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { casesOf, renderCase } from '../conformance/golden.ts'
import { shapeOf, someOfEach } from '../thorough.ts'

/** A file that is written, and what it must mean. */
export interface Golden {
  readonly title: string
  readonly ruleset: Ruleset
  readonly options: OptionValues
  readonly by: 'addresses' | 'tags'
  readonly text: string
}

/** What a vendor that makes one file a target writes for every policy with every setting that it carries. */
export function goldensOf(name: string): Golden[] {
  const vendor = readVendor(name, [SHIPPED.vendors])
  return casesOf(vendor.folder).flatMap((one): Golden[] => {
    const { ruleset, job, files, findings } = renderCase(vendor, one)
    if (findings.length > 0) return []
    const { options, family } = job
    const by = splitOf(vendor, options) === 'tag' ? 'tags' : 'addresses'
    return files.map(({ text }) => {
      return { title: `${one.policy} ${one.title}`, ruleset: restrict(ruleset, family), options, by, text }
    })
  })
}

/** What is wrong with `text` as the golden file: nothing, when it means the ruleset. */
export function problemsOf(read: Reader, { ruleset, options, by }: Golden, text: string): string[] {
  const files = [{ part: 'file', family: undefined, text }]
  const reading = read(files, { options, purpose: 'prove', narrow: {}, kit: KIT })
  if (reading.notes.length > 0) return reading.notes.map(showNote)
  return prove({ target: 'file', ruleset, by }, reading).findings.map(({ code }) => code)
}

/** What is wrong with the golden file after an edit. */
export function problemsAfter(read: Reader, golden: Golden, [from, to]: readonly [from: string, to: string]): string[] {
  expect(golden.text).toContain(from)
  return [...new Set(problemsOf(read, golden, golden.text.replace(from, to)))]
}

export function audit(read: Reader, text: string, options: OptionValues = {}): Reading {
  return read([{ part: 'file', family: undefined, text }], { options, purpose: 'audit', narrow: {}, kit: KIT })
}

/** `10 allow outbound tcp 443 to 192.0.2.0/24 Storage`: the line, and `(part)` behind it when local is a part. */
export function showRule({ place, action, direction, protocol, ports, coverage, remote, local }: FoundRule): string {
  const near = local ? `, local ${[...local.addresses.texts, ...local.objects].join(' ')}` : ''
  const addresses = remote.addresses.equals(everything())
    ? ['any']
    : remote.addresses.equals(everything('ipv4'))
      ? ['any4']
      : remote.addresses.prefixes.length > 20
        ? [`${remote.addresses.prefixes.length} prefixes`]
        : remote.addresses.prefixes.map(formatPrefix)
  const text = [...addresses, ...remote.tags].join(' ')
  const way = direction === 'outbound' ? 'to' : 'from'
  return `${place.line} ${action} ${direction} ${protocol} ${ports.map(formatPorts).join(',')} ${way} ${text}${near}${coverage === 'part' ? ' (part)' : ''}`
}

export const showNote = ({ place, text, reason }: Note) => `${place.line} ${text} ${reason}`

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type Path = readonly (string | number)[]

/** Every value of a JSON, with the way to it. */
export function nodesOf(value: Json, path: Path = []): [path: Path, value: Json][] {
  const within = Array.isArray(value)
    ? value.flatMap((item, index) => nodesOf(item, [...path, index]))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) => nodesOf(item, [...path, key]))
      : []
  return [[path, value], ...within]
}

export const at = (root: Json, path: Path): Json =>
  path.reduce((value: Json, key) => (value as Record<string, Json>)[key] as Json, root)

/** A copy of `root` in which `edit` has changed what lies at `path`; undefined takes it out. */
export function edited(root: Json, path: Path, edit: (value: Json) => Json | undefined): Json {
  const copy = structuredClone(root)
  const key = path.at(-1)
  if (key === undefined) return edit(copy) ?? null
  const parent = at(copy, path.slice(0, -1)) as Record<string, Json>
  const value = edit(parent[key] as Json)
  if (value !== undefined) parent[key] = value
  else if (Array.isArray(parent)) parent.splice(key as number, 1)
  else delete parent[key]
  return copy
}

export interface Mutant {
  /** What was done, and where. */
  readonly what: string
  /** The last name on the way to it. */
  readonly key: string
  /** What stood there. */
  readonly was: string
  readonly text: string
}

const print = (value: Json) => `${JSON.stringify(value, null, 2)}\n`

/** Edits that any JSON can have: each field and member dropped, doubled, renamed, of another type; an unknown field. */
export function plainMutants(text: string): Mutant[] {
  const root = JSON.parse(text) as Json
  return nodesOf(root).flatMap(([path, value]) => {
    const key = String(path.findLast((step) => typeof step === 'string') ?? '')
    const where = path.join('.')
    const mutant = (what: string, edit: (value: Json) => Json | undefined): Mutant => {
      return { what: `${what} ${where}`, key, was: JSON.stringify(value), text: print(edited(root, path, edit)) }
    }
    const dropped = path.length > 0 ? [mutant('drop', () => undefined)] : []
    const retyped = [null, '', [], {}, 7, [value]].map((other) =>
      mutant(`set ${JSON.stringify(other).slice(0, 20)}`, () => other as Json),
    )
    if (Array.isArray(value)) return [...dropped, ...retyped, mutant('reverse', () => value.toReversed())]
    if (typeof value !== 'object' || value === null) return [...dropped, ...retyped]
    const renamed = Object.keys(value).map((name) =>
      mutant(`rename ${name}`, () =>
        Object.fromEntries(Object.entries(value).map(([own, item]) => [own === name ? `${own}x` : own, item])),
      ),
    )
    return [...dropped, ...retyped, ...renamed, mutant('add a field to', () => ({ ...value, other: '*' }))]
  })
}

/** Edits of the text: a line out, doubled or commented out, and an end that comes too early. */
export function lineMutants(text: string): Mutant[] {
  const lines = text.trimEnd().split('\n')
  const keyOf = (line: string) => /^\s*"([^"]*)":/.exec(line)?.[1] ?? ''
  return lines.flatMap((line, index) => {
    const before = lines.slice(0, index)
    const after = lines.slice(index + 1)
    const mutant = (what: string, text: string[]) => ({
      what: `${what} line ${index + 1}`,
      key: keyOf(line),
      was: line.trim(),
      text: text.join('\n'),
    })
    return [
      mutant('drop', [...before, ...after]),
      mutant('comment out', [...before, `// ${line}`, ...after]),
      mutant('end before', before),
      mutant('double', [...before, /[,{[]$/.test(line) ? line : `${line},`, line, ...after]),
    ]
  })
}

/** Other values for each text and number: of `others` by field, and each prefix one bit wider or narrower, far wider, elsewhere, or without length. */
export function valueMutants(text: string, others: Readonly<Record<string, readonly Json[]>>): Mutant[] {
  const root = JSON.parse(text) as Json
  return nodesOf(root).flatMap(([path, value]): Mutant[] => {
    const key = String(path.findLast((step) => typeof step === 'string') ?? '')
    if (typeof value === 'object') return []
    return [...(others[key] ?? []), ...prefixesNear(value)].map((other) => ({
      what: `set ${JSON.stringify(other)} at ${path.join('.')}`,
      key,
      was: JSON.stringify(value),
      text: print(edited(root, path, () => other)),
    }))
  })
}

function prefixesNear(value: Json): string[] {
  const [address = '', length] = String(value).split('/')
  if (!/^[0-9a-f.:]+$/.test(address) || !/^\d+$/.test(length ?? '')) return []
  const [longest, other] = address.includes(':') ? [128, '2001:db8:eeee::'] : [32, '198.18.0.0']
  const near = [Number(length) - 1, Number(length) - 8, Number(length) + 1].filter(
    (bits) => bits >= 0 && bits <= longest,
  )
  return [
    ...near.map((bits) => `${address}/${bits}`),
    `${other}/${length}`,
    ...(Number(length) < longest ? [address] : []),
  ]
}

/** What may be edited in the files of a vendor, and which edits cannot change what is allowed, with the reasons. */
export interface Edits {
  readonly others: Readonly<Record<string, readonly Json[]>>
  /** Edits of the vendor's own. */
  readonly own?: (root: Json) => readonly Mutant[]
  /** At most as many of each shape in all files together; all without. */
  readonly most?: number
  readonly harmless: readonly (readonly [test: (mutant: Mutant, golden: Golden) => boolean, reason: string])[]
}

/** The edits of some files that are not caught, but for the harmless ones; and the reasons of these that no edit needed. */
export function survivorsOf(
  read: Reader,
  goldens: readonly Golden[],
  { others, own = () => [], most, harmless }: Edits,
): { survivors: string[]; unused: string[]; tried: number } {
  const survivors: string[] = []
  const unused = new Set(harmless.map(([, reason]) => reason))
  const seen = new Map<string, number>()
  let tried = 0
  for (const golden of goldens) {
    const root = JSON.parse(golden.text) as Json
    const all = [
      ...plainMutants(golden.text),
      ...lineMutants(golden.text),
      ...valueMutants(golden.text, others),
      ...own(root),
    ]
    const chosen = most === undefined ? all : someOfEach(all, ({ what, was }) => shapeOf(`${what}: ${was}`), most, seen)
    for (const mutant of chosen) {
      if (isSame(mutant.text, root)) continue
      tried++
      if (problemsOf(read, golden, mutant.text).length > 0) continue
      const reason = harmless.find(([test]) => test(mutant, golden))?.[1]
      if (reason === undefined) survivors.push(`${golden.title}: ${mutant.what} was ${mutant.was.slice(0, 60)}`)
      else unused.delete(reason)
    }
  }
  return { survivors, unused: [...unused], tried }
}

/** True if a text is the same JSON. */
function isSame(text: string, root: Json): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(root)
  } catch {
    return false
  }
}
