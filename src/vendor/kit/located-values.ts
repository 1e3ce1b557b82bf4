/** A JSON value and the line that it begins on. */
export type LocatedJson = { readonly line: number } & (
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, LocatedJson> }
  | { readonly kind: 'list'; readonly items: readonly LocatedJson[] }
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
)

/** The syntax error of a JSON text, and its line. */
export interface BrokenJson {
  readonly kind: 'broken'
  readonly line: number
  readonly text: string
  readonly reason: string
}

/** An element of an XML text and the line that its tag begins on. */
export interface LocatedXml {
  readonly line: number
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly LocatedXml[]
  /** The text of the element itself, without its children and without surrounding blanks. */
  readonly text: string
  /** The line that its end tag is on. */
  readonly endLine: number
}

/** The elements of an XML text, including those before a syntax error. */
export interface XmlText {
  readonly root: LocatedXml | undefined
  /** The text before and after the root element. */
  readonly around: string
  readonly faults: readonly Omit<BrokenJson, 'kind'>[]
}
