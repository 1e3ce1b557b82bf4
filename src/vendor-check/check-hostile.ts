import { compile } from '../compile/compile.ts'
import { renderAll } from '../compile/render-target.ts'
import { parseDocument } from '../document/document.ts'
import { UserError, unlessRefused } from '../errors.ts'
import { hasErrors } from '../finding/finding.ts'
import { lazy } from '../model/lazy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Job, Vendor } from '../model/vendor.ts'
import { parsePolicy } from '../policy/policy.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { proveFiles } from '../verify/prove-files.ts'
import { type CheckFinding, type CheckPlace, type CheckResult, type Setting, sentenceOf } from './result.ts'
import { needsOf, settingOf } from './settings.ts'

/** Tries hostile texts as each option and each name. Each must be refused, or the file must be proved all the same. */
export async function checkHostile(
  vendor: Vendor,
  settings: readonly Setting[],
  hasReader: boolean,
): Promise<CheckResult> {
  const plain = rulesetWith({}) as Ruleset
  const findings: CheckFinding[] = []
  let [tried, refused, proved] = [0, 0, 0]
  const attack = async (what: string, place: CheckPlace, made: (text: string) => Attempt | undefined) => {
    const wrong: { text: string; why: string }[] = []
    for (const text of HOSTILE) {
      tried++
      const why = await outcomeOf(() => made(text), hasReader)
      if (why === 'proved') proved++
      else if (why === 'refused') refused++
      else wrong.push({ text, why })
    }
    // The empty text says little in an example.
    const [first, ...more] = wrong.sort((a, b) => Number(a.text === '') - Number(b.text === ''))
    if (!first) return
    const others = more.length > 0 ? ` (and ${plural(more.length, 'text')} like it)` : ''
    findings.push({ text: `${what} may be ${shown(first.text)}${others}: ${first.why}`, places: [place] })
  }

  for (const [name, option] of Object.entries(vendor.options)) {
    if (option.type !== 'string' && option.type !== 'list') continue
    const given = needsOf(vendor, name)
    await attack(`option "${name}"`, { options: given }, (text) => {
      const value = option.type === 'list' ? [text] : text
      return { ruleset: plain, job: settingOf(vendor, { ...given, [name]: value }) }
    })
  }
  for (const job of settings) {
    for (const [what, rulesets] of hostileRulesets()) {
      await attack(what, { options: job.given }, (text) => {
        const ruleset = rulesets.get(text)
        return ruleset && { ruleset, job }
      })
    }
  }
  const summary = `${plural(tried, 'hostile text')} as options and names: ${formatCount(refused)} refused, ${formatCount(proved)} proved`
  return { check: 'hostile', summary, notes: [], findings }
}

interface Attempt {
  readonly ruleset: Ruleset
  readonly job: Job
}

/** `refused`, `proved`, or the problem. Only a refusal of the text or of its files is one: the reader of a vendor has to read what was made. */
async function outcomeOf(make: () => Attempt | undefined, hasReader: boolean): Promise<string> {
  const made = unlessRefused(() => {
    const attempt = make()
    return attempt && { ...attempt, ...renderAll(attempt.ruleset, attempt.job) }
  })
  if (!made || hasErrors(made.findings)) return 'refused'
  if (!hasReader) return 'it is accepted, and without a reader nothing proves that it is harmless'
  try {
    const [wrong] = (await proveFiles(made.ruleset, made.job, made.files, true)).findings
    return wrong ? `the file is not proved then: ${sentenceOf(wrong)}` : 'proved'
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.message
  }
}

const NAMES = [
  ['the name of a rule', 'rule'],
  ['the name of the policy', 'policy'],
  ['the name of a tag', 'tag'],
  ['the description of a rule', 'description'],
] as const

type Names = Partial<Record<(typeof NAMES)[number][1], string>>

/** The rulesets with each text as one of these names, without those that are refused: the same for every vendor and setting. */
const hostileRulesets = lazy(() =>
  NAMES.map(([what, field]) => {
    const rulesets = HOSTILE.map((text) => [text, unlessRefused(() => rulesetWith({ [field]: text }))] as const)
    return [what, new Map(rulesets)] as const
  }),
)

/** A small ruleset with such names, parsed like a policy and a document; undefined if they are refused. */
function rulesetWith({
  rule = 'Web',
  policy: name = 'hostile',
  tag = 'Sql',
  description = '',
}: Names): Ruleset | undefined {
  const common = { direction: 'outbound', ports: [443] }
  const policy = {
    rules: [
      { name: rule, tags: [tag], ...common, priority: 150, ...(description !== '' && { description }) },
      { name: 'Other', tags: ['Storage'], ...common, priority: 160 },
    ],
  }
  const values = [
    { name: tag, id: tag, properties: { addressPrefixes: ['192.0.2.0/25', '2001:db8::/48'] } },
    { name: 'Storage', id: 'Storage', properties: { addressPrefixes: ['198.51.100.0/24', '2001:db8:1::/64'] } },
  ]
  const parsed = parsePolicy(JSON.stringify(policy), name, 'the policy')
  const bytes = new TextEncoder().encode(JSON.stringify({ changeNumber: 7, cloud: 'Public', values }))
  const source = { bytes, name: 'document.json', published: '2025-11-10' }
  const { document, names } = parseDocument(source, 'public', [tag, 'Storage'])
  const { ruleset, findings } = compile(parsed, { document, names, where: 'document.json' })
  return hasErrors(findings) ? undefined : ruleset
}

function shown(text: string): string {
  return text.length > 40 ? `${JSON.stringify(text.slice(0, 10))} … (${text.length} characters)` : JSON.stringify(text)
}

/** Texts that end, comment out or expand something in one dialect or another, in words that a message can show. */
const PIECES = [
  ...['"', "'", '`', ';', '#', ',', '|', '&', '\\', '!', '%', '=', '*', '?', ':', '/', '//', '--', '/*', '*/'],
  ...['(', ')', '[', ']', '{', '}', '<', '>', '$', '$(reboot)', '`reboot`', '$' + '{x}', '{{header}}', '{{{name}}}'],
  ...['%s', '&amp;', '&#10;', ']]>', '<!--', '-->', '<any/>', '"/>', '" any "', '; permit any', '\\n', '\\"', '../..'],
  ...['\n', '\r', '\t', '\u0000', '\u001b[2J', '\u0085', '\u2028', '\ufeff', '\u200b', '\u202e', ' ', '\u00a0'],
  ...['é', 'ß', '日本', '\u0430', '🔥', '\nend\n', '\n#', '"\nany\n"', ' any ', ' all'],
]

/** Words that devices take for something else. */
const WORDS = ['', 'any', 'all', 'none', 'default', 'constructor', '__proto__', 'toString', 'end', 'exit', 'no']

/** Values to try as an option or a name. */
const HOSTILE: readonly string[] = [
  ...WORDS,
  ...PIECES.flatMap((piece) => [piece, `Web${piece}1`]),
  'a'.repeat(64),
  'a'.repeat(256),
  'a'.repeat(5000),
]
