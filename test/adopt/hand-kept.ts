import { PrefixSet } from '../../src/address/prefix-set.ts'
import { adopt, changesBy } from '../../src/adopt/adopt.ts'
import { draftText } from '../../src/adopt/draft.ts'
import { indexOf } from '../../src/adopt/match.ts'
import { audit } from '../../src/audit/audit.ts'
import { comparedWith, readDevice } from '../../src/audit/device-reading.ts'
import { expectJob } from '../../src/audit/expect-device.ts'
import { compile } from '../../src/compile/compile.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { readAllTags } from '../../src/document/all-tags.ts'
import { parseDocument, type Source } from '../../src/document/document.ts'
import { publishedDocument } from '../../src/document/obtain-document.ts'
import { errorsIn } from '../../src/finding/finding.ts'
import type { Policy } from '../../src/model/policy.ts'
import type { ReadFile } from '../../src/model/reading.ts'
import { selectorsOf } from '../../src/model/service-tag.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import type { Setting } from '../../src/vendor-check/result.ts'
import { RUNNING } from '../audit/running.ts'

// A firewall whose rules were kept by hand: the addresses of tags as prefixes, with some removed and some added.

/** A rule of the firewall: the tags that it stands for, and what people changed in it. */
export interface HandKept {
  readonly name: string
  readonly tags: readonly string[]
  readonly direction: 'outbound' | 'both'
  readonly port: number
  readonly removed: PrefixSet
  readonly added: PrefixSet
}

const known = (source: Source, policy: Policy) =>
  publishedDocument(parseDocument(source, 'public', selectorsOf(policy)), source)

const everyTag = (source: Source) => [...readAllTags(source, 'public').tags.values()]

/**
 * The draft for a device of a vendor that holds the rules, and the audit of the device by it; undefined if the vendor cannot have such rules, or
 * reads no rules.
 */
export async function adoptedBy(job: Setting, rules: readonly HandKept[], source: Source) {
  const tags = everyTag(source)
  const written = rules.map(({ name, tags: own, direction, port, removed, added }, index) => {
    const all = PrefixSet.union(tags.flatMap((tag) => (own.includes(tag.name) ? tag.prefixes : [])))
    const prefixes = all.subtract(removed).union(added).texts
    return { name, prefixes, direction, ports: [port], priority: 100 + 10 * index }
  })
  const policy = parsePolicy(JSON.stringify({ cloud: 'public', rules: written }), 'by hand', 'by hand')
  const { ruleset } = compile(policy, known(source, policy))
  const rendered = renderAll(ruleset, job)
  const readers = await loadReader(job.vendor)
  if (errorsIn(rendered.findings).length > 0 || !readers) return undefined
  const texts = rendered.files.map(({ part, suffix, text }) => ({ part: suffix || part, family: undefined, text }))
  const running = RUNNING[job.target]
  const files = refusingRest(job.target, running ? running.files(texts, job.options) : texts)
  const newest = indexOf(source.published, tags)
  const compared = { remotes: newest.all, localObjects: [] }
  const found = readDevice(readers.read, files, job, compared, running?.narrow ?? {}).rules
  if (found.length === 0) return undefined
  const adoption = adopt(found, [newest], 0.9)
  const origin = { vendor: job.target, cloud: 'public', files: ['running'], newest } as const
  const draft = parsePolicy(draftText(adoption, origin), 'the draft', 'the draft')
  const expected = compile(draft, known(source, draft)).ruleset
  const device = expectJob(expected, job.target, job, (name) => newest.tagOf(name)?.prefixes)
  const audited = audit(device, readDevice(readers.read, files, job, comparedWith(expected), running?.narrow ?? {}))
  return { adoption, pieces: changesBy(adoption, draft, known(source, draft)), audited }
}

/** A device that refuses what its rules do not allow: one that accepts the rest allows everything, whatever its rules say. */
function refusingRest(vendor: string, files: readonly ReadFile[]): readonly ReadFile[] {
  const change = REFUSALS[vendor]
  return change ? files.map((file) => ({ ...file, text: change(file.text) })) : files
}

const DROPS = ['/ip', '/ipv6'].map((menu) => `${menu} firewall filter\nadd chain=forward action=drop\n`).join('')

const REFUSALS: Readonly<Record<string, (text: string) => string>> = {
  iptables: (text) => text.replaceAll(/^(:(?:INPUT|FORWARD|OUTPUT)) ACCEPT/gm, '$1 DROP'),
  nftables: (text) =>
    text.includes('hook')
      ? text.replaceAll('policy accept', 'policy drop')
      : text.replace(/\}\n$/, `${['output', 'input'].map(baseChain).join('')}}\n`),
  mikrotik: (text) => `${text}${DROPS}`,
}

const baseChain = (hook: string) => `\tchain ${hook} {
\t\ttype filter hook ${hook} priority 0; policy drop;
\t\tjump tagwall-${hook === 'output' ? 'outbound' : 'inbound'}
\t}
`
