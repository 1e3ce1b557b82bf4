import { expect, test } from 'vitest'
import { indexOf, matchTags } from '../../src/adopt/match.ts'
import { setOf } from '../notation.ts'

const tag = (name: string, prefixes: string, region = '') => ({ name, region, prefixes: setOf(prefixes) })

const INDEX = indexOf('2025-11-10', [
  tag('Login', '20.1.0.0/24 20.1.2.0/24 20.1.4.0/24 20.1.6.0/24 2603:1::/64'),
  tag('LoginSoon', '20.1.2.0/24'),
  tag('LoginTwin', '20.1.0.0/24 20.1.2.0/24 20.1.4.0/24 20.1.6.0/24 2603:1::/64'),
  tag('Store', '20.2.0.0/24 20.2.2.0/24 20.2.4.0/24'),
  tag('Store.North', '20.2.0.0/24', 'north'),
  tag('Store.South', '20.2.2.0/24', 'south'),
  tag('Cloud', '20.0.0.0/14'),
])

const names = (tags: readonly { readonly name: string }[]) => tags.map(({ name }) => name).join(' ')

test.for([
  ['a copy of a tag, and its twin', '20.1.0.0/24 20.1.2.0/24 20.1.4.0/24 20.1.6.0/24', 'Login', 'LoginTwin', ''],
  ['both families', '20.1.0.0/24 20.1.2.0/24 20.1.4.0/24 20.1.6.0/24 2603:1::/64', 'Login', 'LoginTwin', ''],
  ['a copy of a part of a tag', '20.1.2.0/24', 'LoginSoon', '', ''],
  ['two tags', '20.2.0.0/24 20.2.2.0/24 20.2.4.0/24 20.1.2.0/24', 'Store LoginSoon', '', ''],
  ['two regions', '20.2.0.0/24 20.2.2.0/24', 'Store.North Store.South', '', ''],
  ['a region and foreign addresses', '20.2.0.0/24 192.0.2.0/24', 'Store.North', '', ''],
  ['three quarters of a tag', '20.1.0.0/24 20.1.4.0/24 20.1.6.0/24', '', '', 'Login LoginTwin Cloud'],
  ['a little more than a tag', '20.0.0.0/13', 'Cloud', '', ''],
  ['one wide prefix with many tags in it', '20.0.0.0/8', '', '', 'Cloud Login LoginTwin Store LoginSoon'],
  ['foreign addresses', '192.0.2.0/24', '', '', ''],
] as const)('%s', ([, remote, tags, ties, near]) => {
  const match = matchTags(setOf(remote), INDEX, 0.9)
  expect([names(match.tags), names(match.ties), names(match.near)]).toEqual([tags, ties, near])
})

test('a lower fit takes a tag of which a rule has less', () => {
  expect(matchTags(setOf('20.1.0.0/24 20.1.4.0/24 20.1.6.0/24'), INDEX, 0.7).tags).toEqual([
    { name: 'Login', ofRule: 1, ofTag: 0.75 },
  ])
})
