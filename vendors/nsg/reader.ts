import type { Device, Item, LocatedJson, Note, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { ARM, type Collection, evaluatedText, fieldOf, putEach, removeEach, textIn } from '../_azure/arm.ts'
import type { RuleForm, RuleReader } from '../_azure/rule-reader.ts'
import { type Raw, rootOf, type Scope, scopeOf } from '../_azure/scope.ts'
import { NOT_ONE_GROUP, securityRules } from '../_azure/security-rule.ts'
import { bindKit, kit } from '../_kit/kit.ts'
import { type Group, groupsOf } from './groups.ts'

/** A group of the service, with notes on everything that could not be read. */
interface LoadedGroup extends Collection<Raw>, Omit<Group, 'rules'> {
  readonly part: string
  /** Reads its rules, each of them once. */
  readonly rulesOf: ReturnType<typeof securityRules>
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
  const remember = (items: readonly Raw[]) => {
    for (const { name } of items) held.add(name.toLowerCase())
  }
  return {
    *load(files, kind) {
      const isByRule = purpose === 'prove' && (kind !== 'full' || options.form === 'rules')
      if (!isByRule) {
        groups = files.map((file) => readGroup(file, context))
        for (const { items } of groups) remember(items)
        yield
        return
      }
      const form = options.form === 'template' ? 'rules' : `${options.form}`
      for (const file of files) {
        if (kind !== 'full' && file.part.startsWith('removed')) {
          yield* removeEach(file, 'rules', groups[0], held)
          continue
        }
        const read = readGroup(file, { ...context, options: { ...options, form } })
        const group = groups[0] ?? { ...read, items: [], notes: [] }
        groups = [group]
        for (const note of read.notes) group.notes.push(note)
        remember(read.items)
        const before = group.items
        for (const _ of putEach(read.items, group)) {
          if (kind === 'full') group.notes.push(...clashOf(group, before, file.part))
          yield
        }
      }
    },
    reading() {
      const readings = groups.map((group) => readingOf(group, context))
      return { rules: readings.flatMap(({ rules }) => rules), lists: [], notes: readings.flatMap(({ notes }) => notes) }
    },
    items: () => groups.flatMap(itemsOf),
  }
}

const priorityOf = ({ fields }: Raw) => kit.numberOf(fieldOf(fields, 'priority')) ?? 0

/** The note about a rule just put whose place an older one still has, even if the deployment changes that one later. */
function clashOf({ items }: LoadedGroup, before: readonly Raw[], part: string): Note[] {
  const rule = items.at(-1)
  if (!rule) return []
  const placeOf = (raw: Raw) => `${textIn(raw.fields, 'direction')} ${priorityOf(raw)}`
  const other = items.find((one) => one !== rule && before.includes(one) && placeOf(one) === placeOf(rule))
  if (!other) return []
  const reason = `has the same priority and direction as ${other.name}, which the service refuses`
  return [{ place: { part, line: rule.line }, text: rule.name, reason }]
}

/** The rules by priority. */
function itemsOf({ items }: LoadedGroup): Item[] {
  return items
    .toSorted((a, b) => priorityOf(a) - priorityOf(b))
    .map(({ name, fields }): Item => {
      const list = textIn(fields, 'direction') ?? ''
      return { kind: 'rule', name, list, fields: kit.fieldsByPath(fields) }
    })
}

function readGroup({ part, text }: ReadFile, context: ReaderContext): LoadedGroup {
  const notes: Note[] = []
  const scope = { ...scopeOf(context, ARM, part, notes), evaluate: kit.expressions({}) }
  const root = rootOf(text, scope)
  const group = root && oneGroup(groupsOf(root, scope), scope)
  const rulesOf = securityRules(formOf(scope.isStrict))
  if (group) return { ...group, items: group.rules, part, notes, rulesOf }
  const foreign = notes.map((note) => ({ ...note, isForeign: true }))
  return { name: undefined, line: 1, items: [], evaluate: scope.evaluate, part, notes: foreign, rulesOf }
}

function readingOf(
  { part, notes: before, items, evaluate, rulesOf }: LoadedGroup,
  context: ReaderContext,
): Pick<Reading, 'rules' | 'notes'> {
  const notes = [...before]
  if (notes.some(({ isForeign }) => isForeign)) return { rules: [], notes }
  const scope = { ...scopeOf(context, ARM, part, notes), evaluate }
  return { rules: rulesOf(items, scope), notes }
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

/** Fields that the service adds to a printed rule; none of them affects the traffic it allows. */
const PRINTED = [
  ...['name', 'id', 'etag', 'type', 'kind', 'provisioningState', 'resourceGroup'],
  // The text fields of PowerShell's objects beside their lists (Azure/azure-powershell, PSSecurityRule.cs).
  ...['sourceApplicationSecurityGroupsText', 'destinationApplicationSecurityGroupsText'],
]

/** A group in the resource group of the deployment, as tagwall writes it. */
const OWN_GROUP = /^Microsoft\.Network\/applicationSecurityGroups [\w.-]+$/

/** Security rules of a template, or as the service prints them. */
const formOf = (isStrict: boolean): RuleForm => ({
  isBeside: (field) => !isStrict && PRINTED.includes(field),
  groupNames,
})

function groupNames(list: LocatedJson, { scope, refuse }: RuleReader): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const id = evaluatedText(item, 'id', scope)
    if (scope.isStrict && !OWN_GROUP.test(id ?? '')) refuse(list.line, NOT_ONE_GROUP)
    return id?.split(/[/ ]/).at(-1) ?? []
  })
}
