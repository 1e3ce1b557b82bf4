import { FAMILY_NAMES } from '../address/family.ts'
import type { CountedFile } from '../compile/fit/file-counts.ts'
import { brokenFileLimits } from '../compile/fit/limits.ts'
import type { Rendered } from '../compile/render-target.ts'
import { UserError } from '../errors.ts'
import type { Finding } from '../finding/finding.ts'
import { type Item, itemKey } from '../model/device.ts'
import type { ReadFile } from '../model/found-rule.ts'
import { artefactsFor, type Job } from '../model/job.ts'
import type { Reach } from '../model/reach.ts'
import type { Proof } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { CleanupArtefact } from '../model/vendor.ts'
import { loadReader } from '../vendor/reader.ts'
import { cleanupViewOf } from '../vendor/render/cleanup-view.ts'
import { templatesOf } from '../vendor/render/render.ts'
import { expectationOf, proofContext } from '../verify/expect-target.ts'
import { proveCleanup, proveReload, type Reload } from '../verify/leftovers.ts'
import { type OrderFiles, orderFiles, orderFilesFor } from './order-file.ts'

/** The proved cleanup of one target: commands that remove the leftovers of its earlier full files. */
export interface RenderedCleanup {
  readonly files: readonly (Rendered & { readonly removes: readonly Item[] })[]
  /** Whether the leftovers still allow traffic outside the policy. */
  readonly isAllowing: boolean
  /** Whether the leftovers still deny what the policy allows. */
  readonly isDenying: boolean
  readonly proof: Proof | undefined
  readonly findings: readonly Finding[]
}

const NOTHING: RenderedCleanup = { files: [], isAllowing: false, isDenying: false, proof: undefined, findings: [] }

/** The cleanup files that a target can have under its options. */
export const cleanupArtefacts = (job: Job): readonly CleanupArtefact[] => artefactsFor(job.vendor.cleanup, job)

/** The same with those that put rules into order. */
export const cleanupPaths = (job: Job): readonly Pick<Rendered, 'part' | 'family' | 'suffix' | 'extension'>[] => [
  ...cleanupArtefacts(job),
  ...orderFiles(artefactsFor(job.vendor.deltas, job)),
]

/**
 * Works out what loading `after` over `before` leaves on the device, and renders and proves its removal. The older files may
 * have been edited or damaged, so leftovers that cannot be determined or removed are warnings.
 */
export async function renderCleanup(
  { before, after, paths }: { before: readonly ReadFile[]; after: readonly Rendered[]; paths: readonly string[] },
  ruleset: Ruleset,
  job: Job,
): Promise<RenderedCleanup> {
  const { vendor, target } = job
  const model = (await loadReader(vendor))?.device
  if (!model || before.length === 0) return NOTHING
  const device = () => model(proofContext(job))
  const unclear = (code: 'LEFTOVERS_UNKNOWN' | 'LOAD_REFUSED', why: readonly string[]): RenderedCleanup => {
    return { ...NOTHING, findings: [{ code, severity: 'warning', target, paths, why }] }
  }
  try {
    return cleanupOf({ device, before, after }, ruleset, job, unclear)
  } catch (error) {
    // The reader refuses an edited or damaged file.
    if (error instanceof UserError) return unclear('LEFTOVERS_UNKNOWN', [error.message])
    throw error
  }
}

function cleanupOf(
  reload: Reload,
  whole: Ruleset,
  job: Job,
  unclear: (code: 'LEFTOVERS_UNKNOWN' | 'LOAD_REFUSED', why: readonly string[]) => RenderedCleanup,
): RenderedCleanup {
  const { vendor, options, target } = job
  const expectation = expectationOf(job, whole)
  const { ruleset } = expectation
  const { notes, findings: differences, left: items, rules, isOrder, ...reloaded } = proveReload(expectation, reload)
  if (notes.length > 0)
    return unclear(
      'LEFTOVERS_UNKNOWN',
      notes.map(({ place, ...note }) => strangeText({ ...place, ...note })),
    )
  // Alone, both files are understood.
  const strange = differences.filter((finding) => finding.code === 'NOT_UNDERSTOOD')
  if (strange.length > 0) return unclear('LOAD_REFUSED', strange.map(strangeText))
  const effect = effectOf(differences)
  if (items.length === 0 && differences.length === 0) return NOTHING

  const stay = (items: readonly Item[], why: Extract<Finding, { code: 'LEFTOVERS_STAY' }>['why']): Finding => {
    return {
      code: 'LEFTOVERS_STAY',
      severity: 'warning',
      target,
      items: lastRulesFirst(items).map(itemText),
      ...effect,
      why,
    }
  }
  const artefacts = cleanupArtefacts(job)
  const rest = items.filter((item) => !artefacts.some((artefact) => canRemove(artefact, item)))
  const isNamed = (item: Item) => artefacts.some((artefact) => artefact.names[item.kind] !== undefined)
  const kept = [rest.filter(isNamed), rest.filter((item) => !isNamed(item))] as const
  const findings = (['name', 'command'] as const).flatMap((kind, index) => {
    const own = kept[index] as readonly Item[]
    return own.length > 0 ? [stay(own, { kind })] : []
  })
  if (rest.length > 0 && rest.length === items.length) return { ...NOTHING, findings }

  const removed = items.filter((item) => !rest.includes(item))
  const render = templatesOf(vendor)
  const filesFor = (items: readonly Item[]): CleanupFile[] =>
    artefacts.flatMap((artefact) => {
      const removes = items.filter((item) => canRemove(artefact, item))
      if (removes.length === 0) return []
      const { part, family, suffix, extension } = artefact
      const text = render(artefact.template, cleanupViewOf(removes, ruleset, vendor, options))
      return [{ artefact, part, family: family ?? job.family, suffix, extension, number: undefined, text, removes }]
    })
  const lastFirst = filesFor(lastRulesFirst(items))
  const tooLarge = brokenFileLimits(lastFirst, job)
  if (tooLarge.length > 0)
    return { ...NOTHING, findings: [...findings, stay(removed, { kind: 'proof', findings: tooLarge })] }

  const order = () => (differences.length > 0 && rest.length === 0 ? orderFilesFor(whole, job) : undefined)
  let failed: readonly Finding[] = items.length === 0 ? differences : []
  // The first way is proved on the device that has been reloaded.
  let { device } = reloaded
  for (const files of waysToClean(items, rules, filesFor, order)) {
    if (files.length === 0) continue
    const { proof, findings: wrong, left } = proveCleanup(expectation, reload, files, device)
    device = undefined
    const isDone = rest.length > 0 ? left.length === rest.length : left.length === 0 && wrong.length === 0
    if (proof && isDone) return { files, ...effect, proof, findings }
    if (failed.length === 0) failed = wrong
  }
  const kind = items.length > 0 ? 'proof' : isOrder ? 'order' : 'members'
  return { ...NOTHING, findings: [...findings, stay(removed, { kind, findings: failed })] }
}

const strangeText = ({ part, line, text, reason }: { part: string; line: number; text: string; reason: string }) =>
  `${part} line ${line} ${reason}: ${text}`

/** The effect of leftovers on traffic, from the differences between the device and the policy. */
function effectOf(differences: readonly Finding[]): Pick<RenderedCleanup, 'isAllowing' | 'isDenying'> {
  const failed = differences.filter((finding) => finding.code === 'PROOF_FAILED')
  const isThere = ({ addresses, tags }: Reach) => !addresses.isEmpty || tags.length > 0
  return {
    isAllowing: failed.some(({ extra }) => isThere(extra)),
    isDenying: failed.some(({ missing }) => isThere(missing)),
  }
}

type CleanupFile = RenderedCleanup['files'][number] & CountedFile

/** The files that may remove `items`, the simplest first. `rules` are all rules on the device. */
function* waysToClean(
  items: readonly Item[],
  rules: readonly Item[],
  filesFor: (items: readonly Item[]) => readonly CleanupFile[],
  orderFor: () => OrderFiles | undefined,
): Generator<RenderedCleanup['files']> {
  yield filesFor(lastRulesFirst(items))
  yield filesFor(items)
  const order = orderFor()
  if (!order) return
  const orderOf = (file: Rendered) => ({ ...file, removes: [] })
  yield [orderOf(order.whole)]
  // Behind copies of the policy, all other rules can go.
  const known = new Set(items.map(itemKey))
  const between = filesFor([...[...rules].reverse(), ...items.filter(({ kind }) => kind !== 'rule')])
  const shown = between.map((file) => ({ ...file, removes: file.removes.filter((item) => known.has(itemKey(item))) }))
  yield [orderOf(order.copies), ...shown, orderOf(order.back)]
}

/**
 * In the order in which rules can go, and the members of their groups: each packet meets the rule that decided about it until that rule goes
 * itself, or loses the packet's address.
 */
export function lastRulesFirst(items: readonly Item[]): Item[] {
  const rules = items.filter(({ kind }) => kind === 'rule').reverse()
  const held = new Map<string, Item[]>()
  for (const item of items.filter(({ kind }) => kind === 'member')) {
    const key = JSON.stringify(item.of)
    held.set(key, [...(held.get(key) ?? []), item])
  }
  const queues: Readonly<Record<string, Item[]>> = { rule: rules, member: [...held.values()].reverse().flat() }
  return items.map((item) => queues[item.kind]?.shift() ?? item)
}

function canRemove({ names, ids, family }: CleanupArtefact, { kind, name, id, of, ...item }: Item): boolean {
  const pattern = names[kind]
  if (pattern === undefined || (family && item.family && item.family !== family)) return false
  const isHeldByOurs =
    of === undefined || (FIELD.test(of.field) && new RegExp(names[of.kind] ?? '$^', 'u').test(of.name))
  if (!isHeldByOurs) return false
  return new RegExp(pattern, 'u').test(name) && (id === undefined || new RegExp(ids[kind] ?? pattern, 'u').test(id))
}

const FIELD = /^[a-z][a-z-]{0,39}$/

/** `rule "Web"`, or `rule "Web" (44150)` where commands call it something else. */
export const itemText = ({ kind, family, name, id, of }: Item) =>
  [
    `${kind} "${name}"`,
    ...(id === undefined || id === name ? [] : [`(${id})`]),
    ...(family ? [`(${FAMILY_NAMES[family]})`] : []),
    ...(of ? [`of ${of.kind} "${of.name}"`] : []),
  ].join(' ')
