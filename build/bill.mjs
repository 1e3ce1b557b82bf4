// The bill of materials: what ships inside of tagwall, in CycloneDX (https://cyclonedx.org/docs/1.5/json/).
import { readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledPackages, packageAt } from './bundled.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * The bill of the package that stands in `root` and is built there, as text. `more` are components beside its packages, such as
 * the Node of an executable. It has neither a time nor a serial number, so the same build has the same bill.
 */
export function billOfMaterials(root = ROOT, more = []) {
  const packages = bundledPackages(root)
  const own = packageAt(root)
  const refs = new Map(packages.map((one) => [one.name, purlOf(one)]))
  const { packages: locked } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  // By the end of its path, because the folder of packages may be a link to another place.
  const integrityOf = (folder) => locked[/node_modules\/.*/.exec(folder.replaceAll(sep, '/'))?.[0]]?.integrity
  const components = packages.map((one) => componentOf(one, integrityOf(one.folder)))
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { lifecycles: [{ phase: 'build' }], component: { ...componentOf(own), type: 'application' } },
    components: [...components, ...more],
    dependencies: [
      { ref: purlOf(own), dependsOn: [...refs.values(), ...more.map((one) => one['bom-ref'])] },
      ...packages.map((one) => ({
        ref: purlOf(one),
        dependsOn: one.dependencies.flatMap((name) => refs.get(name) ?? []).sort(),
      })),
    ],
  }
  return `${JSON.stringify(bill)}\n`
}

/** The Node inside of an executable, as a component. */
export const nodeComponent = (version) => ({
  'bom-ref': `pkg:generic/node@${version}`,
  type: 'platform',
  name: 'node',
  version,
  purl: `pkg:generic/node@${version}`,
  licenses: [{ license: { id: 'MIT' } }],
})

function componentOf({ name, version, license }, integrity) {
  const purl = purlOf({ name, version })
  const isOne = /^[\w.-]+$/.test(license)
  return {
    'bom-ref': purl,
    type: 'library',
    name,
    version,
    purl,
    licenses: [isOne ? { license: { id: license } } : { expression: license }],
    ...(integrity && { hashes: hashesOf(integrity) }),
  }
}

/** `sha512-BASE64` of a lockfile as CycloneDX writes it. */
const hashesOf = (integrity) =>
  integrity.split(' ').map((hash) => {
    const [, bits, base64] = /^sha(\d+)-(.*)$/.exec(hash)
    return { alg: `SHA-${bits}`, content: Buffer.from(base64, 'base64').toString('hex') }
  })

const purlOf = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`
