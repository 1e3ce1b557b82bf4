import { expect, test } from 'vitest'
import {
  promptWord,
  redactSecrets,
  redactUrls,
  sanitize,
  sanitizeLines,
  sanitizeSentence,
  shellWord,
} from '../../src/text/sanitize.ts'

test.for([
  ['Zürich 東京 😀 a-b_c', 'Zürich 東京 😀 a-b_c'],
  ['a\nb\tc', 'a\\u000ab\\u0009c'],
  ['\u001b[31mred\u0085\u009b', '\\u001b[31mred\\u0085\\u009b'],
  ['\u202eabc\u2066\u200b\ufeff', '\\u202eabc\\u2066\\u200b\\ufeff'],
  ['a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
  // A Cyrillic a, a Greek o, and Latin letters of other shapes.
  ['\u0430rc arc Sm\u03bfke', '\\u0430rc arc Sm\\u03bfke'],
  ['\u{1d41a}rc \uff41rc', '\\ud835\\udc1arc \\uff41rc'],
  ['Москва-DMZ Αθήνα_1 서울VPN 東京v2 ÉCOLE', 'Москва-DMZ Αθήνα_1 서울VPN 東京v2 ÉCOLE'],
  ['\ud800 \u{e0001}', '\\ud800 \\udb40\\udc01'],
])('sanitize(%j)', ([text, want]) => expect(sanitize(text as string)).toBe(want))

test.for([
  ['one\r\n  two\n\n three \u0085four', 'one two three four'],
  ['one\u0007', 'one\\u0007'],
  ['  one\r\n\r\n two \n\n\u2028three\u0085', 'one two three'],
])('sanitizeSentence(%j)', ([text, want]) => expect(sanitizeSentence(text as string)).toBe(want))

test.for<[text: string, plain: string, colored?: string]>([
  ['a\n\tb\n', 'a\n\tb\n'],
  ['\u001b[31mred\u001b[39m', '\\u001b[31mred\\u001b[39m', '\u001b[31mred\u001b[39m'],
  ['\u001b[8mhidden\u001b[2J', '\\u001b[8mhidden\\u001b[2J'],
  [
    '\u001b[31mМосква\u001b[39m \u0430rc',
    '\\u001b[31mМосква\\u001b[39m \\u0430rc',
    '\u001b[31mМосква\u001b[39m \\u0430rc',
  ],
  ['100%\rdone', '100%\\u000ddone'],
  ['::error::x\n  ::set-output name=a::b', '\\u003a:error::x\n  \\u003a:set-output name=a::b'],
  ['a ::error::x', 'a ::error::x'],
  ['::/0\n::1/128 ::2/128\n::ffff:1.2.3.4 x::y', '::/0\n::1/128 ::2/128\n::ffff:1.2.3.4 x::y'],
  ['a ##vso[task.x]y ##[group]z ## b', 'a #\\u0023vso[task.x]y #\\u0023[group]z ## b'],
])('sanitizeLines(%j)', ([text, plain, colored = plain]) => {
  expect([sanitizeLines(text, false), sanitizeLines(text, true)]).toEqual([plain, colored])
})

test('JSON keeps its meaning', () => {
  const value = { a: 'x\\\u0085\u202e ##vso[a] ::error::\n\u{e0001} \u0430rc"' }
  expect(JSON.parse(sanitizeLines(JSON.stringify(value, null, 2), false))).toEqual(value)
})

test.for<[text: string, want: string]>([
  ['https://a.example/x.json', 'https://a.example/x.json'],
  ['https://me:pass@a.example/x', 'https://***@a.example/x'],
  ['https://token@a.example', 'https://***@a.example'],
  ['https://me:p@ss@a.example/x', 'https://***@a.example/x'],
  ['https://me:pa/ss@a.example/x', 'https://***@a.example/x'],
  ['https://a.example/@scope/x', 'https://a.example/@scope/x'],
  ['https://a.example:8443/@scope/x', 'https://a.example:8443/@scope/x'],
  ['https://a.example/x?sv=1&sig=abc%2B: 404', 'https://a.example/x?***: 404'],
  ['(https://a.example/x?sig=abc)', '(https://a.example/x?***)'],
  ['{"url":"https://a.example/x?sig=abc"}', '{"url":"https://a.example/x?***"}'],
  [
    'https://www.microsoft.com/en-us/download/details.aspx?id=56519',
    'https://www.microsoft.com/en-us/download/details.aspx?id=56519',
  ],
  ['set it to http://USER:PASSWORD@HOST:PORT', 'set it to http://USER:PASSWORD@HOST:PORT'],
  [
    "fatal: unable to access 'https://x:tok@github.com/a/': no",
    "fatal: unable to access 'https://***@github.com/a/': no",
  ],
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

test.for<[text: string, want: string]>([
  ['edge.rsc', 'edge.rsc'],
  ['two words', '"two words"'],
  ['a; b | c', '"a; b | c"'],
  ['a"$(b)`', '"a\\"\\$(b)\\`"'],
])('as one word at the prompt of a device, %j is %s', ([text, want]) => {
  expect(promptWord(text)).toBe(want)
})
