import { describe, test } from 'vitest'
import { replacingDevice } from '../../src/vendor/checked-device.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { read } from '../../vendors/pf/reader.ts'
import { expectEach, expectOutcomes } from '../golden-page.ts'
import { expectNeeded, type Golden, harnessOf } from './harness.ts'
import { show } from './reading-text.ts'

const HARNESS = harnessOf('pf', replacingDevice(read))

const audit = (text: string, narrow: ReaderContext['narrow'] = {}, part?: string) =>
  show(HARNESS.auditOf(text, { narrow, localObjects: ['nodes'], part }))

const TABLES = `table <web> persist { 192.0.2.0/24, 198.51.100.7
  2001:db8::/48 }
table <file> persist file "/etc/web"
table <not> { 192.0.2.0/24 !192.0.2.1 }
table <empty> persist
table <filled> persist { 192.0.2.7 }
pass in quick on lo0 proto tcp to port 22 keep state (max-src-conn-rate 3/30, overload <filled> flush global)
`

describe('one rule', () => {
  test('is read', async () => {
    await expectEach('pf-rule.txt', (rule) => audit(`${TABLES}${rule}\n`))
  })
})

describe('a ruleset', () => {
  const MACROS = [
    'web = "192.0.2.0/24"',
    'all = "{" $web 198.51.100.7 "}"',
    'ports = "{ 443, 8000:8080 }"',
    'pass out on egress proto tcp to $all port $ports',
    'pass out to $gone',
    'web = "203.0.113.0/24"',
    'pass out to $web',
  ]
  const GROWING = ['a = "1 2"', ...Array.from({ length: 60 }, () => 'a = $a $a'), 'pass out to { $a }']
  const ON_INTERFACES = ['! lo0', '!em1', '!em0', 'egress', 'em', 'em1', 'em0'].map(
    (on, at) => `pass out on ${on} to 192.0.2.${at}\n`,
  )
  const OTHERS = 'pass in on em1 from em1:network\npass in on em1 rtable 1\n'
  const ONE = 'pass out quick on em0 to 192.0.2.0/24\n'
  const RULESETS: Readonly<Record<string, readonly [text: string, narrow?: ReaderContext['narrow'], part?: string]>> = {
    'quick rules decide before all others, and of these the last one does': [
      'pass out to 192.0.2.0/24\nblock out to 192.0.2.0/25\npass out quick to 192.0.2.0/26\n',
    ],
    'a main ruleset passes what no rule is about': [`set skip on lo # fast\n${TABLES}block all\n`],
    'pf.conf is a main ruleset': ['pass out quick to 192.0.2.0/24\n', {}, 'pf.conf'],
    '/etc/pf.conf is a main ruleset': ['pass out quick to 192.0.2.0/24\n', {}, '/etc/pf.conf'],
    'pf.conf of a folder of Windows is a main ruleset': ['pass out quick to 192.0.2.0/24\n', {}, 'C:\\edge\\pf.conf'],
    'antispoof only blocks, so that it is mentioned': ['block all\nantispoof quick for em0\n'],
    'a backslash at the end of a comment makes the next line one too': [
      'block out\n# off: \\\npass out quick to 192.0.2.0/24\n',
    ],
    'macros stand for what they were given, and for nothing else': [MACROS.join('\n')],
    'a macro may be the beginning of a word': ['lan = "em1"\npass out from $lan:network to 192.0.2.0/24\n'],
    'macros that grow without an end are not followed': [GROWING.join('\n')],
    'a rule of an interface that was not asked for has no note': [OTHERS, { interface: 'em0' }],
    'a rule of an interface that was asked for has its notes': [OTHERS, { interface: 'em1' }],
    'an interface may be one of a group, and others are not': [ON_INTERFACES.join(''), { interface: 'em0' }],
    'the interface that was asked for': [ONE, { interface: 'em0' }],
    'another interface than the one that was asked for': [ONE, { interface: 'em1' }],
    'something else': ['hello\n'],
  }

  test('is read', async () => {
    await expectOutcomes('pf-rulesets.txt', RULESETS, (given) => audit(...given))
  })

  test('may have lines that are not followed, or change nothing', async () => {
    await expectEach('pf-lines.txt', (line) => audit(`${TABLES}${line}\n`))
  })
})

test('a file without any one of its lines is refused, and so are lines of others', () => {
  const golden = HARNESS.goldens().find(({ title }) => title === 'one-rule {}') as Golden
  const more = ['pass', 'pass out to any', 'set skip on egress', 'anchor "x"', 'include "/etc/x"']
  expectNeeded({ golden, isFree: (line) => line.startsWith('#'), more }, HARNESS.objectionsTo)
})
