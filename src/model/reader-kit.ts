import type { EntryPlace, GroupSyntax, Held, LineGroup, ListEntry } from './access-list.ts'
import type { AddressFamily, Prefix, Range } from './address/prefix.ts'
import type { PrefixSet } from './address/prefix-set.ts'
import type { ChainRule, ChainWalk, Match } from './chain.ts'
import type { FoundRule, Note, Place, ReadFile } from './found-rule.ts'
import type { BrokenJson, LocatedJson, XmlText } from './located.ts'
import type { CoveringRule, TagSide, TagSideOptions, TagSides } from './tag-side.ts'
import type { Direction, PortRange, Protocol } from './traffic.ts'

/** How a dialect cuts a text into statements and words. A line is a statement; words have blanks between them. */
export interface Syntax {
  /**
   * The characters that quote, and what a backslash takes as it is between them: `any` character, only the `quote` itself and a
   * backslash, or `none`. What is quoted may run over lines.
   */
  readonly quotes?: Readonly<Partial<Record<'"' | "'", 'any' | 'quote' | 'none'>>>
  /** Whether what is quoted may be a part of a word, `a"b c"`. Else a word is quoted as a whole. */
  readonly quotesInWords?: boolean
  /** Outside quotes a backslash takes `any` character as it is, or at the end of a `line` goes on with the next one. */
  readonly backslash?: 'any' | 'line'
  /** What begins a comment, at the start of a line. */
  readonly comments?: readonly string[]
  /** Whether `[ a b ]` is one word, a list. */
  readonly lists?: boolean
}

/** A word without its quotes; or, of a syntax that has them, a list. */
export type Word = string | readonly string[]

/** A statement: its words, and where it begins. */
export interface Statement<One extends Word = string> {
  readonly words: readonly One[]
  readonly place: Place
  /** As it is written. */
  readonly text: string
  /** Why it could not be cut into words. Reading goes on with the next line. */
  readonly broken: string | undefined
}

/** Words that are taken one by one; what nobody took can be noted. */
export interface Words<One extends Word = string> {
  /** How many were taken. */
  readonly at: number
  readonly isDone: boolean
  /** The next word, which is not taken by this. */
  readonly peek: One | undefined
  next(): One | undefined
  /** Takes the next word if it is one of `texts`. */
  take<Text extends string>(...texts: readonly Text[]): Text | undefined
  /** Takes all that are left. */
  rest(): readonly One[]
}

/** A run of addresses, as it was written. */
export interface Block extends Range {
  readonly length: number
  /** Whether the given address has host bits set. */
  readonly hasHostBits: boolean
}

/** How ports are written. */
export interface PortSyntax {
  /** What stands between the ends of a range: `-` when left out. */
  readonly between?: string
  /** Whether an end may be left out, `:1023`, `1024:`. */
  readonly mayBeOpen?: boolean
  /** Names of ports; `services` of the kit, or those of the device. */
  readonly names?: Readonly<Record<string, number>>
}

/** How ports after an operator are written. */
export interface OperatorSyntax {
  /** Names of ports. */
  readonly names: Readonly<Record<string, number>>
  /** Whether several ports may follow `eq` and `neq`. */
  readonly areSeveral?: boolean
}

/** A fault in a file. */
export interface TemplateFault {
  readonly line: number
  readonly text: string
  readonly reason: string
}

/** What the expressions of a deployment template may refer to. */
export interface TemplateNames {
  readonly parameters?: LocatedJson | undefined
  readonly variables?: LocatedJson | undefined
}

/** Ports of one protocol that a service stands for. */
export interface ServicePorts {
  readonly protocol: Protocol | 'any'
  readonly ports: readonly PortRange[]
  /** Whether only some of the traffic to these ports is meant. */
  readonly isPart: boolean
}

/** A text and where it stands. */
export interface Value {
  readonly text: string
  readonly place: Place
}

/** An object of a configuration: what has been set of it so far. A field without values was unset. */
export interface Entry {
  readonly name: string
  /** Where it came up first. */
  readonly place: Place
  readonly fields: Map<string, Value[]>
  /** What was not understood of it, which only matters when it is used. */
  readonly notes: Note[]
}

/** Notes in the order in which they came up, each once. Of the same note about different traffic, one is kept, about all of it. */
export interface Notes {
  readonly all: readonly Note[]
  add(place: Place, text: string, reason: string, more?: Omit<Note, 'place' | 'text' | 'reason'>): void
  addAll(notes: readonly Note[]): void
}

/** Values by name, each worked out once, however names lead to names. */
export interface Resolver<Found> {
  /** The value of `key`: what `read` makes of it. `read` may ask for other keys, and for its own. */
  of(key: string, read: () => Found): Found
  /** Works out `key` anew when it is asked for next, and all that asked for it. What is not forgotten stays the same value. */
  forget(key: string): void
}

/** The zones or interfaces of a rule, or those that an audit asks about. */
export interface ZonePair {
  readonly from: readonly string[]
  readonly to: readonly string[]
}

/** Everything that readers share. Nothing here throws for what a text says, but for `parsePrefix` and `parsePrefixOrAddress`. */
export interface ReaderKit {
  // Addresses.
  /** Strict CIDR; throws an `Error` with one sentence. */
  parsePrefix(text: string): Prefix
  /** Strict CIDR or plain address; throws an `Error` with one sentence. */
  parsePrefixOrAddress(text: string): Prefix
  /** Strict CIDR or plain address, or the sentence that says what is wrong. */
  prefixOrReason(text: string): Prefix | string
  /** A plain address. */
  addressOf(text: string): Prefix | undefined
  /** An address with or without a length; host bits do not count. */
  blockOf(text: string): Block | undefined
  /** An address and a mask whose ones come first, `192.0.2.0` and `255.255.255.0`; host bits do not count. */
  maskedBlock(address: string, mask: string): Block | undefined
  /** An address and a mask whose ones may be anything, `10.0.0.1` and `0.255.0.0`. At most 65,536 ranges. */
  wildcardRanges(address: string, wildcard: string): readonly Range[] | undefined
  /** Two plain addresses, in order. */
  rangeBetween(first: string, last: string): Range | undefined
  /** Parses an address, a prefix, or two addresses with a hyphen between them; host bits are ignored. */
  rangeOfText(text: string): (Range & Pick<Block, 'hasHostBits'>) | undefined
  rangeOf(prefix: Prefix): Range
  setOf(prefixes: Iterable<Prefix>): PrefixSet
  setOfRanges(ranges: readonly Range[]): PrefixSet
  /** The set of texts that are all strict CIDRs, sooner than one by one; undefined when any is something else. */
  setOfTexts(texts: readonly string[]): PrefixSet | undefined
  union(sets: readonly PrefixSet[]): PrefixSet
  readonly empty: PrefixSet
  /** Every address of a family, or of both. */
  everything(family?: AddressFamily): PrefixSet
  /** Whether addresses tell that they are local: all are private, and none is in `remotes`. Never without `remotes`. */
  areLocal(addresses: PrefixSet, remotes: PrefixSet | undefined): boolean

  // Ports and services. Lists of ports are sorted and without overlap wherever they are returned.
  /** 0 to 65535, in a list. */
  readonly everyPort: readonly PortRange[]
  /** `443`, `8000-8080`, or a name. */
  portRange(text: string, syntax?: PortSyntax): PortRange | undefined
  /**
   * Takes `eq 443`, `neq 443`, `lt 1024`, `gt 1023` or `range 8000 8080`. Returns `none` if another word comes next, `unknown` if the
   * ports are invalid.
   */
  takePorts(words: Words, syntax: OperatorSyntax): readonly PortRange[] | 'none' | 'unknown'
  joinPorts(ranges: readonly PortRange[]): readonly PortRange[]
  /** The ports that are in none of `ranges`. */
  otherPorts(ranges: readonly PortRange[]): readonly PortRange[]
  commonPorts(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[]
  /** One for each protocol, whole and part apart, in the order in which they came up. */
  joinServices(services: readonly ServicePorts[]): readonly ServicePorts[]
  /** Ports by their names in /etc/services. */
  readonly services: Readonly<Record<string, number>>
  /** Numbers of protocols by their names in /etc/protocols. */
  readonly protocols: Readonly<Record<string, number>>

  // Names that lead to names.
  /** `unresolved` gives the value of a key that leads back to itself (`circle`), or lies deeper than 100 levels (`depth`). */
  resolver<Found>(unresolved: (key: string, why: 'circle' | 'depth') => Found): Resolver<Found>

  /** Resolves groups of lines, which may refer to each other. */
  groupReader<Found, Group extends LineGroup<Found>>(
    syntax: GroupSyntax<Found, Group>,
  ): { of(group: Group): Held<Found> }

  /** Names so that each comes before those that it holds, as they can be removed, unless these lead back to it. */
  outerFirst(names: readonly string[], innerOf: (name: string) => readonly string[]): readonly string[]

  // Zones and interfaces.
  /** How much of what is asked about a rule covers that names these; `any` covers all. */
  coverage(names: readonly string[], asked: readonly string[]): 'whole' | 'part' | 'none'
  /**
   * In which directions a rule between zones is met, seen from the local zones. `isExact`: only where it names just the zones that
   * are asked about.
   */
  directionsBetween(
    rule: ZonePair,
    asked: { readonly local: readonly string[]; readonly remote: readonly string[] },
    isExact: boolean,
  ): readonly { readonly direction: Direction; readonly isWhole: boolean }[]
  /** The zones to ask for: undefined where a configuration does not show all of them. */
  zonesOf(shown: Iterable<string>, named: readonly string[]): readonly string[] | undefined

  // Chains.
  /** The rules that connections meet, in order, as if there were no chains. */
  followChains(walk: ChainWalk, notes: Notes): FoundRule[]

  /** Turns an entry of an access list into rules of a chain, one for each service. Permitted connections go on to the next list, if there is one. */
  entryRules(entry: ListEntry, at: EntryPlace, notes: Notes): ChainRule[]

  /** Connections that both match; undefined where there are none. */
  commonMatch(a: Match, b: Match): Match | undefined
  /** What is left of `all` when what `taken` matches has gone, in pieces that do not overlap; of a part that was taken, all may be there still. */
  withoutMatch(all: Match, taken: Match, family?: AddressFamily): readonly Match[]

  // Tags.
  /** Reads both ends of a rule whose addresses may be tags, seen from the virtual network. */
  tagSides(local: TagSide, remote: TagSide, options: TagSideOptions): TagSides
  /** Rules in their order. A deny of every address, or of every public one, is a deny of the tags that a later rule allows. */
  denyTagsToo<Rule extends CoveringRule>(rules: readonly Rule[]): Rule[]

  // Text.
  readStatements(file: Pick<ReadFile, 'part' | 'text'>, syntax: Syntax & { readonly lists: true }): Statement<Word>[]
  readStatements(file: Pick<ReadFile, 'part' | 'text'>, syntax: Syntax): Statement[]
  /** A function that cuts one line into words; undefined where a quote does not end. */
  splitter(syntax: Syntax): (line: string) => readonly string[] | undefined
  words<One extends Word>(words: readonly One[]): Words<One>
  /** Strict JSON, in which every value knows its line. */
  readJson(text: string): LocatedJson | BrokenJson
  /** The documents of a text in YAML, which JSON is too, without empty ones. Every value knows its line. */
  readYaml(text: string): readonly (LocatedJson | BrokenJson)[]
  /** A field of an object. */
  fieldOf(value: LocatedJson | undefined, name: string): LocatedJson | undefined
  /** The items of a list; none of anything else. */
  itemsOf(value: LocatedJson | undefined): readonly LocatedJson[]
  textOf(value: LocatedJson | undefined): string | undefined
  numberOf(value: LocatedJson | undefined): number | undefined
  /**
   * Returns a function that evaluates a value of a deployment template with the default parameters: an expression gives its value, and any
   * other value stays as it is. The function returns undefined for an unknown expression.
   */
  expressions(names: TemplateNames): (value: LocatedJson) => LocatedJson | undefined
  /** The faults of a deployment template outside of its resources; it must be for a resource group and have these parameters. */
  templateFaults(root: LocatedJson, parameters: readonly string[]): readonly TemplateFault[]
  /** Elements, each with its line. */
  readXml(text: string): XmlText

  // Objects and notes.
  /** An entry with nothing set. */
  newEntry(name: string, place: Place): Entry
  notes(): Notes
  /** On one line, short, and nothing in it that a terminal would obey. */
  inShort(text: string): string
  /** The UUID of a name in a namespace: version 5 of RFC 9562. Undefined where the namespace is not a UUID. */
  nameUuid(namespace: string, name: string): string | undefined
}
