import type { Notes, PrefixSet, Range, ReaderContext, Value } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { Known } from '../_policies/known.ts'
import { Applications } from './reader-applications.ts'
import type { Node, Tree } from './reader-tree.ts'

/** An address book, by the path to it. */
type Book = readonly string[]

const KINDS = ['address', 'address-set']

/** Looks up the addresses that policies name. */
export class Addresses extends Known<{ readonly name: string }> {
  readonly applications: Applications
  private readonly attached = new Map<string, Book[]>()

  constructor(
    private readonly tree: Tree,
    context: ReaderContext,
    notes: Notes,
  ) {
    super(notes, context, (key) => {
      const path: string[] = JSON.parse(key)
      const set = tree.root.at(...path)
      return [set && { name: path.at(-1) as string, place: set.place }, []]
    })
    this.applications = new Applications(tree, notes, this.found)
    for (const [name, book] of tree.root.entries('security', 'address-book'))
      for (const zone of book.words('attach', 'zone'))
        this.attached.set(zone, [...(this.attached.get(zone) ?? []), ['security', 'address-book', name]])
  }

  /** The addresses of one side of a policy. `zone` is undefined for a global policy. */
  of(names: readonly Value[], zone: string | undefined): { addresses: PrefixSet; isOpen: boolean } {
    const key = JSON.stringify([zone, names.map(({ text }) => text)])
    const addresses = this.found.of(key, () => kit.setOfRanges(names.flatMap((name) => this.rangesOf(name, zone))))
    return { addresses, isOpen: this.found.isOpen(key) }
  }

  isLocalObject({ text }: Value, zone: string | undefined): boolean {
    if (/^any(?:-ipv[46])?$/.test(text)) return false
    return this.isObject(text, () => this.booksOf(zone).some((book) => this.pathOf(book, text)))
  }

  private rangesOf(name: Value, zone: string | undefined): readonly Range[] {
    if (name.text === 'any') return kit.everything().ranges
    if (name.text === 'any-ipv4') return kit.everything('ipv4').ranges
    if (name.text === 'any-ipv6') return kit.everything('ipv6').ranges
    for (const book of this.booksOf(zone)) {
      const path = this.pathOf(book, name.text)
      if (path) return this.rangesAt(path, name)
    }
    const isFetched = this.tree.root.at('security', 'dynamic-address', 'address-name', name.text) !== undefined
    return this.unknown(
      name,
      isFetched ? 'is a dynamic address, whose addresses are unknown' : 'names an address that does not exist',
    )
  }

  /** The books in which a name is looked up: those of the zone before the global one. */
  private booksOf(zone: string | undefined): readonly Book[] {
    const own = zone === undefined ? [] : (this.attached.get(zone) ?? [])
    const old = zone === undefined ? [] : [['security', 'zones', 'security-zone', zone, 'address-book']]
    return [...own, ...old, ['security', 'address-book', 'global']]
  }

  /** The path to an entry of a book, an address before a set. */
  private pathOf(book: Book, name: string, kinds: readonly string[] = KINDS): readonly string[] | undefined {
    return kinds.map((kind) => [...book, kind, name]).find((path) => this.tree.root.at(...path))
  }

  private rangesAt(path: readonly string[], name: Value): readonly Range[] {
    const node = this.tree.root.at(...path) as Node
    return this.found.of(JSON.stringify(path), () =>
      path.at(-2) === 'address' ? this.addressOf(node, name) : this.setOf(path.slice(0, -2), node, name.text),
    )
  }

  private setOf(book: Book, set: Node, name: string): readonly Range[] {
    const members = KINDS.flatMap((kind) => set.entries(kind).map(([text, { place }]) => ({ kind, text, place })))
    for (const [word, { place }] of set.entries())
      if (!/^(?:address|address-set|description)$/.test(word)) this.unknown({ text: word, place }, 'is not understood')
    if (members.length === 0) return this.unknown({ text: name, place: set.place }, 'is an address set without members')
    const found = members.flatMap(({ kind, ...member }) => {
      const path = this.pathOf(book, member.text, [kind])
      return path ? this.rangesAt(path, member) : this.unknown(member, 'names an address that does not exist')
    })
    // Addresses in several sets count once, so nested sets do not multiply them.
    return [...new Set(found)]
  }

  private addressOf(node: Node, { text: name }: Value): readonly Range[] {
    const said = node.entries().filter(([word]) => word !== 'description')
    const [[kind, of] = ['', node], ...more] = said
    if (more.length > 0) return this.unknown({ text: name, place: node.place }, 'has more than one kind of address')
    const words = wordsBelow(of)
    const value = { text: words.join(' '), place: of.place }
    if (kind === 'ip-prefix') {
      const strict = words.length === 1 ? kit.setOfTexts(words) : undefined
      const block = this.isProof ? undefined : kit.blockOf(words[0] ?? '')
      if (strict) return strict.ranges
      return block ? [block] : this.unknown(value, 'is not a prefix')
    }
    if (kind === 'range-address') {
      const range =
        words.length === 3 && words[1] === 'to' ? kit.rangeBetween(words[0] ?? '', words[2] ?? '') : undefined
      return range ? [range] : this.unknown(value, 'is not a range of addresses')
    }
    if (kind === 'wildcard-address') {
      const [address = '', mask = ''] = (words[0] ?? '').split('/')
      const inverse = /^[\d.]+$/.test(mask) ? mask.split('.').map((part) => 255 - Number(part)) : []
      const ranges = words.length === 1 ? kit.wildcardRanges(address, inverse.join('.')) : undefined
      return ranges ?? this.unknown(value, 'is not an address with a wildcard mask')
    }
    if (kind === 'dns-name') return this.unknown(value, 'is a domain name, whose addresses are unknown')
    return this.unknown({ text: name, place: node.place }, 'is an address without a prefix')
  }
}

/** The words that stand below a node, one after the other. */
function wordsBelow(node: Node): string[] {
  const [first] = node.entries()
  return first ? [first[0], ...wordsBelow(first[1])] : []
}
