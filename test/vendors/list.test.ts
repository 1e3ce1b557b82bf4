import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { device } from '../../vendors/list/reader.ts'

const { read } = readersOf(device)

const shown = (text: string, purpose: 'audit' | 'prove') => {
  const context = { options: { form: 'all' }, purpose, narrow: {}, kit: KIT }
  const { rules, lists, notes } = read([{ part: 'all', family: undefined, text }], context)
  expect(rules).toEqual([])
  return [
    ...lists.map(({ part, addresses }) => `${part}: ${addresses.prefixes.map(formatPrefix).join(' ')}`),
    ...notes.map(({ place, text, reason }) => `${place.line} ${text} | ${reason}`),
  ]
}

test.for<[name: string, text: string, audited: string[], proved: string[]]>([
  ['CIDRs', '192.0.2.0/24\n2001:db8::/32\n', ['all: 192.0.2.0/24 2001:db8::/32'], ['all: 192.0.2.0/24 2001:db8::/32']],
  [
    'one line that is none',
    '192.0.2.0/24\nlogin.example.com\n198.51.100.0/24\n',
    ['all: 192.0.2.0/24 198.51.100.0/24', '2 login.example.com | "login.example.com" is not an IPv4 or IPv6 address'],
    [
      'all: 192.0.2.0/24 198.51.100.0/24',
      '2 login.example.com | "login.example.com" is not a CIDR: the /length is missing',
    ],
  ],
  [
    'comments, blanks and plain addresses',
    '# mine\n ; and yours\n192.0.2.1 \n\t2001:db8::1\n',
    ['all: 192.0.2.1/32 2001:db8::1/128'],
    [],
  ],
])('reads %s', ([, text, audited, proved]) => {
  expect(shown(text, 'audit')).toEqual(audited)
  if (proved.length > 0) expect(shown(text, 'prove')).toEqual(proved)
  else expect(shown(text, 'prove').length).toBe(5)
})
