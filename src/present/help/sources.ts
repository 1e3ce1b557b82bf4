/** The pages that helps of findings refer to. */
export const TAGS_PAGE = 'https://learn.microsoft.com/azure/virtual-network/service-tags-overview'
export const PAGE = 'https://www.microsoft.com/download/details.aspx?id=56519'
export const POLICY = 'docs/policy.md'
export const GUARDS = 'docs/guards.md'
export const WIDEN = 'docs/widening.md'
export const PROOF = 'docs/audit.md'
export const VENDORS = 'vendors/README.md'
export const FULL_LOAD = 'docs/full-load.md'
