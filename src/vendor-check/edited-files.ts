import { renderDelta } from '../change/commands/render-delta.ts'
import { renderAll } from '../compile/render-target.ts'
import { refusalOf, UserError } from '../errors.ts'
import type { Finding } from '../finding/finding.ts'
import { type Device, readingsFrom } from '../model/device.ts'
import { sameItems } from '../model/item.ts'
import { lazy, memo } from '../model/lazy.ts'
import type { ReadFile } from '../model/reading.ts'
import { loadedDevice } from '../vendor/checked-device.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { deltaExpectationOf, proofContext } from '../verify/expect-target.ts'
import { proveDelta } from '../verify/prove-delta.ts'
import { type Case, casesOf, disjointCases, provedCases } from './check-files.ts'
import { type Edit, withEdit } from './edits.ts'
import { type CheckPlace, EDITS, type EditKind, type Setting, type Tally, textWithoutPlaces } from './result.ts'
import { conformanceChanges, type SubjectChange } from './subjects.ts'

/** Files that are proved together. */
export interface ProvedFiles {
  readonly files: readonly ReadFile[]
  readonly place: CheckPlace
  /** The edits that the proof should notice in them. */
  readonly kinds: readonly EditKind[]
  /** True if the device holds the same after other files in their place; undefined for deltas, which only the proof follows. */
  readonly isSame: ((files: readonly ReadFile[]) => boolean) | undefined
  /** The findings of the proof for files read in their place. Throws `UserError` if the reader fails. */
  findingsOf(files: readonly ReadFile[]): readonly Finding[]
}

/** The full files of every policy under every setting. */
export const fullFiles = (settings: readonly Setting[], readers: Readers): ProvedFiles[] =>
  Array.from(provedCases(disjointCases(settings), readers), ({ job, place, files, findingsOf }) => {
    const heldBy = (texts: readonly ReadFile[]) => heldOf(loadedDevice(readers.device, texts, proofContext(job)))
    const held = lazy(() => heldBy(files))
    const isSame = (texts: readonly ReadFile[]) => {
      const [own, other] = [held(), heldBy(texts)]
      return own.reading === other.reading && sameItems(own.items, other.items, job.vendor.order)
    }
    return { files, place, kinds: EDITS, isSame, findingsOf }
  })

/** Everything that a device holds: rules, lists and notes, but for the lines that they stand on, and items. */
function heldOf(device: Device) {
  const { rules, lists, notes } = device.reading()
  return { reading: textWithoutPlaces([rules, lists, notes]), items: device.items() }
}

/** The policy with most of what a rule may have. */
const RICHEST = 'several'
/**
 * Other edits of a delta may change nothing, because it often removes unused items, or items that other lines cover. The `deltas`
 * check proves the effect of each line.
 */
const EDITS_OF_DELTAS: readonly EditKind[] = ['unknown', 'extra']

/** The deltas of one policy under every setting: of the richest, or the first that has any. */
export async function deltaFiles(settings: readonly Setting[], { follows, device }: Readers): Promise<ProvedFiles[]> {
  if (!follows) return []
  const deltaOf = ({ tried: change, job, place }: Case<SubjectChange>) =>
    unlessRefused(async () => {
      const { files, findings } = await renderDelta(change, job, true)
      if (findings.length > 0) return undefined
      const before = renderAll(change.before, job).files
      const expectation = deltaExpectationOf(job, change)
      const findingsOf = (files: readonly ReadFile[]) => {
        const led = loadedDevice(device, before, proofContext(job))
        return proveDelta(expectation, readingsFrom(led, files, 'delta')).findings
      }
      return { files, place, kinds: EDITS_OF_DELTAS, isSame: undefined, findingsOf }
    })
  const found: ProvedFiles[] = []
  for (const setting of settings) {
    const cases = casesOf([setting], ({ vendor }) => conformanceChanges(vendor))
    for (const name of new Set([RICHEST, ...cases.map(({ tried }) => tried.policy)])) {
      const own = await Promise.all(cases.filter(({ tried }) => tried.policy === name).map(deltaOf))
      found.push(...own.flat())
      if (own.flat().length > 0) break
    }
  }
  return found
}

/** In files that are not proved unedited, no edit could be noticed. */
async function unlessRefused(make: () => Promise<ProvedFiles | undefined>): Promise<ProvedFiles[]> {
  try {
    const made = await make()
    return made && made.findingsOf(made.files).length === 0 ? [made] : []
  } catch (error) {
    if (error instanceof UserError) return []
    throw error
  }
}

/** The edits that may leave the device as it was. The conformance policies find a reader that ignores the order of rules. */
const MOVES: readonly EditKind[] = ['swap', 'duplicate']
/** The edits that the proof must notice: of the order of rules, of words that own files may lack, and of what no file of tagwall has. */
const BY_PROOF: readonly EditKind[] = [...MOVES, 'word', 'unknown', 'extra']

const COMMENT = /^\s*(?:$|#|\/\/|!|;|--|\/\*|\*|<!--)/

/** One file of several, edited and read back with the others. */
export class EditedFile {
  readonly text: string
  /** Only the reader can say that a line means nothing: it then takes the file without it. */
  private readonly isComment = memo((line: number): boolean => {
    const own = this.text.split('\n')[line - 1] ?? ''
    return COMMENT.test(own) && !this.isNoticed({ kind: 'drop', line, lines: [own], span: 1, put: [] })
  })

  constructor(
    readonly whole: ProvedFiles,
    private readonly at: number,
    private readonly tally: Tally,
  ) {
    this.text = (whole.files[at] as ReadFile).text
  }

  /** `noticed`: the proof finds something, or the device holds something else. `same`: lines that are swapped or doubled, and leave all as it was. */
  verdictOn(edit: Edit): 'noticed' | 'comment' | 'same' | 'unnoticed' {
    if (this.isNoticed(edit)) return 'noticed'
    if (MOVES.includes(edit.kind) && this.whole.isSame?.(this.mutantOf(edit))) return 'same'
    return edit.lines.some((_, index) => this.isComment(edit.line + index)) ? 'comment' : 'unnoticed'
  }

  placeOf(line: number): CheckPlace {
    return { ...this.whole.place, part: (this.whole.files[this.at] as ReadFile).part, line }
  }

  private mutantOf(edit: Edit): ReadFile[] {
    return withEdit(this.whole.files, this.at, edit)
  }

  private isNoticed(edit: Edit): boolean {
    const mutant = this.mutantOf(edit)
    let isNoticed = true
    const failure = refusalOf(() => {
      const isOther = () => !BY_PROOF.includes(edit.kind) && this.whole.isSame?.(mutant) === false
      isNoticed = this.whole.findingsOf(mutant).length > 0 || isOther()
    })
    if (failure)
      this.tally.add(`a file that was edited makes the reader fail: ${failure.message}`, this.placeOf(edit.line))
    return isNoticed
  }
}
