import { CLOUD_NAMES, type Cloud } from '../model/cloud.ts'
import type { Policy } from '../model/policy.ts'
import { select } from '../model/service-tag.ts'

/** A tag that another tag does not work without, with the source. */
export interface Need {
  readonly tag: string
  readonly needs: string
  readonly source: string
  /** The rules of the policy that allow the needed tag. */
  readonly rules: readonly string[]
}

/** The needs of tags. A service is reached through another one, so only rules that allow outbound traffic name what is needed. */
export function needsOf(tags: readonly string[], { cloud, rules }: Pick<Policy, 'cloud' | 'rules'>): Need[] {
  const outbound = rules.filter(({ action, direction }) => action === 'allow' && direction !== 'inbound')
  return DEPENDENCIES.filter(
    ({ tag, clouds }) => clouds.includes(cloud) && tags.some((name) => name === tag || name.startsWith(`${tag}.`)),
  ).map(({ tag, needs, source }) => ({ tag, needs, source, rules: rulesWith(needs, { rules: outbound }) }))
}

/** The names of the rules with a tag. */
export const rulesWith = (tag: string, { rules }: Pick<Policy, 'rules'>): string[] =>
  rules.filter(({ tags }) => tags.some((selector) => select([tag], selector).length > 0)).map(({ name }) => name)

interface Dependency extends Omit<Need, 'rules'> {
  readonly clouds: readonly Cloud[]
}

const FIRST_PARTY = { needs: 'AzureFrontDoor.FirstParty', clouds: ['public'] } as const

/** Only Public publishes AzureFrontDoor.FirstParty, so the other clouds cannot require it. */
const DEPENDENCIES: readonly Dependency[] = [
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
