import type {
  AddressFamily,
  AddressList,
  Device,
  Entry,
  FoundRule,
  Item,
  Notes,
  OptionValues,
  Range,
  ReaderContext,
  ReadFile,
} from 'tagwall/reader'
import { bindKit, FAMILIES, kit } from '../_kit/kit.ts'
import { anchorOf, Table } from '../_policies/changes.ts'
import { auditOf } from './reader-audit.ts'
import { LISTS, POLICY, textsOf } from './reader-fields.ts'
import { Addresses } from './reader-objects.ts'
import { checkScript, nameOf, rulesOf } from './reader-policies.ts'
import { ServiceTable } from './reader-services.ts'
import { SYNTAX, Tree } from './reader-tree.ts'

/**
 * A model of a FortiGate that loads a CLI script, the output of `show` or `show full-configuration`, or threat feeds. Within an
 * edit nothing counts before its `next`; a `delete` counts at once. Entries that a script does not name stay as they were.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options, purpose } = context
  const proves = purpose === 'prove'
  const vdom = `${options.vdom ?? ''}`
  const tree = new Tree(proves ? { vdom, anchor: anchorIn(options)?.name } : undefined)
  const read = scriptReader(tree, context)
  const feeds = new Map<string, { readonly list: AddressList; readonly notes: Notes }>()
  let first: ReadFile | undefined
  let isWhole = false
  return {
    *load(files, kind) {
      isWhole = false
      tree.begin(kind === 'full')
      // Feeds are files, and build removes outdated ones.
      if (kind === 'full') feeds.clear()
      for (const file of files) {
        if (proves ? options.form === 'feed' : looksLikeFeed(file.text)) {
          const notes = kit.notes()
          feeds.set(file.part, { list: readFeed(file, context, notes), notes })
          yield
          continue
        }
        first ??= file
        for (const statement of kit.readStatements(file, SYNTAX)) {
          tree.apply(statement)
          const [verb] = statement.words
          if (verb === 'next' || verb === 'delete' || verb === 'move') yield
        }
        tree.close()
      }
      isWhole = kind === 'full'
    },
    reading() {
      const notes = kit.notes()
      for (const feed of feeds.values()) notes.addAll(feed.notes.all)
      const lists = Array.from(feeds.values(), ({ list }) => list)
      if (!first) return { rules: [], lists, notes: notes.all }
      if (!proves) return { ...auditOf(tree, first, context, notes), lists, notes: notes.all }
      return { rules: read(isWhole, notes), lists, notes: notes.all }
    },
    items: () => [
      ...itemsOf(tree, vdom),
      ...Array.from(feeds, ([name, { list }]): Item => {
        return { kind: 'set', name, fields: { addresses: list.addresses.texts } }
      }),
    ],
  }
}

/**
 * Reads the rules of a script that was loaded as a whole, in which everything must be understood, even unused objects; and while commands are
 * taken in. Then what no command has changed since is known, and is the same set as before.
 */
function scriptReader(tree: Tree, context: ReaderContext): (isWhole: boolean, notes: Notes) => readonly FoundRule[] {
  const { options } = context
  const vdom = `${options.vdom ?? ''}`
  const scopes = [tree.scope(vdom), tree.scope('global')]
  const begin = () => {
    const addresses = new Addresses(scopes, kit.notes(), tree, context)
    return { addresses, services: new ServiceTable(addresses), context }
  }
  let known: ReturnType<typeof begin> | undefined
  return (isWhole, found) => {
    // A note comes up once: after one nothing that is known may be used again.
    const last = isWhole || known?.addresses.notes.all.length !== 0 ? undefined : known
    const parts = last ?? begin()
    known = parts
    const { addresses, services } = parts
    const changed = [...tree.changed]
    const forgotten = last && new Set(changed.flatMap((entry) => [...addresses.forget(entry)]))
    tree.changed.clear()
    const { notes } = addresses
    for (const scope of tree.scopes.values()) notes.addAll(scope.notes.all)
    addresses.isOrdered = isWhole
    for (const family of isWhole ? FAMILIES : [])
      for (const kind of ['address', 'group'] as const) addresses.check(family, kind)
    if (isWhole) services.check()
    const policies = policiesOf(tree, vdom)
    if (!last || changed.some((entry) => policies.includes(entry))) checkScript(policies, notes)
    if (isWhole) tree.checkPlace([tree.scope(vdom).tables.get(POLICY)], anchorIn(options), policies[0], notes)
    const rules = addresses.rulesOf(policies, (policy) => rulesOf(policy, parts))
    // The device does not delete what a group holds.
    for (const family of isWhole ? [] : FAMILIES) addresses.check(family, 'group', forgotten)
    found.addAll(notes.all)
    return rules
  }
}

/** The policies of a VDOM, in order. */
const policiesOf = (tree: Tree, vdom: string) => tree.inOrder(tree.scope(vdom).tables.get(POLICY))

/** The policy of others that the options place the policies before or after. */
const anchorIn = (options: OptionValues) => anchorOf(options, 'Policy')

const KINDS: readonly (readonly [table: string, kind: Item['kind'], family?: AddressFamily])[] = [
  ['firewall addrgrp', 'group', 'ipv4'],
  ['firewall addrgrp6', 'group', 'ipv6'],
  ['firewall address', 'object', 'ipv4'],
  ['firewall address6', 'object', 'ipv6'],
  ['firewall service group', 'service'],
  ['firewall service custom', 'service'],
]

/** All that a VDOM holds: policies before groups, outer groups before inner ones, objects last. */
function itemsOf(tree: Tree, vdom: string): Item[] {
  const scope = tree.scope(vdom)
  return [
    ...policiesOf(tree, vdom).map((entry): Item => {
      return { kind: 'rule', name: nameOf(entry), id: entry.name, list: POLICY, fields: fieldsOf(entry) }
    }),
    ...KINDS.flatMap(([table, kind, family]) => {
      const entries: Table = scope.tables.get(table) ?? new Table()
      const membersOf = (name: string) => textsOf(entries.get(name) as Entry, 'member')
      const names = kind === 'object' ? [...entries.keys()].reverse() : kit.outerFirst([...entries.keys()], membersOf)
      return names.map((name) =>
        tree.itemOf(entries.get(name) as Entry, (entry) => {
          return { kind, ...(family && { family }), name, fields: fieldsOf(entry) }
        }),
      )
    }),
  ]
}

/** The fields of an entry. One that is unset is the same to the device as one that was never set. */
function fieldsOf({ fields }: Entry): Item['fields'] {
  const filled: Record<string, string | string[]> = {}
  for (const [field, values] of fields) {
    if (values.length === 0) continue
    const texts = values.map(({ text }) => text)
    filled[field] = LISTS.has(field) ? texts : texts.join(' ')
  }
  return filled
}

const looksLikeFeed = (text: string) =>
  /^(?:\d+\.\d+\.\d|[\da-f]*:[\da-f]*:)/i.test(text.replace(/^(?:\s|#.*\n)*/, '').slice(0, 50))

/** One address, prefix or range per line. */
function readFeed(file: ReadFile, { purpose, options }: ReaderContext, notes: Notes): AddressList {
  const ranges: Range[] = []
  const proves = purpose === 'prove'
  const reason = 'is a threat feed; compare it with the rule that it is named after: --set form=feed'
  if (!proves && options.form !== 'feed') notes.add({ part: file.part, line: 1 }, 'the file', reason)
  for (const { text, place } of kit.readStatements(file, proves ? {} : { comments: ['#'] })) {
    const range = kit.rangeOfText(text)
    if (range) ranges.push(range)
    else notes.add(place, text, 'is not an address, prefix or range')
    if (range?.hasHostBits && proves) notes.add(place, text, 'has host bits set')
  }
  return { part: file.part, addresses: kit.setOfRanges(ranges) }
}
