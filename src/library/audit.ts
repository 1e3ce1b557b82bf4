import { audit as compareWith } from '../audit/audit.ts'
import { checkKind, readerOf } from '../audit/configuration.ts'
import { comparedWith, narrowOf, readDevice } from '../audit/device-reading.ts'
import { expectDevice } from '../audit/expect-device.ts'
import { findingsOf } from '../audit/values.ts'
import { jobOf } from '../compile/target-job.ts'
import { UserError } from '../errors.ts'
import type { Policy } from '../model/policy.ts'
import { chooseTargets } from '../policy/load.ts'
import { historyOf, knownOf, vendorFoldersOf } from './build.ts'
import type { Audited, AuditOptions, DeviceText } from './values.ts'

/** As `audit` of the library. */
export async function audit(
  texts: readonly DeviceText[],
  policy: Policy,
  { document, target: name, older = [], vendors, family, narrow = {}, isStrict = false }: AuditOptions,
): Promise<Audited> {
  const [named, ...more] = chooseTargets(policy, name === undefined ? [] : [name])
  if (!named || more.length > 0)
    throw new UserError(`the policy ${policy.name} has several targets; name the one to audit`)
  const folders = vendorFoldersOf(vendors)
  const target = { ...named, family: family ?? named.family }
  const job = jobOf(target, folders)
  const read = await readerOf(job.vendor)
  const part = narrowOf(narrow, job.vendor)
  const files = texts.map(({ name: part, text }) => {
    return { part, family: undefined, text: text.replaceAll('\r\n', '\n') }
  })
  for (const file of files) checkKind(file.part, file.text, job.vendor, folders)
  const expectation = expectDevice(target, job, knownOf(document), historyOf(policy, older))
  const found = compareWith(expectation, readDevice(read, files, job, comparedWith(expectation.ruleset), part))
  return { ...found, findings: findingsOf(found, isStrict) }
}
