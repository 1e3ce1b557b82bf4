import type { adoptJson } from '../adopt/json.ts'
import type { auditJson } from '../audit/json.ts'
import type { buildJson } from '../change/tell/json.ts'
import type { widenJson } from '../compile/widen/run-widen.ts'
import type { doctorJson } from '../doctor/json.ts'
import type { lookupJson } from '../document/lookup.ts'
import type { summaryJson } from '../document/lookup-summary.ts'
import type { emitJson } from '../emit/emit.ts'
import type { failureJson } from '../findings-output.ts'
import type { initJson } from '../init/run-init.ts'
import type { policiesJson, rulesJson } from '../listing/policies.ts'
import type { snapshotsJson } from '../listing/snapshots.ts'
import type { tagsJson } from '../listing/tags.ts'
import type { sitesJson, targetsJson } from '../listing/targets.ts'
import type { vendorJson, vendorsJson } from '../listing/vendors.ts'
import type { proposedJson } from '../propose/outcome.ts'
import type { vendorCheckJson } from '../vendor-check/result.ts'
import type { aggregateJson } from './aggregate.ts'
import type { diffJson } from './diff.ts'
import type { explainedJson } from './explain.ts'
import type { fetchedJson } from './fetch.ts'
import type { updateJson } from './update.ts'
import type { newVendorJson } from './vendor.ts'

/** The values that each command prints with `--json`, besides `formatVersion`. The schemas in docs/schemas are made from it. */
export interface JsonOutputs {
  readonly adopt: ReturnType<typeof adoptJson>
  readonly aggregate: ReturnType<typeof aggregateJson>
  readonly audit: ReturnType<typeof auditJson>
  readonly build: ReturnType<typeof buildJson>
  readonly diff: ReturnType<typeof diffJson>
  readonly doctor: ReturnType<typeof doctorJson>
  readonly emit: ReturnType<typeof emitJson>
  readonly error: ReturnType<typeof failureJson>
  readonly explain: ReturnType<typeof explainedJson>
  readonly fetch: ReturnType<typeof fetchedJson>
  readonly init: ReturnType<typeof initJson>
  readonly 'list-policies': ReturnType<typeof policiesJson>
  readonly 'list-rules': ReturnType<typeof rulesJson>
  readonly 'list-sites': ReturnType<typeof sitesJson>
  readonly 'list-snapshots': ReturnType<typeof snapshotsJson>
  readonly 'list-tags': ReturnType<typeof tagsJson>
  readonly 'list-targets': ReturnType<typeof targetsJson>
  readonly 'list-vendor': ReturnType<typeof vendorJson>
  readonly 'list-vendors': ReturnType<typeof vendorsJson>
  readonly lookup: ReturnType<typeof lookupJson>
  readonly 'lookup-summary': ReturnType<typeof summaryJson>
  readonly plan: ReturnType<typeof buildJson>
  readonly propose: ReturnType<typeof proposedJson>
  readonly update: ReturnType<typeof updateJson>
  readonly 'vendor-check': ReturnType<typeof vendorCheckJson>
  readonly 'vendor-new': ReturnType<typeof newVendorJson>
  readonly widen: ReturnType<typeof widenJson>
}
