import type { Vendor } from '../model/vendor.ts'
import { partialsIn, readTemplates } from '../vendor/templates.ts'

/** The templates in a vendor's own folder that none of its files uses, also not as a partial. */
export function strayTemplates(vendor: Vendor): string[] {
  const texts = textsOf(vendor)
  const used = new Set([...vendor.artefacts, ...vendor.deltas, ...vendor.cleanup].map(({ template }) => template))
  // A set that grows is walked to its new end.
  for (const file of used) {
    const partials = partialsIn(texts.get(file) ?? '')
    // Without the names, any may be used.
    if (!partials) return []
    for (const name of partials) used.add(`_${name}.hbs`)
  }
  return [...readTemplates(vendor.folder).keys()].filter((file) => !used.has(file))
}

const textsOf = ({ folder, base }: Vendor): ReadonlyMap<string, string> =>
  new Map([...(base ? textsOf(base) : []), ...readTemplates(folder)])
