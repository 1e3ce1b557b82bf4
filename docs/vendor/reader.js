const RULE = /^(un)?(rule (outbound|inbound) (allow|deny) (tcp|udp) (\S+) (\S+))$/
const SET = /^(un)?set (\S+)(?: (\S+))?$/

/** A model of the device, which takes one line after another. It shares nothing with the templates, so it finds their mistakes. */
export const device = ({ kit, options }) => {
  let isNamed, sets, rules, notes
  const clear = () => {
    ;[isNamed, sets, rules, notes] = [false, new Map(), new Map(), []]
  }
  clear()

  /** Does what a line says. Returns the reason if the device would refuse the line. */
  const take = ({ text, place, broken }) => {
    if (broken) return broken
    if (text === `list ${options.list}`) isNamed = true
    else if (!isNamed) return 'comes before the name of the list'
    else if (SET.test(text)) {
      const [, un, name, cidr = ''] = SET.exec(text)
      if (un && cidr === '') return void sets.delete(name)
      if (!kit.setOfTexts([cidr])) return 'is not a CIDR'
      if (!sets.has(name)) sets.set(name, new Set())
      sets.get(name)[un ? 'delete' : 'add'](cidr)
    } else if (RULE.test(text)) {
      const [, un, rule, direction, action, protocol, portTexts, set] = RULE.exec(text)
      const ports = kit.portList(portTexts)
      if (!ports) return 'has wrong ports'
      if (un) rules.delete(rule)
      else rules.set(rule, { name: set, place, direction, action, protocol, ports, set })
    } else return 'is not understood'
  }

  return {
    *load(files, kind) {
      // A full file takes the place of everything. A device that only adds would not clear.
      if (kind === 'full') clear()
      for (const file of files)
        for (const line of kit.readStatements(file, { comments: ['#'] })) {
          const reason = take(line)
          if (reason) notes.push({ place: line.place, text: line.text, reason })
          yield
        }
    },
    reading() {
      const missing = [...rules.values()].filter(({ set }) => !sets.has(set))
      return {
        rules: Array.from(rules.values(), ({ set, ...rule }) => {
          const addresses = kit.setOfTexts([...(sets.get(set) ?? [])])
          return { ...rule, coverage: 'whole', remote: { addresses, tags: [] } }
        }),
        lists: [],
        notes: [...notes, ...missing.map(({ place, set }) => ({ place, text: set, reason: 'is a missing set' }))],
      }
    },
    // All that the list holds: what a full file and a delta are compared by. The rules come in the order in which the device tries them.
    items: () => [
      ...Array.from(rules, ([name, { action }]) => ({ kind: 'rule', name, list: options.list, fields: { action } })),
      ...Array.from(sets, ([name, held]) => ({ kind: 'set', name, fields: { addresses: [...held] } })),
    ],
  }
}
