import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import { pageOf } from '../../build/release.mjs'

test('pages name the new package and image, and addresses stay', () => {
  expect(pageOf('./tagwall-0.1.0.tgz tagwall:0.1.0 10.1.0.0/16', '0.1.0', '0.2.0')).toBe(
    './tagwall-0.2.0.tgz tagwall:0.2.0 10.1.0.0/16',
  )
})
