import type { Device, FoundRule, LocatedJson, Note, ReaderContext, ReaderKit, ReadFile, Reading } from 'tagwall/reader'
import { type Group, groupsOf, type RawRule, type Scope } from './groups.ts'
import { type Ordered, readRule } from './rule.ts'

/** A group as the service holds it, and what could not be read of it. */
interface Held extends Group {
  readonly part: string
  rules: RawRule[]
  readonly notes: Note[]
}

/**
 * Every JSON that holds the rules of one network security group: a template, a group as the service prints it, a list. A
 * template of a group and a list replace all of its rules. Where each rule is a resource of its own, it takes the place of
 * the rule of that name, or is a new one.
 */
export const device = (context: ReaderContext): Device => {
  const { kit, options, purpose } = context
  let groups: Held[] = []
  return {
    *load(files, kind) {
      const isByRule = purpose === 'prove' && (kind !== 'full' || options.form === 'rules')
      if (!isByRule) {
        groups = files.map((file) => readGroup(file, context))
        yield
        return
      }
      if (kind === 'cleanup') {
        for (const file of files) yield* removeRules(file, groups[0], kit)
        return
      }
      const form = options.form === 'template' ? 'rules' : `${options.form}`
      for (const file of files) {
        const read = readGroup(file, { ...context, options: { ...options, form } })
        const group = groups[0] ?? { ...read, rules: [], notes: [] }
        groups = [group]
        for (const note of read.notes) group.notes.push(note)
        const before = new Set(group.rules)
        for (const rule of read.rules) {
          // What the file itself says twice stays twice: the service refuses it.
          group.rules = group.rules.filter((other) => !before.has(other) || !isSameName(other, rule)).concat(rule)
          yield
        }
      }
    },
    reading() {
      const readings = groups.map((group) => readingOf(group, context, kit))
      return { rules: readings.flatMap(({ rules }) => rules), lists: [], notes: readings.flatMap(({ notes }) => notes) }
    },
    inventory: () => groups.flatMap(({ rules }) => rules.map(({ name }) => ({ kind: 'rule', name }))),
  }
}

/** `{ "removeRules": [name] }`. What has gone already need not be removed. */
function* removeRules({ part, text }: ReadFile, group: Held | undefined, kit: ReaderKit): Generator<undefined> {
  const root = kit.readJson(text)
  const list = root.kind === 'object' && root.fields.size === 1 ? root.fields.get('removeRules') : undefined
  const names = list?.kind === 'list' ? list.items.map((item) => ({ line: item.line, name: kit.textOf(item) })) : []
  if (list?.kind !== 'list' || names.some(({ name }) => name === undefined))
    group?.notes.push({ place: { part, line: root.line }, text: 'the JSON', reason: 'is no list of rules to remove' })
  for (const { name } of names) {
    if (group) group.rules = group.rules.filter((rule) => rule.name.toLowerCase() !== name?.toLowerCase())
    yield
  }
}

const isSameName = (a: RawRule, b: RawRule) => a.name.toLowerCase() === b.name.toLowerCase()

function scopeFor(part: string, { options, purpose, localObjects = [], kit }: ReaderContext, notes: Note[]): Scope {
  const at = { part }
  const note: Scope['note'] = (line, text, reason, about) => {
    notes.push({ place: { part: at.part, line }, text: text.slice(0, 120), reason, ...(about && { about }) })
  }
  return { options, localObjects, isStrict: purpose === 'prove', kit, evaluate: kit.expressions({}), at, note }
}

function readGroup({ part, text }: ReadFile, context: ReaderContext): Held {
  const notes: Note[] = []
  const scope = scopeFor(part, context, notes)
  const root = rootOf(text, scope.note, context.kit)
  const group = root && oneGroup(groupsOf(root, scope), scope)
  if (group) return { ...group, part, notes }
  const foreign = notes.map((note) => ({ ...note, isForeign: true }))
  return { name: undefined, line: 1, rules: [], evaluate: scope.evaluate, part, notes: foreign }
}

function readingOf(group: Held, context: ReaderContext, kit: ReaderKit): Pick<Reading, 'rules' | 'notes'> {
  const notes = [...group.notes]
  if (notes.some(({ isForeign }) => isForeign)) return { rules: [], notes }
  return { rules: inOrder(group, scopeFor(group.part, context, notes), kit).map(foundRule), notes }
}

function rootOf(text: string, note: Scope['note'], kit: ReaderKit): LocatedJson | undefined {
  if (text.trim() === '') {
    note(1, 'the file', 'is empty')
    return undefined
  }
  const root = kit.readJson(text)
  if (root.kind !== 'broken') return root
  note(root.line, root.text, root.reason)
  return undefined
}

/** Each group has priorities of its own, so that the rules of two groups are not one list. */
function oneGroup(groups: readonly Group[], { options, isStrict, note }: Scope): Group | undefined {
  const [first, ...others] = groups
  for (const { name, line } of others) {
    note(line, name ?? 'a group', `is another group than ${first?.name}; keep one in the file`)
  }
  if (isStrict && first?.name !== undefined && first.name !== options.nsgName) {
    note(first.line, first.name, `is not the group ${options.nsgName}`)
  }
  return first
}

/** The lowest number is tried first, in each direction by itself. */
function inOrder({ rules, evaluate }: Group, outer: Scope, kit: ReaderKit): Ordered[] {
  const scope = { ...outer, evaluate }
  const seen = new Map<string, string>()
  const refuseTwice = (key: string, { name, place }: Ordered, what: string) => {
    const other = seen.get(key)
    if (other !== undefined) scope.note(place.line, name, `has ${what} as ${other}, which the service refuses`)
    seen.set(key, name)
  }
  const ordered = rules.flatMap((raw): Ordered[] => {
    scope.at.part = raw.part
    const rule = readRule(raw, scope, kit)
    if (!rule) return []
    refuseTwice(`name ${rule.name.toLowerCase()}`, rule, 'the same name')
    refuseTwice(`${rule.direction} ${rule.priority}`, rule, 'the same priority and direction')
    return [rule]
  })
  ordered.sort((a, b) => a.priority - b.priority)
  return kit.denyTagsToo(scope.isStrict ? withoutClosing(ordered, scope) : ordered)
}

/**
 * The rules without the one that denyOutbound adds. It is tried after all that allow, so that it takes nothing from them; and tags
 * are compared by name, so that it could not be weighed against theirs.
 */
function withoutClosing(rules: readonly Ordered[], { options, note }: Scope): readonly Ordered[] {
  if (options.denyOutbound !== true) return rules
  const lastAllow = rules.findLastIndex(({ action, direction }) => action === 'allow' && direction === 'outbound')
  const closing = rules.find(({ action, direction, covers, protocol, local, ports: [first] }, index) => {
    const isOfAll = covers === 'internet' && protocol === 'any' && first?.first === 0 && first.last === 65535
    return action === 'deny' && direction === 'outbound' && isOfAll && !local && index > lastAllow
  })
  if (!closing) note(1, 'the file', 'has no rule that denies the rest')
  return rules.filter((rule) => rule !== closing)
}

function foundRule({ priority: _, covers: __, ...rule }: Ordered): FoundRule {
  return rule
}
