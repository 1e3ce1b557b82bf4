const EVERY_PORT = [{ first: 0, last: 65535 }]

export const device = ({ kit, options }) => {
  let held = { sets: new Map(), rules: [], denies: false }
  const notes = []
  let staged
  let isNamed = false
  let block

  const copy = ({ sets, rules, denies }) => ({
    sets: new Map([...sets].map(([key, members]) => [key, new Map(members)])),
    rules: rules.map((rule) => ({ ...rule })),
    denies,
  })

  const portsOf = (texts) => {
    const ports = texts.map((text) => {
      const [, first, last] = /^([0-9]+)-([0-9]+)$/.exec(text) ?? []
      return { first: Number(first), last: Number(last) }
    })
    const isValid = ports.every(
      ({ first, last }, at) => first <= last && last <= 65535 && first > (ports[at - 1]?.last ?? 0),
    )
    return isValid ? ports : undefined
  }

  const prefixOf = (family, text) => {
    const prefix = kit.prefixOrReason(text)
    return typeof prefix === 'string' || !text.includes('/') || (family && prefix.family !== family)
      ? undefined
      : kit.setOf([prefix])
  }

  const inSet = ({ family, members }, words) => {
    const isRemoved = words[0] === 'no'
    const [verb, cidr, ...more] = isRemoved ? words.slice(1) : words
    const addresses = prefixOf(family, cidr ?? '')
    if (verb !== 'member' || more.length > 0 || !addresses) return 'is not a member'
    if (isRemoved) members.delete(cidr)
    else members.set(cidr, addresses)
    return undefined
  }

  const inRule = ({ rule }, [verb, ...rest]) => {
    if (rule[verb] !== undefined) return 'is there twice'
    if (verb === 'action') {
      if (rest.length !== 1 || !['allow', 'deny'].includes(rest[0])) return 'is not an action'
      rule.action = rest[0]
      return undefined
    }
    if (verb === 'protocol') {
      const [protocol, ...texts] = rest
      if (!['tcp', 'udp', 'icmp', 'any'].includes(protocol)) return 'is not a protocol'
      const hasPorts = protocol === 'tcp' || protocol === 'udp'
      const ports = hasPorts ? portsOf(texts) : EVERY_PORT
      if (!ports || hasPorts === (texts.length === 0)) return 'has wrong ports'
      rule.protocol = protocol
      rule.ports = ports
      return undefined
    }
    if (verb === 'remote') {
      if (rest.length !== 1) return 'is not a set'
      rule.remote = rest[0]
      return undefined
    }
    if (verb !== 'local' || rest.length === 0) return 'is not understood'
    if (rest[0] === 'object') {
      if (rest.length !== 2) return 'is not an object'
      rule.local = { addresses: kit.empty, objects: [rest[1]] }
      return undefined
    }
    const sides = rest.map((text) => prefixOf(undefined, text))
    if (sides.includes(undefined)) return 'is not a prefix'
    rule.local = { addresses: kit.union(sides), objects: [] }
    return undefined
  }

  const atTop = (words, place) => {
    const text = words.join(' ')
    if (text === `list ${options.list}`) {
      isNamed = true
      staged ??= copy(held)
      return undefined
    }
    if (!isNamed || !staged) return 'comes before the name of the list'
    if (text === 'clear rules') {
      staged.rules = []
      staged.denies = false
      return undefined
    }
    if (text === 'default deny') {
      staged.denies = true
      return undefined
    }
    const [, verb, family, name] = /^(set|replace set|no set) (ipv4|ipv6) (\S+)$/.exec(text) ?? []
    if (verb) {
      const key = `${family} ${name}`
      if (verb === 'no set') staged.sets.delete(key)
      else {
        const members = verb === 'set' ? (staged.sets.get(key) ?? new Map()) : new Map()
        staged.sets.set(key, members)
        block = { family, members, take: inSet }
      }
      return undefined
    }
    const [, direction, rule] = /^rule (inbound|outbound) (\S+)$/.exec(text) ?? []
    if (!rule) return 'is not understood'
    block = { rule: { direction, name: rule, place }, take: inRule }
    staged.rules.push(block.rule)
    return undefined
  }

  return {
    // A full load sets its own sets anew and leaves the others, so the kind does not matter.
    *load(files) {
      for (const { part, text } of files) {
        isNamed = false
        staged = undefined
        block = undefined
        for (const [index, line] of text.split('\n').entries()) {
          if (line === '' || line.startsWith('!')) continue
          const place = { part, line: index + 1 }
          if (line === 'commit' && staged) {
            held = staged
            staged = undefined
            block = undefined
            yield
            continue
          }
          const isInside = line.startsWith('  ')
          if (!isInside) block = undefined
          const words = (isInside ? line.slice(2) : line).split(' ')
          const reason = isInside ? (block ? block.take(block, words) : 'stands in no block') : atTop(words, place)
          if (reason) notes.push({ place, text: line, reason })
        }
      }
    },
    reading() {
      const found = []
      const faults = [...notes]
      for (const { direction, name, place, action, protocol, ports, remote, local } of held.rules) {
        if (!action || !protocol || !remote) {
          faults.push({ place, text: name, reason: 'is not whole' })
          continue
        }
        const sets = ['ipv4', 'ipv6'].flatMap((family) => held.sets.get(`${family} ${remote}`) ?? [])
        if (sets.length === 0) faults.push({ place, text: remote, reason: 'is a set that is not there' })
        const addresses = kit.union(sets.flatMap((members) => [...members.values()]))
        found.push({
          name,
          place,
          direction,
          action,
          protocol,
          ports,
          local,
          coverage: 'whole',
          remote: { addresses, tags: [] },
        })
      }
      if (found.length > 0 && !held.denies)
        for (const direction of ['inbound', 'outbound'])
          found.push({
            ...found[0],
            name: 'default',
            direction,
            action: 'allow',
            protocol: 'any',
            ports: EVERY_PORT,
            local: undefined,
            remote: { addresses: kit.everything(), tags: [] },
          })
      return { rules: found, lists: [], notes: faults }
    },
    items: () =>
      [...held.sets.keys()].map((key) => {
        const [family, name] = key.split(' ')
        return { kind: 'set', family, name, fields: {} }
      }),
  }
}
