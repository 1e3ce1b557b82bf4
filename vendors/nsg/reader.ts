import type {
  Follower,
  FoundRule,
  LocatedJson,
  Note,
  Reader,
  ReaderContext,
  ReaderKit,
  ReadFile,
  Reading,
} from 'tagwall/reader'
import { type Group, groupsOf, type Scope } from './groups.ts'
import { type Ordered, readRule } from './rule.ts'
import { isHeldBy } from './side.ts'

/** Every JSON that holds the rules of one network security group: a template, a group as the service prints it, a list. */
const read: Reader = (files, context) => {
  const readings = files.map((file) => readOne(file, context))
  return { rules: readings.flatMap(({ rules }) => rules), lists: [], notes: readings.flatMap(({ notes }) => notes) }
}

export default read

/** Each rule of a delta is a resource of its own, which takes the place of the rule of that name, or is a new one. */
export const follow: Follower = function* (files, deltas, context) {
  const { kit, options } = context
  const notes: Note[] = []
  const groupIn = ({ part, text }: ReadFile, form: string): Group | undefined => {
    const scope = scopeFor(part, { ...context, options: { ...options, form } }, notes)
    const root = rootOf(text, scope.note, kit)
    return root && oneGroup(groupsOf(root, scope), scope)
  }
  const [group] = files.flatMap((file) => groupIn(file, `${options.form}`) ?? [])
  const rules = new Map(group?.rules.map((rule) => [rule.name.toLowerCase(), rule]))
  const state = (part: string): Reading => {
    const found = [...notes]
    const names = group?.names ?? NO_NAMES()
    const held = { name: group?.name, line: 1, rules: [...rules.values()], names }
    const ordered = inOrder(held, scopeFor(part, context, found), kit)
    return { rules: ordered.map(foundRule), lists: [], notes: found }
  }
  yield state(files[0]?.part ?? '')
  for (const file of deltas) {
    for (const rule of groupIn(file, options.form === 'array' ? 'array' : 'rules')?.rules ?? []) {
      rules.set(rule.name.toLowerCase(), rule)
      yield state(file.part)
    }
    // What is wrong with the file as a whole.
    if (notes.length > 0) yield state(file.part)
  }
}

function scopeFor(part: string, { options, purpose }: ReaderContext, notes: Note[]): Scope {
  const at = { part }
  const note: Scope['note'] = (line, text, reason, about) => {
    notes.push({ place: { part: at.part, line }, text: text.slice(0, 120), reason, ...(about && { about }) })
  }
  return { options, isStrict: purpose === 'prove', names: NO_NAMES(), at, note }
}

const NO_NAMES = () => ({ parameters: undefined, variables: undefined, known: new Map() })

function readOne({ part, text }: ReadFile, context: ReaderContext): Reading {
  const { kit } = context
  const notes: Note[] = []
  const scope = scopeFor(part, context, notes)
  const root = rootOf(text, scope.note, kit)
  const group = root && oneGroup(groupsOf(root, scope), scope)
  const rules = group ? inOrder(group, scope, kit) : []
  const found = group ? notes : notes.map((note) => ({ ...note, isForeign: true }))
  return { rules: rules.map(foundRule), lists: [], notes: found }
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
function inOrder({ rules, names }: Group, outer: Scope, kit: ReaderKit): Ordered[] {
  const scope = { ...outer, names }
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
  if (scope.isStrict) checkDenies(ordered, scope)
  return denyTagsToo(ordered)
}

/**
 * Of what tagwall writes, only the closing rule denies, and it is tried last. A deny before an allow could not be
 * weighed: tags are compared by name, and names do not say whether one holds a part of another.
 */
function checkDenies(rules: readonly Ordered[], { options, at, note }: Scope): void {
  const lastAllow = rules.findLastIndex(({ action, direction }) => action === 'allow' && direction === 'outbound')
  const isClosing = ({ direction, covers, protocol, ports: [first] }: Ordered, index: number) => {
    const isOfAll = covers === 'internet' && protocol === 'any' && first?.first === 0 && first.last === 65535
    return options.denyOutbound === true && direction === 'outbound' && isOfAll && index > lastAllow
  }
  for (const [index, rule] of rules.entries()) {
    if (rule.action === 'deny' && !isClosing(rule, index)) {
      at.part = rule.place.part
      note(rule.place.line, rule.name, 'denies, and is not the rule that denyOutbound adds')
    }
  }
  if (options.denyOutbound === true && !rules.some(isClosing)) note(1, 'the file', 'has no rule that denies the rest')
}

/** A deny of every address, or of every public one, is a deny of the tags that a rule behind it allows. */
function denyTagsToo(rules: readonly Ordered[]): Ordered[] {
  const behind = { inbound: new Set<string>(), outbound: new Set<string>() }
  return rules
    .toReversed()
    .map((rule): Ordered => {
      const { action, covers, direction, far } = rule
      if (action === 'allow') for (const tag of far.tags) behind[direction].add(tag)
      if (action === 'allow' || !covers) return rule
      const tags = [...behind[direction]].filter((tag) => isHeldBy(tag, covers))
      return { ...rule, far: { ...far, tags } }
    })
    .reverse()
}

function foundRule({ priority: _, covers: __, ...rule }: Ordered): FoundRule {
  return rule
}
