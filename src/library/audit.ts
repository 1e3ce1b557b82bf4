import type { AddressFamily } from '../address/prefix.ts'
import { audit as compareWith } from '../audit/audit.ts'
import { checkKind, readerOf } from '../audit/configuration.ts'
import { type Narrow, narrowOf, readDevice } from '../audit/device-reading.ts'
import { expectDevice } from '../audit/expect-device.ts'
import { type Audit, type AuditFinding, findingsOf } from '../audit/values.ts'
import { jobOf } from '../compile/target-job.ts'
import { UserError } from '../errors.ts'
import type { Policy } from '../model/policy.ts'
import { chooseTargets } from '../policy/load.ts'
import { type AnyDocument, historyOf, knownOf, vendorFoldersOf } from './known.ts'

/** A text that a device printed. */
export interface DeviceText {
  /** Its name in findings. */
  readonly name: string
  readonly text: string
}

/** What an audit depends on besides the texts and the policy. */
export interface AuditOptions {
  /** The document to compare with. */
  readonly document: AnyDocument
  /** The target whose device it is; needless if the policy has only one. */
  readonly target?: string
  /** Older documents: addresses of theirs that are left on the device are stale. */
  readonly older?: readonly AnyDocument[]
  /** Folders with vendors of your own. */
  readonly vendors?: readonly string[]
  /** Only this family. */
  readonly family?: AddressFamily
  /** Only this part of the configuration: values by key of the vendor's manifest. */
  readonly narrow?: Narrow
  /** True if rules outside the policy are findings too. */
  readonly isStrict?: boolean
}

/** An audit, and its findings in one list. */
export interface Audited extends Audit {
  readonly findings: readonly AuditFinding[]
}

/** As `audit` of the library. */
export async function audit(
  texts: readonly DeviceText[],
  policy: Policy,
  { document, target: name, older = [], vendors, family, narrow = {}, isStrict = false }: AuditOptions,
): Promise<Audited> {
  const [target, ...more] = chooseTargets(policy, name === undefined ? [] : [name])
  if (!target || more.length > 0)
    throw new UserError(`the policy ${policy.name} has several targets; name the one to audit`)
  const folders = vendorFoldersOf(vendors)
  const job = jobOf({ ...target, family: family ?? target.family }, folders)
  const read = await readerOf(job.vendor)
  const part = narrowOf(narrow, job.vendor)
  const files = texts.map((one) => ({
    part: one.name,
    family: undefined,
    text: one.text.replaceAll('\r\n', '\n'),
  }))
  for (const file of files) checkKind(file.part, file.text, job.vendor, folders)
  const expectation = expectDevice(policy, target, job, knownOf(document), historyOf(older))
  const found = compareWith(expectation, readDevice(read, files, job, expectation.ruleset, part))
  return { ...found, findings: findingsOf(found, isStrict) }
}
