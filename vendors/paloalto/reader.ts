import type {
  AddressList,
  AddressPart,
  Device,
  FoundRule,
  Item,
  Notes,
  Place,
  ReaderContext,
  ReadFile,
  Reading,
} from 'tagwall/reader'
import { bindKit, kit } from '../_kit/kit.ts'
import { anchorOf } from '../_policies/changes.ts'
import { Objects, partOfText } from './reader-objects.ts'
import { type Command, isRequests, isXml, leavesOf, rootOf, stepsOf } from './reader-requests.ts'
import { defaultRules, entriesInOrder, REQUIRED, rulesOf } from './reader-rules.ts'
import { type Entry, itemsOf, valuesIn } from './reader-scopes.ts'
import { RULEBASES, scopeOfOptions } from './reader-sections.ts'
import { NOT_FOLLOWED, shown, Tree } from './reader-tree.ts'

/**
 * A model of a firewall that loads set commands, the configuration in XML, or external dynamic lists. It is the candidate
 * configuration after each command; nothing is live before the commit. Entries that are not deleted stay.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options, purpose } = context
  const proves = purpose === 'prove'
  const scope = scopeOfOptions(context)
  const tree = new Tree(proves ? options : undefined)
  const read = ruleReader(tree, context)
  const lists = new Map<string, { readonly list: AddressList; readonly notes: Notes }>()
  let first: ReadFile | undefined
  let isWhole = false
  return {
    *load(files, kind) {
      isWhole = false
      tree.begin(kind === 'full')
      // Lists are files, and build removes outdated ones.
      if (kind === 'full') lists.clear()
      for (const file of files) {
        if (proves ? options.form === 'edl' : looksLikeList(file.text)) {
          const notes = kit.notes()
          lists.set(file.part, { list: readList(file, context, notes), notes })
          yield
          continue
        }
        first ??= file
        // XML counts as one command.
        tree.nextCommand()
        for (const step of kind === 'full' ? stepsOfFull(file, tree, context) : stepsOf(file, tree.notes)) {
          for (const command of step) applyCommand(command, tree, proves)
          yield
        }
      }
      isWhole = kind === 'full'
    },
    reading() {
      const notes = kit.notes()
      for (const list of lists.values()) notes.addAll(list.notes.all)
      const found = Array.from(lists.values(), ({ list }) => list)
      if (!first) return { rules: [], lists: found, notes: notes.all }
      if (!proves) return { ...auditOf(tree, first, context, notes), lists: found, notes: notes.all }
      return { rules: read(isWhole, notes), lists: found, notes: notes.all }
    },
    items: () => [
      ...itemsOf(tree.scopes, scope, tree),
      ...Array.from(lists.values(), ({ list: { part, addresses } }): Item => {
        return { kind: 'set', name: part, fields: { addresses: addresses.texts } }
      }),
    ],
  }
}

/**
 * Reads the rules of files loaded as a whole, and while commands are taken in. Then what no command has changed since is known, and is the
 * same set as before.
 */
function ruleReader(tree: Tree, context: ReaderContext): (isWhole: boolean, notes: Notes) => readonly FoundRule[] {
  const begin = () => new Objects(tree, kit.notes(), context)
  let objects = begin()
  return (isWhole, found) => {
    // A note comes up once: after one nothing that is known may be used again.
    if (isWhole || objects.notes.all.length > 0) objects = begin()
    else for (const entry of tree.changed) objects.forget(entry)
    tree.changed.clear()
    const { notes } = objects
    objects.isOrdered = isWhole
    notes.addAll(tree.notes.all)
    const scope = scopeOfOptions(context)
    const chain = objects.chainOf(scope)
    const rules = objects.rulesOf(entriesInOrder(tree, chain), (entry) =>
      isWhole || isComplete(entry) ? rulesOf(entry, objects, context) : [],
    )
    const tables = RULEBASES.map((rulebase) => tree.scopes.section(scope, rulebase))
    if (isWhole) tree.checkPlace(tables, anchorOf(context.options, 'Rule'), rules[0], notes)
    found.addAll(notes.all)
    return isWhole ? [...rules, ...defaultRules(tree, chain)] : rules
  }
}

/** A rule that is being put together, one line at a time, could not be committed yet. */
const isComplete = (entry: Entry) => REQUIRED.every((field) => valuesIn(entry, field).length > 0)

const ADDRESS = /^(?:\d+\.\d+\.|[\da-fA-F]*:[\da-fA-F]*:)[\da-fA-F.:]*(?:[/-][\da-fA-F.:]+)?(?:\s|$)/

const looksLikeList = (text: string) => ADDRESS.test(text.replace(/^(?:\s|[#;].*\n)*/, '').slice(0, 200))

/** One address, prefix or range per line; text after a space is a comment. */
function readList(file: ReadFile, { purpose, options }: ReaderContext, notes: Notes): AddressList {
  const reason = 'is an external dynamic list; compare it with the rule that it is named after: --set form=edl'
  if (options.form !== 'edl') notes.add({ part: file.part, line: 1 }, 'the file', reason)
  const comments = purpose === 'audit' ? ['#', ';', '//'] : []
  const parts: AddressPart[] = []
  for (const { words, text, place } of kit.readStatements(file, { comments })) {
    const found = partOfText(words[0] ?? '')
    if (found) parts.push(found)
    else notes.add(place, text, 'is not an address, prefix or range')
  }
  return { part: file.part, addresses: kit.union(parts) }
}

// The log of a terminal session may hold more than the configuration.
const PROMPT = /^(?:[^\s@]+@\S+[>#]|\[edit.*\]|\[edit)$/
const SESSION = /^(?:show|configure|exit|quit|commit|top|up|Entering|Exiting|#.*|!.*|--.*|\[edit.*)$/

/** A command of the CLI or a request takes effect immediately, XML as a whole. */
function stepsOfFull(file: ReadFile, tree: Tree, { purpose }: ReaderContext): Iterable<readonly Command[]> {
  if (!isXml(file.text) || isRequests(file.text)) return stepsOf(file, tree.notes)
  const { root, around } = rootOf(file, tree.notes)
  if (purpose === 'prove' && around !== '') tree.notes.add({ part: file.part, line: 1 }, around, 'is not understood')
  return root ? [leavesOf(root, [], 0, file.part, tree.notes)] : []
}

function applyCommand(command: Command, tree: Tree, proves: boolean): void {
  const { verb, tokens, place } = command
  const isPrompt = !proves && PROMPT.test(verb)
  const said = isPrompt ? { ...command, verb: [tokens[0] ?? ''].flat().join(' '), tokens: tokens.slice(1) } : command
  if (command.verb === '' || /^(?:set|delete|move)$/.test(said.verb)) tree.apply(said)
  else if (proves || (said.verb !== '' && !SESSION.test(said.verb))) {
    const isChange = /^(?:rename|copy|edit|override|insert|load)$/.test(said.verb)
    const reason = isChange ? NOT_FOLLOWED : 'is not understood'
    // Text other than commands of the CLI is a banner, a prompt or the like.
    tree.notes.add(place, shown(command), reason, !proves && !isChange ? { isHarmless: true } : {})
  }
}

/** The rules of any PAN-OS configuration. `first` is the file that it begins with. */
function auditOf(tree: Tree, first: ReadFile, context: ReaderContext, notes: Notes): Pick<Reading, 'rules' | 'scopes'> {
  const start = { part: first.part, line: 1 }
  if (tree.understood === 0) {
    const reason = 'is not the configuration of PAN-OS as set commands or XML (set cli config-output-format set)'
    notes.addAll([kit.foreignNote(first, reason)])
    return { rules: [] }
  }
  notes.addAll(tree.notes.all)
  const objects = new Objects(tree, notes, context)
  const chain = objects.chainOf(chooseScope(tree, context, start, notes))
  const entries = entriesInOrder(tree, chain)
  const rules = entries.flatMap((entry) => rulesOf(entry, objects, context))
  const vsys = new Set(tree.scopes.names.map((name) => ownOf(name).replace(/^(?:vsys|device-group) /, '')))
  const named = entries.flatMap((entry) =>
    [...valuesIn(entry, 'from'), ...valuesIn(entry, 'to')].map(({ text }) => text),
  )
  const zones = kit.zonesOf(tree.zones, named)
  return {
    rules: [...rules, ...defaultRules(tree, chain)],
    scopes: { vsys: [...vsys], ...(zones && { fromZone: zones, toZone: zones }) },
  }
}

/** The virtual system that Panorama's part of it belongs to; of any other scope, itself. */
const ownOf = (scope: string) => scope.replace(/^panorama (?=vsys )/, '')

/** The virtual system or device group of an audit: the one that the options name, or else the only one with rules. */
function chooseScope(tree: Tree, context: ReaderContext, start: Place, notes: Notes): string {
  const { narrow, options } = context
  const ruled = tree.scopes.names.filter((name) =>
    RULEBASES.some((rulebase) => tree.scopes.section(name, rulebase)?.size),
  )
  const named = narrow.vsys ?? (options.scope === 'vsys' ? options.vsys : undefined)
  const own = [...new Set(ruled.map(ownOf))].filter((name) => /^(?:vsys|device-group) /.test(name))
  if (named) {
    const names = tree.scopes.names.map(ownOf)
    const found = [`vsys ${named}`, `device-group ${named}`, `${named}`].find((name) => names.includes(name))
    const reason = `is not a virtual system or device group with objects or rules; there are: ${tree.scopes.names.join(', ')}`
    if (!found) notes.add(start, `${named}`, reason)
    return found ?? `vsys ${named}`
  }
  if (options.scope !== 'vsys') return scopeOfOptions(context)
  if (own.length > 1) {
    const reason = `is the one that was read; name one to read another: ${own.slice(1).join(', ')}`
    notes.add(start, own[0] as string, reason)
  }
  return own[0] ?? (ruled.includes('shared') && !ruled.includes('panorama') ? 'shared' : 'vsys vsys1')
}
