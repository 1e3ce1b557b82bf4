import type { Scope } from '../_azure/scope.ts'
import { kit } from '../_kit/kit.ts'
import { ANY_RESOURCE, CLASSIC_TYPES, TEMPLATES } from './reader-foreign-types.ts'
import type { Resource } from './reader-resources.ts'
import { fieldOf, textIn } from './reader-scope.ts'

/** The Azure types that decide about the traffic of each kind of resources. */
const NETWORK: Readonly<Record<string, string>> = {
  nsg: 'networkSecurityGroups|networkManagers',
  firewall: 'azureFirewalls|firewallPolicies|ipGroups',
  'ip-groups': 'ipGroups',
  'route-table': 'routeTables',
}
const EVERY_KIND = Object.values(NETWORK).join('|')
const DEPLOYMENT = /Microsoft\.Resources\/(?:deployments|deploymentStacks|templateSpecs)/i

/** Notes the resources that may hold rules of such a kind (without one, of any kind) in an unread form. */
export function noteForeign(resources: readonly Resource[], kind: string | undefined, { note }: Scope): void {
  const types = new RegExp(`Microsoft\\.Network/(?:${NETWORK[kind ?? ''] ?? EVERY_KIND})(?![A-Za-z])`, 'i')
  const isAbout = (text: string | undefined) =>
    text === undefined || text.includes('${') || types.test(text) || DEPLOYMENT.test(text)
  for (const resource of resources) {
    const { type, label, values } = resource
    if (CLASSIC_TYPES.includes(type) && (kind ?? 'firewall') === 'firewall')
      note(resource, label, 'is a collection of a classic firewall, which is not read')
    const azure = textIn(values, 'type')
    if (ANY_RESOURCE.includes(type) && isAbout(azure))
      note(resource, label, `is of the type ${azure ?? '(unknown)'} by azapi, which is not read`)
    const template = kit.textOf(fieldOf(values, 'template_content') ?? fieldOf(values, 'template_body'))
    if (TEMPLATES.includes(type) && isAbout(template)) note(resource, label, 'deploys a template, which is not read')
  }
}
