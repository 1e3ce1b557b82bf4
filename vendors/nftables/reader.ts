import type { Follower, FoundRule, Note, Reader, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { chainsOf, entriesOf, notFollowed, unfiltered } from './reader-entries.ts'
import { parseJson } from './reader-json.ts'
import { checkOwn, ownChains } from './reader-own.ts'
import { applyAll, EMPTY, type State } from './reader-state.ts'
import { isSame, strayed, withLeftovers } from './reader-strays.ts'
import { parseText } from './reader-text.ts'
import type { Parsed, Remark } from './reader-types.ts'
import { Walk } from './reader-walk.ts'

/** Files for `nft -f`, and what `nft list ruleset` and `nft -j list ruleset` print, in any number of files. */
const read: Reader = (files, context) =>
  context.purpose === 'prove' ? proofOf(files, context) : auditOf(files, context)

export default read

/** A file is one transaction: what it makes of the tables, it makes of them all at once. */
export const follow: Follower = function* (files, deltas, context) {
  let { state, remarks } = load(EMPTY, files, context)
  yield readOwn(state, remarks, context)
  for (const delta of deltas) {
    const next = load(state, [delta], context)
    const others = [next.state, withLeftovers(state, next.state)].map((before) => load(before, [delta], context))
    const isRepeatable = others.every(({ state, remarks }) => remarks.length === 0 && isSame(state, next.state))
    const note = {
      place: { part: delta.part, line: 1 },
      text: '',
      reason: 'does something else when it is loaded again',
    }
    state = next.state
    remarks = [...remarks, ...next.remarks, ...(isRepeatable ? [] : [note])]
    yield readOwn(state, remarks, context)
  }
}

function parse(file: ReadFile, { purpose, kit }: ReaderContext): Parsed {
  // What tagwall writes is text.
  return (purpose === 'audit' ? parseJson(file, kit) : undefined) ?? parseText(file)
}

/** What files make of a state, one after the other. */
function load(before: State, files: readonly ReadFile[], context: ReaderContext): { state: State; remarks: Remark[] } {
  let state = before
  const remarks: Remark[] = []
  for (const file of files) {
    const parsed = parse(file, context)
    const isStrict = context.purpose === 'prove'
    const applied = applyAll(state, parsed.statements, { isStrict, kit: context.kit })
    state = applied.state
    remarks.push(...parsed.remarks, ...applied.remarks)
  }
  return { state, remarks }
}

/** Our files mean the same on any device that had others of ours before: on none, and on one that holds something else. */
function proofOf(files: readonly ReadFile[], context: ReaderContext): Reading {
  const first = load(EMPTY, files, context)
  const reading = readOwn(first.state, first.remarks, context)
  if (reading.notes.length > 0) return reading
  const { before, after } = strayed(first.state, context.options)
  const again = load(before, files, context)
  const isRepeatable = again.remarks.length === 0 && isSame(again.state, after)
  const place = { part: files[0]?.part ?? '', line: 1 }
  const note: Note = { place, text: '', reason: 'leaves something behind when it is loaded over an older file' }
  return isRepeatable ? reading : { ...reading, notes: [...again.remarks, note] }
}

/** What our chains allow. */
function readOwn(state: State, remarks: readonly Remark[], context: ReaderContext): Reading {
  const notes: Note[] = [...remarks, ...checkOwn(state, context.options)]
  const chains = chainsOf(state, context.kit)
  const names = ownChains(context.options)
  const rules = (['outbound', 'inbound'] as const).flatMap((direction) => {
    const own = chains.filter(({ chain }) => chain.name === names[direction])
    return new Walk({ chains: own, direction, isDecided: true, interfaces: {} }, context.kit, notes).run()
  })
  return { rules, lists: [], notes }
}

function auditOf(files: readonly ReadFile[], context: ReaderContext): Reading {
  const { state, remarks } = load(EMPTY, files, context)
  if (state.size === 0) {
    const [file] = files
    const foreign = {
      place: { part: file?.part ?? '', line: 1 },
      text: (file?.text ?? '').trim().slice(0, 80).split('\n')[0] ?? '',
    }
    return {
      rules: [],
      lists: [],
      notes: [...remarks, { ...foreign, reason: 'begins a file without a table', isForeign: true }],
    }
  }
  const notes: Note[] = [...remarks, ...notFollowed(state)]
  const chains = chainsOf(state, context.kit)
  const rules = entriesOf(chains, context).flatMap((entry): FoundRule[] => {
    if (entry.chains.length > 0) return new Walk(entry, context.kit, notes).run()
    const far = { addresses: context.kit.everything(), tags: [] }
    const place = { part: files[0]?.part ?? '', line: 1 }
    const ports = [{ first: 0, last: 65535 }]
    return [
      {
        name: unfiltered(entry, context),
        place,
        direction: entry.direction,
        action: 'allow',
        protocol: 'any',
        ports,
        near: 'whole',
        far,
      },
    ]
  })
  return { rules, lists: [], notes, scopes: { chain: [...new Set(chains.map(({ chain }) => chain.name))] } }
}
