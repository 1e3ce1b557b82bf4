import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { compile } from '../src/compile/compile.ts'
import { parseDocument } from '../src/document/document.ts'
import type { Ruleset } from '../src/model/ruleset.ts'
import { parsePolicy } from '../src/policy/policy.ts'

export const ROOT = resolve(import.meta.dirname, '..')

/** The built program, as it is published. */
export const PROGRAM = resolve(ROOT, JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')).bin.tagwall)

/** Real documents, as published; not part of the repository. */
export const DOCUMENTS = resolve(ROOT, '../shared/service-tags')
export const HAS_DOCUMENTS = existsSync(DOCUMENTS)
export const WITHOUT_DOCUMENTS = `no published documents in ${DOCUMENTS.replace(/^.*\/(?=[^/]+\/[^/]+$)/, '../')}`

/** The ruleset of a policy file against a published document; throws when the policy does not compile. */
export function rulesetOf(policyFile: string, name: string, documentFile: string, published: string): Ruleset {
  const policy = parsePolicy(readFileSync(policyFile, 'utf8'), name, policyFile)
  const selectors = policy.rules.flatMap(({ tags }) => tags)
  const source = { bytes: readFileSync(documentFile), name: 'document.json', published }
  const { document, names } = parseDocument(source, policy.cloud, selectors)
  const { ruleset, findings } = compile(policy, { document, names, where: 'document.json' })
  if (findings.length > 0) throw new Error(JSON.stringify(findings))
  return ruleset
}

/** GitHub's limit for the text of a pull request or comment. */
export const LONGEST_BODY = 65_536
