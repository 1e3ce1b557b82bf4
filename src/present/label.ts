import { CLOUDS } from '../model/cloud.ts'
import type { DocumentLabel } from '../model/delta.ts'

/** A document as every output calls it. */
export function formatLabel({ cloud, published, changeNumber }: DocumentLabel): string {
  return `${CLOUDS[cloud]} ${published} (change number ${changeNumber})`
}
