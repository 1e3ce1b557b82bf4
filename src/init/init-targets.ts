import { problemText, refusalOf, UserError, UserErrors } from '../errors.ts'
import type { Prompts } from '../io.ts'
import { applies, type OptionValues } from '../model/option.ts'
import type { Policy } from '../model/policy.ts'
import { type Option, onlyFamily, type Vendor } from '../model/vendor.ts'
import type { PolicyTemplateTarget } from '../policy/template-text.ts'
import { didYouMean } from '../text/nearest.ts'
import { resolveOptions } from '../vendor/vendor.ts'

/** The choice of rules of one's own, among the built-in policies. */
const OWN_RULES = 'my own'

/** Asks for the built-in policy to start with; undefined for rules of one's own. */
export async function askPolicy(policies: readonly Policy[], prompts: Prompts): Promise<string | undefined> {
  const choices = [
    ...policies.map(({ name, rules }) => ({ value: name, hint: rules.flatMap(({ tags }) => tags).join(', ') })),
    { value: OWN_RULES, hint: 'choose service tags, ports and local addresses' },
  ]
  const chosen = await prompts.one('Which policy do you want to start with?', choices, choices[0]?.value as string)
  return chosen === OWN_RULES ? undefined : chosen
}

/** One target per vendor, with the options that its manifest asks for: from `set` (`VENDOR.OPTION`), a person, or the default. Throws `UserErrors`. */
export async function settleTargets(
  vendors: readonly Vendor[],
  set: Readonly<Record<string, string>>,
  prompts: Prompts | undefined,
): Promise<PolicyTemplateTarget[]> {
  const given = bySettings(set, vendors)
  const targets: PolicyTemplateTarget[] = []
  for (const vendor of vendors) {
    const values = { ...given.get(vendor.name) }
    // An answer decides which options have an effect, and so which questions follow.
    const matters = (name: string) => applies(vendor.options[name]?.when ?? {}, resolveOptions(vendor, values, '--set'))
    for (const name of prompts ? vendor.init.ask : []) {
      if (prompts && values[name] === undefined && matters(name))
        values[name] = await ask(vendor, name, values, prompts)
    }
    const options = resolveOptions(vendor, values, '--set')
    const written = Object.keys(vendor.options).filter(
      (name) => (vendor.init.ask.includes(name) && matters(name)) || Object.hasOwn(values, name),
    )
    targets.push({
      vendor: vendor.name,
      title: vendor.title,
      out: `rules/${vendor.name}${extensionOf(vendor, options)}`,
      family: onlyFamily(vendor, options),
      options: written.map((name) => ({
        name,
        option: vendor.options[name] as Option,
        value: options[name] as OptionValues[string],
      })),
    })
  }
  return targets
}

function bySettings(
  set: Readonly<Record<string, string>>,
  vendors: readonly Vendor[],
): Map<string, Record<string, string>> {
  const names = vendors.map(({ name }) => name)
  const given = new Map<string, Record<string, string>>()
  for (const [key, value] of Object.entries(set)) {
    const [vendor, option] = key.split(/\.(.*)/s) as [string, string | undefined]
    if (!option) {
      const owner = vendors.find(({ options }) => Object.hasOwn(options, key))?.name ?? names[0]
      throw new UserError(
        `--set ${key}=${value}: expected the name of a vendor first, such as --set ${owner}.${key}=${value}`,
      )
    }
    if (!names.includes(vendor))
      throw new UserError(
        `--set ${key}=${value}: "${vendor}" is not among the vendors${didYouMean(vendor, names) || `: ${names.join(', ')}`}`,
      )
    given.set(vendor, { ...given.get(vendor), [option]: value })
  }
  return given
}

async function ask(
  vendor: Vendor,
  name: string,
  others: Readonly<Record<string, string>>,
  prompts: Prompts,
): Promise<string> {
  const option = vendor.options[name] as Option
  const message = `${vendor.name}, ${name}: ${option.help}`
  if (option.type === 'choice') {
    const choices = Object.entries(option.choices).map(([value, hint]) => ({ value, hint }))
    return prompts.one(message, choices, option.default)
  }
  if (option.type === 'boolean')
    return prompts.one(message, [{ value: 'true' }, { value: 'false' }], String(option.default))
  const initial = option.type === 'list' ? option.default.join(',') : String(option.default)
  return prompts.text(message, initial, (text) => {
    const refusal = refusalOf(() => resolveOptions(vendor, { ...others, [name]: text }, ''))
    return refusal instanceof UserErrors ? refusal.problems.map(problemText).join('; ') : refusal?.message
  })
}

/** The file extension, if the vendor makes one file; several files have their own suffixes. */
function extensionOf({ artefacts, init }: Vendor, options: OptionValues): string {
  return artefacts.some(({ when, suffix }) => applies(when, options) && suffix === '') ? init.extension : ''
}
