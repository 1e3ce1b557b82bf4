import { expect, test } from 'vitest'
import { parseProxy, takesPassword, withoutBrackets } from '../../src/model/proxy.ts'

test.for<[text: string, want: string]>([
  ['http://proxy.example:3128', 'http proxy.example 3128'],
  ['http://proxy.example', 'http proxy.example 80'],
  ['https://proxy.example', 'tls proxy.example 443'],
  ['https://proxy.example:8443/path?x', 'tls proxy.example 8443'],
  ['http://[2001:db8::1]:3128', 'http 2001:db8::1 3128'],
  ['http://user:word@proxy.example', 'http proxy.example 80 user:word'],
  ['http://user@proxy.example', 'http proxy.example 80 user:'],
  ['http://:word@proxy.example', 'http proxy.example 80 :word'],
  ['http://us%40er:w%3Ao%20rd@proxy.example', 'http proxy.example 80 us@er:w:o rd'],
  ['socks5://proxy.example:1080', 'none'],
  ['ftp://proxy.example', 'none'],
  ['proxy.example:3128', 'none'],
  ['http://', 'none'],
  ['http://us%er@proxy.example', 'none'],
  ['', 'none'],
])('%j is a proxy: %s', ([text, want]) => {
  const proxy = parseProxy(text)
  const credentials = proxy?.authorization?.replace('Basic ', '')
  const shown = proxy && [
    proxy.isTls ? 'tls' : 'http',
    proxy.host,
    proxy.port,
    ...(credentials === undefined ? [] : [Buffer.from(credentials, 'base64').toString()]),
  ]
  expect(shown?.join(' ') ?? 'none').toBe(want)
})

test('a password is taken where a proxy asks for it as it is, or does not say how', () => {
  const offers = [[], ['NTLM', 'BASIC'], ['NTLM'], ['basics'], ['no-basic']]
  expect(offers.map(takesPassword)).toEqual([true, true, false, false, false])
})

test('only an address of IPv6 stands in brackets', () => {
  expect(['[::1]', 'host', '[::1', 'x[::1]', '[::1]:80'].map(withoutBrackets)).toEqual([
    ...['::1', 'host', '[::1', 'x[::1]', '[::1]:80'],
  ])
})
