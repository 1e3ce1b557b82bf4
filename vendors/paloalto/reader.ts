import type {
  AddressList,
  Direction,
  Follower,
  FoundRule,
  Note,
  PrefixSet,
  Range,
  Reader,
  ReaderContext,
  ReadFile,
  Reading,
} from 'tagwall/reader'
import { commandsOf } from './reader-follow.ts'
import { Objects, rangesOfText } from './reader-objects.ts'
import { cut, inShort, isXml, readCommands, readXml, type Sink } from './reader-text.ts'
import { type Entry, RULEBASES, type Strict, Tree, type Value } from './reader-tree.ts'

/** Set commands, the configuration in XML, or external dynamic lists. */
const read: Reader = (files, context) => {
  const { options, purpose } = context
  const isList = (file: ReadFile) => (purpose === 'prove' ? options.form === 'edl' : looksLikeList(file.text))
  const notes: Note[] = []
  const lists = files.filter(isList).map((file) => readList(file, context, notes))
  const texts = files.filter((file) => !isList(file))
  const { rules, scopes } = texts.length > 0 ? readRules(texts, context, notes) : NO_RULES
  return { rules, lists, notes, ...(scopes && { scopes }) }
}

export default read

/** The candidate configuration after each command; nothing of it is live before the commit. */
export const follow: Follower = function* (files, deltas, context) {
  const { options, kit } = context
  const scope = scopeOfOptions(context)
  const replace = options.form === 'set' && options.replace === true
  const strict: Strict = { scope, rulebase: rulebaseOf(context), replace, isDelta: false }
  const tree = new Tree(strict)
  for (const file of files) readFile(file, tree, true)
  // A delta adds to the lists that are there.
  strict.replace = false
  strict.isDelta = true
  let notes: Note[] = []
  const nothingKnown = () => new Objects(tree, kit, (note) => notes.push(note), undefined)
  let objects = nothingKnown()
  const state = (): Reading => {
    // What no command since has changed is known, unless there was something to say about it.
    if (notes.length > 0) objects = nothingKnown()
    else for (const entry of tree.changed) objects.forget(entry)
    tree.changed.clear()
    notes = [...tree.notes]
    // A rule that is being put together, one line at a time, could not be committed yet.
    const entries = entriesInOrder(tree, objects.chainOf(scope)).filter(({ fields }) =>
      REQUIRED.every((field) => fields.get(field)?.length),
    )
    return { rules: entries.flatMap((entry) => rulesOf(entry, objects, context, notes)), lists: [], notes }
  }
  yield state()
  for (const file of deltas) {
    for (const { statements, isDelete } of commandsOf(file, tree.notes)) {
      for (const statement of statements) tree.apply(statement, isDelete)
      yield state()
    }
  }
}

const ADDRESS = /^(?:\d+\.\d+\.|[\da-fA-F]*:[\da-fA-F]*:)[\da-fA-F.:]*(?:[/-][\da-fA-F.:]+)?(?:\s|$)/

const looksLikeList = (text: string) => ADDRESS.test(text.replace(/^(?:\s|[#;].*\n)*/, '').slice(0, 200))

/** One address, prefix or range a line; what follows a space is a comment. */
function readList({ part, text }: ReadFile, { kit, purpose }: ReaderContext, notes: Note[]): AddressList {
  const ranges: Range[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const [entry = ''] = line.trim().split(/\s/, 1)
    if (entry === '' || (purpose === 'audit' && /^(?:#|;|\/\/)/.test(entry))) continue
    const found = rangesOfText(entry, kit)
    if (found) ranges.push(...found)
    else
      notes.push({
        place: { part, line: index + 1 },
        text: cut(line.trim()),
        reason: 'is not an address, prefix or range',
      })
  }
  return { part, addresses: kit.setOfRanges(ranges) }
}

type Rules = Pick<Reading, 'rules' | 'scopes'>
const NO_RULES: Rules = { rules: [] }

function readRules(files: readonly ReadFile[], context: ReaderContext, notes: Note[]): Rules {
  const { options, purpose, kit } = context
  const proves = purpose === 'prove'
  const isSet = options.form === 'set'
  const scope = scopeOfOptions(context)
  const rulebase = rulebaseOf(context)
  const tree = new Tree(
    proves ? { scope, rulebase, replace: isSet && options.replace === true, isDelta: false } : undefined,
  )
  for (const file of files) {
    tree.files.push(file.part)
    readFile(file, tree, proves)
  }
  const [first] = files
  if (!proves && tree.understood === 0 && first) {
    const text = cut(/\S.*/.exec(first.text)?.[0].trim() ?? '')
    const reason = 'is not the configuration of PAN-OS as set commands or XML (set cli config-output-format set)'
    notes.push({ place: { part: first.part, line: 1 }, text, reason, isForeign: true })
    return NO_RULES
  }
  notes.push(...tree.notes)
  const objects = new Objects(tree, kit, (note) => notes.push(note), orderOf(proves, isSet))
  const chosen = proves ? scope : chooseScope(tree, context, first?.part ?? '', notes)
  const entries = entriesInOrder(tree, objects.chainOf(chosen))
  const rules = entries.flatMap((entry) => rulesOf(entry, objects, context, notes))
  const all = [...rules, ...defaultRules(tree, objects.chainOf(chosen), kit.everything())]
  return { rules: all, ...(!proves && { scopes: scopesOf(tree, entries) }) }
}

/** The systems and groups that there are, and the zones; these are not known where only a part is shown and some rule is about any. */
function scopesOf(tree: Tree, entries: readonly Entry[]): Reading['scopes'] {
  const vsys = tree.scopeNames.map((name) => name.replace(/^(?:vsys|device-group) /, ''))
  const named = entries.flatMap(({ fields }) => ['from', 'to'].flatMap((field) => fields.get(field) ?? []))
  const names = named.map(({ text }) => text)
  const isKnown = tree.zones.size > 0 || (names.length > 0 && !names.includes('any'))
  const zones = [...new Set([...tree.zones, ...names]).add('any')]
  return { vsys: [...new Set(vsys)], ...(isKnown && { fromZone: zones, toZone: zones }) }
}

function orderOf(proves: boolean, isSet: boolean): 'lines' | 'files' | undefined {
  if (!proves) return undefined
  return isSet ? 'lines' : 'files'
}

// Of a session in a terminal there may be more in the text than the configuration.
const PROMPT = /^(?:[^\s@]+@\S+[>#]|\[edit.*\]|\[edit)$/
const SESSION = /^(?:show|configure|exit|quit|commit|top|up|Entering|Exiting|#.*|!.*|--.*|\[edit.*)$/

function readFile(file: ReadFile, tree: Tree, proves: boolean): void {
  const sink: Sink = {
    note: (place, text, reason) => tree.notes.push({ place, text, reason }),
    statement(statement) {
      const isPrompt = !proves && PROMPT.test(statement.verb)
      const verb = isPrompt ? statement.tokens[0] : statement.verb
      if (verb === 'set' || verb === 'delete' || verb === '') {
        const said = isPrompt ? { ...statement, verb, tokens: statement.tokens.slice(1) } : statement
        tree.apply(said, verb === 'delete')
      } else if (proves || (verb !== undefined && !(typeof verb === 'string' && SESSION.test(verb)))) {
        const isChange = /^(?:move|rename|copy|edit|override|insert|load)$/.test(String(verb))
        const reason = isChange ? 'changes the configuration, which is not followed' : 'is not understood'
        // What is no command of the CLI is a banner, a prompt or the like.
        const isHarmless = !proves && !isChange
        tree.notes.push({ place: statement.place, text: inShort(statement), reason, ...(isHarmless && { isHarmless }) })
      }
    },
  }
  if (!isXml(file.text)) {
    readCommands(file, sink)
    return
  }
  const around = readXml(file, sink).replace('\ufeff', '').trim()
  if (proves && around !== '') sink.note({ part: file.part, line: 1 }, cut(around), 'is not understood')
}

function rulebaseOf({ options }: ReaderContext): string {
  return options.scope === 'vsys' ? 'rulebase' : `${options.rulebase}-rulebase`
}

function scopeOfOptions({ options }: ReaderContext): string {
  if (options.scope === 'shared') return 'shared'
  return options.scope === 'device-group' ? `device-group ${options.deviceGroup}` : `vsys ${options.vsys || 'vsys1'}`
}

/** Which virtual system or device group an audit looks at: the one that is named, else the only one with rules. */
function chooseScope(tree: Tree, context: ReaderContext, part: string, notes: Note[]): string {
  const { narrow, options } = context
  const ruled = tree.scopeNames.filter((name) => RULEBASES.some((rulebase) => tree.section(name, rulebase)?.size))
  const named = narrow.vsys ?? (options.scope === 'vsys' ? options.vsys : undefined)
  const own = ruled.filter((name) => /^(?:vsys|device-group) /.test(name))
  if (named) {
    const found = [`vsys ${named}`, `device-group ${named}`, `${named}`].find((name) => tree.scopeNames.includes(name))
    const reason = `is no virtual system or device group with objects or rules; there are: ${tree.scopeNames.join(', ')}`
    if (!found) notes.push({ place: { part, line: 1 }, text: `${named}`, reason })
    return found ?? `vsys ${named}`
  }
  if (options.scope !== 'vsys') return scopeOfOptions(context)
  if (own.length > 1) {
    const reason = `is the one that was read; name one to read another: ${own.slice(1).join(', ')}`
    notes.push({ place: { part, line: 1 }, text: own[0] as string, reason })
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

function rulesOf(entry: Entry, objects: Objects, context: ReaderContext, notes: Note[]): FoundRule[] {
  const { name, place, fields, scope } = entry
  const proves = context.purpose === 'prove'
  const valuesOf = (field: string): readonly Value[] => fields.get(field) ?? []
  const textOf = (field: string) => valuesOf(field)[0]?.text
  const note = (text: string, reason: string, at = place) => void notes.push({ place: at, text, reason })
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
    objects.use(entry)
    note(name, `has no ${missing.join(', ')}`)
    return []
  }
  for (const field of REQUIRED) {
    const values = valuesOf(field)
    const any = values.find(({ text }) => text === 'any')
    if (any && values.length > 1) note(name, `has "any" beside others in ${field}`, any.place)
  }
  const [from = [], to = []] = REQUIRED.map(valuesOf)
  const zones = directionsOf(from, to, context)
  if (zones.length === 0) {
    if (proves) note(name, 'is between zones that the options do not name')
    return []
  }
  objects.use(entry)
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
  const [all, allIpv4] = [context.kit.everything(), context.kit.everything('ipv4')]
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

/** In which directions a rule between these zones is met, and whether it covers the zones that are asked about. */
function directionsOf(from: readonly Value[], to: readonly Value[], { options, narrow, purpose }: ReaderContext) {
  const near = narrow.fromZone ? [narrow.fromZone] : [options.protectedZone].flat().map(String)
  const far = narrow.toZone ? [narrow.toZone] : [options.internetZone].flat().map(String)
  const covers = purpose === 'prove' ? isSame : coverage
  return DIRECTIONS.flatMap((direction) => {
    const found = [
      covers(direction === 'outbound' ? from : to, near),
      covers(direction === 'outbound' ? to : from, far),
    ]
    return found.includes('none') ? [] : [{ direction, isWhole: !found.includes('part') }]
  })
}

type Coverage = 'whole' | 'part' | 'none'

/** Without a zone to ask about, a rule that names zones is about a part of what there may be. */
function coverage(zones: readonly Value[], asked: readonly string[]): Coverage {
  const names = new Set(zones.map(({ text }) => text))
  if (names.has('any') || asked.every((zone) => names.has(zone))) return 'whole'
  return asked.includes('any') || asked.some((zone) => names.has(zone)) ? 'part' : 'none'
}

function isSame(zones: readonly Value[], asked: readonly string[]): Coverage {
  const names = new Set(zones.map(({ text }) => text))
  return names.size === asked.length && asked.every((zone) => names.has(zone)) ? 'whole' : 'none'
}
