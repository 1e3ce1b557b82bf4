import type {
  AddressList,
  Follower,
  Notes,
  Place,
  Range,
  Reader,
  ReaderContext,
  ReadFile,
  Reading,
} from 'tagwall/reader'
import { Addresses } from './reader-objects.ts'
import { checkScript, policyReader } from './reader-policies.ts'
import { ServiceTable } from './reader-services.ts'
import { type Scope, SYNTAX, type Table, Tree } from './reader-tree.ts'

/** A CLI script, the output of `show` or `show full-configuration`, or threat feeds. */
const read: Reader = (files, context) => {
  const { kit, options, purpose } = context
  const isFeed = ({ text }: ReadFile) => (purpose === 'prove' ? options.form === 'feed' : looksLikeFeed(text))
  const notes = kit.notes()
  const lists = files.filter(isFeed).map((file) => readFeed(file, context, notes))
  const texts = files.filter((file) => !isFeed(file))
  const { rules, scopes } = texts.length > 0 ? readRules(texts, context, notes) : NO_RULES
  return { rules, lists, notes: notes.all, ...(scopes && { scopes }) }
}

export default read

/**
 * What the device holds after each command. Within an edit nothing counts before its `next`; a `delete` counts at once, and
 * nothing that is in use can be deleted.
 */
export const follow: Follower = function* (files, deltas, context) {
  const { options, kit } = context
  const vdom = `${options.vdom ?? ''}`
  const tree = new Tree(kit, { vdom })
  for (const file of files) load(file, tree, context)
  tree.allowsDelete = true
  const scopes = [tree.scope(vdom), tree.scope('global')]
  let notes = kit.notes()
  let addresses = new Addresses(scopes, kit, notes, false)
  const state = (): Reading => {
    // What no command since has changed is known, unless there was something to say about it.
    if (notes.all.length > 0) {
      notes = kit.notes()
      addresses = new Addresses(scopes, kit, notes, false)
    } else for (const name of tree.changed) addresses.forget(name)
    tree.changed.clear()
    for (const scope of tree.scopes.values()) notes.addAll(scope.notes.all)
    const services = new ServiceTable(scopes, kit, notes, false)
    const policies = [...(tree.scope(vdom).tables.get('firewall policy')?.values() ?? [])]
    checkScript(policies, options, notes)
    const rules = policies.flatMap(policyReader({ addresses, services, context, notes }))
    noteDangling(tree.scope(vdom), notes)
    return { rules, lists: [], notes: [...notes.all] }
  }
  yield state()
  for (const file of deltas) {
    const statements = kit.readStatements(file, SYNTAX)
    for (const statement of statements) {
      tree.apply(statement)
      if (statement.words[0] === 'next' || statement.words[0] === 'delete') yield state()
    }
    tree.close(file.part, statements)
    // What is wrong with the file as a whole.
    const end = state()
    if (end.notes.length > 0) yield end
  }
}

function load(file: ReadFile, tree: Tree, { kit }: ReaderContext): void {
  const statements = kit.readStatements(file, SYNTAX)
  for (const statement of statements) tree.apply(statement)
  tree.close(file.part, statements)
}

/** Members of groups that are not there: the device does not delete what a group holds. */
function noteDangling({ tables }: Scope, notes: Notes): void {
  for (const suffix of ['', '6']) {
    const [objects, groups] = [tables.get(`firewall address${suffix}`), tables.get(`firewall addrgrp${suffix}`)]
    for (const { fields } of groups?.values() ?? [])
      for (const { text, place } of fields.get('member') ?? [])
        if (!objects?.has(text) && !groups?.has(text)) notes.add(place, text, 'names an address that is not there')
  }
}

const looksLikeFeed = (text: string) =>
  /^(?:\d+\.\d+\.\d|[\da-f]*:[\da-f]*:)/i.test(text.replace(/^(?:\s|#.*\n)*/, '').slice(0, 50))

/** One address, prefix or range a line. */
function readFeed(file: ReadFile, { kit, purpose }: ReaderContext, notes: Notes): AddressList {
  const ranges: Range[] = []
  const proves = purpose === 'prove'
  for (const { text, place } of kit.readStatements(file, proves ? {} : { comments: ['#'] })) {
    const [first = '', last, ...more] = text.split('-')
    const block = kit.blockOf(text)
    const range = last !== undefined && more.length === 0 ? kit.rangeBetween(first, last) : block
    if (range) ranges.push(range)
    else notes.add(place, text, 'is not an address, prefix or range')
    if (block?.hasHostBits && proves) notes.add(place, text, 'has host bits set')
  }
  return { part: file.part, addresses: kit.setOfRanges(ranges) }
}

type Rules = Pick<Reading, 'rules' | 'scopes'>
const NO_RULES: Rules = { rules: [] }

function readRules(files: readonly ReadFile[], context: ReaderContext, notes: Notes): Rules {
  const { options, purpose, kit } = context
  const proves = purpose === 'prove'
  const tree = new Tree(kit, proves ? { vdom: `${options.vdom ?? ''}` } : undefined)
  for (const file of files) load(file, tree, context)
  const [file] = files
  const start = { part: file?.part ?? '', line: 1 }
  if (!tree.isConfiguration) {
    const text = /\S[^\n]{0,200}/.exec(file?.text ?? '')?.[0] ?? ''
    notes.add(start, text, 'is not a FortiOS configuration (show full-configuration)', { isForeign: true })
    return NO_RULES
  }
  const name = proves ? `${options.vdom ?? ''}` : chooseVdom(tree, context, start, notes)
  const chosen = tree.scope(name)
  const outer = [tree.scope('global'), ...(name === '' ? [] : [tree.scope('')])]
  for (const scope of proves ? tree.scopes.values() : [...outer, chosen]) notes.addAll(scope.notes.all)
  const scopes = [chosen, ...outer]
  const addresses = new Addresses(scopes, kit, notes, proves)
  const services = new ServiceTable(scopes, kit, notes, proves)
  const policies = chosen.tables.get('firewall policy')
  if (!policies && !proves)
    notes.add(start, name || 'configuration', 'holds no "config firewall policy"', { isForeign: true })
  if (proves) {
    resolveAll(chosen, addresses, services)
    checkScript([...(policies?.values() ?? [])], options, notes)
  }
  const entries = [...(policies?.values() ?? [])]
  const rules = entries.flatMap(policyReader({ addresses, services, context, notes }))
  if (proves) return { rules }
  const tables = [...tree.scopes.values()].map(({ tables }) => tables)
  const shown = ['system interface', 'system zone'].flatMap((name) =>
    tables.flatMap((table) => [...(table.get(name)?.keys() ?? [])]),
  )
  const named = entries.flatMap(({ fields }) => ['srcintf', 'dstintf'].flatMap((field) => fields.get(field) ?? []))
  const zones = kit.zonesOf(
    shown,
    named.map(({ text }) => text),
  )
  const vdom = vdomsOf(tree)
  return { rules, scopes: { ...(vdom.length > 0 && { vdom }), ...(zones && { fromZone: zones, toZone: zones }) } }
}

const vdomsOf = (tree: Tree) => [...tree.scopes.keys()].filter((name) => name !== '' && name !== 'global')

/** Which VDOM an audit looks at: the one that is named, else the first that has policies. */
function chooseVdom(tree: Tree, { narrow, options }: ReaderContext, start: Place, notes: Notes): string {
  const vdoms = vdomsOf(tree)
  const ruled = [...tree.scopes].filter(([, { tables }]) => tables.get('firewall policy')?.size).map(([name]) => name)
  const named = narrow.vdom ?? `${options.vdom ?? ''}`
  // Within a VDOM, show does not say which one it is.
  if (named !== '' && vdoms.length > 0) {
    const reason = `is no VDOM of this configuration; there are: ${vdoms.join(', ')}`
    if (!vdoms.includes(named)) notes.add(start, named, reason)
    return named
  }
  if (ruled.length > 1) {
    const others = ruled.slice(1).join(', ')
    notes.add(start, ruled[0] as string, `is the VDOM that was read; name one to read another: ${others}`)
  }
  return ruled[0] ?? ''
}

/** Of a script, everything is to be understood, also what no policy uses. */
function resolveAll({ tables }: Scope, addresses: Addresses, services: ServiceTable): void {
  const objects = (table: string): Table => tables.get(table) ?? new Map()
  for (const table of ['firewall address', 'firewall addrgrp']) addresses.check('ipv4', objects(table))
  for (const table of ['firewall address6', 'firewall addrgrp6']) addresses.check('ipv6', objects(table))
  for (const table of ['firewall service custom', 'firewall service group']) services.check(objects(table))
}
