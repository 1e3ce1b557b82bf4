import { resolve } from 'node:path'
import { type BuiltTarget, type FileThere, filesAt, refuseUnfit, widenedOn } from '../change/build-targets.ts'
import { checkedSide } from '../compile/policy-side.ts'
import { sharedRenderer } from '../compile/share.ts'
import { jobsOf, vendorReader, wideOptions } from '../compile/target-job.ts'
import type { History, KnownDocument } from '../document/history.ts'
import { UserError } from '../errors.ts'
import { refuseErrors } from '../findings-output.ts'
import { labelOf } from '../model/delta.ts'
import type { Policy } from '../model/policy.ts'
import { SHIPPED } from '../paths.ts'
import { chooseTargets } from '../policy/load.ts'
import { proveFiles } from '../verify/prove-files.ts'
import type { AnyDocument, Build, BuildOptions } from './values.ts'

/** The parts of a build for `change` alone. */
export interface MadeBuild {
  readonly known: KnownDocument
  readonly targets: readonly BuiltTarget<FileThere>[]
}

const MADE = new WeakMap<Build, MadeBuild>()

/** The parts of a build for `change`. Throws `UserError` for an object that `build` did not return. */
export function madeOf(build: Build): MadeBuild {
  const made = MADE.get(build)
  if (!made) throw new UserError('this is not a build: expected what build() returned in this program')
  return made
}

/** As `build` of the library. */
export async function build(policy: Policy, document: AnyDocument, options: BuildOptions): Promise<Build> {
  const { targets = [], vendors, before, requireProof = false } = options
  const known = knownOf(document)
  const chosen = chooseTargets(policy, targets)
  const older = before && madeOf(before).targets
  const side = checkedSide(known, historyOf(policy, []), (name) => {
    const own = older?.find(({ target }) => target.name === name && target.widen)
    return own && new Map(own.ruleset.sets.map(({ name, prefixes }) => [name, prefixes]))
  })
  const render = sharedRenderer()
  const findings = [...side.findings]
  const made: BuiltTarget<FileThere>[] = []
  for (const one of refuseUnfit(widenedOn(side, jobsOf(chosen, vendorReader(vendorFoldersOf(vendors)))))) {
    const { target, job, ruleset } = one
    const { files, uses, findings: unfit } = render(ruleset, job)
    refuseErrors(unfit, `the rules do not fit ${target.name}`)
    const { proof, lists, findings: unproved } = await proveFiles(ruleset, job, files, requireProof)
    refuseErrors(unproved, `the rules of ${target.name} are not proved`)
    findings.push(...unfit, ...unproved, ...wideOptions(job, target.options))
    made.push({ ...one, files: filesAt(target, files), uses, proof, lists })
  }
  const built: Build = {
    policy,
    document: labelOf(known.document),
    targets: made.map(({ target, files, proof, ruleset, uses }) => ({
      target: target.name,
      vendor: target.vendor,
      files: files.map(({ path, text }) => ({ path, text })),
      proof,
      ruleset,
      uses,
    })),
    findings,
  }
  MADE.set(built, { known, targets: made })
  return built
}

/** The document in the form for the compiler; errors name its source. */
export function knownOf(given: AnyDocument): KnownDocument {
  if (!('document' in given))
    return { document: given, names: [...given.tags.keys()], where: `the snapshot of ${given.published}` }
  const { document, names, nonRegional } = given
  return { document, names, where: document.source, nonRegional }
}

/** A history that holds documents instead of reading files. */
export function historyOf(policy: Policy, older: readonly AnyDocument[]): History {
  const documents = older.map((one) => knownOf(one).document).sort((a, b) => (a.published < b.published ? -1 : 1))
  return {
    policy,
    files: documents.map((document) => ({ path: '', published: document.published, read: () => document })),
    directory: '',
    isShipped: false,
    isGiven: true,
  }
}

/** The folders to find vendors in: the shipped ones, then those of the program, which win. */
export const vendorFoldersOf = (own: readonly string[] = []): string[] => [
  SHIPPED.vendors,
  ...own.map((folder) => resolve(folder)),
]
