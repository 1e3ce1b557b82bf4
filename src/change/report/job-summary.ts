/** Sentences under a heading, for the page on which a CI service shows a job. Nothing in them becomes Markdown. */
export function jobSummary(heading: string, sentences: string): string {
  const longest = Math.max(2, ...[...sentences.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `## ${heading}\n\n${fence}text\n${sentences.trim()}\n${fence}\n\n`
}
