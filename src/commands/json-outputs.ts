import type { LISTS, showVendor, showVendors } from '../listing/listing.ts'

/** The values that each command prints with `--json`, besides `formatVersion`. The schemas in docs/schemas are made from it. */
export interface JsonOutputs {
  readonly adopt: ReturnType<typeof import('../adopt/report.ts').adoptJson>
  readonly aggregate: ReturnType<typeof import('./aggregate.ts').aggregateJson>
  readonly audit: ReturnType<typeof import('../audit/json.ts').auditJson>
  readonly build: ReturnType<typeof import('../change/tell/json.ts').buildJson>
  readonly diff: ReturnType<typeof import('./diff.ts').diffJson>
  readonly doctor: ReturnType<typeof import('../doctor/json.ts').doctorJson>
  readonly emit: ReturnType<typeof import('../emit/emit.ts').emitJson>
  readonly error: ReturnType<typeof import('../findings-output.ts').failureJson>
  readonly explain: ReturnType<typeof import('./explain.ts').explainedJson>
  readonly fetch: ReturnType<typeof import('./fetch.ts').fetchedJson>
  readonly init: ReturnType<typeof import('../init/run-init.ts').initJson>
  readonly 'list-policies': ListJson<(typeof LISTS)['policies']>
  readonly 'list-rules': ListJson<(typeof LISTS)['rules']>
  readonly 'list-sites': ListJson<(typeof LISTS)['sites']>
  readonly 'list-snapshots': ListJson<(typeof LISTS)['snapshots']>
  readonly 'list-tags': ListJson<(typeof LISTS)['tags']>
  readonly 'list-targets': ListJson<(typeof LISTS)['targets']>
  readonly 'list-vendor': ListJson<typeof showVendor>
  readonly 'list-vendors': ListJson<typeof showVendors>
  readonly lookup: ReturnType<typeof import('../document/lookup.ts').lookupJson>
  readonly 'lookup-summary': ReturnType<typeof import('../document/lookup-summary.ts').summaryJson>
  readonly plan: ReturnType<typeof import('../change/tell/json.ts').buildJson>
  readonly propose: ReturnType<typeof import('../propose/outcome.ts').proposedJson>
  readonly update: ReturnType<typeof import('./update.ts').updateJson>
  readonly 'vendor-check': ReturnType<typeof import('../vendor-check/result.ts').vendorCheckJson>
  readonly 'vendor-new': ReturnType<typeof import('./vendor.ts').newVendorJson>
  readonly widen: ReturnType<typeof import('../compile/widen/run-widen.ts').widenJson>
}

/** The JSON of a list that `tagwall list` prints. */
type ListJson<List extends (...given: never[]) => Listed | Promise<Listed>> = Awaited<ReturnType<List>>['json']
type Listed = { readonly json: object }
