// capirca's aclgen (Debian's python3-capirca): one iptables policy of four tags, without checks, diff or proof.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ACLGEN = '/usr/bin/aclgen'
const TAGS = ['AzureActiveDirectory', 'AzureResourceManager', 'AzureFrontDoor.FirstParty', 'MicrosoftContainerRegistry']

/** A command that makes the rules of `document` in `folder`; undefined where capirca is not installed. */
export function aclgen(document, folder) {
  if (!existsSync(ACLGEN)) return undefined
  for (const name of ['def', 'pol', 'out']) mkdirSync(join(folder, name), { recursive: true })
  const { values } = JSON.parse(readFileSync(document, 'utf8'))
  const prefixesOf = (tag) => values.find(({ name }) => name === tag).properties.addressPrefixes
  const networks = TAGS.map((tag, index) => `TAG${index} = ${prefixesOf(tag).join('\n  ')}\n`)
  const terms = TAGS.map(
    (_, index) =>
      `term rule-${index} {\n  destination-address:: TAG${index}\n  destination-port:: HTTPS\n  protocol:: tcp\n  action:: accept\n}\n`,
  )
  const headers = ['inet', 'inet6'].map((family) => `header {\n  target:: iptables OUTPUT ACCEPT ${family}\n}\n`)
  writeFileSync(join(folder, 'def/TAGS.net'), networks.join(''))
  writeFileSync(join(folder, 'def/HTTPS.svc'), 'HTTPS = 443/tcp\n')
  for (const [index, header] of headers.entries())
    writeFileSync(join(folder, `pol/v${index ? 6 : 4}.pol`), `${header}${terms.join('')}`)
  const argv = [ACLGEN, '--base_directory', '.', '--definitions_directory', 'def', '--output_directory', 'out']
  // It writes only what changed, so each run begins with nothing.
  const prepare = () => {
    rmSync(join(folder, 'out'), { recursive: true, force: true })
    mkdirSync(join(folder, 'out'))
  }
  return { argv, cwd: folder, prepare, outputs: ['v4', 'v6'].map((name) => join(folder, 'out', name)) }
}
