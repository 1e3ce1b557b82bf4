/** A command line, and what it is for. */
type Example = readonly [line: string, what: string]

/** By command: lines that work as they stand, with the files that they name. `list` stands for any vendor. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  update: [
    ['tagwall update', 'the weekly job'],
    ['tagwall update --from ServiceTags_Public_20251110.json', 'the same, from a file'],
    ['tagwall update --accept shrink,vanished', 'take a document that two guards refuse, once'],
    ['tagwall update --exit-code --report out', 'in CI: 1 when something changed; title and body for a pull request'],
  ],
  fetch: [
    ['tagwall fetch --from ServiceTags_Public_20251110.json', 'store a snapshot, write no rules'],
    ['tagwall fetch --dry-run --exit-code', 'is there anything new? 1 if there is'],
  ],
  diff: [
    ['tagwall diff', 'the newest snapshot and the one before'],
    ['tagwall diff 2025-06-09 2025-07-07', 'two dates'],
    ['tagwall diff latest ServiceTags_Public_20251110.json --exit-code', 'a snapshot and a published document'],
  ],
  build: [
    ['tagwall build --dry-run', 'prove every file, write none'],
    ['tagwall build', 'write the rules of every target'],
    ['tagwall build --since 2025-11-03', 'only the commands that lead here from an older snapshot'],
  ],
  emit: [
    ['tagwall emit list', 'look before you load'],
    ['tagwall emit list --set form=all --family ipv4', 'with an option of the vendor, one family'],
    ['tagwall emit json --widen 150', 'at most 150 prefixes a rule and family'],
  ],
  widen: [
    ['tagwall widen --curve', 'the price of a range of budgets'],
    ['tagwall widen AllowAzOutboundAccess --max 160', 'what is merged for one'],
  ],
  audit: [
    ['tagwall audit list running.txt', 'a file against the policy'],
    ['tagwall emit list | tagwall audit list -', 'standard input'],
  ],
  lookup: [
    ['tagwall lookup 20.190.128.1', 'in the newest snapshot'],
    ['tagwall lookup 20.190.128.1 4.150.240.0/24 --from ServiceTags_Public_20251110.json', 'in every published tag'],
  ],
  list: [
    ['tagwall list snapshots', 'with what each gained and lost'],
    ['tagwall list vendors list', 'options, limits and models of one vendor'],
    ['tagwall list tags --from ServiceTags_Public_20251110.json', 'every published tag'],
  ],
  init: [
    ['tagwall init', 'asks, on a terminal'],
    ['tagwall init --vendor list --set list.form=sets --ci gitlab', 'asks nothing that is said'],
    ['tagwall init --yes --ci none', 'asks nothing, writes no job'],
  ],
  explain: [
    ['tagwall explain', 'what there is to ask for'],
    ['tagwall explain AllowMCROutboundAccess', 'what a rule is for'],
    ['tagwall explain INBOUND_TAG', 'what a finding means, and what to do'],
  ],
  aggregate: [
    ['tagwall aggregate mine.txt theirs.txt', 'the fewest prefixes of both together'],
    ['tagwall emit list | tagwall aggregate --json', 'how few there can be'],
  ],
  propose: [
    ['tagwall propose --report out', 'in the weekly job, behind "tagwall update --report out"'],
    ['tagwall propose --report out --to github --dry-run', 'by hand: what would be pushed'],
  ],
  completion: [
    ['tagwall completion bash', 'in ~/.bashrc: source <(tagwall completion bash)'],
    ['tagwall completion zsh', 'in ~/.zshrc, after compinit: source <(tagwall completion zsh)'],
    ['tagwall completion fish', 'once: tagwall completion fish > ~/.config/fish/completions/tagwall.fish'],
  ],
}

/** The examples of one command, for its help. */
export function examplesText(command: string): string {
  const examples = EXAMPLES[command] ?? []
  const width = Math.max(...examples.map(([line]) => line.length))
  return `\nExamples:\n${examples.map(([line, what]) => `  ${line.padEnd(width)}   ${what}\n`).join('')}`
}

/** What `tagwall` alone says. */
export const WELCOME = `tagwall compiles Azure service tags into firewall rules, and proves every line before it is written.

  tagwall build --dry-run   what it would write for four firewalls, from a shipped snapshot; offline
  tagwall init              a policy file of your own and a weekly job, question by question
  tagwall update            that job: get the current document, say what changed, write the rules

  tagwall --help lists the commands, tagwall COMMAND --help has examples and options,
  tagwall explain NAME tells what a rule or a finding is about.
`
