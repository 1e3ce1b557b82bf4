import type { ReaderKit } from 'tagwall/reader'

/** The kit. A reader binds it before it reads, so no function has to pass it on. */
export let kit: ReaderKit

export function bindKit(given: ReaderKit): void {
  kit = given
}
