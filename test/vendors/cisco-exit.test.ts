import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DOCUMENT, folderWith, tagwall } from '../cli/harness.ts'

// Older versions left each group and list with "exit". Such files are on disks, and their hashes in locks.

const RULES = `rules:
  - { name: Registry, tags: [MicrosoftContainerRegistry], direction: outbound, ports: [443], priority: 150 }
`
const LATER = DOCUMENT.replace('"20.151.100.130/32"', '"20.151.100.132/31", "20.151.100.136/30"')

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** The text as an older version wrote it. */
const withExits = (text: string) => text.replaceAll(/^( .*\n)(?! )/gm, '$1 exit\n')

test.for(['cisco-ios', 'cisco-asa'])(
  '%s: a file with "exit" lines, as its lock has it, starts a delta',
  async (vendor) => {
    const targets = `targets:\n  - { name: edge, vendor: ${vendor}, out: rules/edge.txt }\n`
    const folder = folderWith({ 'tagwall.yaml': RULES + targets, 'a.json': DOCUMENT, 'b.json': LATER })
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    expect(await tagwall(folder, ['update', '--from', 'a.json'])).toMatchObject({ code: 0 })
    const text = read('rules/edge.txt')
    const older = withExits(text)
    expect(older).not.toBe(text)
    writeFileSync(join(folder, 'rules/edge.txt'), older)
    const lock = read('tagwall.lock.json')
    expect(lock).toContain(hashOf(text))
    writeFileSync(join(folder, 'tagwall.lock.json'), lock.replace(hashOf(text), hashOf(older)))

    expect(await tagwall(folder, ['update', '--from', 'b.json'])).toMatchObject({ code: 0 })
    const commands = read('rules/edge.delta.txt')
      .split('\n')
      .filter((line) => line.startsWith(' ') && !line.includes('description'))
    const member = vendor === 'cisco-asa' ? 'network-object ' : ''
    expect(commands).toEqual([
      ` ${member}20.151.100.132 255.255.255.254`,
      ` ${member}20.151.100.136 255.255.255.252`,
      ` no ${member}host 20.151.100.130`,
    ])
  },
)
