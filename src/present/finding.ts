import type { Finding, Reach } from '../model/finding.ts'
import { formatPrefix } from '../model/prefix.ts'
import { formatCount } from './numbers.ts'

/** The sentence for a finding: what was wrong, where, and what to do. */
export function explain(finding: Finding): string {
  switch (finding.code) {
    case 'NO_TAG_MATCHES':
      return `${finding.at}: rule "${finding.rule}": no service tag matches "${finding.selector}"${finding.closest || '.'} It was looked for in ${finding.where}`
    case 'OPTIONAL_RULE_SKIPPED':
      return `rule "${finding.rule}" is left out: the cloud ${finding.cloud} publishes no ${finding.selectors.join(', ')}, and the rule is optional there`
    case 'EMPTY_SELECTION':
      return `rule "${finding.rule}" selects no addresses: ${finding.tags.join(', ')} hold none`
    case 'NO_RULE_LEFT':
      return `policy "${finding.policy}": no ${finding.family ? `${finding.family} address` : 'rule'} is left, so there is nothing to write`
    case 'TEST_FAILED': {
      const { test, offending, rules } = finding
      const what = `${test.direction} ${test.protocol} ${formatPrefix(test.remote)} port ${test.port}`
      const found = offending.prefixes.map(formatPrefix).join(', ')
      return test.expect === 'allow'
        ? `${test.at}: a test fails: ${what} should be allowed, but no rule allows ${found}`
        : `${test.at}: a test fails: ${what} should be denied, but ${rules.map((name) => `"${name}"`).join(', ')} allows ${found}`
    }
    case 'NAME_NOT_CARRIED':
      return `target "${finding.target}" cannot carry the rule name ${JSON.stringify(finding.base)}: as the name of a ${finding.kind}, ${JSON.stringify(finding.name)}, ${finding.reason}. Rename the rule`
    case 'NAMES_COLLIDE':
      return `target "${finding.target}": ${finding.from.map((name) => `"${name}"`).join(' and ')} would both be the ${finding.kind} "${finding.name}". Rename one of them`
    case 'PRIORITY_OUT_OF_RANGE':
      return `target "${finding.target}": rule "${finding.rule}" would have priority ${finding.priority}, but priorities go from ${finding.min} to ${finding.max}`
    case 'PRIORITIES_COLLIDE':
      return `target "${finding.target}": ${finding.rules.map((name) => `"${name}"`).join(' and ')} would all have priority ${finding.priority}. Leave more room between the priorities of the policy`
    case 'LIMIT_EXCEEDED':
      return `target "${finding.target}" would have ${formatCount(finding.count)} ${finding.what}, and ${formatCount(finding.limit)} are the most (${finding.source}). ${finding.hint}`
    case 'FAMILY_NOT_SEPARABLE':
      return `target "${finding.target}" allows tags by name, which hold both families, so it cannot be limited to ${finding.family}`
    case 'NOT_UNDERSTOOD':
      return `target "${finding.target}": ${finding.part} line ${finding.line} ${finding.reason}: ${finding.text}`
    case 'PROOF_FAILED': {
      const rules = finding.rules.length > 0 ? `, rule ${finding.rules.map((name) => `"${name}"`).join(', ')}` : ''
      const sides = [
        reachText('missing', finding.missing),
        reachText('allowed, but not asked for', finding.extra),
      ].filter(Boolean)
      return `target "${finding.target}": what was rendered does not mean the policy: ${finding.flow}${rules}: ${sides.join('; ')}`
    }
    case 'NO_READER':
      return `target "${finding.target}": the vendor ${finding.vendor} has no reader, so its files are not proved`
    default:
      return finding satisfies never
  }
}

/** The first few of what is missing or extra: a wrong line can be about thousands. */
function reachText(what: string, { addresses, tags }: Reach): string {
  const all = [...tags, ...addresses.prefixes.map(formatPrefix)]
  if (all.length === 0) return ''
  const more = all.length > 8 ? ` and ${formatCount(all.length - 8)} more` : ''
  return `${what}: ${all.slice(0, 8).join(', ')}${more}`
}
