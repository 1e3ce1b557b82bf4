import { UserError } from '../errors.ts'
import type { WindowChange } from '../model/change-window.ts'
import type { Reach } from '../model/finding.ts'
import type { ReadFile } from '../model/found-rule.ts'
import { loadReader } from '../source/vendor/reader.ts'
import { leftoversOf } from '../verify/leftovers.ts'
import { prove } from '../verify/prove.ts'
import type { BuiltTarget } from './build-targets.ts'
import { itemText } from './clean-target.ts'
import { expectationOf, proofContext } from './expectation.ts'

/**
 * What the newer rules of a target allow that its older files do not, and the reverse, by kind of traffic. Undefined if the files
 * cannot be read under the current options.
 */
export async function changesOfFiles(
  { job, ruleset }: BuiltTarget,
  older: readonly ReadFile[],
): Promise<WindowChange[] | undefined> {
  const readers = await loadReader(job.vendor)
  if (!readers) return undefined
  const reading = readers.read(older, proofContext(job))
  const { findings } = prove(expectationOf(job, ruleset), reading)
  // A proof compares tags in lower case.
  const names = [
    ...reading.rules.flatMap(({ remote }) => remote.tags),
    ...reading.lists.flatMap(({ tags = [] }) => tags),
    ...ruleset.sets.flatMap(({ tags }) => tags),
  ]
  const written = new Map(names.map((name) => [name.toLowerCase(), name]))
  const asWritten = ({ addresses, tags }: Reach): Reach => {
    return { addresses, tags: tags.map((tag) => written.get(tag) ?? tag) }
  }
  const changes = findings.flatMap((finding): WindowChange[] =>
    finding.code === 'PROOF_FAILED'
      ? [
          {
            name: finding.flow,
            note: '',
            isDeny: false,
            local: [],
            gained: asWritten(finding.missing),
            lost: asWritten(finding.extra),
          },
        ]
      : [],
  )
  return changes.length === findings.length ? changes : undefined
}

/** What stays on the device after the older full files are loaded over the newer ones; empty if that is not known. */
export async function staysAfter({ job, files }: BuiltTarget, older: readonly ReadFile[]): Promise<string[]> {
  const model = (await loadReader(job.vendor))?.device
  if (!model) return []
  const device = () => model(proofContext(job))
  try {
    return leftoversOf({ device, before: files, after: older }).map(itemText)
  } catch (error) {
    // The reader refuses an edited file.
    if (error instanceof UserError) return []
    throw error
  }
}
