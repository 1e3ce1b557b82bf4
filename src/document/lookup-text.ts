import { formatPrefix } from '../address/prefix.ts'
import { formatTable } from '../text/table.ts'
import type { Answer, Hit } from './lookup.ts'

/** The answers of `lookup` as text; `where` names the document. */
export const lookupText = (answers: readonly Answer[], where: string): string =>
  answers.map((answer) => answerText(answer, where)).join('\n')

/** The answers of `lookup` as JSON; `where` names the document. */
export const lookupJson = (answers: readonly Answer[], where: string) => ({
  document: where,
  queries: answers.map(({ query, hits }) => ({ query: formatPrefix(query), found: hits.map(hitJson) })),
})

function hitJson({ tag, prefix, holds }: Hit) {
  return {
    tag: tag.name,
    region: tag.region,
    systemService: tag.systemService,
    prefix: formatPrefix(prefix),
    whole: holds === 'all',
    tagWhole: holds !== 'a part',
  }
}

const NOTES: Readonly<Record<Hit['holds'], string>> = {
  all: '',
  'a part, and its tag all': '(in part; all prefixes of the tag together hold all of it)',
  'a part': '(in part)',
}

function answerText({ query, hits }: Answer, where: string): string {
  const heading = `${formatPrefix(query)}\n`
  if (hits.length === 0) return `${heading}  in no tag of ${where}\n`
  return heading + formatTable(hits.map(({ tag, prefix, holds }) => ['', formatPrefix(prefix), tag.name, NOTES[holds]]))
}
