import type {
  AddressFamily,
  Device,
  FoundRule,
  Item,
  LoadKind,
  Notes,
  Place,
  ReaderContext,
  ReadFile,
  Reading,
} from 'tagwall/reader'
import { allTraffic, bindKit, DIRECTIONS, FAMILIES, kit } from '../_kit/kit.ts'
import { OwnScript } from './reader-own.ts'
import { followChain, type Way } from './reader-rules.ts'
import { Scripts } from './reader-scripts.ts'
import { Router } from './reader-state.ts'
import { type Command, commandsOf, has } from './reader-text.ts'

/** Script commands that run others, under conditions or in a loop. */
const SCRIPT = /^(?::|\{)/
const CHANGES = /firewall|\{$/

/** Connections to the router come to `input`, those from it to `output`, all others to `forward`, in both directions. */
const waysOf = ({ chain = 'forward', localInterface, remoteInterface }: ReaderContext['narrow']) =>
  DIRECTIONS.filter((direction) => chain !== (direction === 'outbound' ? 'input' : 'output')).map((direction) => ({
    chain,
    direction,
    isDecided: /^(?:in|out)put$/.test(chain) || (localInterface !== undefined && remoteInterface !== undefined),
  }))

/** The reason why a command other than `add` may let traffic pass; undefined if it does not. */
function reasonOf({ menu, verb, rest }: Command, router: Router): string | undefined {
  if (SCRIPT.test(verb) && CHANGES.test(`${verb} ${rest}`)) return 'is a script, which is not followed'
  if (menu === '/import') return 'loads a file, which is not followed'
  if (menu === '/tr069-client' && has(rest, 'enabled=yes')) return 'lets a server change the configuration'
  if (menu === '/ip/firewall/connection/tracking' && has(rest, 'enabled=no'))
    return 'turns tracking off, so rules for connection states do not count'
  if (verb !== '' && router.firewallOf(menu)[0]) return 'changes the configuration, which is not followed'
  return undefined
}

/** A router, in which each command takes effect at once. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  return new RouterDevice(context)
}

class RouterDevice implements Device {
  readonly #context: ReaderContext
  readonly #isProof: boolean
  readonly #heard = kit.notes()
  readonly #router = new Router()
  readonly #script: OwnScript
  readonly #scripts = new Scripts()
  /** The ways through tagwall's chains. */
  readonly #own: readonly Way[]
  #first: ReadFile | undefined

  constructor(context: ReaderContext) {
    this.#context = context
    this.#isProof = context.purpose === 'prove'
    const { outChain, inChain } = context.options
    this.#own = DIRECTIONS.map((direction) => ({
      chain: String(direction === 'outbound' ? outChain : inChain),
      direction,
      isDecided: true,
      ...(this.#isProof && { known: new Map() }),
    }))
    this.#script = new OwnScript(this.#router, context.options, this.#heard)
  }

  *load(files: readonly ReadFile[], kind: LoadKind) {
    this.#script.begin()
    for (const file of files) {
      this.#first ??= file
      for (const command of commandsOf(file, this.#heard)) {
        this.#router.menus.add(command.menu)
        if (this.#isProof) this.#script.apply(command)
        else this.#listen(command)
        // A line that only enters a menu changes nothing.
        if (command.verb !== '') yield
      }
      if (this.#isProof && kind === 'full') this.#script.check(file.part)
      if (this.#isProof && kind === 'delta') this.#script.checkMarks(file.part)
    }
  }

  reading(): Reading {
    const notes = kit.notes()
    notes.addAll(this.#heard.all)
    this.#scripts.note(notes)
    const { narrow } = this.#context
    if (this.#isProof) return { rules: this.#follow(FAMILIES, this.#own, notes), lists: [], notes: notes.all }
    const menus = [...this.#router.menus]
    if (!menus.some((menu) => menu.startsWith('/'))) {
      const note = kit.foreignNote(this.#first ?? { part: '', text: '' }, 'is not an export of RouterOS')
      return { rules: [], lists: [], notes: [note] }
    }
    const asked = this.#own.filter(({ chain }) => chain === narrow.chain)
    const hasIpv6 = menus.some((menu) => menu.startsWith('/ipv6'))
    const families = FAMILIES.filter((family) => family === 'ipv4' || (hasIpv6 && !this.#router.isIpv6Off))
    const rules = this.#follow(families, asked.length > 0 ? asked : waysOf(narrow), notes)
    if (!hasIpv6) {
      const about = DIRECTIONS.map((direction) => allTraffic(direction, 'ipv6'))
      notes.add(this.#start, '/ipv6', 'is missing, so rules for IPv6 are unknown: print the whole configuration', {
        about,
      })
    }
    const chains = FAMILIES.flatMap((family) => [...this.#router.firewalls[family].chains.keys()])
    return { rules, lists: [], notes: notes.all, scopes: { chain: [...new Set(['forward', ...chains])] } }
  }

  items(): Item[] {
    return FAMILIES.flatMap((family): Item[] => {
      const { chains, lists } = this.#router.firewalls[family]
      return [
        ...this.#own.flatMap(({ chain: list }) =>
          (chains.get(list) ?? []).map(({ properties }): Item => {
            const { chain: _, comment, ...fields } = Object.fromEntries(properties)
            return { kind: 'rule', family, name: comment || list, list, fields }
          }),
        ),
        ...Array.from(lists, ([name, entries]): Item => {
          const comments = Array.from(entries.values(), ({ properties }) => properties.get('comment') ?? '')
          return { kind: 'set', family, name, fields: { addresses: [...entries.keys()], comment: comments } }
        }),
      ]
    })
  }

  get #start(): Place {
    return { part: this.#first?.part ?? '', line: 1 }
  }

  /** Applies a command of an export. */
  #listen(command: Command): void {
    const { menu, verb, rest, place } = command
    const text = `${verb} ${rest}`.trim()
    this.#scripts.add(command)
    this.#router.fill(command)
    const reason = reasonOf(command, this.#router)
    if (verb === 'add') this.#router.add(command, this.#heard)
    else if (reason !== undefined) this.#heard.add(place, menu === '/import' ? `/import ${text}` : text, reason)
    else if (/^\/ip\/(?:upnp|nat-pmp)$/.test(menu) && has(rest, 'enabled=yes')) this.#router.sendsElsewhere = true
    else if (menu === '/ipv6/settings' && has(rest, 'disable-ipv6=yes')) this.#router.isIpv6Off = true
  }

  #follow(families: readonly AddressFamily[], ways: readonly Way[], notes: Notes): FoundRule[] {
    let rules: FoundRule[] = []
    for (const family of families) {
      for (const way of ways)
        rules = rules.concat(followChain(this.#router, family, way, this.#context, notes, this.#start))
      this.#router.firewalls[family].changed.clear()
    }
    return rules
  }
}
