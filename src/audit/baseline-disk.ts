import { resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Policy } from '../model/policy.ts'
import { readFile } from '../parse/read-file.ts'
import { refuseLinkOut } from '../places.ts'
import { entryAt } from '../store/disk.ts'
import { writeEach } from '../store/write.ts'
import { plural } from '../text/numbers.ts'
import { formatBaseline, parseBaseline } from './baseline-file.ts'
import type { Baseline } from './values.ts'

/** The baseline in the file `shown`. Throws `UserError` if there is none, or if it is of another policy. */
export function readBaseline(shown: string, policy: Policy, io: Io): Baseline & { readonly name: string } {
  const baseline = parseBaseline(new TextDecoder().decode(readFile(resolve(io.cwd, shown), shown, io)), shown)
  if (baseline.policy !== policy.name) {
    throw new UserError(
      `${shown} is a baseline of the policy ${baseline.policy}, but this audit uses ${policy.name}; write a new one with --write-baseline`,
    )
  }
  return { name: shown, ...baseline }
}

/** Throws `UserError` if the file `shown` exists and is no baseline: it may be the policy, or the configuration itself. */
export function checkReplaced(shown: string, io: Io): void {
  const path = resolve(io.cwd, shown)
  refuseLinkOut(path, io.cwd, shown)
  if (entryAt(path)?.isFile() && !/^$|"tagwall-baseline-/.test(new TextDecoder().decode(readFile(path, shown, io))))
    throw new UserError(`${shown} exists and is not a baseline; choose another file for --write-baseline, or remove it`)
}

/** Writes a baseline to the file `shown`, and says so on stderr. */
export function writeBaseline(shown: string, baseline: Baseline, io: Io): void {
  const path = resolve(io.cwd, shown)
  writeEach([{ path, text: formatBaseline(baseline), owner: 'the baseline' }])
  io.err(`${shown} now accepts ${plural(baseline.accepted.length, 'finding')}\n`)
}
