/** The clouds that tagwall compiles for: our short name, and the name that the document carries. */
export const CLOUDS = {
  public: 'Public',
  usgov: 'AzureGovernment',
  china: 'China',
} as const

export type Cloud = keyof typeof CLOUDS

export const CLOUD_NAMES = Object.keys(CLOUDS) as Cloud[]

/** Our name for the cloud that a document calls `published`, if it is one of ours. */
export function cloudOf(published: string): Cloud | undefined {
  return CLOUD_NAMES.find((cloud) => CLOUDS[cloud] === published)
}
