import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOCUMENTS } from '../fixtures.ts'

/** The prefix texts of every tag, by name, of each published document of the shared folder, oldest first. */
export function publishedTags(): Map<string, readonly string[]>[] {
  return readdirSync(DOCUMENTS)
    .filter((file) => /^ServiceTags_.*\d{8}\.json$/.test(file))
    .sort()
    .map((file) => {
      const { values } = JSON.parse(readFileSync(join(DOCUMENTS, file), 'utf8')) as {
        values: { name: string; properties: { addressPrefixes: string[] } }[]
      }
      return new Map(values.map(({ name, properties }) => [name, properties.addressPrefixes]))
    })
}
