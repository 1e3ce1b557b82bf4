import type { Device, FoundRule, Item, Note, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { bindKit, kit } from '../_kit/kit.ts'
import { chainsOf, entriesOf, notFollowed, unfiltered } from './reader-entries.ts'
import { checkOwn, ownChains } from './reader-own.ts'
import { applyAll, EMPTY, type State } from './reader-state.ts'
import { isSame, otherStates, withLeftovers } from './reader-strays.ts'
import { parseText } from './reader-text.ts'
import { Walk } from './reader-walk.ts'

/**
 * Reads files for `nft -f` and the output of `nft list ruleset`, in any number of files. A file is one transaction: all its
 * commands take effect at once.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const isProof = context.purpose === 'prove'
  const remarks: Note[] = []
  const parts: ReadFile[] = []
  let state = EMPTY
  /** The sets that a full load neither uses nor removes: they may stay, although no rule names them. */
  let left: ReadonlySet<string> = new Set()
  return {
    *load(files, kind) {
      for (const file of files) {
        const before = state
        const next = take(before, file, context)
        state = next.state
        for (const remark of next.remarks) remarks.push(remark)
        if (isProof && remarks.length === 0) remarks.push(...checkAgain(before, file, kind === 'full', next, context))
        left = new Set([...(kind === 'full' ? setsOf(before) : left)].filter((name) => !next.named.has(name)))
        parts.push(file)
        yield
      }
    },
    reading: () => (isProof ? readOwn(state, remarks, left, context) : readDevice(state, remarks, parts, context)),
    inventory: () => inventoryOf(state),
  }
}

interface Taken {
  readonly state: State
  readonly remarks: readonly Note[]
  /** The sets that the file names. */
  readonly named: ReadonlySet<string>
}

/** The state after one file. */
function take(before: State, file: ReadFile, { purpose }: ReaderContext): Taken {
  if (/^\s*\{/.test(file.text)) return { state: before, remarks: [jsonRefused(file.part)], named: new Set() }
  const parsed = parseText(file)
  const { state, remarks } = applyAll(before, parsed.statements, { isStrict: purpose === 'prove' })
  const named = parsed.statements.flatMap((one) => (one.object === 'set' || one.object === 'element' ? [one.name] : []))
  return { state, remarks: [...parsed.remarks, ...remarks], named: new Set(named) }
}

/** No text of nft begins with a brace, but the output of `nft -j` does. */
function jsonRefused(part: string): Note {
  const reason = 'is JSON, but only text is read; print the text with "nft list ruleset", without -j'
  return { place: { part, line: 1 }, text: '', reason, isForeign: true }
}

const setsOf = (state: State) => new Set([...state.values()].flatMap(({ sets }) => [...sets.keys()]))

/** A file must have the same effect on any state: loaded again, over other content of tagwall, and over leftovers of an older load. */
function checkAgain(before: State, file: ReadFile, isFull: boolean, taken: Taken, context: ReaderContext): Note[] {
  const { state: after, named } = taken
  const others = isFull
    ? [otherStates(after, named, context.options)]
    : [after, withLeftovers(before, after)].map((before) => ({ before, after }))
  return others.flatMap(({ before, after }): readonly Note[] => {
    const { state, remarks } = take(before, file, context)
    if (remarks.length > 0 || isSame(state, after)) return remarks
    const reason = isFull
      ? 'leaves something behind when it is loaded over an older file'
      : 'does something else when it is loaded again'
    return [{ place: { part: file.part, line: 1 }, text: '', reason }]
  })
}

/** The rules that tagwall's chains allow. */
function readOwn(state: State, remarks: readonly Note[], left: ReadonlySet<string>, context: ReaderContext): Reading {
  const notes = kit.notes()
  notes.addAll([...remarks, ...checkOwn(state, left, context.options)])
  const chains = chainsOf(state)
  const names = ownChains(context.options)
  const rules = (['outbound', 'inbound'] as const).flatMap((direction) => {
    const own = chains.filter(({ chain }) => chain.name === names[direction])
    return new Walk({ chains: own, direction, isDecided: true, interfaces: {} }, notes).run()
  })
  return { rules, lists: [], notes: notes.all }
}

/** The rules of any nftables configuration. */
function readDevice(
  state: State,
  remarks: readonly Note[],
  files: readonly ReadFile[],
  context: ReaderContext,
): Reading {
  const [first] = files
  const place = { part: first?.part ?? '', line: 1 }
  if (state.size === 0 && first) {
    if (remarks.some(({ isForeign }) => isForeign)) return { rules: [], lists: [], notes: remarks }
    return { rules: [], lists: [], notes: [...remarks, kit.foreignNote(first, 'begins a file without a table')] }
  }
  const notes = kit.notes()
  notes.addAll([...remarks, ...notFollowed(state)])
  const chains = chainsOf(state)
  const rules = entriesOf(chains, context).flatMap((entry): FoundRule[] => {
    if (entry.chains.length > 0) return new Walk(entry, notes).run()
    const name = unfiltered(entry, context)
    const remote = { addresses: kit.everything(), tags: [] }
    const { direction } = entry
    return [
      {
        name,
        place,
        direction,
        action: 'allow',
        protocol: 'any',
        ports: kit.everyPort,
        coverage: 'whole',
        remote,
      },
    ]
  })
  return { rules, lists: [], notes: notes.all, scopes: { chain: [...new Set(chains.map(({ chain }) => chain.name))] } }
}

/** Base chains lead to the others, and these to sets. */
function inventoryOf(state: State): Item[] {
  return [...state.values()].flatMap(({ chains, sets }): Item[] => {
    const all = [...chains.values()]
    const ordered = [...all.filter(({ hook }) => hook), ...all.filter(({ hook }) => !hook)]
    return [
      ...ordered.map(({ name }): Item => ({ kind: 'chain', name })),
      ...Array.from(sets.values(), ({ name, form }): Item => {
        return { kind: 'set', family: form.type === 'ipv6_addr' ? 'ipv6' : 'ipv4', name }
      }),
    ]
  })
}
