import { TAG_PURPOSES } from '../model/tag-purpose.ts'
import { byCodeUnit } from '../text/numbers.ts'

/** The documents with the names below: ServiceTags_Public_20251110, AzureGovernment_20260720 and China_20260720. */
export const NAMES_AS_OF = 'Public of 2025-11-10, and US Government and China of 2026-07-20'

/** The name in Microsoft's spelling, for a tag of those documents or one of its regional tags; otherwise undefined. */
export function knownTag(name: string): string | undefined {
  const lower = name.toLowerCase()
  const [service = '', region, ...more] = lower.split('.')
  const base = SERVICES.get(service)
  if (base === undefined || more.length > 0) return undefined
  if (region === undefined) return base
  return SUBSETS.get(lower) ?? (REGIONS.has(region) ? `${base}.${REGIONS.get(region)}` : undefined)
}

/** By lower-case name. */
const namesOf = (names: readonly string[]): ReadonlyMap<string, string> =>
  new Map(names.map((name) => [name.toLowerCase(), name]))

/** The names in lines of several. */
const namesIn = (lines: readonly string[]) => namesOf(lines.flatMap((line) => line.split(' ')))

const SERVICES = namesOf(Object.keys(TAG_PURPOSES).filter((name) => !name.includes('.')))

/** Tags below another tag that are not regional. */
const SUBSETS = namesIn([
  'AzureActiveDirectory.ServiceEndpoint AzureFrontDoor.Backend AzureFrontDoor.FirstParty',
  'AzureFrontDoor.Frontend AzureFrontDoor.MicrosoftSecurity AzureMonitor.Core',
])

const REGIONS = namesIn([
  'AustraliaCentral AustraliaCentral2 AustraliaEast AustraliaSoutheast AustriaEast AzureAppServiceUx',
  'BelgiumCentral BrazilSouth BrazilSoutheast CanadaCentral CanadaEast CentralIndia CentralUS CentralUSEUAP',
  'ChileCentral ChinaEast ChinaEast2 ChinaEast3 ChinaNorth ChinaNorth2 ChinaNorth3 EastAsia EastUS EastUS2',
  'EastUS2EUAP EastUS2Stage EastUSSTG FranceCentral FranceSouth GermanyNorth GermanyWestCentral',
  'IndonesiaCentral IsraelCentral IsraelNorthwest ItalyNorth JapanEast JapanWest JioIndiaCentral',
  'JioIndiaWest KoreaCentral KoreaSouth MalaysiaSouth MalaysiaWest MexicoCentral NewZealandNorth',
  'NorthCentralUS NorthCentralUSStage NorthEurope NorwayEast NorwayWest PolandCentral QatarCentral',
  'SouthAfricaNorth SouthAfricaWest SouthCentralUS SouthCentralUS2 SouthCentralUSSTG SouthIndia',
  'SoutheastAsia SoutheastUS SoutheastUS3 SpainCentral SwedenCentral SwedenSouth SwitzerlandNorth',
  'SwitzerlandWest TaiwanNorth TaiwanNorthwest UAECentral UAENorth UKSouth UKWest USDoDCentral USDoDEast',
  'USGovArizona USGovTexas USGovVirginia WestCentralUS WestEurope WestIndia WestUS WestUS2 WestUS3 brazilne',
  'brazilse centralfrance chilec germanyn germanywc northeurope2 norwaye norwayw southfrance switzerlandn',
  'switzerlandw usstagec usstagee',
])

/** Those names without the regional tags. */
export const SHIPPED_TAGS: readonly string[] = [...SERVICES.values(), ...SUBSETS.values()].sort(byCodeUnit)
