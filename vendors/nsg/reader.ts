import type { Device, Note, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { ARM, removedNames } from '../_azure/arm.ts'
import { bindKit, kit } from '../_azure/kit.ts'
import type { RawRule } from '../_azure/rule-reader.ts'
import { rootOf, type Scope, scopeOf } from '../_azure/scope.ts'
import { securityRules } from '../_azure/security-rule.ts'
import { formOf } from './form.ts'
import { type Group, groupsOf } from './groups.ts'

/** A group of the service, with notes on everything that could not be read. */
interface LoadedGroup extends Group {
  readonly part: string
  rules: RawRule[]
  readonly notes: Note[]
}

/**
 * Every JSON that holds the rules of one network security group: a template, a group as the service prints it, a list. A
 * template of a group and a list replace all of its rules. A rule that is a separate resource replaces the rule of that name, or is new.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options, purpose } = context
  let groups: LoadedGroup[] = []
  /** The names of all rules that ever existed, because a delta may be loaded again. */
  const held = new Set<string>()
  const remember = () => {
    for (const { rules } of groups) for (const { name } of rules) held.add(name.toLowerCase())
  }
  return {
    *load(files, kind) {
      const isByRule = purpose === 'prove' && (kind !== 'full' || options.form === 'rules')
      if (!isByRule) {
        groups = files.map((file) => readGroup(file, context))
        remember()
        yield
        return
      }
      const form = options.form === 'template' ? 'rules' : `${options.form}`
      for (const file of files) {
        if (kind !== 'full' && file.part.startsWith('removed')) {
          yield* removeRules(file, groups[0], held)
          continue
        }
        const read = readGroup(file, { ...context, options: { ...options, form } })
        const group = groups[0] ?? { ...read, rules: [], notes: [] }
        groups = [group]
        for (const note of read.notes) group.notes.push(note)
        const before = new Set(group.rules)
        for (const rule of read.rules) {
          // Duplicate rules within one file stay: the service refuses them.
          group.rules = group.rules
            .filter((other) => !before.has(other) || !kit.isSame(other.name, rule.name))
            .concat(rule)
          remember()
          yield
        }
      }
    },
    reading() {
      const readings = groups.map((group) => readingOf(group, context))
      return { rules: readings.flatMap(({ rules }) => rules), lists: [], notes: readings.flatMap(({ notes }) => notes) }
    },
    inventory: () => groups.flatMap(({ rules }) => rules.map(({ name }) => ({ kind: 'rule', name }))),
  }
}

/** Commands may be loaded again, so a rule to remove may already be gone. A delta removes only rules that the group `held`. */
function* removeRules(
  file: ReadFile,
  group: LoadedGroup | undefined,
  held?: ReadonlySet<string>,
): Generator<undefined> {
  const { names, notes } = removedNames(file, 'rules', held)
  group?.notes.push(...notes)
  for (const name of names) {
    if (group) group.rules = group.rules.filter((rule) => !kit.isSame(name, rule.name))
    yield
  }
}

function readGroup({ part, text }: ReadFile, context: ReaderContext): LoadedGroup {
  const notes: Note[] = []
  const scope = { ...scopeOf(context, ARM, part, notes), evaluate: kit.expressions({}) }
  const root = rootOf(text, scope)
  const group = root && oneGroup(groupsOf(root, scope), scope)
  if (group) return { ...group, part, notes }
  const foreign = notes.map((note) => ({ ...note, isForeign: true }))
  return { name: undefined, line: 1, rules: [], evaluate: scope.evaluate, part, notes: foreign }
}

function readingOf(
  { part, notes: before, rules, evaluate }: LoadedGroup,
  context: ReaderContext,
): Pick<Reading, 'rules' | 'notes'> {
  const notes = [...before]
  if (notes.some(({ isForeign }) => isForeign)) return { rules: [], notes }
  const scope = { ...scopeOf(context, ARM, part, notes), evaluate }
  return { rules: securityRules(rules, formOf(scope.isStrict), scope), notes }
}

/** Each group has separate priorities, so the rules of two groups are not one list. */
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
