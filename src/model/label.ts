import { CLOUDS } from './cloud.ts'
import type { DocumentLabel } from './delta.ts'

/** The label of a document in every output. */
export function formatLabel({ cloud, published, changeNumber }: DocumentLabel): string {
  return `${CLOUDS[cloud]} ${published} (change number ${changeNumber})`
}
