import type { AddressList, Device, FoundRule, Notes, ReaderContext, ReadFile } from 'tagwall/reader'
import { bindKit, kit } from './kit.ts'
import { auditOf } from './reader-audit.ts'
import { inventoryOf } from './reader-inventory.ts'
import { Objects, rangesOfText } from './reader-objects.ts'
import { stepsOf } from './reader-requests.ts'
import { defaultRules, entriesInOrder, REQUIRED, rulesOf } from './reader-rules.ts'
import { anchorOf, scopeOfOptions } from './reader-sections.ts'
import { type Command, commandsOf, isRequests, isXml, leavesOf, rootOf } from './reader-text.ts'
import { shown, Tree } from './reader-tree.ts'

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
  const byStep = rulesByStep(tree, context)
  const lists = new Map<string, { readonly list: AddressList; readonly notes: Notes }>()
  let first: ReadFile | undefined
  let isWhole = false
  return {
    *load(files, kind) {
      isWhole = false
      tree.beginLoad(kind === 'full')
      for (const file of files) {
        if (proves ? options.form === 'edl' : looksLikeList(file.text)) {
          const notes = kit.notes()
          lists.set(file.part, { list: readList(file, context, notes), notes })
          yield
          continue
        }
        first ??= file
        tree.beginFile()
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
      return { rules: isWhole ? rulesOfWhole(tree, context, notes) : byStep(notes), lists: found, notes: notes.all }
    },
    inventory: () => inventoryOf(tree.scopes, scope),
  }
}

/** The rules of files loaded as a whole: objects must be defined before their use. */
function rulesOfWhole(tree: Tree, context: ReaderContext, notes: Notes): FoundRule[] {
  notes.addAll(tree.notes.all)
  const objects = new Objects(tree, notes, true, context)
  const chain = objects.chainOf(scopeOfOptions(context))
  const rules = entriesInOrder(tree, chain).flatMap((entry) => rulesOf(entry, objects, context, notes))
  const anchor = anchorOf(context.options)
  const [first] = rules
  if (anchor && first && !tree.scopes.stand([...tree.edited], scopeOfOptions(context), anchor)) {
    const reason = `stand not all directly ${anchor.isBefore ? 'before' : 'after'} ${anchor.name}, as the options say`
    notes.add(first.place, 'the rules', reason)
  }
  return [...rules, ...defaultRules(tree, chain, kit.everything())]
}

/** The rules while commands are taken in. What no command has changed since is known, and is the same set as before. */
function rulesByStep(tree: Tree, context: ReaderContext): (notes: Notes) => FoundRule[] {
  const begin = () => {
    const notes = kit.notes()
    return { notes, objects: new Objects(tree, notes, false, context) }
  }
  let known = begin()
  return (found) => {
    // A note comes up once: after one nothing that is known may be used again.
    if (known.notes.all.length > 0) known = begin()
    else for (const entry of tree.changed) known.objects.forget(entry)
    tree.changed.clear()
    const { notes, objects } = known
    notes.addAll(tree.notes.all)
    // A rule that is being put together, one line at a time, could not be committed yet.
    const entries = entriesInOrder(tree, objects.chainOf(scopeOfOptions(context))).filter(({ fields }) =>
      REQUIRED.every((field) => fields.get(field)?.length),
    )
    const rules = entries.flatMap((entry) => rulesOf(entry, objects, context, notes))
    found.addAll(notes.all)
    return rules
  }
}

const ADDRESS = /^(?:\d+\.\d+\.|[\da-fA-F]*:[\da-fA-F]*:)[\da-fA-F.:]*(?:[/-][\da-fA-F.:]+)?(?:\s|$)/

const looksLikeList = (text: string) => ADDRESS.test(text.replace(/^(?:\s|[#;].*\n)*/, '').slice(0, 200))

/** One address, prefix or range per line; text after a space is a comment. */
function readList(file: ReadFile, { purpose }: ReaderContext, notes: Notes): AddressList {
  const comments = purpose === 'audit' ? ['#', ';', '//'] : []
  const ranges = kit.readStatements(file, { comments }).flatMap(({ words: [entry = ''], text, place }) => {
    const found = rangesOfText(entry)
    if (!found) notes.add(place, text, 'is not an address, prefix or range')
    return found ?? []
  })
  return { part: file.part, addresses: kit.setOfRanges(ranges) }
}

// The log of a terminal session may hold more than the configuration.
const PROMPT = /^(?:[^\s@]+@\S+[>#]|\[edit.*\]|\[edit)$/
const SESSION = /^(?:show|configure|exit|quit|commit|top|up|Entering|Exiting|#.*|!.*|--.*|\[edit.*)$/

/** A command of the CLI or a request takes effect immediately, XML as a whole. */
function stepsOfFull(file: ReadFile, tree: Tree, { purpose }: ReaderContext): (readonly Command[])[] {
  if (isRequests(file.text)) return stepsOf(file, tree.notes)
  if (!isXml(file.text)) return commandsOf(file, tree.notes).map((command) => [command])
  const { root, around } = rootOf(file, tree.notes)
  if (purpose === 'prove' && around !== '') tree.notes.add({ part: file.part, line: 1 }, around, 'is not understood')
  return root ? [leavesOf(root, [], 0, file.part, tree.notes)] : []
}

function applyCommand(command: Command, tree: Tree, proves: boolean): void {
  const { verb, tokens, place } = command
  const isPrompt = !proves && PROMPT.test(verb)
  const said = isPrompt ? { ...command, verb: [tokens[0] ?? ''].flat().join(' '), tokens: tokens.slice(1) } : command
  if (command.verb === '' || said.verb === 'set' || said.verb === 'delete' || (proves && said.verb === 'move'))
    tree.apply(said)
  else if (proves || (said.verb !== '' && !SESSION.test(said.verb))) {
    const isChange = /^(?:move|rename|copy|edit|override|insert|load)$/.test(said.verb)
    const reason = isChange ? 'changes the configuration, which is not followed' : 'is not understood'
    // Text that is not a command of the CLI is a banner, a prompt or the like.
    tree.notes.add(place, shown(command), reason, !proves && !isChange ? { isHarmless: true } : {})
  }
}
