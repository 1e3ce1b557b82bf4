import { expect, test } from 'vitest'
import { bypassesProxy } from '../../src/model/proxy.ts'

// As Go reads it: https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
test.for<[noProxy: string, host: string, isDirect: boolean]>([
  ['', 'login.test', false],
  ['*', 'login.test', true],
  ['login.test', 'login.test', true],
  ['LOGIN.test', 'login.TEST', true],
  ['login.test', 'a.login.test', true],
  ['login.test', 'mylogin.test', false],
  ['.login.test', 'login.test', false],
  ['.login.test', 'a.login.test', true],
  ['*.login.test', 'a.login.test', true],
  ['*.login.test', 'login.test', false],
  ['a*.login.test', 'a.login.test', false],
  ['a.test, login.test', 'login.test', true],
  ['login.test:443', 'login.test', true],
  ['login.test:8443', 'login.test', false],
  ['login.test:443x', 'login.test', false],
  [':443', 'login.test.', false],
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.1.2.3/8', '10.9.9.9', true],
  ['10.0.0.0/8', '11.1.2.3', false],
  ['10.0.0.0/8', 'login.test', false],
  ['10.1.2.3/32', '10.1.2.3', true],
  ['10.0.0.0/', '10.1.2.3', false],
  ['10.0.0.0/1e1', '10.1.2.3', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['2.3', '10.1.2.3', false],
  ['fd00::/8', 'fd00::1', true],
  ['fd00::1', 'fd00::1', true],
  ['[fd00::1]:443', 'fd00::1', true],
  ['', '127.0.0.1', true],
  ['', 'localhost', true],
  ['.', 'login.test', false],
  ['10.0.0.0/99', '10.1.2.3', false],
])('NO_PROXY=%j lets %s go directly: %s', ([noProxy, host, isDirect]) => {
  expect(bypassesProxy(host, 443, noProxy)).toBe(isDirect)
})
