import { baseTagOf } from './service-tag.ts'
import { DIRECTIONS, type Direction } from './traffic.ts'

/** The purpose of a service tag; completes the sentence "NAME is ...". */
export interface TagPurpose {
  readonly what: string
  /** The reason why Azure Arc with Private Link needs it, if it does. */
  readonly arc?: string
  /** The directions that Microsoft recommends it for; empty if unknown. */
  readonly directions: readonly Direction[]
  readonly sources: readonly string[]
}

/** Microsoft's table of service tags with purposes and directions. */
export const TAGS_PAGE = 'https://learn.microsoft.com/azure/virtual-network/service-tags-overview'
const ARC_KUBERNETES = 'https://learn.microsoft.com/azure/azure-arc/kubernetes/private-link#network-configuration'
const ARC_SERVERS = 'https://learn.microsoft.com/azure/azure-arc/servers/network-requirements'

const OUT = ['outbound'] as const
const IN = ['inbound'] as const
/** The edition of the table that could be read, of 2021-04-23, does not have the tag. */
const UNSAID = [] as const
const page = (what: string, directions: readonly Direction[]): TagPurpose => ({
  what,
  directions,
  sources: [TAGS_PAGE],
})

/**
 * By base tag, or by the full name if the suffix is not a region. Sources: Microsoft's table, and the Arc pages for the needs of
 * Arc. Every base tag of the documents that `tag-names.ts` names is in it; a tag without directions is described by its name.
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
    directions: DIRECTIONS,
    sources: [ARC_KUBERNETES, TAGS_PAGE],
  },
  'AzureFrontDoor.Frontend': {
    what: 'the addresses at which clients reach Azure Front Door',
    arc: 'servers need it since April 2026',
    directions: DIRECTIONS,
    sources: [ARC_SERVERS, TAGS_PAGE],
  },
  'AzureFrontDoor.Backend': page(
    'the addresses from which Azure Front Door calls the origins of its customers',
    DIRECTIONS,
  ),
  AzureArcInfrastructure: {
    what: 'Azure Arc itself: servers, Kubernetes, and guest configuration; in US Government and China, the tag of Public is needed (tagwall explain TAG_OF_PUBLIC)',
    arc: 'needed where its services are not reached through Private Link',
    directions: OUT,
    sources: [ARC_SERVERS, TAGS_PAGE],
  },
  AzureTrafficManager: page("the addresses from which Azure Traffic Manager probes its customers' endpoints", IN),
  GuestAndHybridManagement: page('Azure Automation and guest configuration', OUT),
  AzureMonitor: page('Log Analytics, Application Insights, Azure Monitor and custom metrics', OUT),
  AzureBackup: page('Azure Backup', OUT),
  AzureCloud: page("all public addresses of Azure's data centres, including those that other customers use", OUT),
  AzureConnectors: page('the managed connectors of Logic Apps', DIRECTIONS),
  AzureContainerRegistry: page('the container registries of customers (azurecr.io)', OUT),
  AzureCosmosDB: page('Azure Cosmos DB', OUT),
  AzureDevOps: page('Azure DevOps, where it calls you', IN),
  AzureEventGrid: page('Azure Event Grid', DIRECTIONS),
  AzureInformationProtection: page('Azure Information Protection', OUT),
  AzureIoTHub: page('Azure IoT Hub', OUT),
  AzureKeyVault: page('Azure Key Vault', OUT),
  AzureSiteRecovery: page('Azure Site Recovery', OUT),
  AppService: page('web apps and functions in Azure App Service', OUT),
  ActionGroup: page('action groups, where they call you', IN),
  EventHub: page('Azure Event Hubs', OUT),
  LogicApps: page('Logic Apps', DIRECTIONS),
  ServiceBus: page('Azure Service Bus, premium tier', OUT),
  Sql: page('Azure SQL Database, Azure Database for MySQL, PostgreSQL and MariaDB, and Synapse Analytics', OUT),
  Storage: page('Azure Storage, of all its customers', OUT),
  ApiManagement: page('the management of Azure API Management that is deployed for one customer', IN),
  AppConfiguration: page('Azure App Configuration', OUT),
  AppServiceManagement: page('the management of App Service Environments', DIRECTIONS),
  ApplicationInsightsAvailability: page('the availability tests of Application Insights, which call your sites', IN),
  AutonomousDevelopmentPlatform: page('the Autonomous Development Platform', UNSAID),
  AzureActiveDirectoryDomainServices: page('the management of Microsoft Entra Domain Services', DIRECTIONS),
  AzureAdvancedThreatProtection: page(
    'Microsoft Defender for Identity (formerly Azure Advanced Threat Protection)',
    OUT,
  ),
  AzureAttestation: page('Azure Attestation', OUT),
  AzureBotService: page('Azure Bot Service', OUT),
  AzureCognitiveSearch: page(
    'the indexers of Azure AI Search, where they call your data sources; the address of your own search service is not in it',
    IN,
  ),
  AzureDataExplorerManagement: page('the management of Azure Data Explorer', IN),
  AzureDataLake: page('Azure Data Lake Storage Gen1', OUT),
  AzureDatabricks: page('Azure Databricks', DIRECTIONS),
  AzureDevSpaces: page('Azure Dev Spaces', OUT),
  AzureDeviceUpdate: page('Device Update for IoT Hub', UNSAID),
  AzureDigitalTwins: page('Azure Digital Twins, where its event routes call you', IN),
  AzureFrontDoor: page(
    'Azure Front Door; only its parts are published: AzureFrontDoor.Frontend, .Backend and .FirstParty',
    DIRECTIONS,
  ),
  'AzureFrontDoor.MicrosoftSecurity': page('Azure Front Door in front of security services of Microsoft', UNSAID),
  AzureHealthcareAPIs: page('Azure Health Data Services', UNSAID),
  AzureLoadTestingInstanceManagement: page(
    'Azure Load Testing, between the service and the load generators in your virtual network',
    UNSAID,
  ),
  AzureMachineLearning: page('Azure Machine Learning', DIRECTIONS),
  AzureMachineLearningInference: page('the endpoints for inference of Azure Machine Learning', UNSAID),
  AzureManagedGrafana: page('Azure Managed Grafana', UNSAID),
  AzureMonitorForSAP: page('Azure Monitor for SAP solutions', UNSAID),
  AzureOpenDatasets: page('Azure Open Datasets; it needs AzureFrontDoor.Frontend and Storage too', OUT),
  AzurePortal: page('the Azure portal', UNSAID),
  AzureSecurityCenter: page('Microsoft Defender for Cloud (formerly Azure Security Center)', UNSAID),
  AzureSentinel: page('Microsoft Sentinel', UNSAID),
  AzureSignalR: page('Azure SignalR Service', OUT),
  AzureSphere: page('Azure Sphere', UNSAID),
  AzureSpringCloud: page('Azure Spring Apps', UNSAID),
  AzureStack: page('the services to which Azure Stack connects', UNSAID),
  AzureUpdateDelivery: page('the delivery of Windows updates', UNSAID),
  AzureWebPubSub: page('Azure Web PubSub', UNSAID),
  BatchNodeManagement: page('the management of the nodes of Azure Batch', DIRECTIONS),
  ChaosStudio: page('Azure Chaos Studio', UNSAID),
  CognitiveServicesFrontend: page('the front ends of Azure AI services (formerly Cognitive Services)', UNSAID),
  CognitiveServicesManagement: page('Azure AI services (formerly Cognitive Services)', DIRECTIONS),
  DataFactory: page('Azure Data Factory', DIRECTIONS),
  DataFactoryManagement: page('the management of Azure Data Factory', OUT),
  Dynamics365BusinessCentral: page('Dynamics 365 Business Central', UNSAID),
  Dynamics365ForMarketingEmail: page('the marketing e-mail of Dynamics 365', OUT),
  EOPExternalPublishedIPs: page('Exchange Online Protection, and the PowerShell of Security & Compliance', DIRECTIONS),
  GatewayManager: page('the management of Azure VPN Gateway and Application Gateway', IN),
  Grafana: page('Grafana, as a service in Azure', UNSAID),
  HDInsight: page('the management of Azure HDInsight', IN),
  KustoAnalytics: page('the analytics service Kusto, which is behind Azure Data Explorer', UNSAID),
  LogicAppsManagement: page('the management of Logic Apps', IN),
  M365ManagementActivityApi: page('the Management Activity API of Microsoft 365', UNSAID),
  M365ManagementActivityApiWebhook: page(
    'the webhooks of the Management Activity API of Microsoft 365, where they call you',
    UNSAID,
  ),
  Marketplace: page('the commercial marketplace of Microsoft', UNSAID),
  MicrosoftAzureFluidRelay: page('Azure Fluid Relay', UNSAID),
  MicrosoftCloudAppSecurity: page('Microsoft Defender for Cloud Apps', OUT),
  MicrosoftDefenderForEndpoint: page('Microsoft Defender for Endpoint', UNSAID),
  MicrosoftPurviewPolicyDistribution: page('the distribution of policies of Microsoft Purview', UNSAID),
  OneDsCollector: page("the collector of telemetry of Microsoft's own programs (One Data Strategy)", UNSAID),
  PowerBI: page('Power BI', DIRECTIONS),
  PowerPlatformInfra: page('the infrastructure of Power Platform', UNSAID),
  PowerPlatformPlex: page('Power Platform, for code that runs for its customers', UNSAID),
  PowerQueryOnline: page('Power Query Online', DIRECTIONS),
  SCCservice: page('the service SCC of Microsoft, which its table does not describe', UNSAID),
  Scuba: page("the connectors of Microsoft's security products to data elsewhere", UNSAID),
  SecurityCopilot: page('Microsoft Security Copilot', UNSAID),
  SerialConsole: page('the serial console of virtual machines', UNSAID),
  ServiceFabric: page('Azure Service Fabric, its control plane in each region', DIRECTIONS),
  SqlManagement: page('the management of SQL that is deployed for one customer', DIRECTIONS),
  StorageMover: page('Azure Storage Mover', UNSAID),
  StorageSyncService: page('Azure File Sync (Storage Sync Service)', DIRECTIONS),
  SystemServiceAzureSpringAppsResourceProvider: page('the resource provider of Azure Spring Apps', UNSAID),
  VideoIndexer: page('Azure AI Video Indexer', UNSAID),
  WindowsAdminCenter: page('Windows Admin Center in the Azure portal', UNSAID),
  WindowsVirtualDesktop: page('Azure Virtual Desktop', DIRECTIONS),
}

/** The purpose of a tag, a regional tag, or a selector such as `Storage.*`. */
export function purposeOf(name: string): TagPurpose | undefined {
  const own = (key: string) => (Object.hasOwn(TAG_PURPOSES, key) ? TAG_PURPOSES[key] : undefined)
  return own(name) ?? own(baseTagOf(name))
}
