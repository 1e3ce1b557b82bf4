import type { PolicyLocal } from './policy.ts'

/** `10.20.0.0/16, 2001:db8:20::/48`, or `the object k8s-nodes`. */
export function localText(local: PolicyLocal): string {
  if ('prefixes' in local) return local.prefixes.texts.join(', ')
  return `the object ${local.object}${local.object6 === undefined ? '' : `, ${local.object6} for IPv6`}`
}
