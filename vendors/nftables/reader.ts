import type { Device, Note, Notes, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { bindKit, DIRECTIONS, kit } from '../_kit/kit.ts'
import { passedBy } from '../_netfilter/netfilter.ts'
import { parseText, type Statement } from './reader-commands.ts'
import { itemsOf } from './reader-items.ts'
import { checkOwn, checkStrays, ownChains } from './reader-own.ts'
import { applyAll, EMPTY, type State } from './reader-state.ts'
import { chainsOf, entriesOf, notFollowed, walk } from './reader-walk.ts'

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
      const isFull = kind === 'full'
      for (const file of files) {
        const before = state
        const { statements, remarks: unread } = parsedOf(file)
        const applied = applyAll(before, statements, isProof)
        state = applied.state
        for (const remark of [...unread, ...applied.remarks]) remarks.push(remark)
        const named = setsIn(statements)
        if (isProof && remarks.length === 0)
          remarks.push(...checkStrays({ before, after: state, statements, named, isFull }, file.part, context.options))
        left = new Set([...(isFull ? setsOf(before) : left)].filter((name) => !named.has(name)))
        parts.push(file)
        yield
      }
    },
    reading: () => {
      const notes = kit.notes()
      notes.addAll(remarks)
      return isProof ? readOwn(state, left, context, notes) : readDevice(state, parts, context, notes)
    },
    items: () => itemsOf(state),
  }
}

/** The commands of a file. */
const parsedOf = (file: ReadFile) =>
  /^\s*\{/.test(file.text) ? { statements: [], remarks: [jsonRefused(file.part)] } : parseText(file)

/** The sets that commands name. */
const setsIn = (statements: readonly Statement[]): ReadonlySet<string> =>
  new Set(statements.flatMap((one) => (one.object === 'set' || one.object === 'element' ? [one.name] : [])))

/** No text of nft begins with a brace, but the output of `nft -j` does. */
function jsonRefused(part: string): Note {
  const reason = 'is JSON, but only text is read; print the text with "nft list ruleset", without -j'
  return { place: { part, line: 1 }, text: '', reason, isForeign: true }
}

const setsOf = (state: State) => new Set([...state.values()].flatMap(({ sets }) => [...sets.keys()]))

/** The rules that tagwall's chains allow. */
function readOwn(state: State, left: ReadonlySet<string>, { options }: ReaderContext, notes: Notes): Reading {
  notes.addAll(checkOwn(state, left, options))
  const chains = chainsOf(state)
  const names = ownChains(options)
  const known = passedBy(undefined, undefined)
  const rules = DIRECTIONS.flatMap((direction) => {
    const own = chains.filter(({ chain }) => chain.name === names[direction])
    return walk({ chains: own, direction, isDecided: true, interfaces: known[direction] }, notes)
  })
  return { rules, lists: [], notes: notes.all }
}

/** The rules of any nftables configuration. */
function readDevice(state: State, [first]: readonly ReadFile[], context: ReaderContext, notes: Notes): Reading {
  if (state.size === 0 && first) {
    if (!notes.all.some(({ isForeign }) => isForeign))
      notes.addAll([kit.foreignNote(first, 'begins a file without a table')])
    return { rules: [], lists: [], notes: notes.all }
  }
  notes.addAll(notFollowed(state))
  const chains = chainsOf(state)
  const place = { part: first?.part ?? '', line: 1 }
  const rules = entriesOf(chains, context, place).flatMap((entry) => walk(entry, notes))
  return { rules, lists: [], notes: notes.all, scopes: { chain: [...new Set(chains.map(({ chain }) => chain.name))] } }
}
