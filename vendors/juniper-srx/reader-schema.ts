import type { Word } from 'tagwall/reader'

/** The statements allowed at one place of the configuration. */
type Schema =
  /** Statements by their first word; a word that none begins with is the value of `plain`. */
  | { readonly kind: 'box'; readonly children: Readonly<Record<string, Schema>>; readonly plain?: string }
  /** A name, followed by the contents of `entry`. */
  | { readonly kind: 'list'; readonly entry: Schema }
  /** `one` value, which a later one replaces; `many` values; a `flag` has none. */
  | { readonly kind: 'one' | 'many' | 'flag' }
  /** All following words, unparsed. */
  | { readonly kind: 'rest' }

const box = (children: Readonly<Record<string, Schema>>, plain?: string): Schema => ({
  kind: 'box',
  children,
  ...(plain && { plain }),
})
const list = (entry: Schema): Schema => ({ kind: 'list', entry })
const each = (kind: 'one' | 'many' | 'flag' | 'rest', names: string) =>
  Object.fromEntries(names.split(' ').map((name): [string, Schema] => [name, { kind }]))

const BOOK = box({
  ...each('one', 'description'),
  ...each('many', 'apply-groups'),
  address: list(
    box({ ...each('one', 'description'), ...each('rest', 'dns-name range-address wildcard-address') }, 'ip-prefix'),
  ),
  'address-set': list(box({ ...each('one', 'description'), ...each('many', 'address address-set apply-groups') })),
  attach: box({ zone: list(box({})) }),
})
const POLICY = box({
  ...each('one', 'description scheduler-name'),
  ...each('many', 'apply-groups'),
  match: box({
    ...each('many', 'source-address destination-address application from-zone to-zone source-identity'),
    ...each('many', 'dynamic-application url-category apply-groups'),
    ...each('flag', 'source-address-excluded destination-address-excluded'),
  }),
  // biome-ignore lint/suspicious/noThenProperty: the word of the configuration
  then: box({
    permit: box({
      ...each('rest', 'application-services tunnel firewall-authentication tcp-options'),
      ...each('one', 'destination-address'),
      ...each('flag', 'services-offload'),
    }),
    ...each('flag', 'deny'),
    ...each('rest', 'reject count'),
    log: box(each('flag', 'session-init session-close')),
  }),
})
const POLICIES = box({
  ...each('many', 'apply-groups'),
  'from-zone': list(box({ 'to-zone': list(box({ policy: list(POLICY), ...each('many', 'apply-groups') })) })),
  global: box({ policy: list(POLICY), ...each('many', 'apply-groups') }),
  'default-policy': box(each('flag', 'permit-all deny-all')),
  ...each('rest', 'policy-rematch policy-stats traceoptions unified-policy-explicit-match stateful-policy-action'),
  // Logging of sessions whose application is not yet known.
  ...each('rest', 'pre-id-default-policy'),
})
const TERM = {
  ...each('one', 'protocol destination-port source-port inactivity-timeout alg application-protocol description'),
  ...each('one', 'icmp-type icmp-code icmp6-type icmp6-code rpc-program-number uuid ether-type'),
}
const APPLICATIONS = box({
  application: list(box({ ...TERM, term: list(box(TERM)) })),
  'application-set': list(box(each('many', 'application application-set description'))),
})
const SECURITY = {
  'address-book': list(BOOK),
  policies: POLICIES,
  zones: box({ 'security-zone': list(box({ 'address-book': BOOK })) }),
  'forwarding-options': box({
    family: box({ inet6: box(each('one', 'mode')), mpls: box(each('one', 'mode')) }),
  }),
  'dynamic-address': box({ 'address-name': list(box({})) }),
}
const SYSTEM = {
  ...each('many', 'apply-groups'),
  security: box({ ...each('many', 'apply-groups'), ...SECURITY }),
  applications: APPLICATIONS,
}
/** Systems on the same device, each with policies of its own. */
const OTHERS = { 'logical-systems': list(box(SYSTEM)), tenants: list(box(SYSTEM)) }

/** The schema of the whole configuration. Statements that it lacks do not concern the rules. */
export const ROOT: Schema = box({ ...SYSTEM, ...OTHERS, groups: list(box({ ...SYSTEM, ...OTHERS })) })
/** `show configuration security` leaves out the level above these. */
export const SECURITY_WORDS: ReadonlySet<unknown> = new Set([...Object.keys(SECURITY), 'nat', 'screen', 'flow', 'ike'])

/** A place in the configuration: its path, and the words that may follow. */
export interface Spot {
  readonly path: readonly string[]
  readonly schema: Schema
}

/** The path of one statement in the configuration tree. */
interface Leaf {
  readonly path: readonly string[]
  /** True if the value replaces its siblings. */
  readonly isOnly: boolean
  /** The number of leading words that the schema knows. */
  readonly known: number
}

/** Follows the words of a statement from `start`: the leaves that it names, and the place where it ends. */
export function walk(words: readonly Word[], start: Spot): { leaves: Leaf[]; end: Spot } {
  const leaves: Leaf[] = []
  let { path, schema } = start
  const emit = (tail: readonly Word[], isOnly = false, isUnknown = false) => {
    const whole = [...path, ...tail.flat()]
    leaves.push({ path: whole, isOnly, known: isUnknown ? path.length : whole.length })
    return whole
  }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as Word
    if (schema.kind === 'list') {
      if (typeof word === 'string') {
        path = [...path, word]
        schema = schema.entry
      } else for (const name of word) emit([name])
      continue
    }
    const { children = {}, plain } = schema.kind === 'box' ? schema : {}
    const child = typeof word === 'string' && Object.hasOwn(children, word) ? children[word] : undefined
    if (child === undefined && plain !== undefined) emit([plain, word], true)
    else if (child === undefined || child.kind === 'rest') {
      // All that follows is one statement.
      const isUnknown = child === undefined && schema.kind !== 'rest'
      return { leaves, end: { path: emit(words.slice(at), false, isUnknown), schema: { kind: 'rest' } } }
    } else if (child.kind === 'box' || child.kind === 'list') {
      path = [...path, word as string]
      schema = child
    } else if (child.kind === 'flag') emit([word])
    else {
      const values = [words[at + 1] ?? []].flat()
      for (const value of values) emit([word, value], child.kind === 'one')
      if (values.length === 0) emit([word])
      at++
    }
  }
  return { leaves, end: { path, schema } }
}
