import { type AddressFamily, formatPrefix } from '../address/prefix.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
import type { OptionValue } from '../model/option.ts'
import type { Policy, PolicyTest, Rule } from '../model/policy.ts'
import { purposeOf } from '../model/tag-purpose.ts'
import type { Option } from '../model/vendor.ts'
import { wrap } from '../text/lines.ts'
import { localWords, ruleText, scalar, yamlText } from './rule-words.ts'

/** A policy file with the rules and tests of `policy`, other targets, and comments on usual changes. `schema`: where editors find its JSON Schema. */
export function policyTemplateText(
  policy: Policy,
  targets: readonly PolicyTemplateTarget[],
  schema: string | undefined,
): string {
  return `${schema ? `# yaml-language-server: $schema=${schema}\n` : ''}# The services to allow, and the firewalls to write rules for. After a change, run "tagwall build --dry-run", then "tagwall build".
# To explain a rule: "tagwall explain RULE". To list all tags: "tagwall list tags --from FILE".

cloud: ${scalar(policy.cloud)} # ${CLOUD_NAMES.join(' | ')}
${policy.local === undefined ? '' : `\n# The local side of rules without one.\nlocal: ${yamlText(localWords(policy.local))}\n`}
rules:
${policy.rules.map(newRuleText).join('')}
# Checked on every build; a failed test stops it. Add an address that must be reachable, for example:
# - { allow: 20.190.128.1, direction: outbound, port: 443 }
tests:
${(policy.tests.length > 0 ? policy.tests.map(testText) : ['  - { deny: 8.8.8.8, direction: outbound, port: 443 }\n']).join('')}
# How much a tag may change before tagwall refuses the document.
guards: { maxShrink: ${policy.guards.maxShrink}%, maxGrow: ${policy.guards.maxGrow}% }
${policy.endpoints === undefined ? '' : `\n# The endpoints that "tagwall doctor" checks from a host: a built-in table, or a file of your own.\nendpoints: ${scalar(policy.endpoints)}\n`}
# One target per firewall. A second firewall of the same vendor needs another name and another "out".
# All options, limits and models of a vendor: "tagwall list vendors NAME". To be warned before a device is full, add "capacity: 80%".
targets:
${targets.map(targetText).join('')}`
}

function newRuleText(rule: Rule, index: number): string {
  const purposes = rule.tags.flatMap((tag) => {
    const purpose = purposeOf(tag)
    return purpose ? [comment(`${tag}: ${purpose.what}.${purpose.arc ? ` Azure Arc: ${purpose.arc}.` : ''}`, 2)] : []
  })
  return `${purposes.join('')}${ruleText(rule, (key) => (index === 0 || key === 'optional' ? NOTES[key] : undefined))}`
}

/** Comments on the keys of the first rule. */
const NOTES: Readonly<Record<string, string>> = {
  tags: 'a tag such as Storage.WestEurope, or Storage.* for all regions of Storage',
  direction: 'outbound | inbound | both, seen from the local side',
  protocol: 'tcp | udp | icmp | any; the last two have no ports',
  priority: 'order of the rules; unique in each direction',
  optional: 'skipped in clouds that do not publish the tags',
}

const testText = ({ expect, remote, direction, protocol, port }: PolicyTest) =>
  `  - { ${expect}: ${JSON.stringify(formatPrefix(remote))}, direction: ${direction}, protocol: ${protocol}${port === undefined ? '' : `, port: ${port}`} }\n`

function targetText({ vendor, title, out, family, options }: PolicyTemplateTarget): string {
  const head = `${comment(title, 2)}  - name: ${scalar(vendor)}\n    vendor: ${scalar(vendor)}\n    out: ${scalar(out)}\n${family ? `    family: ${family}\n` : ''}`
  if (options.length === 0) return head
  const lines = options.map(
    ({ name, option, value }) => `${comment(optionText(option), 6)}      ${name}: ${yamlText(value)}\n`,
  )
  return `${head}    options:\n${lines.join('')}`
}

function optionText(option: Option): string {
  if (option.type !== 'choice') return option.help
  return `${option.help}: ${Object.entries(option.choices)
    .map(([choice, what]) => `${choice} (${what})`)
    .join(', ')}`
}

const comment = (text: string, indent: number) => `${wrap(text, 118, `${' '.repeat(indent)}# `)}\n`

/** A target of a new policy file. */
export interface PolicyTemplateTarget {
  /** Also the name of the target. */
  readonly vendor: string
  readonly title: string
  readonly out: string
  /** The only family that the vendor holds under these options, if there is only one. */
  readonly family: AddressFamily | undefined
  /** In the order of the file. */
  readonly options: readonly { readonly name: string; readonly option: Option; readonly value: OptionValue }[]
}
