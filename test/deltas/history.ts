import { join } from 'node:path'
import { compile } from '../../src/compile/rules/compile.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { SHIPPED } from '../../src/paths.ts'
import { parsePolicy } from '../../src/source/policy/policy.ts'
import { readFile } from '../../src/source/read-file.ts'
import { listSnapshots, readSnapshot } from '../../src/source/snapshot/snapshot.ts'

const NAME = 'arc-kubernetes'

/** The built-in policy against every shipped snapshot, oldest first. */
export function shippedRulesets(): Ruleset[] {
  const file = join(SHIPPED.policies, `${NAME}.yaml`)
  const policy = parsePolicy(new TextDecoder().decode(readFile(file, NAME)), NAME, NAME)
  return listSnapshots(SHIPPED.snapshots, 'public').map(({ path }) => {
    const document = readSnapshot(path, 'public')
    return compile(policy, { document, names: [...document.tags.keys()], where: path }).ruleset
  })
}
