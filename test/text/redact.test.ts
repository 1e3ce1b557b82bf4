import { expect, test } from 'vitest'
import { redactSecrets, redactUrls } from '../../src/text/sanitize.ts'

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
