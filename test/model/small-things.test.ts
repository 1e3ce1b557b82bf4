import { expect, test } from 'vitest'
import { AUDIT_FINDING_KINDS, type Audit, findingsOf } from '../../src/audit/values.ts'
import { cloudOf } from '../../src/model/cloud.ts'
import { lazy, memo } from '../../src/model/lazy.ts'
import { isDate } from '../../src/text/dates.ts'
import { byCodeUnit } from '../../src/text/order.ts'
import { redactSecrets, redactUrls } from '../../src/text/redact.ts'
import { sanitizeSentence } from '../../src/text/sanitize.ts'
import { shellWord } from '../../src/text/shell.ts'

test('a lazy value is made once, also if it is nothing', () => {
  let count = 0
  const value = lazy(() => {
    count++
    return undefined
  })
  expect([count, value(), value(), count]).toEqual([0, undefined, undefined, 1])
})

test('a memo works once for each first argument, also if the result is nothing', () => {
  const asked: string[] = []
  const work = memo((key: string, more: number) => {
    asked.push(`${key} ${more}`)
    return key === '' ? undefined : more
  })
  expect([work('a', 1), work('a', 2), work('b', 3), work('', 4), work('', 5)]).toEqual([1, 1, 3, undefined, undefined])
  expect(asked).toEqual(['a 1', 'b 3', ' 4'])
})

test('clouds by the names in documents', () => {
  const names = ['Public', 'AzureGovernment', 'China', 'public', 'AzureGermany', '']
  expect(names.map(cloudOf)).toEqual(['public', 'usgov', 'china', undefined, undefined, undefined])
})

test('texts in the order of their code units, whatever the language', () => {
  expect(['b', 'a', 'B', 'ä', 'a', '', '10', '9'].sort(byCodeUnit)).toEqual(['', '10', '9', 'B', 'a', 'a', 'b', 'ä'])
  expect([byCodeUnit('a', 'b'), byCodeUnit('b', 'a'), byCodeUnit('a', 'a')]).toEqual([-1, 1, 0])
})

test.for<[text: string, want: string]>([
  ['rules/edge.conf', 'rules/edge.conf'],
  ['--set=a,b:c@d%e+f_g', '--set=a,b:c@d%e+f_g'],
  ['', "''"],
  ['two words', "'two words'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['a\nb', "'a\nb'"],
  ['~', "'~'"],
])('as one word of a shell, %j is %s', ([text, want]) => {
  expect(shellWord(text)).toBe(want)
})

test.for<[text: string, want: boolean]>([
  ['2025-11-10', true],
  ['2024-02-29', true],
  ['2025-02-29', false],
  ['2025-02-30', false],
  ['2025-13-01', false],
  ['2025-00-10', false],
  ['2025-1-1', false],
  ['25-11-10', false],
  ['2025-11-10T00:00', false],
  [' 2025-11-10', false],
  ['+002025-11-10', false],
  ['', false],
])('%j is a date: %j', ([text, want]) => {
  expect(isDate(text)).toBe(want)
})

test.for<[text: string, want: string]>([
  ['https://user:word@host/a', 'https://***@host/a'],
  ['https://user@host', 'https://***@host'],
  ['https://@host/', 'https://***@host/'],
  ['https://USER:PASSWORD@proxy', 'https://USER:PASSWORD@proxy'],
  ['https://user:wo/rd@host/a', 'https://***@host/a'],
  ['https://host/a@b', 'https://host/a@b'],
  ['https://host:443/a@b', 'https://host:443/a@b'],
  ['https://host/?token=1', 'https://host/?***'],
  ['https://host/?id=56519', 'https://host/?id=56519'],
  // Only that number may stay, and nothing before or behind it.
  ['https://host/?id=123456789', 'https://host/?***'],
  ['https://host/?id=1&key=2', 'https://host/?***'],
  ['https://host/?key=2?id=1', 'https://host/?***'],
  ['https://host/?id=x', 'https://host/?***'],
  ['see (https://host/?a=1), or https://b@c.', 'see (https://host/?***), or https://***@c.'],
  ['https://host/?a=1!) "https://d@e"', 'https://host/?***!) "https://***@e"'],
  ['://', '://'],
  ['no URL ?a=1 user@host', 'no URL ?a=1 user@host'],
])('of %j only %s is shown', ([text, want]) => {
  expect(redactUrls(text)).toBe(want)
})

test('every secret goes, wherever it stands', () => {
  expect(redactSecrets('a token1 b token1token2 c', ['token1', 'token2'])).toBe('a *** b ****** c')
  expect(redactSecrets('nothing', [])).toBe('nothing')
})

test('a message of several lines becomes one', () => {
  expect(sanitizeSentence('  one\r\n\r\n two \n\n\u2028three\u0085')).toBe('one two three')
})

test('findings of an audit in one order, with outside rules only if it is strict', () => {
  const entry = (kind: string) => [{ kind }]
  const audit = {
    ...{ missing: entry('missing'), stale: entry('stale'), wider: entry('wider'), opened: entry('opened') },
    ...{ outside: entry('outside'), unresolved: entry('unresolved'), notes: entry('not-understood') },
  } as unknown as Audit
  const kinds = (isStrict: boolean) =>
    findingsOf(audit, isStrict).map(({ kind, entry }) => {
      expect(entry).toEqual({ kind })
      return kind
    })
  expect(kinds(true)).toEqual([...AUDIT_FINDING_KINDS])
  expect(kinds(false)).toEqual(AUDIT_FINDING_KINDS.filter((kind) => kind !== 'outside'))
})
