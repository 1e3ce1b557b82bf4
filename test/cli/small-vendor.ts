import { readdirSync, readFileSync } from 'node:fs'
import { SHIPPED } from '../../src/paths.ts'

/** The files of the small vendor that `tagwall vendor new small` writes, which passes every check. */
export function smallVendor(): Record<string, string> {
  return Object.fromEntries(
    readdirSync(SHIPPED.newVendor).map((name) => [
      name,
      readFileSync(`${SHIPPED.newVendor}/${name}`, 'utf8').replaceAll('NAME', 'small'),
    ]),
  )
}
