import { expect, test } from 'vitest'
import { linked } from '../../src/change/tell/markdown.ts'

test.for<[text: string, markdown: string]>([
  [
    'Add a rule for X (https://github.com/microsoft/containerregistry/pull/150)',
    'Add a rule for X (<https://github.com/microsoft/containerregistry/pull/150>)',
  ],
  ['See https://learn.microsoft.com/azure/a#b.', 'See <https://learn.microsoft.com/azure/a#b>.'],
  ['See https://learn.microsoft.com.evil.example/a', 'See https:/&#47;learn.microsoft.com.evil.example/a'],
  ['See https://github.com/other/x', 'See https:/&#47;github.com/other/x'],
])('%s is %s in Markdown', ([text, markdown]) => {
  expect(linked(text)).toBe(markdown)
})
