import type {
  AddressList,
  Follower,
  Note,
  Place,
  Range,
  Reader,
  ReaderContext,
  ReadFile,
  Reading,
} from 'tagwall/reader'
import { Addresses, blockOf, Notes, rangeBetween } from './reader-objects.ts'
import { checkScript, policyReader } from './reader-policies.ts'
import { Services } from './reader-services.ts'
import { inShort } from './reader-text.ts'
import { type Entry, type Scope, type Table, Tree } from './reader-tree.ts'

/** A CLI script, the output of `show` or `show full-configuration`, or threat feeds. */
const read: Reader = (files, context) => {
  const { options, purpose } = context
  const isFeed = ({ text }: ReadFile) => (purpose === 'prove' ? options.form === 'feed' : looksLikeFeed(text))
  const notes = new Notes()
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
  const tree = new Tree({ vdom })
  for (const file of files) tree.read(file)
  tree.allowsDelete = true
  const scopes = [tree.scope(vdom), tree.scope('global')]
  let notes = new Notes()
  let addresses = new Addresses(scopes, kit, notes, false)
  const state = (): Reading => {
    // What no command since has changed is known, unless there was something to say about it.
    if (notes.all.length > 0) {
      notes = new Notes()
      addresses = new Addresses(scopes, kit, notes, false)
    } else for (const name of tree.changed) addresses.forget(name)
    tree.changed.clear()
    for (const scope of tree.scopes.values()) notes.addAll(scope.notes)
    const services = new Services(scopes, notes, false)
    const policies = [...(tree.scope(vdom).tables.get('firewall policy')?.values() ?? [])]
    checkScript(policies, options, notes)
    const rules = policies.flatMap(policyReader({ addresses, services, context, notes }))
    notes.addAll(danglingMembers(tree.scope(vdom)))
    return { rules, lists: [], notes: [...notes.all] }
  }
  yield state()
  for (const file of deltas) {
    for (const words of tree.commandsOf(file)) {
      if (words[0] === 'next' || words[0] === 'delete') yield state()
    }
    // What is wrong with the file as a whole.
    const end = state()
    if (end.notes.length > 0) yield end
  }
}

/** Members of groups that are not there: the device does not delete what a group holds. */
function danglingMembers({ tables }: Scope): Note[] {
  return ['', '6'].flatMap((suffix) => {
    const [objects, groups] = [tables.get(`firewall address${suffix}`), tables.get(`firewall addrgrp${suffix}`)]
    return [...(groups?.values() ?? [])].flatMap(({ fields }) => {
      const { values, places } = fields.get('member') ?? { values: [], places: [] }
      return values.flatMap((name, index): Note[] => {
        if (objects?.has(name) || groups?.has(name)) return []
        return [{ place: places[index] as Place, text: name, reason: 'names an address that is not there' }]
      })
    })
  })
}

const looksLikeFeed = (text: string) =>
  /^(?:\d+\.\d+\.\d|[\da-f]*:[\da-f]*:)/i.test(text.replace(/^(?:\s|#.*\n)*/, '').slice(0, 50))

/** One address, prefix or range a line. */
function readFeed({ part, text }: ReadFile, { kit, purpose }: ReaderContext, notes: Notes): AddressList {
  const ranges: Range[] = []
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.trim()
    if (line === '' || (purpose === 'audit' && line.startsWith('#'))) continue
    const range = line.includes('-') ? rangeBetween(line.split('-'), kit) : blockOf([line], kit)
    if (range) ranges.push(range)
    else notes.once({ part, line: index + 1 }, inShort(line), 'is not an address, prefix or range')
    if (range?.hasHostBits && purpose === 'prove') notes.once({ part, line: index + 1 }, line, 'has host bits set')
  }
  return { part, addresses: kit.setOfRanges(ranges) }
}

type Rules = Pick<Reading, 'rules' | 'scopes'>
const NO_RULES: Rules = { rules: [] }

function readRules(files: readonly ReadFile[], context: ReaderContext, notes: Notes): Rules {
  const { options, purpose, kit } = context
  const proves = purpose === 'prove'
  const tree = new Tree(proves ? { vdom: `${options.vdom ?? ''}` } : undefined)
  for (const file of files) tree.read(file)
  const [file] = files
  if (!tree.isConfiguration) {
    const text = inShort(/\S[^\n]{0,200}/.exec(file?.text ?? '')?.[0] ?? '')
    const reason = 'is not a FortiOS configuration (show full-configuration)'
    notes.addAll([{ place: { part: file?.part ?? '', line: 1 }, text, reason, isForeign: true }])
    return NO_RULES
  }
  const name = proves ? `${options.vdom ?? ''}` : chooseVdom(tree, context, file?.part ?? '', notes)
  const chosen = tree.scope(name)
  const outer = [tree.scope('global'), ...(name === '' ? [] : [tree.scope('')])]
  for (const scope of proves ? tree.scopes.values() : [...outer, chosen]) notes.addAll(scope.notes)
  const scopes = [chosen, ...outer]
  const addresses = new Addresses(scopes, kit, notes, proves)
  const services = new Services(scopes, notes, proves)
  const policies = chosen.tables.get('firewall policy')
  if (!policies && !proves) {
    const place = { part: file?.part ?? '', line: 1 }
    const reason = 'holds no "config firewall policy"'
    notes.addAll([{ place, text: name || 'configuration', reason, isForeign: true }])
  }
  if (proves) {
    resolveAll(chosen, addresses, services)
    checkScript([...(policies?.values() ?? [])], options, notes)
  }
  const rulesOf = policyReader({ addresses, services, context, notes })
  const entries = [...(policies?.values() ?? [])]
  return { rules: entries.flatMap(rulesOf), ...(!proves && { scopes: scopesOf(tree, entries) }) }
}

/** The VDOMs that there are, and the interfaces and zones; the latter are not known where only a part is shown and some policy is about any. */
function scopesOf(tree: Tree, policies: readonly Entry[]): Reading['scopes'] {
  const vdom = vdomsOf(tree)
  const tables = [...tree.scopes.values()].map(({ tables }) => tables)
  const shown = ['system interface', 'system zone'].flatMap((name) =>
    tables.flatMap((table) => [...(table.get(name)?.keys() ?? [])]),
  )
  const named = policies.flatMap(({ fields }) =>
    ['srcintf', 'dstintf'].flatMap((field) => fields.get(field)?.values ?? []),
  )
  const isKnown = shown.length > 0 || (named.length > 0 && !named.includes('any'))
  const zones = [...new Set([...shown, ...named]).add('any')]
  return { ...(vdom.length > 0 && { vdom }), ...(isKnown && { fromZone: zones, toZone: zones }) }
}

const vdomsOf = (tree: Tree) => [...tree.scopes.keys()].filter((name) => name !== '' && name !== 'global')

/** Which VDOM an audit looks at: the one that is named, else the first that has policies. */
function chooseVdom(tree: Tree, { narrow, options }: ReaderContext, part: string, notes: Notes): string {
  const vdoms = vdomsOf(tree)
  const ruled = [...tree.scopes].filter(([, { tables }]) => tables.get('firewall policy')?.size).map(([name]) => name)
  const named = narrow.vdom ?? `${options.vdom ?? ''}`
  // Within a VDOM, show does not say which one it is.
  if (named !== '' && vdoms.length > 0) {
    const reason = `is no VDOM of this configuration; there are: ${vdoms.join(', ')}`
    if (!vdoms.includes(named)) notes.once({ part, line: 1 }, named, reason)
    return named
  }
  if (ruled.length > 1) {
    const others = ruled.slice(1).join(', ')
    notes.once({ part, line: 1 }, ruled[0] as string, `is the VDOM that was read; name one to read another: ${others}`)
  }
  return ruled[0] ?? ''
}

/** Of a script, everything is to be understood, also what no policy uses. */
function resolveAll({ tables }: Scope, addresses: Addresses, services: Services): void {
  const objects = (table: string): Table => tables.get(table) ?? new Map()
  for (const table of ['firewall address', 'firewall addrgrp']) addresses.check('ipv4', objects(table))
  for (const table of ['firewall address6', 'firewall addrgrp6']) addresses.check('ipv6', objects(table))
  for (const table of ['firewall service custom', 'firewall service group']) services.check(objects(table))
}
