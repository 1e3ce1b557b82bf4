import { expect, test } from 'vitest'
import { Members } from '../../vendors/fortigate/reader-members.ts'
import { Tree } from '../../vendors/fortigate/reader-tree.ts'
import { randomOf } from '../notation.ts'

// Whoever follows a delta looks only at what changed. The slow way is to look at every member of every group after each command.

const OBJECTS = ['a', 'b', 'c', 'd', 'e']
const GROUPS = ['g', 'h', 'i']

test.for([1, 2, 3, 4, 5])('a member that is not there is found whatever made it so (seed %i)', (seed) => {
  const random = randomOf(seed)
  const pick = (names: readonly string[]) => names[random(names.length)] as string
  const commands: readonly (() => string)[] = [
    () => `config firewall address\nedit ${pick(OBJECTS)}\nset subnet 10.0.0.0/24\nnext\nend\n`,
    () => `config firewall address6\nedit ${pick(OBJECTS)}\nset ip6 2603::/32\nnext\nend\n`,
    () => `config firewall address\ndelete ${pick(OBJECTS)}\nend\n`,
    () => `config firewall addrgrp\nedit ${pick(GROUPS)}\nset member ${pick(OBJECTS)} ${pick(OBJECTS)}\nnext\nend\n`,
    () => `config firewall addrgrp6\nedit ${pick(GROUPS)}\nset member ${pick(OBJECTS)}\nnext\nend\n`,
    () => `config firewall addrgrp\nedit ${pick(GROUPS)}\nappend member ${pick([...OBJECTS, ...GROUPS])}\nnext\nend\n`,
    () => `config firewall addrgrp\nedit ${pick(GROUPS)}\nunselect member ${pick(OBJECTS)}\nnext\nend\n`,
    () => `config firewall addrgrp\ndelete ${pick(GROUPS)}\nend\n`,
  ]
  const tree = new Tree({ vdom: '' })
  tree.allowsDelete = true
  const scope = tree.scope('')
  const members = new Members(scope)
  const seen = { some: 0, none: 0 }
  for (let round = 0; round < 400; round++) {
    // More objects than groups, so that often nothing is missing.
    const command = (
      round < 10 || random(3) > 0 ? commands[random(2)] : commands[random(commands.length)]
    ) as () => string
    tree.read({ part: 'delta', family: undefined, text: command() })
    const found = members.dangling(tree.changed)
    tree.changed.clear()
    const missing = ['', '6'].flatMap((suffix) => {
      const [objects, groups] = ['address', 'addrgrp'].map((table) => scope.tables.get(`firewall ${table}${suffix}`))
      return [...(groups?.values() ?? [])].flatMap(({ fields }) =>
        (fields.get('member')?.values ?? []).filter((name) => !objects?.has(name) && !groups?.has(name)),
      )
    })
    expect(
      found.map(({ text }) => text),
      `command ${round}`,
    ).toEqual(missing)
    seen[missing.length > 0 ? 'some' : 'none']++
  }
  expect(Math.min(seen.some, seen.none)).toBeGreaterThan(20)
})
