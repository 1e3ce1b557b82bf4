import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openTags } from '../document/open-tags.ts'
import { knownTag, NAMES_AS_OF, SHIPPED_TAGS } from '../document/tag-names.ts'
import { UserError, UserErrors } from '../errors.ts'
import type { Io, Prompts } from '../io.ts'
import { CLOUD_NAMES, CLOUDS, type Cloud } from '../model/cloud.ts'
import type { Policy, PolicyLocal } from '../model/policy.ts'
import { scopeText } from '../model/site.ts'
import { carriedBy, type Vendor } from '../model/vendor.ts'
import { builtInPolicies } from '../paths.ts'
import { type CommonOptions, DEFAULT_POLICY, loadPolicy, POLICY_FILES, vendorFolders } from '../policy/load.ts'
import { parsePolicy } from '../policy/policy.ts'
import { policyTemplateText } from '../policy/template-text.ts'
import type { Draft } from '../store/write.ts'
import { listVendors, readVendor, resolveOptions } from '../vendor/vendor.ts'
import { ownPolicy, type RuleOptions, ruleOption, type TagNames } from './init-rules.ts'
import { askPolicy, settleTargets } from './init-targets.ts'

/** The options of a new policy. */
export interface NewPolicyOptions extends CommonOptions, RuleOptions {
  readonly vendor?: readonly string[]
  /** By `VENDOR.OPTION`. */
  readonly set?: Readonly<Record<string, string>>
  readonly yes?: boolean
}

/** A file to write, or an existing one. */
export type Wanted = Draft | { readonly path: string }

/** The policy in place, or a new one from the options and the answers. */
export const policyFile = async (options: NewPolicyOptions, prompts: Prompts | undefined, io: Io) =>
  existingPolicy(options, io) ?? newPolicy(options, prompts, io)

function existingPolicy(options: NewPolicyOptions, io: Io) {
  const found = POLICY_FILES.find((name) => existsSync(join(io.cwd, name)))
  if (found === undefined) return undefined
  const given = (['policy', 'cloud', 'vendor', 'set'] as const).find((name) => options[name] !== undefined)
  const flag = given ?? ruleOption(options)
  if (flag)
    throw new UserError(
      `${found} exists, and init does not overwrite it: change the file, or remove --${flag}; nothing was written`,
    )
  return { isOwn: false, file: { path: join(io.cwd, found) } }
}

async function newPolicy(options: NewPolicyOptions, prompts: Prompts | undefined, io: Io) {
  const { isOwn, policy } = await startingPolicy(options, prompts, io)
  const folders = vendorFolders(options, io)
  const known = [...listVendors(folders).keys()].map((vendor) => readVendor(vendor, folders))
  const example = policy.targets.length > 0 ? policy : await loadPolicy({ policy: DEFAULT_POLICY }, io)
  const builtIn = example.targets.map(({ vendor }) => vendor)
  const choices = known.map(({ name, title }) => ({ value: name, hint: title }))
  const asked = options.vendor ?? (await prompts?.several('Which firewalls?', choices, []))
  const vendors = asked ?? (options.yes ? builtIn : undefined)
  if (vendors === undefined) {
    const names = known.map((vendor) => vendor.name).join(', ')
    throw new UserError(
      `choose one or more firewalls with --vendor (${names}), or take ${builtIn.join(', ')} with --yes; nothing was written`,
    )
  }
  const chosen = [...new Set(vendors)].map((vendor) => readVendor(vendor, folders, '--vendor'))
  const targets = await settleTargets(chosen, options.set ?? {}, prompts)
  const text = policyTemplateText(policy, targets, schemaFor(io))
  // Never write a policy that the next command would refuse.
  refuseUncarried(parsePolicy(text, 'tagwall.yaml', 'tagwall.yaml'), chosen)
  return { isOwn, file: { path: join(io.cwd, 'tagwall.yaml'), text, owner: 'init' } }
}

/** Throws `UserErrors` if a firewall cannot hold the local sides or directions of the rules. */
function refuseUncarried({ rules, targets }: Policy, vendors: readonly Vendor[]): void {
  const problems = targets.flatMap(({ vendor: name, options, local: otherwise }) => {
    const vendor = vendors.find((one) => one.name === name) as Vendor
    const carried = carriedBy(vendor, resolveOptions(vendor, options, name))
    const isLocal = rules.some(({ local = otherwise }) => local && !carried.local.includes(formOfLocal(local)))
    const other = rules.find(({ direction }) => !carried.directions.includes(direction))
    return [
      ...(isLocal ? [`${name} cannot limit rules to a local side: leave out --local, or ${name}`] : []),
      ...(other ? [`${name} holds no ${other.direction} rules: choose another --direction, or leave out ${name}`] : []),
    ]
  })
  if (problems.length > 0) throw new UserErrors('nothing was written', problems)
}

const formOfLocal = (local: PolicyLocal) => ('object' in local ? 'object' : 'addresses')

/** The policy whose rules the new one begins with. */
async function startingPolicy(options: NewPolicyOptions, prompts: Prompts | undefined, io: Io) {
  const clouds = CLOUD_NAMES.map((value) => ({ value, hint: CLOUDS[value] }))
  const cloud = options.cloud ?? ((await prompts?.one('Which cloud?', clouds, 'public')) as Cloud | undefined)
  let { policy: name } = options
  let isOwn = ruleOption(options) !== undefined
  if (name === undefined && !isOwn && prompts) {
    name = await askPolicy(await Promise.all(builtInPolicies().map((policy) => loadPolicy({ policy }, io))), prompts)
    isOwn = name === undefined
  }
  if (isOwn) {
    const known = await tagNames(options, cloud, io)
    const policy = await ownPolicy(options, cloud ?? 'public', known, prompts)
    for (const tag of options.tag ?? [])
      if (known.document === undefined && known.spelled(tag) === undefined)
        io.err(`warning: Microsoft had no tag "${tag}" on ${NAMES_AS_OF}; the first update checks it\n`)
    return { isOwn, policy }
  }
  const policy = await loadPolicy({ policy: name ?? DEFAULT_POLICY, cloud }, io)
  const named = policy.rules.map(({ name, ...rule }) => ({ ...rule, what: `rule "${name}"` }))
  const tests = (policy.tests ?? []).map((test) => ({ ...test, what: 'this test' }))
  const bound = [...named, ...tests].find((one) => scopeText(one) !== '')
  if (bound)
    throw new UserError(
      `${bound.at}: ${bound.what} is not for all targets, but init writes new ones; copy ${policy.name} and change its targets instead; nothing was written`,
    )
  return { isOwn, policy }
}

async function tagNames({ from }: NewPolicyOptions, cloud: Cloud | undefined, io: Io): Promise<TagNames> {
  if (from === undefined) return { names: SHIPPED_TAGS, spelled: knownTag, document: undefined }
  const names = (await openTags({ from, cloud }, io)).tags.map(({ name }) => name)
  const bySmallLetters = new Map(names.map((name) => [name.toLowerCase(), name]))
  return { names, spelled: (tag) => bySmallLetters.get(tag.toLowerCase()), document: from }
}

/** The schema installed next to the policy. The name `tagwall` at a registry may be somebody else's, so no URL has it. */
function schemaFor(io: Io): string | undefined {
  const installed = 'node_modules/tagwall/policies/policy.schema.json'
  return existsSync(join(io.cwd, installed)) ? `./${installed}` : undefined
}
