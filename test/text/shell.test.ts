import { expect, test } from 'vitest'
import { shellWord } from '../../src/text/sanitize.ts'

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
