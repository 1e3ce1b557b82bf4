import type { Notes, Place, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { Objects } from './reader-objects.ts'
import { defaultRules, entriesInOrder, rulesOf } from './reader-rules.ts'
import { RULEBASES, scopeOfOptions } from './reader-sections.ts'
import type { Tree } from './reader-tree.ts'

/** The rules of any PAN-OS configuration. `first` is the file that it begins with. */
export function auditOf(
  tree: Tree,
  first: ReadFile,
  context: ReaderContext,
  notes: Notes,
): Pick<Reading, 'rules' | 'scopes'> {
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
  const rules = entries.flatMap((entry) => rulesOf(entry, objects, context, notes))
  const vsys = new Set(tree.scopes.names.map((name) => ownOf(name).replace(/^(?:vsys|device-group) /, '')))
  const named = entries.flatMap(({ fields }) => ['from', 'to'].flatMap((field) => fields.get(field) ?? []))
  const zones = kit.zonesOf(
    tree.zones,
    named.map(({ text }) => text),
  )
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
