import { closeSync, openSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { established, FILES, isLinux, tagwall } from './built.ts'
import { folderWith } from './harness.ts'

describe('input that is too large', () => {
  const TOO_MUCH = 'is larger than 64 MB, the most that tagwall reads\n'

  test('a file of 64 MB and a byte', () => {
    const folder = folderWith(FILES)
    closeSync(openSync(join(folder, 'large'), 'w'))
    truncateSync(join(folder, 'large'), 64 * 1024 * 1024 + 1)
    for (const argv of ['update --from large', 'audit plain large', 'aggregate large', 'lookup 1.2.3.4 --from large'])
      expect({ argv, ...tagwall(folder, argv) }).toMatchObject({ status: 2, stderr: `tagwall: large ${TOO_MUCH}` })
  })

  test.runIf(isLinux)('an input that says no size', () => {
    const folder = established()
    const pipe = '<(head -c 70000000 /dev/zero)'
    for (const argv of ['update --from -', 'audit plain -', 'aggregate', 'lookup 1.2.3.4 --from -'])
      expect({ argv, ...tagwall(folder, argv, { to: `< ${pipe}` }) }).toMatchObject({
        status: 2,
        stderr: `tagwall: standard input ${TOO_MUCH}`,
      })
    const { status, stderr } = tagwall(folder, `aggregate ${pipe}`)
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^tagwall: \/dev\/fd\/\d+ /) })
    expect(stderr).toContain(TOO_MUCH)
  })
})
