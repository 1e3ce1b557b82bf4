import type {
  AddressList,
  Direction,
  Follower,
  FoundRule,
  Notes,
  Place,
  PrefixSet,
  Reader,
  ReaderContext,
  ReadFile,
  Reading,
  Value,
} from 'tagwall/reader'
import { Objects, rangesOfText } from './reader-objects.ts'
import { type Command, commandsOf, isXml, leavesOf, rootOf, stepsOf } from './reader-text.ts'
import { type Entry, RULEBASES, type Strict, shown, Tree } from './reader-tree.ts'

/** Set commands, the configuration in XML, or external dynamic lists. */
const read: Reader = (files, context) => {
  const { kit, options, purpose } = context
  const isList = (file: ReadFile) => (purpose === 'prove' ? options.form === 'edl' : looksLikeList(file.text))
  const notes = kit.notes()
  const lists = files.filter(isList).map((file) => readList(file, context, notes))
  const texts = files.filter((file) => !isList(file))
  const { rules, scopes } = texts.length > 0 ? readRules(texts, context, notes) : NO_RULES
  return { rules, lists, notes: notes.all, ...(scopes && { scopes }) }
}

export default read

/** The candidate configuration after each command; nothing of it is live before the commit. */
export const follow: Follower = function* (files, deltas, context) {
  const { options, kit } = context
  const scope = scopeOfOptions(context)
  const replace = options.form === 'set' && options.replace === true
  const strict: Strict = { scope, rulebase: rulebaseOf(context), replace, isDelta: false }
  const tree = new Tree(kit, strict)
  for (const file of files) readFile(file, tree, context)
  // A delta adds to the lists that are there.
  strict.replace = false
  strict.isDelta = true
  let notes = kit.notes()
  let objects = new Objects(tree, kit, notes, undefined)
  const state = (): Reading => {
    // What no command since has changed is known, unless there was something to say about it.
    if (notes.all.length > 0) {
      notes = kit.notes()
      objects = new Objects(tree, kit, notes, undefined)
    } else for (const entry of tree.changed) objects.forget(entry)
    tree.changed.clear()
    notes.addAll(tree.notes.all)
    // A rule that is being put together, one line at a time, could not be committed yet.
    const entries = entriesInOrder(tree, objects.chainOf(scope)).filter(({ fields }) =>
      REQUIRED.every((field) => fields.get(field)?.length),
    )
    const rules = entries.flatMap((entry) => rulesOf(entry, objects, context, notes))
    return { rules, lists: [], notes: [...notes.all] }
  }
  yield state()
  for (const file of deltas) {
    for (const commands of stepsOf(file, kit, tree.notes)) {
      for (const command of commands) applyCommand(command, tree, true)
      yield state()
    }
  }
}

const ADDRESS = /^(?:\d+\.\d+\.|[\da-fA-F]*:[\da-fA-F]*:)[\da-fA-F.:]*(?:[/-][\da-fA-F.:]+)?(?:\s|$)/

const looksLikeList = (text: string) => ADDRESS.test(text.replace(/^(?:\s|[#;].*\n)*/, '').slice(0, 200))

/** One address, prefix or range a line; what follows a space is a comment. */
function readList(file: ReadFile, { kit, purpose }: ReaderContext, notes: Notes): AddressList {
  const comments = purpose === 'audit' ? ['#', ';', '//'] : []
  const ranges = kit.readStatements(file, { comments }).flatMap(({ words: [entry = ''], text, place }) => {
    const found = rangesOfText(entry, kit)
    if (!found) notes.add(place, text, 'is not an address, prefix or range')
    return found ?? []
  })
  return { part: file.part, addresses: kit.setOfRanges(ranges) }
}

type Rules = Pick<Reading, 'rules' | 'scopes'>
const NO_RULES: Rules = { rules: [] }

function readRules(files: readonly ReadFile[], context: ReaderContext, notes: Notes): Rules {
  const { options, purpose, kit } = context
  const proves = purpose === 'prove'
  const isSet = options.form === 'set'
  const scope = scopeOfOptions(context)
  const rulebase = rulebaseOf(context)
  const tree = new Tree(
    kit,
    proves ? { scope, rulebase, replace: isSet && options.replace === true, isDelta: false } : undefined,
  )
  for (const file of files) {
    tree.files.push(file.part)
    readFile(file, tree, context)
  }
  const [first] = files
  const start = { part: first?.part ?? '', line: 1 }
  if (!proves && tree.understood === 0) {
    const text = /\S.*/.exec(first?.text ?? '')?.[0].trim() ?? ''
    const reason = 'is not the configuration of PAN-OS as set commands or XML (set cli config-output-format set)'
    notes.add(start, text, reason, { isForeign: true })
    return NO_RULES
  }
  notes.addAll(tree.notes.all)
  const objects = new Objects(tree, kit, notes, proves ? (isSet ? 'lines' : 'files') : undefined)
  const chosen = proves ? scope : chooseScope(tree, context, start, notes)
  const entries = entriesInOrder(tree, objects.chainOf(chosen))
  const rules = entries.flatMap((entry) => rulesOf(entry, objects, context, notes))
  const all = [...rules, ...defaultRules(tree, objects.chainOf(chosen), kit.everything())]
  if (proves) return { rules: all }
  const vsys = new Set(tree.scopeNames.map((name) => name.replace(/^(?:vsys|device-group) /, '')))
  const named = entries.flatMap(({ fields }) => ['from', 'to'].flatMap((field) => fields.get(field) ?? []))
  const zones = kit.zonesOf(
    tree.zones,
    named.map(({ text }) => text),
  )
  return { rules: all, scopes: { vsys: [...vsys], ...(zones && { fromZone: zones, toZone: zones }) } }
}

// Of a session in a terminal there may be more in the text than the configuration.
const PROMPT = /^(?:[^\s@]+@\S+[>#]|\[edit.*\]|\[edit)$/
const SESSION = /^(?:show|configure|exit|quit|commit|top|up|Entering|Exiting|#.*|!.*|--.*|\[edit.*)$/

function readFile(file: ReadFile, tree: Tree, { kit, purpose }: ReaderContext): void {
  const proves = purpose === 'prove'
  if (!isXml(file.text)) {
    for (const command of commandsOf(file, kit, tree.notes)) applyCommand(command, tree, proves)
    return
  }
  const { root, around } = rootOf(file, kit, tree.notes)
  if (root) for (const command of leavesOf(root, [], 0, file.part, tree.notes)) tree.apply(command)
  if (proves && around !== '') tree.notes.add({ part: file.part, line: 1 }, around, 'is not understood')
}

function applyCommand(command: Command, tree: Tree, proves: boolean): void {
  const { verb, tokens, place } = command
  const isPrompt = !proves && PROMPT.test(verb)
  const said = isPrompt ? { ...command, verb: [tokens[0] ?? ''].flat().join(' '), tokens: tokens.slice(1) } : command
  if (said.verb === 'set' || said.verb === 'delete') tree.apply(said)
  else if (proves || (said.verb !== '' && !SESSION.test(said.verb))) {
    const isChange = /^(?:move|rename|copy|edit|override|insert|load)$/.test(said.verb)
    const reason = isChange ? 'changes the configuration, which is not followed' : 'is not understood'
    // What is no command of the CLI is a banner, a prompt or the like.
    tree.notes.add(place, shown(command), reason, !proves && !isChange ? { isHarmless: true } : {})
  }
}

function rulebaseOf({ options }: ReaderContext): string {
  return options.scope === 'vsys' ? 'rulebase' : `${options.rulebase}-rulebase`
}

function scopeOfOptions({ options }: ReaderContext): string {
  if (options.scope === 'shared') return 'shared'
  return options.scope === 'device-group' ? `device-group ${options.deviceGroup}` : `vsys ${options.vsys || 'vsys1'}`
}

/** Which virtual system or device group an audit looks at: the one that is named, else the only one with rules. */
function chooseScope(tree: Tree, context: ReaderContext, start: Place, notes: Notes): string {
  const { narrow, options } = context
  const ruled = tree.scopeNames.filter((name) => RULEBASES.some((rulebase) => tree.section(name, rulebase)?.size))
  const named = narrow.vsys ?? (options.scope === 'vsys' ? options.vsys : undefined)
  const own = ruled.filter((name) => /^(?:vsys|device-group) /.test(name))
  if (named) {
    const found = [`vsys ${named}`, `device-group ${named}`, `${named}`].find((name) => tree.scopeNames.includes(name))
    const reason = `is no virtual system or device group with objects or rules; there are: ${tree.scopeNames.join(', ')}`
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

/** Panorama's rules go around those of the firewall, the outermost first and last. */
function entriesInOrder(tree: Tree, chain: readonly string[]): Entry[] {
  const of = (scope: string, rulebase: (typeof RULEBASES)[number]) => [
    ...(tree.section(scope, rulebase)?.values() ?? []),
  ]
  return [
    ...[...chain].reverse().flatMap((scope) => of(scope, 'pre-rulebase')),
    ...chain.flatMap((scope) => of(scope, 'rulebase')),
    ...chain.flatMap((scope) => of(scope, 'post-rulebase')),
  ]
}

/** Traffic between zones that no rule matches is denied, unless that has been changed. */
function defaultRules(tree: Tree, chain: readonly string[], everything: PrefixSet): FoundRule[] {
  const entry = chain
    .map((scope) => tree.section(scope, 'default-rules')?.get('interzone-default'))
    .find((found) => found)
  if (entry?.fields.get('action')?.[0]?.text !== 'allow') return []
  const { name, place } = entry
  const rule = {
    name,
    place,
    action: 'allow',
    protocol: 'any',
    ports: [{ first: 0, last: 65535 }],
    near: 'whole',
  } as const
  return DIRECTIONS.map((direction) => ({ ...rule, direction, far: { addresses: everything, tags: [] } }))
}

const DIRECTIONS: readonly Direction[] = ['outbound', 'inbound']
const REQUIRED = 'from to source destination application service action'.split(' ')
const ACTIONS: Readonly<Record<string, FoundRule['action']>> = {
  allow: 'allow',
  deny: 'deny',
  drop: 'deny',
  'reset-client': 'deny',
  'reset-server': 'deny',
  'reset-both': 'deny',
}
/** A rule is only about some of the traffic where one of these is there and is not `any`. */
const NARROWING = [
  ...['application', 'source-user', 'category', 'hip-profiles', 'source-hip', 'destination-hip', 'schedule'],
  ...['source-imsi', 'source-imei', 'source-nw-slice', 'devices', 'saas-tenant-list', 'saas-user-list'],
]

function rulesOf(entry: Entry, objects: Objects, context: ReaderContext, notes: Notes): FoundRule[] {
  const { name, place, fields, scope } = entry
  const proves = context.purpose === 'prove'
  const valuesOf = (field: string): readonly Value[] => fields.get(field) ?? []
  const textOf = (field: string) => valuesOf(field)[0]?.text
  const note = (text: string, reason: string, at = place) => notes.add(at, text, reason)
  const isYes = (field: string) => {
    const [value] = valuesOf(field)
    if (value && value.text !== 'yes' && value.text !== 'no')
      note(value.text, `is not a value of ${field}`, value.place)
    return value?.text === 'yes'
  }
  if (isYes('disabled')) return []
  if (textOf('rule-type') === 'intrazone' && !proves) return []
  const missing = REQUIRED.filter((field) => valuesOf(field).length === 0)
  if (missing.length > 0) {
    notes.addAll(entry.notes)
    note(name, `has no ${missing.join(', ')}`)
    return []
  }
  for (const field of REQUIRED) {
    const values = valuesOf(field)
    const any = values.find(({ text }) => text === 'any')
    if (any && values.length > 1) note(name, `has "any" beside others in ${field}`, any.place)
  }
  const { kit, narrow, options } = context
  const [from = [], to = []] = REQUIRED.map((field) => valuesOf(field).map(({ text }) => text))
  const asked = {
    near: narrow.fromZone ? [narrow.fromZone] : [options.protectedZone].flat().map(String),
    far: narrow.toZone ? [narrow.toZone] : [options.internetZone].flat().map(String),
  }
  const zones = kit.directionsBetween({ from, to }, asked, proves)
  if (zones.length === 0) {
    if (proves) note(name, 'is between zones that the options do not name')
    return []
  }
  notes.addAll(entry.notes)
  const actionText = textOf('action') as string
  const action = Object.hasOwn(ACTIONS, actionText) ? ACTIONS[actionText] : undefined
  if (!action) {
    note(actionText, 'is not an action', valuesOf('action')[0]?.place)
    return []
  }
  const narrowing = NARROWING.filter((field) => valuesOf(field).some(({ text }) => text !== 'any'))
  if (valuesOf('target').some(({ text }) => !/^(?:negate no|devices|tags)$/.test(text))) narrowing.push('target')
  const type = textOf('rule-type') ?? 'universal'
  if (type !== 'universal' && (proves || type !== 'interzone')) narrowing.push('rule-type')
  if (proves) for (const field of narrowing) note(name, `is limited by its ${field}`, valuesOf(field)[0]?.place)
  const isDefault = valuesOf('service').some(({ text }) => text === 'application-default')
  if (isDefault && action === 'allow' && !narrowing.includes('application')) {
    note(
      'application-default',
      'allows every application on its own ports, which are not known here',
      valuesOf('service')[0]?.place,
    )
  }
  const [all, allIpv4] = [kit.everything(), kit.everything('ipv4')]
  const sides = (['source', 'destination'] as const).map((field) => {
    const addresses = objects.addressesOf(valuesOf(field), scope)
    if (!isYes(`negate-${field}`)) return addresses
    if (valuesOf(field).some(({ text }) => text === 'any')) note(name, `negates "any" in ${field}`)
    return all.subtract(addresses)
  })
  const [source, destination] = sides as [PrefixSet, PrefixSet]
  const isAny = (set: PrefixSet) => set.equals(all) || set.equals(allIpv4)
  // Where zones leave both directions, the side that is restricted is the far one.
  const open = zones.length === 2 && isAny(source) !== isAny(destination)
  const directions = open
    ? zones.filter(({ direction }) => isAny(direction === 'outbound' ? source : destination))
    : zones
  return objects.portsOf(valuesOf('service'), scope).flatMap(({ protocol, ports, isPart }) =>
    directions.flatMap(({ direction, isWhole }): FoundRule[] => {
      const [nearSide, farSide] = direction === 'outbound' ? [source, destination] : [destination, source]
      // Both ends of a connection are of one family.
      const addresses = nearSide.equals(allIpv4) ? farSide.family('ipv4') : farSide
      if (addresses.isEmpty || nearSide.isEmpty) return []
      const isWholeButZones = isAny(nearSide) && !isPart && narrowing.length === 0
      const rule = { name, place, direction, action, protocol, ports, far: { addresses, tags: [] } }
      if (isWhole && isWholeButZones) return [{ ...rule, near: 'whole' }]
      return [{ ...rule, near: 'part', isPartByZone: isWholeButZones }]
    }),
  )
}
