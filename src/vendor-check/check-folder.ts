import { existsSync } from 'node:fs'
import { LIMITS } from '../model/limits.ts'
import { commandTemplates, linesIn } from '../model/made-item.ts'
import type { Vendor } from '../model/vendor.ts'
import { partialsIn, readTemplates } from '../vendor/templates.ts'
import { templatesIn } from '../vendor/vendor.ts'
import { fileOf } from './check-files-there.ts'
import { type CheckResult, Tally } from './result.ts'

/** Checks that the folder has every file that a user needs. */
export function checkFolder(vendor: Vendor, hasReader: boolean): CheckResult {
  const tally = new Tally('folder')
  if (!existsSync(fileOf(vendor, 'README.md')))
    tally.add('there is no README.md: describe the output, the load, the undo and the leftovers')
  if (!hasReader) tally.add('there is no reader.js: no file is proved, and "tagwall audit" does not work')
  for (const name of strayTemplates(vendor)) tally.add(`nothing uses the template ${name}: remove or rename it`)
  const missing = LIMITS.filter((name) => !vendor.limits[name])
  const own = LIMITS.filter((name) => vendor.limits[name])
  const limits = missing.length > 0 ? `no limit is declared for ${missing.join(', ')}` : 'every limit is declared'
  return tally.result(own.length > 0 ? `limits ${own.join(', ')}` : 'without limits', [limits])
}

/** The templates in a vendor's own folder, and the `lines` of its manifest, that none of its files uses, also not as a partial. */
function strayTemplates(vendor: Vendor): string[] {
  const texts = textsOf(vendor)
  const used = new Set([...templatesIn(vendor), ...commandTemplates(vendor)])
  // A set that grows is walked to its new end.
  for (const file of used) {
    const partials = partialsIn(texts.get(file) ?? '')
    // Any may be used if the names are unknown.
    if (!partials) return []
    for (const name of partials) used.add(`_${name}.hbs`)
  }
  // Lines of a vendor that this one extends may be for its files.
  const lines = vendor.base ? [] : Object.keys(vendor.lines).filter((name) => !used.has(`_${name}.hbs`))
  return [...[...readTemplates(vendor.folder).keys()].filter((file) => !used.has(file)), ...lines]
}

const textsOf = (vendor: Vendor): ReadonlyMap<string, string> =>
  new Map([...(vendor.base ? textsOf(vendor.base) : []), ...linesIn(vendor), ...readTemplates(vendor.folder)])
