import { CLOUD_NAMES, type Cloud } from '../model/cloud.ts'

/** A tag that does not work without another, with the source. */
export interface Dependency {
  readonly tag: string
  readonly needs: string
  readonly clouds: readonly Cloud[]
  readonly source: string
}

const FIRST_PARTY = { needs: 'AzureFrontDoor.FirstParty', clouds: ['public'] } as const

/** Only Public publishes AzureFrontDoor.FirstParty, so the other clouds cannot require it. */
export const DEPENDENCIES: readonly Dependency[] = [
  {
    tag: 'MicrosoftContainerRegistry',
    ...FIRST_PARTY,
    source: 'https://github.com/microsoft/containerregistry/pull/150',
  },
  {
    tag: 'AzureInformationProtection',
    ...FIRST_PARTY,
    source: 'https://github.com/MicrosoftDocs/azure-docs/issues/117909',
  },
  ...['AzureActiveDirectory', 'AzureResourceManager', 'AzureTrafficManager'].map((needs) => ({
    tag: 'AzureArcInfrastructure',
    needs,
    clouds: CLOUD_NAMES,
    source: 'https://learn.microsoft.com/azure/virtual-network/service-tags-overview',
  })),
  { tag: 'AzureUpdateDelivery', ...FIRST_PARTY, source: 'https://github.com/MicrosoftDocs/azure-docs/issues/117909' },
]
