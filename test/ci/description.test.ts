import { expect, test } from 'vitest'
import { shortened } from '../../src/propose/pull-request.ts'

// Azure DevOps takes 4,000 characters.

const azure = (body: string) => shortened(body, 4000)
const NOTE = '\n\n(shortened; the files of this pull request have the whole change)\n'
const LINE = '+ 192.0.2.0/24                  256 addresses\n'
const FOLD = '<details open><summary>a</summary>\n\n```diff\n'

test.for<[what: string, body: string, end: string]>([
  ['text', LINE.repeat(100), LINE.trimEnd()],
  ['code in a fold', `${FOLD}${LINE.repeat(100)}`, `${LINE.trimEnd()}\n\`\`\`\n\n</details>`],
  ['a table in a fold', `<details><summary>a</summary>\n\n${LINE.repeat(100)}`, `${LINE.trimEnd()}\n\n</details>`],
  ['text after a fold', `${FOLD}\`\`\`\n\n</details>\n\n${LINE.repeat(100)}`, LINE.trimEnd()],
  ['a line that is too long', 'x'.repeat(4001), ''],
])('a description that is cut in %s shows the note', ([, body, end]) => {
  const short = azure(body)
  expect(short.length).toBeLessThanOrEqual(4000)
  expect(short.slice(-(end.length + NOTE.length))).toBe(`${end}${NOTE}`)
  expect(body.startsWith(short.slice(0, short.length - NOTE.length - end.length))).toBe(true)
})

test('a description that fits stays as it is', () => {
  const body = 'x'.repeat(4000)
  expect(azure(body)).toBe(body)
})
