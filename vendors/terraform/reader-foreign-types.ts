/** Resource types that hold any resource of Azure in a form of their own, which is not read. */
export const ANY_RESOURCE: readonly string[] = [
  'azapi_resource',
  'azapi_update_resource',
  'azapi_resource_action',
  'azapi_data_plane_resource',
]
/** Deployments of templates, which are not read. */
export const TEMPLATES: readonly string[] = [
  ...['resource_group', 'subscription', 'management_group', 'tenant'].map((at) => `azurerm_${at}_template_deployment`),
  'azurerm_template_deployment',
]
/** Collections of a classic firewall, beside those of network rules. */
export const CLASSIC_TYPES: readonly string[] = [
  'azurerm_firewall_application_rule_collection',
  'azurerm_firewall_nat_rule_collection',
]

/** The types of resources that may hold rules and are not read. */
export const FOREIGN_TYPES: readonly string[] = [...ANY_RESOURCE, ...TEMPLATES, ...CLASSIC_TYPES]
