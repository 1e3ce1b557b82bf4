import type { AddressList, Device, Item, Notes, Range, ReaderContext, ReadFile } from 'tagwall/reader'
import { bindKit, kit } from '../_kit/kit.ts'
import { auditOf } from './reader-audit.ts'
import { anchorIn, itemsOf, scriptReader } from './reader-script.ts'
import { SYNTAX, Tree } from './reader-tree.ts'

/**
 * A model of a FortiGate that loads a CLI script, the output of `show` or `show full-configuration`, or threat feeds. Within an
 * edit nothing counts before its `next`; a `delete` counts at once. Entries that a script does not name stay as they were.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const { options, purpose } = context
  const proves = purpose === 'prove'
  const vdom = `${options.vdom ?? ''}`
  const tree = new Tree(proves ? { vdom, anchor: anchorIn(options)?.name } : undefined)
  const read = scriptReader(tree, context)
  const feeds = new Map<string, { readonly list: AddressList; readonly notes: Notes }>()
  let first: ReadFile | undefined
  let isWhole = false
  return {
    *load(files, kind) {
      isWhole = false
      tree.begin(kind !== 'full')
      // Feeds are files, and build removes outdated ones.
      if (kind === 'full') feeds.clear()
      for (const file of files) {
        if (proves ? options.form === 'feed' : looksLikeFeed(file.text)) {
          const notes = kit.notes()
          feeds.set(file.part, { list: readFeed(file, context, notes), notes })
          yield
          continue
        }
        first ??= file
        for (const statement of kit.readStatements(file, SYNTAX)) {
          tree.apply(statement)
          const [verb] = statement.words
          if (verb === 'next' || verb === 'delete' || verb === 'move') yield
        }
        tree.close()
      }
      isWhole = kind === 'full'
    },
    reading() {
      const notes = kit.notes()
      for (const feed of feeds.values()) notes.addAll(feed.notes.all)
      const lists = Array.from(feeds.values(), ({ list }) => list)
      if (!first) return { rules: [], lists, notes: notes.all }
      if (!proves) return { ...auditOf(tree, first, context, notes), lists, notes: notes.all }
      return { rules: read(isWhole, notes), lists, notes: notes.all }
    },
    items: () => [
      ...itemsOf(tree, vdom),
      ...Array.from(feeds, ([name, { list }]): Item => {
        return { kind: 'set', name, fields: { addresses: list.addresses.texts } }
      }),
    ],
  }
}

const looksLikeFeed = (text: string) =>
  /^(?:\d+\.\d+\.\d|[\da-f]*:[\da-f]*:)/i.test(text.replace(/^(?:\s|#.*\n)*/, '').slice(0, 50))

/** One address, prefix or range per line. */
function readFeed(file: ReadFile, { purpose, options }: ReaderContext, notes: Notes): AddressList {
  const ranges: Range[] = []
  const proves = purpose === 'prove'
  const reason = 'is a threat feed; compare it with the rule that it is named after: --set form=feed'
  if (!proves && options.form !== 'feed') notes.add({ part: file.part, line: 1 }, 'the file', reason)
  for (const { text, place } of kit.readStatements(file, proves ? {} : { comments: ['#'] })) {
    const range = kit.rangeOfText(text)
    if (range) ranges.push(range)
    else notes.add(place, text, 'is not an address, prefix or range')
    if (range?.hasHostBits && proves) notes.add(place, text, 'has host bits set')
  }
  return { part: file.part, addresses: kit.setOfRanges(ranges) }
}
