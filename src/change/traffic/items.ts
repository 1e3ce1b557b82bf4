import { Shared } from '../../compile/share.ts'
import type { ItemChange } from '../../model/change.ts'
import { groupBy } from '../../model/group-by.ts'
import { type FieldChange, ITEM_KINDS, type Item, itemDifference, type RuleOrder, sorted } from '../../model/item.ts'
import { memo } from '../../model/lazy.ts'
import type { ReadFile } from '../../model/reading.ts'
import type { ConcreteRule } from '../../model/ruleset.ts'
import { formatPorts } from '../../model/traffic.ts'
import type { Job } from '../../model/vendor.ts'
import { hashes } from '../../policy/lock/lock.ts'
import { loadReader } from '../../vendor/reader.ts'
import type { Loads } from '../../verify/loaded-files.ts'
import type { BuiltTarget, FileThere, WidenedTarget } from '../build-targets.ts'
import type { Older } from '../older/older.ts'
import type { ComparedTarget } from './change.ts'

/** Compares the items of targets, once for those that have the same key, as at many sites. */
export class ItemComparer {
  readonly #shared = new Shared<never>()
  readonly #made = new Map<string, readonly ItemChange[]>()
  /** One object for equal changes of many sites. Their own texts are parts of files, and would keep these in memory. */
  readonly #parsed = memo((text: string): ItemChange => JSON.parse(text))

  /** The same text for targets whose older files, and rules and options of both sides, are the same, as at many sites. */
  keyOf(before: Older, { job, ruleset }: WidenedTarget): string {
    const older = this.#shared.keyOf(before.job, [before.rules?.ruleset])
    return [older, this.#shared.keyOf(job, [ruleset]), hashes(before.files)].join(' ')
  }

  /**
   * The items of a target that differ: those of its devices if a model of them knows all that they hold, else those of its rules. Undefined if the older
   * rules are not known, or the target has another vendor than before.
   */
  async between(
    { before, made, change }: ComparedTarget<FileThere>,
    key: string,
    loads: Loads,
  ): Promise<readonly ItemChange[] | undefined> {
    if (before.kind === 'unknown' || before.job.vendor.folder !== made.job.vendor.folder) return undefined
    const { vendor } = made.job
    const readers = await loadReader(vendor)
    if (before.files.length > 0 && readers?.follows) {
      const { order } = vendor
      const known = this.#made.get(key)
      if (known) return known
      const items = (files: readonly ReadFile[], job: Job) => loads.of(files, readers, job).items()
      const [older, newer] = [items(before.files, before.job), items(made.files, made.job)]
      // A user's model may know the names of its items only.
      if ([...older, ...newer].some(({ fields }) => Object.keys(fields).length > 0)) {
        const changes = itemChanges(older, newer, order).map((one) => this.#parsed(JSON.stringify(one)))
        this.#made.set(key, changes)
        return changes
      }
    }
    if (!before.rules) return undefined
    if (change.isPolicySame) return []
    const older: RulesInFiles = { ...before, ruleset: before.rules.ruleset }
    const hasWords = [older, made].some(holdsDescriptions)
    return itemChanges(itemsOfRules(older, hasWords), itemsOfRules(made, hasWords), 'none')
  }
}

/** The changes from `before` to `after`, rules first. A rule under another number is one that changed, not one that is added and one that is removed. */
export function itemChanges(before: readonly Item[], after: readonly Item[], order: RuleOrder): ItemChange[] {
  const { added, removed, changed, moved } = itemDifference(before, after, order)
  const renumbered = renumberedItems(removed, added)
  const [taken, given] = [new Set(renumbered.keys()), new Set([...renumbered.values()].map(({ item }) => item))]
  const changes: ItemChange[] = [
    ...removed.filter((item) => !taken.has(item)).map((item) => whole(item, 'removed')),
    ...added.filter((item) => !given.has(item)).map((item) => whole(item, 'added')),
    ...renumbered.values(),
    ...changed.map((one): ItemChange => ({ ...one, change: 'changed' })),
    ...moved.map((item): ItemChange => ({ item, change: 'moved', fields: [] })),
  ]
  return changes.sort((a, b) => ITEM_KINDS.indexOf(a.item.kind) - ITEM_KINDS.indexOf(b.item.kind))
}

/** The removed items of which exactly one is added again under the same name and another identifier. */
function renumberedItems(removed: readonly Item[], added: readonly Item[]): Map<Item, ItemChange> {
  const keyOf = ({ kind, family, list, name }: Item) => JSON.stringify([kind, family, list, name])
  const others = groupBy(added, keyOf)
  const pairs = [...groupBy(removed, keyOf)].flatMap(([key, [old, ...more]]): [Item, ItemChange][] => {
    const [item, ...rest] = others.get(key) ?? []
    if (!old || !item || more.length + rest.length > 0) return []
    const { changed } = itemDifference([{ ...old, id: item.id }], [item], 'none')
    const id: FieldChange = { name: 'id', before: old.id ?? old.name, after: item.id ?? item.name }
    return [[old, { item, change: 'changed', fields: [id, ...changed.flatMap(({ fields }) => fields)] }]]
  })
  return new Map(pairs)
}

/** An item that only one side has, with all of its fields. */
function whole(item: Item, change: 'added' | 'removed'): ItemChange {
  const fields = Object.entries(item.fields).map(([name, value]): FieldChange => {
    const all = sorted(value)
    return change === 'added' ? { name, before: undefined, after: all } : { name, before: all, after: undefined }
  })
  return { item, change, fields }
}

type RulesInFiles = Pick<BuiltTarget<FileThere>, 'ruleset' | 'files'>

/** True if the files hold the description of any rule. */
const holdsDescriptions = ({ ruleset, files }: RulesInFiles): boolean =>
  ruleset.rules.some(({ description }) => description && files.some(({ text }) => text.includes(description)))

/** The rules of a target as items, for a device of which no model knows the items. Addresses are left out: they are traffic. */
function itemsOfRules({ ruleset }: RulesInFiles, hasWords: boolean): Item[] {
  return ruleset.rules.map((rule) => {
    const fields = { ...fieldsOf(rule), ...(hasWords && { description: rule.description ?? '' }) }
    return { kind: 'rule', name: rule.name, list: rule.direction, fields }
  })
}

function fieldsOf({ action, protocol, ports, priority, set, local }: ConcreteRule): Item['fields'] {
  const objects = local && !('set' in local) ? [local.object, local.object6 ?? ''] : []
  return {
    action,
    protocol,
    ports: ports.map(formatPorts),
    priority: String(priority),
    tags: set.tags,
    prefixes: set.own?.texts ?? [],
    except: set.except?.tags ?? [],
    local: local && 'set' in local ? local.set.prefixes.texts : objects.filter(Boolean),
  }
}
