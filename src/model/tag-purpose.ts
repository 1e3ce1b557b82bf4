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

/** Purposes of that table alone, for tags with the same directions. */
const pages = (directions: readonly Direction[], purposes: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(purposes).map(([tag, what]): [string, TagPurpose] => [
      tag,
      { what, directions, sources: [TAGS_PAGE] },
    ]),
  )

/**
 * By base tag, or by the full name if the suffix is not a region. Sources: Microsoft's table, and the Arc pages for the needs of
 * Arc. Every base tag of the documents that `tag-names.ts` names is in it; a tag without directions is described by its name.
 */
export const TAG_PURPOSES: Readonly<Record<string, TagPurpose>> = {
  AzureActiveDirectory: {
    what: 'Microsoft Entra ID (formerly Azure Active Directory)',
    arc: 'its agents sign in there, because Private Link does not cover the sign-in',
    directions: ['outbound'],
    sources: [ARC_KUBERNETES, TAGS_PAGE],
  },
  AzureResourceManager: {
    what: 'Azure Resource Manager, the API that creates and changes resources',
    arc: 'its agents register the cluster or server there, and clients manage it',
    directions: ['outbound'],
    sources: [ARC_KUBERNETES, TAGS_PAGE],
  },
  MicrosoftContainerRegistry: {
    what: 'the registry of container images that Microsoft publishes (mcr.microsoft.com)',
    arc: 'images and Helm charts of its agents and extensions come from there',
    directions: ['outbound'],
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
  AzureArcInfrastructure: {
    what: 'Azure Arc itself: servers, Kubernetes, and guest configuration; in US Government and China, the tag of Public is needed (tagwall explain TAG_OF_PUBLIC)',
    arc: 'needed where its services are not reached through Private Link',
    directions: ['outbound'],
    sources: [ARC_SERVERS, TAGS_PAGE],
  },
  ...pages(['outbound'], {
    GuestAndHybridManagement: 'Azure Automation and guest configuration',
    AzureMonitor: 'Log Analytics, Application Insights, Azure Monitor and custom metrics',
    AzureBackup: 'Azure Backup',
    AzureCloud: "all public addresses of Azure's data centres, including those that other customers use",
    AzureContainerRegistry: 'the container registries of customers (azurecr.io)',
    AzureCosmosDB: 'Azure Cosmos DB',
    AzureInformationProtection: 'Azure Information Protection',
    AzureIoTHub: 'Azure IoT Hub',
    AzureKeyVault: 'Azure Key Vault',
    AzureSiteRecovery: 'Azure Site Recovery',
    AppService: 'web apps and functions in Azure App Service',
    EventHub: 'Azure Event Hubs',
    ServiceBus: 'Azure Service Bus, premium tier',
    Sql: 'Azure SQL Database, Azure Database for MySQL, PostgreSQL and MariaDB, and Synapse Analytics',
    Storage: 'Azure Storage, of all its customers',
    AppConfiguration: 'Azure App Configuration',
    AzureAdvancedThreatProtection: 'Microsoft Defender for Identity (formerly Azure Advanced Threat Protection)',
    AzureAttestation: 'Azure Attestation',
    AzureBotService: 'Azure Bot Service',
    AzureDataLake: 'Azure Data Lake Storage Gen1',
    AzureDevSpaces: 'Azure Dev Spaces',
    AzureOpenDatasets: 'Azure Open Datasets; it needs AzureFrontDoor.Frontend and Storage too',
    AzureSignalR: 'Azure SignalR Service',
    DataFactoryManagement: 'the management of Azure Data Factory',
    Dynamics365ForMarketingEmail: 'the marketing e-mail of Dynamics 365',
    MicrosoftCloudAppSecurity: 'Microsoft Defender for Cloud Apps',
  }),
  ...pages(['inbound'], {
    AzureTrafficManager: "the addresses from which Azure Traffic Manager probes its customers' endpoints",
    AzureDevOps: 'Azure DevOps, where it calls you',
    ActionGroup: 'action groups, where they call you',
    ApiManagement: 'the management of Azure API Management that is deployed for one customer',
    ApplicationInsightsAvailability: 'the availability tests of Application Insights, which call your sites',
    AzureCognitiveSearch:
      'the indexers of Azure AI Search, where they call your data sources; the address of your own search service is not in it',
    AzureDataExplorerManagement: 'the management of Azure Data Explorer',
    AzureDigitalTwins: 'Azure Digital Twins, where its event routes call you',
    GatewayManager: 'the management of Azure VPN Gateway and Application Gateway',
    HDInsight: 'the management of Azure HDInsight',
    LogicAppsManagement: 'the management of Logic Apps',
  }),
  ...pages(DIRECTIONS, {
    'AzureFrontDoor.Backend': 'the addresses from which Azure Front Door calls the origins of its customers',
    AzureConnectors: 'the managed connectors of Logic Apps',
    AzureEventGrid: 'Azure Event Grid',
    LogicApps: 'Logic Apps',
    AppServiceManagement: 'the management of App Service Environments',
    AzureActiveDirectoryDomainServices: 'the management of Microsoft Entra Domain Services',
    AzureDatabricks: 'Azure Databricks',
    AzureFrontDoor: 'Azure Front Door; only its parts are published: AzureFrontDoor.Frontend, .Backend and .FirstParty',
    AzureMachineLearning: 'Azure Machine Learning',
    BatchNodeManagement: 'the management of the nodes of Azure Batch',
    CognitiveServicesManagement: 'Azure AI services (formerly Cognitive Services)',
    DataFactory: 'Azure Data Factory',
    EOPExternalPublishedIPs: 'Exchange Online Protection, and the PowerShell of Security & Compliance',
    PowerBI: 'Power BI',
    PowerQueryOnline: 'Power Query Online',
    ServiceFabric: 'Azure Service Fabric, its control plane in each region',
    SqlManagement: 'the management of SQL that is deployed for one customer',
    StorageSyncService: 'Azure File Sync (Storage Sync Service)',
    WindowsVirtualDesktop: 'Azure Virtual Desktop',
  }),
  // The edition of the table that could be read, of 2021-04-23, does not have these.
  ...pages([], {
    AutonomousDevelopmentPlatform: 'the Autonomous Development Platform',
    AzureDeviceUpdate: 'Device Update for IoT Hub',
    'AzureFrontDoor.MicrosoftSecurity': 'Azure Front Door in front of security services of Microsoft',
    AzureHealthcareAPIs: 'Azure Health Data Services',
    AzureLoadTestingInstanceManagement:
      'Azure Load Testing, between the service and the load generators in your virtual network',
    AzureMachineLearningInference: 'the endpoints for inference of Azure Machine Learning',
    AzureManagedGrafana: 'Azure Managed Grafana',
    AzureMonitorForSAP: 'Azure Monitor for SAP solutions',
    AzurePortal: 'the Azure portal',
    AzureSecurityCenter: 'Microsoft Defender for Cloud (formerly Azure Security Center)',
    AzureSentinel: 'Microsoft Sentinel',
    AzureSphere: 'Azure Sphere',
    AzureSpringCloud: 'Azure Spring Apps',
    AzureStack: 'the services to which Azure Stack connects',
    AzureUpdateDelivery: 'the delivery of Windows updates',
    AzureWebPubSub: 'Azure Web PubSub',
    ChaosStudio: 'Azure Chaos Studio',
    CognitiveServicesFrontend: 'the front ends of Azure AI services (formerly Cognitive Services)',
    Dynamics365BusinessCentral: 'Dynamics 365 Business Central',
    Grafana: 'Grafana, as a service in Azure',
    KustoAnalytics: 'the analytics service Kusto, which is behind Azure Data Explorer',
    M365ManagementActivityApi: 'the Management Activity API of Microsoft 365',
    M365ManagementActivityApiWebhook:
      'the webhooks of the Management Activity API of Microsoft 365, where they call you',
    Marketplace: 'the commercial marketplace of Microsoft',
    MicrosoftAzureFluidRelay: 'Azure Fluid Relay',
    MicrosoftDefenderForEndpoint: 'Microsoft Defender for Endpoint',
    MicrosoftPurviewPolicyDistribution: 'the distribution of policies of Microsoft Purview',
    OneDsCollector: "the collector of telemetry of Microsoft's own programs (One Data Strategy)",
    PowerPlatformInfra: 'the infrastructure of Power Platform',
    PowerPlatformPlex: 'Power Platform, for code that runs for its customers',
    SCCservice: 'the service SCC of Microsoft, which its table does not describe',
    Scuba: "the connectors of Microsoft's security products to data elsewhere",
    SecurityCopilot: 'Microsoft Security Copilot',
    SerialConsole: 'the serial console of virtual machines',
    StorageMover: 'Azure Storage Mover',
    SystemServiceAzureSpringAppsResourceProvider: 'the resource provider of Azure Spring Apps',
    VideoIndexer: 'Azure AI Video Indexer',
    WindowsAdminCenter: 'Windows Admin Center in the Azure portal',
  }),
}

/** The purpose of a tag, a regional tag, or a selector such as `Storage.*`. */
export function purposeOf(name: string): TagPurpose | undefined {
  const own = (key: string) => (Object.hasOwn(TAG_PURPOSES, key) ? TAG_PURPOSES[key] : undefined)
  return own(name) ?? own(baseTagOf(name))
}
