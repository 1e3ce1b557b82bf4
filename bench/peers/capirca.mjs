// capirca's aclgen (Debian's python3-capirca): iptables policies of four tags, without checks, diff or proof, all in one process.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ACLGEN = '/usr/bin/aclgen'
const TAGS = ['AzureActiveDirectory', 'AzureResourceManager', 'AzureFrontDoor.FirstParty', 'MicrosoftContainerRegistry']

/**
 * A command that makes the rules of `document` in `folder`, for one firewall, or for each of `sites`, which are the prefixes of local sides;
 * undefined where capirca is not installed.
 */
export function aclgen(document, folder, sites = [undefined]) {
  if (!existsSync(ACLGEN)) return undefined
  for (const name of ['def', 'pol', 'out']) mkdirSync(join(folder, name), { recursive: true })
  const { values } = JSON.parse(readFileSync(document, 'utf8'))
  const prefixesOf = (tag) => values.find(({ name }) => name === tag).properties.addressPrefixes
  const networks = TAGS.map((tag, index) => `TAG${index} = ${prefixesOf(tag).join('\n  ')}\n`)
  const termsOf = (source) =>
    TAGS.map(
      (_, index) =>
        `term rule-${index} {\n${source}  destination-address:: TAG${index}\n  destination-port:: HTTPS\n  protocol:: tcp\n  action:: accept\n}\n`,
    ).join('')
  const headers = ['inet', 'inet6'].map((family) => `header {\n  target:: iptables OUTPUT ACCEPT ${family}\n}\n`)
  const locals = sites.flatMap((site, index) => (site ? [`SITE${index} = ${site}\n`] : []))
  writeFileSync(join(folder, 'def/TAGS.net'), [...networks, ...locals].join(''))
  writeFileSync(join(folder, 'def/HTTPS.svc'), 'HTTPS = 443/tcp\n')
  const names = sites.flatMap((site, at) =>
    // A local side of IPv4 leaves nothing for the other family.
    headers.slice(0, site ? 1 : 2).map((header, index) => {
      const name = `${site ? `site${at}-` : ''}v${index ? 6 : 4}`
      writeFileSync(
        join(folder, `pol/${name}.pol`),
        `${header}${termsOf(site ? `  source-address:: SITE${at}\n` : '')}`,
      )
      return name
    }),
  )
  const argv = [ACLGEN, '--base_directory', '.', '--definitions_directory', 'def', '--output_directory', 'out']
  // It writes only what changed, so each run begins with nothing.
  const prepare = () => {
    rmSync(join(folder, 'out'), { recursive: true, force: true })
    mkdirSync(join(folder, 'out'))
  }
  return { argv, cwd: folder, prepare, outputs: names.map((name) => join(folder, 'out', name)) }
}
