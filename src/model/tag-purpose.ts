import type { Direction } from './traffic.ts'

/** The purpose of a service tag; completes the sentence "NAME is ...". */
export interface TagPurpose {
  readonly what: string
  /** The reason why Azure Arc with Private Link needs it, if it does. */
  readonly arc?: string
  /** The directions that Microsoft recommends it for. */
  readonly directions: readonly Direction[]
  readonly sources: readonly string[]
}

/** Microsoft's table of service tags with purposes and directions. */
export const TAGS_PAGE = 'https://learn.microsoft.com/azure/virtual-network/service-tags-overview'
const ARC_KUBERNETES = 'https://learn.microsoft.com/azure/azure-arc/kubernetes/private-link#network-configuration'
const ARC_SERVERS = 'https://learn.microsoft.com/azure/azure-arc/servers/network-requirements'

const OUT = ['outbound'] as const
const IN = ['inbound'] as const
const BOTH = ['outbound', 'inbound'] as const
const page = (what: string, directions: readonly Direction[]): TagPurpose => ({
  what,
  directions,
  sources: [TAGS_PAGE],
})

/**
 * By base tag, or by the full name if the suffix is not a region. Sources: Microsoft's table, and the Arc pages for the needs of
 * Arc. The list is not complete.
 */
export const TAG_PURPOSES: Readonly<Record<string, TagPurpose>> = {
  AzureActiveDirectory: {
    what: 'Microsoft Entra ID (formerly Azure Active Directory)',
    arc: 'its agents sign in there, because Private Link does not cover the sign-in',
    directions: OUT,
    sources: [ARC_KUBERNETES, TAGS_PAGE],
  },
  AzureResourceManager: {
    what: 'Azure Resource Manager, the API that creates and changes resources',
    arc: 'its agents register the cluster or server there, and clients manage it',
    directions: OUT,
    sources: [ARC_KUBERNETES, TAGS_PAGE],
  },
  MicrosoftContainerRegistry: {
    what: 'the registry of container images that Microsoft publishes (mcr.microsoft.com)',
    arc: 'images and Helm charts of its agents and extensions come from there',
    directions: OUT,
    sources: [ARC_KUBERNETES, TAGS_PAGE],
  },
  'AzureFrontDoor.FirstParty': {
    what: "Azure Front Door in front of Microsoft's own services",
    arc: "the Microsoft Container Registry is reached through it; Microsoft's page asks for it outbound and inbound",
    directions: BOTH,
    sources: [ARC_KUBERNETES, TAGS_PAGE],
  },
  'AzureFrontDoor.Frontend': {
    what: 'the addresses at which clients reach Azure Front Door',
    arc: 'servers need it since April 2026',
    directions: BOTH,
    sources: [ARC_SERVERS, TAGS_PAGE],
  },
  'AzureFrontDoor.Backend': page('the addresses from which Azure Front Door calls the origins of its customers', BOTH),
  AzureArcInfrastructure: {
    what: 'Azure Arc itself: servers, Kubernetes, and guest configuration',
    arc: 'needed where its services are not reached through Private Link',
    directions: OUT,
    sources: [ARC_SERVERS, TAGS_PAGE],
  },
  AzureTrafficManager: page("the addresses from which Azure Traffic Manager probes its customers' endpoints", IN),
  GuestAndHybridManagement: page('Azure Automation and guest configuration', OUT),
  AzureMonitor: page('Log Analytics, Application Insights, Azure Monitor and custom metrics', OUT),
  AzureBackup: page('Azure Backup', OUT),
  AzureCloud: page("all public addresses of Azure's data centres, including those that other customers use", OUT),
  AzureConnectors: page('the managed connectors of Logic Apps', BOTH),
  AzureContainerRegistry: page('the container registries of customers (azurecr.io)', OUT),
  AzureCosmosDB: page('Azure Cosmos DB', OUT),
  AzureDevOps: page('Azure DevOps, where it calls you', IN),
  AzureEventGrid: page('Azure Event Grid', BOTH),
  AzureInformationProtection: page('Azure Information Protection', OUT),
  AzureIoTHub: page('Azure IoT Hub', OUT),
  AzureKeyVault: page('Azure Key Vault', OUT),
  AzureSiteRecovery: page('Azure Site Recovery', OUT),
  AppService: page('web apps and functions in Azure App Service', OUT),
  ActionGroup: page('action groups, where they call you', IN),
  EventHub: page('Azure Event Hubs', OUT),
  LogicApps: page('Logic Apps', BOTH),
  ServiceBus: page('Azure Service Bus, premium tier', OUT),
  Sql: page('Azure SQL Database, Azure Database for MySQL, PostgreSQL and MariaDB, and Synapse Analytics', OUT),
  Storage: page('Azure Storage, of all its customers', OUT),
}

/** The purpose of a tag, a regional tag, or a selector such as `Storage.*`. */
export function purposeOf(name: string): TagPurpose | undefined {
  const own = (key: string) => (Object.hasOwn(TAG_PURPOSES, key) ? TAG_PURPOSES[key] : undefined)
  return own(name) ?? own(name.split('.')[0] as string)
}
