import { targetPriceJson } from '../../compile/widen/json.ts'
import { findingJson } from '../../finding/finding.ts'
import type { LimitUse } from '../../model/capacity.ts'
import type { Change, ItemChange, Piece } from '../../model/change.ts'
import { labelOf } from '../../model/delta.ts'
import type { FieldChange, FieldValue, Item, Leftovers } from '../../model/item.ts'
import { policyLocalJson, proofJson, setJson } from '../../model/json.ts'
import { siteOf } from '../../model/site.ts'
import type { BuildResult } from '../build-result.ts'
import { groupPieces, headline } from './sentences.ts'
import { siteResults } from './tables-text.ts'

/** The JSON of `plan`, `build` and `update`. `all`: every prefix of a piece, however many there are. */
export function buildJson(result: BuildResult, all = false) {
  const { ruleset, files, findings, anyLocal, capacity } = result
  return {
    source: result.source,
    policy: ruleset.policy,
    document: labelOf(ruleset),
    dryRun: result.isDryRun,
    change: changeJson(result.change, all),
    resolved: ruleset.rules.map(
      ({ name, direction, action, protocol, ports, priority, set, local, targets, sites }) => ({
        name,
        direction,
        action,
        protocol,
        ports,
        priority,
        targets: targets ?? null,
        sites: sites ?? null,
        tags: set.tags,
        prefixes: set.own?.texts ?? [],
        except: { tags: set.except?.tags ?? [], prefixes: set.except?.prefixes.texts ?? [] },
        local: local ? policyLocalJson('set' in local ? { prefixes: local.set.prefixes } : local) : null,
        ...setJson(set.prefixes),
      }),
    ),
    siteResults: siteResults(files, findings),
    files: files.map(({ target, role, vendor, path, lines, proof, isChanged, cleanup }) => ({
      target,
      site: siteOf(target) ?? null,
      vendor,
      path,
      lines,
      proof: proof ? proofJson(proof) : null,
      changed: isChanged,
      way: role === 'delta' || role === 'rollback' ? role : null,
      cleanup: cleanup ? { ...leftJson(cleanup.left), allowing: cleanup.isAllowing, denying: cleanup.isDenying } : null,
    })),
    removedFiles: result.removed,
    gone: result.gone.map(({ target, paths, pruned }) => ({ target, paths, pruned })),
    unheld: result.unheld,
    ...(anyLocal !== undefined && { anyLocal: anyLocal.targets.length > 0 }),
    ...(capacity && { capacity: capacity.map(useJson) }),
    runbooks: result.runbooks.map(({ target, path, isChanged }) => ({ target, path, changed: isChanged })),
    manual: result.manuals.map(({ target, path, items, isChanged }) => ({
      target,
      path,
      itemCount: items,
      changed: isChanged,
    })),
    widened: result.prices.map(targetPriceJson),
    findings: findings.map(findingJson),
  }
}

function changeJson(change: Change, all: boolean) {
  return {
    headline: headline(change),
    since: change.since,
    before: change.before ? labelOf(change.before) : null,
    after: labelOf(change.after),
    doubts: (change.doubts ?? []).map(({ published, isAhead, inBranch }) => ({ published, future: isAhead, inBranch })),
    pieces: groupPieces(change.targets).map(({ piece, names }) => ({ ...pieceJson(piece, all), targets: names })),
    byTarget: change.targets.map(({ target, vendor, kind, before, options, items, edited, unfit, droppedLists }) => ({
      target,
      site: siteOf(target) ?? null,
      vendor,
      kind,
      comparedWith: before,
      optionChanges: options.map(({ name, before, after }) => ({ name, was: before ?? null, is: after ?? null })),
      ...itemsJson(items, all),
      edited,
      unfit,
      droppedLists,
    })),
  }
}

// Sites at which the same changes have these each.
const MOST_ITEMS = 100

/** The first items, and how many more there are; null if they are not known. */
function itemsJson(items: readonly ItemChange[] | undefined, all: boolean) {
  const shown = items?.slice(0, all ? items.length : MOST_ITEMS)
  return {
    items:
      shown?.map(({ item, change, fields }) => {
        const { kind, family = null, name, id = null, list = null } = item
        return { kind, family, name, id, list, how: change, fields: fields.map(fieldJson) }
      }) ?? null,
    moreItems: (items?.length ?? 0) - (shown?.length ?? 0),
  }
}

/** Of two lists, each side has the values that the other one lacks. */
function fieldJson({ name, before, after }: FieldChange) {
  const lacking = (value: FieldValue | undefined, other: FieldValue | undefined) => {
    if (typeof value !== 'object' || typeof other !== 'object') return value ?? null
    const known = new Set(other)
    return value.filter((one) => !known.has(one))
  }
  return { name, was: lacking(before, after), is: lacking(after, before) }
}

/** A piece as JSON; `all`: with every prefix. */
export function pieceJson(
  { opens, isNew, cause, from, to, direction, traffic, list, local, remote }: Piece,
  all: boolean,
) {
  return {
    opens,
    view: list === undefined ? ('rules' as const) : ('list' as const),
    new: isNew,
    cause,
    from: from ?? null,
    to: to ?? null,
    list: list ?? null,
    direction: direction ?? null,
    traffic: traffic ?? null,
    local: local ? { prefixes: local.addresses?.texts ?? [], objects: local.objects } : null,
    localWithin: local?.within?.texts ?? null,
    localExcept: local?.except ?? [],
    remote: {
      tags: remote.tags,
      partOf: remote.partOf,
      ...setJson(remote.addresses, all ? Number.POSITIVE_INFINITY : MOST_PREFIXES),
    },
  }
}

// As many as a person or a job looks through.
const MOST_PREFIXES = 1000

/** `splits`: above the limit, tagwall makes another group or file. */
const useJson = ({ target, name, what, of, count, limit, isSplit, pace }: LimitUse) => ({
  target,
  site: siteOf(target) ?? null,
  name,
  what,
  of: of || null,
  count,
  limit,
  splits: isSplit,
  pace: pace ? { since: pace.since, weeks: pace.weeks, count: pace.before, fullIn: pace.fullIn ?? null } : null,
})

const leftJson = ({ stays, lacks, reworded, moved }: Leftovers) => ({
  removes: stays.map(itemJson),
  makes: lacks.map(itemJson),
  rewords: reworded.map(({ item, fields }) => ({ ...itemJson(item), fieldNames: fields.map(({ name }) => name) })),
  moves: moved.map(itemJson),
})

const itemJson = ({ kind, family, name, of }: Item) => ({ kind, family: family ?? null, name, of: of?.name ?? null })
