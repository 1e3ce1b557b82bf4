import type { OptionValues, Traffic } from 'tagwall/reader'

/** What all parts of the reader share. */
export interface Scope {
  readonly options: OptionValues
  /** Everything must be understood, and as the options say. */
  readonly isStrict: boolean
  readonly part: string
  note(line: number, text: string, reason: string, about?: readonly Traffic[]): void
}
