import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explain } from '../../src/finding/finding.ts'
import type { Leftovers } from '../../src/model/item.ts'
import { memo } from '../../src/model/lazy.ts'
import { CHANGES, changeOf, SMALL } from './changes.ts'
import { type FullLoad, fullLoad } from './cleaned.ts'
import type { Form } from './forms.ts'

// What may happen between two documents, small, in every form.

const loaded = memo((form: Form) =>
  Promise.all(CHANGES.map(([, before, after]) => fullLoad(changeOf(before, after), form))),
)

// The golden file says for each whether there is a delta and how long it is, or why there is none: read it as you would read code.
test('each change in each form, as expected', async () => {
  const lines: string[] = []
  for (const [index, [title]] of CHANGES.entries()) {
    lines.push(`${title}`)
    for (const form of SMALL) {
      const { files, findings, proof } = ((await loaded(form))[index] as FullLoad).delta
      const said = files.every(({ text }) => text === '') ? 'nothing to do' : `${proof?.commands} commands`
      const sizes = files.map(({ text }) => text.split('\n').length - 1).join(' + ')
      lines.push(`  ${form.name.padEnd(50)} ${findings.map(explain)[0] ?? `${said}, ${sizes} lines`}`)
    }
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'expected/changes.txt'))
})

// What stays if the whole file is loaded over the one before, and what removes it: a rule that stays still allows.
test('each change, loaded whole over the file before', { timeout: 300_000 }, async () => {
  const lines = [`exact where nothing else is said: ${SMALL.map(({ name }) => name).join(', ')}`]
  for (const [index, [title]] of CHANGES.entries()) {
    for (const form of SMALL) {
      const what = said((await loaded(form))[index] as FullLoad)
      if (what !== 'exact') lines.push('', `${title}, ${form.name}:`, `  ${what}`)
    }
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'expected/reloads.txt'))
})

function said({ left, files, proof, findings }: FullLoad): string {
  const by = files.length > 0 ? 'its own file' : 'the delta'
  const parts = [
    ...(proof ? [`${differencesText(left)}: ${by}, ${proof.commands} commands`] : []),
    ...findings.map((finding) => explain(finding).replace(/^target "[^"]*": /, '')),
  ]
  return parts.join('; ') || 'exact'
}

const differencesText = ({ stays, lacks, reworded, moved }: Leftovers) =>
  (
    [
      ['leaves', stays],
      ['lacks', lacks],
      ['leaves other words in', reworded.map(({ item }) => item)],
      ['moves', moved],
    ] as const
  )
    .flatMap(([what, items]) =>
      items.length > 0 ? [`${what} ${items.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`] : [],
    )
    .join('; ')
