import { join } from 'node:path'
import { compile } from '../../src/compile/compile.ts'
import { listSnapshots, readSnapshot } from '../../src/document/snapshot/stored-snapshots.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { readFile } from '../../src/parse/read-file.ts'
import { SHIPPED } from '../../src/paths.ts'
import { parsePolicy } from '../../src/policy/policy.ts'

const NAME = 'arc-kubernetes'

/** The built-in policy against every shipped snapshot, oldest first. */
export function shippedRulesets(): Ruleset[] {
  const file = join(SHIPPED.policies, `${NAME}.yaml`)
  const policy = parsePolicy(new TextDecoder().decode(readFile(file, NAME, { cwd: SHIPPED.policies })), NAME, NAME)
  return listSnapshots(SHIPPED.snapshots, 'public').map(({ path }) => {
    const document = readSnapshot(path, 'public')
    return compile(policy, { document, names: [...document.tags.keys()], where: path }).ruleset
  })
}
