import type { AddressFamily, Device, Item, ReaderContext, ReadFile } from 'tagwall/reader'
import { bindKit, kit } from './kit.ts'
import { followChain } from './reader-rules.ts'
import { Script } from './reader-script.ts'
import { Scripts } from './reader-scripts.ts'
import { Router } from './reader-state.ts'
import { type Command, commandsOf } from './reader-text.ts'

const FAMILIES = ['ipv4', 'ipv6'] as const satisfies readonly AddressFamily[]
const DIRECTIONS = ['outbound', 'inbound'] as const
/** Script commands that run others, under conditions or in a loop. */
const SCRIPT = /^(?::|\{)/
const CHANGES = /firewall|\{$/

/** Connections to the router come to `input`, those from it to `output`, all others to `forward`, in both directions. */
const waysOf = ({ chain = 'forward', localInterface, remoteInterface }: ReaderContext['narrow']) =>
  DIRECTIONS.filter((direction) => chain !== (direction === 'outbound' ? 'input' : 'output')).map((direction) => ({
    ...{ chain, direction },
    isDecided: /^(?:in|out)put$/.test(chain) || (localInterface !== undefined && remoteInterface !== undefined),
  }))

/** The reason why a command other than `add` may let traffic pass; undefined if it does not. */
function reasonOf({ menu, verb, rest }: Command, router: Router): string | undefined {
  if (SCRIPT.test(verb) && CHANGES.test(`${verb} ${rest}`)) return 'is a script, which is not followed'
  if (menu === '/import') return 'loads a file, which is not followed'
  if (menu === '/ip/firewall/connection/tracking' && has(rest, 'enabled=no'))
    return 'turns tracking off, so that rules for connection states do not count'
  if (verb !== '' && router.firewallOf(menu)[0]) return 'changes the configuration, which is not followed'
  return undefined
}

const has = (rest: string, property: string) => rest.split(/\s+/).includes(property)

/** A router, in which each command takes effect at once. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options, narrow, purpose } = context
  const heard = kit.notes()
  const router = new Router()
  const script = new Script(router, options, heard)
  const scripts = new Scripts()
  let first: ReadFile | undefined
  const listen = (command: Command) => {
    const { menu, verb, rest, place } = command
    const text = `${verb} ${rest}`.trim()
    scripts.add(command)
    const reason = reasonOf(command, router)
    if (verb === 'add') router.add(command, heard)
    else if (reason !== undefined) heard.add(place, menu === '/import' ? `/import ${text}` : text, reason)
    else if (/^\/ip\/(?:upnp|nat-pmp)$/.test(menu) && has(rest, 'enabled=yes')) router.sendsElsewhere = true
    else if (menu === '/ipv6/settings' && has(rest, 'disable-ipv6=yes')) router.isIpv6Off = true
  }
  return {
    *load(files, kind) {
      script.begin()
      for (const file of files) {
        first ??= file
        for (const command of commandsOf(file, heard)) {
          router.menus.add(command.menu)
          if (purpose === 'prove') script.apply(command)
          else listen(command)
          yield
        }
        if (purpose === 'prove' && kind === 'full') script.check(file.part)
        if (purpose === 'prove' && kind === 'delta') script.checkMarks(file.part)
      }
    },
    reading() {
      const notes = kit.notes()
      notes.addAll(heard.all)
      scripts.note(notes)
      const own = [
        { chain: String(options.outChain), direction: 'outbound', isDecided: true },
        { chain: String(options.inChain), direction: 'inbound', isDecided: true },
      ] as const
      const start = { part: first?.part ?? '', line: 1 }
      if (purpose === 'prove') {
        const rules = FAMILIES.flatMap((family) =>
          own.flatMap((way) => followChain(router, family, way, context, notes, start)),
        )
        return { rules, lists: [], notes: notes.all }
      }
      if (![...router.menus].some((menu) => menu.startsWith('/'))) {
        const text = /\S.*/.exec(first?.text ?? '')?.[0].trim() ?? ''
        const foreign = kit.notes()
        foreign.add(start, text, 'is not an export of RouterOS', { isForeign: true })
        return { rules: [], lists: [], notes: foreign.all }
      }
      const asked = own.filter(({ chain }) => chain === narrow.chain)
      const ways = asked.length > 0 ? asked : waysOf(narrow)
      const hasIpv6 = [...router.menus].some((menu) => menu.startsWith('/ipv6'))
      const families = FAMILIES.filter((family) => family === 'ipv4' || (hasIpv6 && !router.isIpv6Off))
      const rules = families.flatMap((family) =>
        ways.flatMap((way) => followChain(router, family, way, context, notes, start)),
      )
      if (!hasIpv6) {
        const remote = { addresses: kit.everything('ipv6'), tags: [] }
        const about = DIRECTIONS.map((direction) => ({
          direction,
          protocol: 'any' as const,
          ports: kit.everyPort,
          remote,
        }))
        notes.add(start, '/ipv6', 'is not there, so that rules for IPv6 are not known: print the whole configuration', {
          about,
        })
      }
      const chains = FAMILIES.flatMap((family) =>
        router.firewalls[family].rules.map(({ properties }) => properties.get('chain') ?? ''),
      )
      return { rules, lists: [], notes: notes.all, scopes: { chain: [...new Set(['forward', ...chains])] } }
    },
    inventory: () =>
      FAMILIES.flatMap((family): Item[] => {
        const { rules, lists } = router.firewalls[family]
        return [
          ...rules.map(({ properties }): Item => {
            const id = `${properties.get('chain')} ${properties.get('comment')}`
            return { kind: 'rule', family, name: properties.get('comment') ?? '', id }
          }),
          ...Array.from(lists.keys(), (name): Item => ({ kind: 'set', family, name })),
        ]
      }),
  }
}
