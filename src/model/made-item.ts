import type { Manifest } from './manifest-schema.ts'

/** How a device makes and loses the things of one kind. Deltas are derived from it. */
export type MadeItem = Manifest['items'][number]

type Members = NonNullable<MadeItem['members']>
/** How a thing gains and loses members, where these are lines of what makes it. */
export type MemberLines = Extract<Members, { readonly line: string }>
/** The same by templates, where members are no lines of what makes it. */
export type MemberList = Extract<Members, { readonly list: string }>

/** True for the name of a file, and not for a template of one line that stands in the manifest. */
export const isTemplate = (text: string) => text.endsWith('.hbs')

/** The parts of a manifest that hold templates, apart from full files. */
type Commands = Pick<Manifest, 'lines' | 'items' | 'deltas'>

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
