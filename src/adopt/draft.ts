import { FAMILIES, type Prefix } from '../address/prefix.ts'
import { everything, PrefixSet } from '../address/prefix-set.ts'
import type { Cloud } from '../model/cloud.ts'
import type { PolicyLocal } from '../model/policy.ts'
import type { FoundLocal, Note, Place } from '../model/reading.ts'
import { inputName } from '../parse/read-file.ts'
import { ruleText, scalar } from '../policy/rule-words.ts'
import { linesText } from '../text/lines.ts'
import { percent, plural } from '../text/numbers.ts'
import type { Adopted, Adoption } from './adopt.ts'
import { prefixesIn, type TagIndex, type TagShare } from './match.ts'

/** The origin of a draft. */
export interface DraftOrigin {
  readonly vendor: string
  readonly cloud: Cloud
  readonly files: readonly string[]
  /** The document with the tags of today. */
  readonly newest: TagIndex
}

/** A policy with a rule for each that tags explain, and with the reasons as comments. */
export function draftText({ rules, unexplained }: Adoption, { vendor, cloud, files, newest }: DraftOrigin): string {
  const names = files.map(inputName).join(', ')
  const left =
    unexplained > 0
      ? `# ${plural(unexplained, 'rule')} of the device ${unexplained === 1 ? 'is' : 'are'} not here: no tag explains ${unexplained === 1 ? 'it' : 'them'}.\n`
      : ''
  return `# A draft: what ${names} allows and denies, by the service tags of ${newest.published}. Read each rule before you use it.
# To see what it changes on the device: "tagwall audit ${vendor} ${files.join(' ')} --policy FILE".
${left}
cloud: ${scalar(cloud)}
rules:
${rules.map((rule, index) => adoptedText(rule, priorityOf(index, rules.length), newest)).join('')}`
}

const [FIRST_PRIORITY, LAST_PRIORITY, STEP] = [100, 65535, 10]

/** Room between the priorities, as long as there is some. */
function priorityOf(index: number, count: number): number {
  const step = Math.max(1, Math.min(STEP, Math.floor((LAST_PRIORITY - FIRST_PRIORITY) / count)))
  return FIRST_PRIORITY + step * index
}

function adoptedText(rule: Adopted, priority: number, newest: TagIndex): string {
  const { candidate, name, tags } = rule
  const { direction, action, protocol, ports, local } = candidate
  const text = ruleText({
    name,
    tags: tags.map((tag) => tag.name),
    prefixes: ownPrefixes(rule),
    except: { tags: [], prefixes: absentFamilies(rule, newest) },
    direction,
    action,
    protocol,
    ports,
    local: local && policyLocal(local),
    priority,
  })
  return `${linesText(commentsOf(rule).map((comment) => `  # ${comment}`))}${text}`
}

const policyLocal = ({ addresses, objects: [object] }: FoundLocal): PolicyLocal =>
  object === undefined ? { prefixes: addresses } : { object }

/** The addresses of a rule that no tag of it had: a policy keeps them as prefixes, whole where that adds nothing stale. */
function ownPrefixes({ remote, heaps: { otherTags, notAzure, stale } }: Adopted): Prefix[] {
  const own = otherTags.union(notAzure)
  const gone = PrefixSet.union(stale.map(({ addresses }) => addresses))
  return remote.prefixes.flatMap((prefix) => {
    const one = PrefixSet.of([prefix])
    if (!one.overlaps(own)) return []
    return one.overlaps(gone) ? one.intersect(own).prefixes : [prefix]
  })
}

/** The families that the tags have and the rules do not: the policy leaves them out. */
function absentFamilies({ remote, tags }: Adopted, newest: TagIndex): Prefix[] {
  const names = tags.map(({ name }) => name)
  const held = prefixesIn(newest, names)
  const absent = FAMILIES.filter((family) => remote.family(family).isEmpty && !held.family(family).isEmpty)
  return absent.flatMap((family) => everything(family).prefixes)
}

/** The reasons for a rule, and what it changes: one line each. */
function commentsOf(rule: Adopted): string[] {
  const { candidate, tags, heaps } = rule
  const { otherTags, notAzure, missing, stale } = heaps
  const prefixes = (set: PrefixSet) => plural(set.prefixCount, 'prefix', 'prefixes')
  return [
    `${placesText(candidate.places)}${namesText(candidate.names)}`,
    ...tags.map(shareText),
    ...remarksOn(rule),
    ...(missing.isEmpty ? [] : [`opens ${prefixes(missing)} of the tags that the device lacks`]),
    ...stale.map(({ until, addresses }) => `closes ${prefixes(addresses)} that the tags had until ${until}`),
    ...(otherTags.isEmpty ? [] : [`keeps ${prefixes(otherTags)} of other tags`]),
    ...(notAzure.isEmpty ? [] : [`keeps ${prefixes(notAzure)} of no tag`]),
  ]
}

/** Remarks for a person on a rule, besides its tags and numbers. */
export const remarksOn = ({ candidate, gone, ties, near, published, isOld }: Adopted): string[] => [
  ...(isOld ? [`explained by the tags as they were on ${published}`] : []),
  ...gone.map((name) => `${name} is not a tag of the newest document`),
  ...ties.map(({ name }) => `the tag ${name} would do as well`),
  ...near.slice(0, MOST_NEAR).map((tag) => `not taken: ${shareText(tag)}`),
  ...(candidate.isPart ? ['on the device, only for some zones, interfaces, users or hours'] : []),
]

const MOST_NEAR = 3

/** `line 12`, or `lines 12 to 40`. */
export function placesText(places: readonly Place[]): string {
  const lines = places.map(({ line }) => line).sort((a, b) => a - b)
  const [first, last] = [lines[0], lines.at(-1)]
  return first === last ? `line ${first}` : `lines ${first} to ${last}`
}

/** A line that the reader did not understand. */
export const noteText = ({ place, text, reason }: Note): string =>
  `${inputName(place.part)}, line ${place.line} ${reason}${text && `: ${text}`}`

const MOST_NAMES = 3

/** The names on the device, if there are only some. */
const namesText = (names: readonly string[]) =>
  names.length > 0 && names.length <= MOST_NAMES ? ` (${names.join(', ')})` : ''

/** `AzureActiveDirectory: 98% of the rule, 100% of the tag`. */
export const shareText = ({ name, ofRule, ofTag }: TagShare) =>
  `${name}: ${percent(ofRule)} of the rule, ${percent(ofTag)} of the tag`
