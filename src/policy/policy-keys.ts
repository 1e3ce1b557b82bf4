/** The meaning of each key of a policy, by its path: for editors, in the JSON Schema, and for docs/policy-keys.md. */
export const KEY_MEANINGS: Readonly<Record<string, string>> = {
  cloud: 'the cloud whose tags the rules name',
  local: 'local side of all rules: addresses, or an object of the device; any address without it',
  include: 'other files, or built-in policies, whose rules and tests belong to this policy',
  rules: 'the rules; required, unless `include` has some',
  'rules[].name': 'unique name, also on the device; compared without case',
  'rules[].tags': 'service tags, or selectors such as `Storage.*`',
  'rules[].prefixes': 'prefixes of your own, beside the tags or alone',
  'rules[].except': 'prefixes and tags to leave out',
  'rules[].direction': 'seen from the local side; `both` becomes two rules, the inbound one ends in `-in`',
  'rules[].action': 'what the rule does',
  'rules[].protocol': '`icmp` is ICMP and ICMPv6',
  'rules[].ports': 'ports and ranges such as `8000-8080`; required for `tcp` and `udp`, none for the others',
  'rules[].local': 'local side of this rule',
  'rules[].targets': 'only these targets have the rule; all without it',
  'rules[].sites': 'only targets at these sites have the rule; all without it',
  'rules[].priority': 'the lower number decides; unique in each direction',
  'rules[].optional': 'skip the rule in clouds without its tags: in all, or in those of the list',
  'rules[].description': 'at most 120 characters, for the device, if it has a place for them',
  'rules[].ticket': 'at most 60 characters, for the report',
  'rules[].owner': 'at most 60 characters, for the report',
  tests: 'checked on every build; a failed test stops it',
  'tests[].allow': 'address or CIDR that must be allowed; a test has either `allow` or `deny`',
  'tests[].deny': 'address or CIDR that must be denied, to every local address',
  'tests[].direction': 'seen from the local side',
  'tests[].protocol': '`icmp` has no `port`',
  'tests[].port': 'required for `tcp` and `udp`',
  'tests[].targets': 'only these targets; all without it',
  'tests[].sites': 'only targets at these sites; all without it',
  targets: 'the files that `build` and `update` write; `emit VENDOR` needs none',
  'targets[].name': 'the name in commands and reports',
  'targets[].vendor': 'one of `tagwall list vendors`',
  'targets[].out': 'the file, without `~` or `$NAME`; some vendors add endings',
  'targets[].options': 'options of the vendor: `tagwall list vendors NAME`',
  'targets[].family': 'only this family; both without it',
  'targets[].model': 'a device whose limits count: `tagwall list vendors NAME`',
  'targets[].limits': 'limits of your own, such as `{ rules: 500 }`',
  'targets[].capacity': 'as `capacity`, for this target',
  'targets[].widen': 'fewer prefixes for more addresses',
  'targets[].widen.maxPrefixes': 'most prefixes per family, or `{ ipv4: N, ipv6: N }`',
  'targets[].widen.per': 'the budget is for each rule, or for all rules of the target together',
  'targets[].widen.within': 'prefer extra addresses of this tag',
  'targets[].widen.never': 'never add these addresses; special-use addresses are never added',
  'targets[].widen.minPrefixLength': 'make no prefix that is shorter',
  'targets[].widen.minPrefixLength.ipv4': 'for IPv4',
  'targets[].widen.minPrefixLength.ipv6': 'for IPv6',
  'targets[].local': 'local side of the rules on this target',
  sites: 'sites, or the file that lists them',
  'sites[].name': 'fills `{site}`',
  'sites[].targets': 'only these targets are at the site; all without it',
  'sites[].vars': 'fill other places, such as `{lan}`',
  'sites[].local': 'local side at this site',
  'sites[].options': 'options of targets at this site, by name of the target',
  capacity: 'warn when a device limit is used up to this share; no warning without it',
  guards: 'limits of the guards',
  'guards.maxShrink': 'most addresses of a family that a tag may lose',
  'guards.maxGrow': 'most that a tag may grow',
  endpoints: 'what `tagwall doctor` checks: `arc-kubernetes`, `arc-servers`, or a JSON file',
}

interface JsonSchema {
  description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
}

/** Puts the meanings into a JSON Schema of a policy. */
export function describeKeys(schema: JsonSchema, path = ''): void {
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const meaning = KEY_MEANINGS[`${path}${key}`]
    if (meaning !== undefined) inner.description = meaning
    for (const form of [inner, ...(inner.anyOf ?? [])]) {
      describeKeys(form, `${path}${key}.`)
      if (form.items) describeKeys(form.items, `${path}${key}[].`)
    }
  }
}
