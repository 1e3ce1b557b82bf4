import type { Device, FoundRule, Item, Notes, ReaderContext, ReadFile } from 'tagwall/reader'
import { bindKit, kit } from '../_kit/kit.ts'
import { zonesAsked } from '../_policies/rules.ts'
import { auditNotes, orderNotes } from './reader-checks.ts'
import { Addresses } from './reader-objects.ts'
import { defaultRules, type Policy, rulesOf } from './reader-rules.ts'
import { commandsOf, isCommands, tokensOf, withoutSession } from './reader-text.ts'
import { type Node, Tree } from './reader-tree.ts'

/** The candidate configuration of an SRX. A file is one transaction, which takes effect at the commit. Items that are not deleted stay. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { purpose, options } = context
  const proves = purpose === 'prove'
  const heard = kit.notes()
  const tree = new Tree(heard, proves)
  let first: ReadFile | undefined
  let isFull = false
  return {
    *load(files, kind) {
      isFull = kind === 'full'
      tree.begin(isFull)
      for (const file of files) {
        first ??= file
        const isText = proves ? isFull && options.form === 'text' : !isCommands(file.text)
        if (isText) tree.applyBraces(tokensOf({ ...file, text: proves ? file.text : withoutSession(file.text) }, heard))
        else for (const command of commandsOf(file, heard)) tree.apply(proves ? command : withoutPrompt(command))
      }
      yield
    },
    reading() {
      const notes = kit.notes()
      notes.addAll(heard.all)
      if (!first) return { rules: [], lists: [], notes: notes.all }
      if (!proves && tree.understood === 0)
        return { rules: [], lists: [], notes: [kit.foreignNote(first, 'is not the configuration of Junos')] }
      const policies = policiesOf(tree)
      const addresses = new Addresses(tree, context, notes)
      const shown = tree.root.words('security', 'zones', 'security-zone')
      const zones = kit.zonesOf(
        shown,
        policies.flatMap(({ from, to }) => [...from, ...to]),
      )
      const here = proves || !zones ? context : inZones(zones, context)
      const rulesWith = (one: ReaderContext) => policies.flatMap((policy) => rulesOf(policy, addresses, one))
      const isByPair = !proves || options.scope === 'zones'
      const alike = isByPair ? sameOfPairs(rulesWith, here) : undefined
      const rules = alike ?? rulesWith(here)
      if (proves) {
        checkZones(policies, isByPair && !alike, context, notes)
        if (isFull && options.form === 'set') orderNotes(tree, policies, notes)
        return { rules, lists: [], notes: notes.all }
      }
      auditNotes(tree, { part: first.part, line: 1 }, notes)
      const scopes = zones && { fromZone: zones, toZone: zones }
      const last = defaultRules(tree.root)
      return { rules: [...rules, ...last], lists: [], notes: notes.all, ...(scopes && { scopes }) }
    },
    items: () => itemsOf(tree),
  }
}

const withoutPrompt = <Command extends { verb: string; words: readonly unknown[] }>(command: Command): Command => {
  const [verb, ...words] = command.words
  return /^\S+[>#]$/.test(command.verb) && typeof verb === 'string' ? { ...command, verb, words } : command
}

/** All policies in order of evaluation: those between two zones before global ones. */
function policiesOf({ root }: Tree): Policy[] {
  const policies = ['security', 'policies']
  const between = root
    .entries(...policies, 'from-zone')
    .flatMap(([from, contexts]) =>
      contexts
        .entries('to-zone')
        .flatMap(([to, context]) =>
          context
            .entries('policy')
            .map(([name, node]): Policy => ({ name, node, from: [from], to: [to], isGlobal: false })),
        ),
    )
  const global = root.entries(...policies, 'global', 'policy').map(([name, node]): Policy => {
    const [from = [], to = []] = ['from-zone', 'to-zone'].map((field) => node.words('match', field))
    return { name, node, from: from.length > 0 ? from : ['any'], to: to.length > 0 ? to : ['any'], isGlobal: true }
  })
  return [...between, ...global]
}

const OTHER_ZONES = 'is between zones that the options do not name'

/** In a proof: notes policies between other zones than those of the options, and policies that differ from one pair of these to another. */
function checkZones(policies: readonly Policy[], areOther: boolean, context: ReaderContext, notes: Notes): void {
  for (const { name, node, from, to, isGlobal } of policies)
    if (kit.directionsBetween({ from, to }, zonesAsked(context), isGlobal).length === 0)
      notes.add(node.place, `${name} from ${from.join(' ')} to ${to.join(' ')}`, OTHER_ZONES, { isByOptions: true })
  const [first] = policies
  if (areOther && first) notes.add(first.node.place, 'policies', 'differ from one pair of zones to another')
}

/** Zones of the options that the configuration does not have would hide every policy, so any zone takes their place. */
function inZones(zones: readonly string[], context: ReaderContext): ReaderContext {
  const sideOf = (asked: ReaderContext['options'][string] = 'any') =>
    [asked].flat().some((zone) => zones.includes(String(zone))) ? asked : 'any'
  const { protectedZone, internetZone } = context.options
  const options = { ...context.options, protectedZone: sideOf(protectedZone), internetZone: sideOf(internetZone) }
  return { ...context, options }
}

/** Of several zones: the rules that hold between each pair of them alike; undefined if pairs differ. */
function sameOfPairs(rulesWith: (context: ReaderContext) => FoundRule[], context: ReaderContext) {
  const { local, remote } = zonesAsked(context)
  const [first, ...others] = local.flatMap((fromZone) =>
    remote.map((toZone) => rulesWith({ ...context, narrow: { fromZone, toZone } })),
  )
  const textOf = (rules: readonly FoundRule[] = []) =>
    JSON.stringify(
      rules.map(({ place: _, ...rule }) => [rule, rule.remote.addresses.texts, rule.local?.addresses.texts]),
    )
  return others.every((rules) => textOf(rules) === textOf(first)) ? first : undefined
}

/** All that the files make, in the order in which it can be removed. */
function itemsOf(tree: Tree): Item[] {
  const { root } = tree
  const book = ['security', 'address-book', 'global']
  const applications = ['applications', 'application']
  const membersOf = (name: string) => root.words(...book, 'address-set', name, 'address-set')
  const itemAt = (kind: Item['kind'], ...path: readonly string[]): Item => {
    return { kind, name: path.at(-1) as string, fields: fieldsOf(root.at(...path)) }
  }
  return [
    ...policiesOf(tree).map(({ name, node, from, to, isGlobal }): Item => {
      const list = isGlobal ? 'global' : `from-zone ${from[0]} to-zone ${to[0]}`
      return { kind: 'rule', name, id: `${list} policy ${name}`, list, fields: fieldsOf(node) }
    }),
    ...kit
      .outerFirst(root.words(...book, 'address-set'), membersOf)
      .map((name) => itemAt('group', ...book, 'address-set', name)),
    ...root.words(...applications).map((name) => itemAt('service', ...applications, name)),
    ...root.words(...book, 'address').map((name) => itemAt('object', ...book, 'address', name)),
  ]
}

/** The statements below a node by their path without the last word, which is the value. */
function fieldsOf(node: Node | undefined): Item['fields'] {
  const values = new Map<string, string[]>()
  const collect = (path: readonly string[], below: Node) => {
    for (const [word, child] of below.entries()) {
      if (child.children.size > 0) collect([...path, word], child)
      else {
        const field = path.join(' ') || 'prefix'
        values.set(field, [...(values.get(field) ?? []), word])
      }
    }
  }
  if (node) collect([], node)
  return Object.fromEntries([...values].map(([field, words]) => [field, ONE.has(field) ? words.join(' ') : words]))
}

/** Fields that hold one value. */
const ONE = new Set(['prefix', 'description', 'protocol', 'then'])
