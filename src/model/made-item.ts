import type { Condition } from './option.ts'

/** A thing that a device always has: commands make it again, and never remove it. */
const LASTING_SOURCES = ['directions', 'families', 'once'] as const
/** The list of the view that a template of items is for. */
export const ITEM_SOURCES = [
  ...([
    'objects',
    'groups',
    'sets',
    'wholeSets',
    'services',
    'rules',
    'entries',
    'chains',
    'policyRules',
    'remotes',
    'cover',
  ] as const),
  ...LASTING_SOURCES,
] as const
export type ItemSource = (typeof ITEM_SOURCES)[number]

export const isLasting = (each: ItemSource) => LASTING_SOURCES.some((one) => one === each)

/** How a device makes and loses the things of one kind. Deltas are derived from it. */
export interface MadeItem {
  readonly each: ItemSource
  readonly when: Condition
  /** Flags of the view of each thing, such as `isIpv4`: only those that have all of them. */
  readonly if?: string | readonly string[] | undefined
  /** Templates over one thing: the commands that make it, and those that remove it. Entries, each of which is a line of `make`, go by `members`; what lasts never goes; anything else without `gone` goes as it loses all members. Templates of deltas need names only. */
  readonly make: string
  readonly gone?: string | undefined
  /** The parts of a delta of several files that hold what makes and changes it, and what removes it. Undefined: any. */
  readonly part?: string | undefined
  readonly gonePart?: string | undefined
  /** A template over a rule with `move`: the command that places it. */
  readonly place?: string | undefined
  /** The lines around the commands of neighbours, or templates of them over the thing; the last may be empty. */
  readonly within?: readonly [open: string, close: string] | undefined
  /** Those around neighbours that are made, placed or grow, if what goes stands by itself. */
  readonly together?: readonly [open: string, close: string] | undefined
  readonly members?: MemberLines | MemberList | undefined
}

/** How a thing gains and loses members, where these are lines of what makes it. */
export interface MemberLines {
  /** A regular expression that matches the beginning of a member's line. */
  readonly line: string
  /** The words in its place in the commands that add the member, and in those that take it. */
  readonly add: string
  readonly take: string
  /** A regular expression of the other lines that are commands of their own, which only a new text needs; the rest stand around the members. */
  readonly alone?: string | undefined
}

/** The same by templates, where members are no lines of what makes it. */
export interface MemberList {
  /** A list of the thing whose values have names, or a template that prints each member on a line. */
  readonly list: string
  /** Templates over the thing with only those that it gains, or loses; `members` if a template lists them. Without `add`, the thing is made again; without `take`, if it loses any. */
  readonly add?: string | undefined
  readonly take?: string | undefined
  /** A set is made again if a prefix that it gains overlaps one that it loses. */
  readonly apart: boolean
}

/** True for the name of a file, and not for a template of one line that stands in the manifest. */
export const isTemplate = (text: string) => text.endsWith('.hbs')

/** The parts of a manifest that hold templates, apart from full files. */
export interface Commands {
  /** Partials of one line, by name. */
  readonly lines: Readonly<Record<string, string>>
  readonly items: readonly MadeItem[]
  readonly deltas: readonly { readonly begin?: string | undefined; readonly end?: string | undefined }[]
}

/** The templates that items and deltas name, or hold themselves. */
export function commandTemplates({ items, deltas }: Omit<Commands, 'lines'>): string[] {
  const ofItems = items.flatMap(({ make, gone = '', place = '', within = [], together = [], members }) => {
    const { add = '', take = '' } = members && 'list' in members ? members : {}
    return [make, gone, place, ...within, ...together, add, take]
  })
  return [...ofItems, ...deltas.flatMap(({ begin = '', end = '' }) => [begin, end])].filter(
    (template) => template !== '',
  )
}

/** The templates of one line in a manifest: partials by the name of the file whose place they take, others by their own text. */
export const linesIn = (manifest: Commands): (readonly [name: string, text: string])[] => [
  ...Object.entries(manifest.lines).map(([name, line]) => [`_${name}.hbs`, `${line}\n`] as const),
  ...commandTemplates(manifest).flatMap((line) => (isTemplate(line) ? [] : [[line, `${line}\n`] as const])),
]
