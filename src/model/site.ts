/** The name of a target at a site: `edge@berlin`. Names of targets and sites have no `@`. */
export const nameAt = (target: string, site: string): string => `${target}@${site}`

/** The name of a target without its site. */
export const withoutSite = (name: string): string => name.split('@')[0] as string

/** The site of a target's name; undefined without sites. */
export const siteOf = (name: string): string | undefined => name.split('@')[1]

/** The sites of some targets, in order. */
export const sitesOf = (targets: readonly { readonly name: string }[]): string[] => [
  ...new Set(targets.flatMap(({ name }) => siteOf(name) ?? [])),
]
