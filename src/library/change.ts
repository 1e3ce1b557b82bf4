import type { WidenedTarget } from '../change/build-targets.ts'
import { type CommandKind, commandPath } from '../change/commands/command-files.ts'
import { TargetWork } from '../change/commands/render-delta.ts'
import { CommandMaker } from '../change/commands/target-commands.ts'
import { nextRules, type Older } from '../change/older/older.ts'
import { compare, goneTarget } from '../change/traffic/change.ts'
import { ItemComparer } from '../change/traffic/items.ts'
import { type Rendered, renderAll } from '../compile/render-target.ts'
import type { Finding } from '../finding/finding.ts'
import { type MadeBuild, madeOf } from './build.ts'
import type { Build, BuildChange, TargetCommands, TargetFile } from './values.ts'

/** As `change` of the library. */
export async function change(older: Build, newer: Build): Promise<BuildChange> {
  const [before, after] = [madeOf(older), madeOf(newer)]
  const commands = new CommandMaker({
    requireProof: false,
    render: renderAll,
    isBesideFull: true,
    items: new ItemComparer(),
  })
  const findings: Finding[] = []
  const targets: TargetCommands[] = []
  for (const made of after.targets) {
    const compared = compare(beforeIn(before, older, made, after), made, after.known.document)
    if (compared.before.kind === 'none' || compared.change.kind === 'same') {
      targets.push({ ...compared.change, ...NO_COMMANDS })
      continue
    }
    const { change, delta, rollback, cleanup } = await commands.make(compared, new TargetWork())
    const filesOf = (kind: CommandKind, files: readonly Rendered[]): TargetFile[] =>
      files.map((file) => ({ path: commandPath(made.target.out, file, kind), text: file.text }))
    targets.push({
      ...change,
      delta: filesOf('delta', delta.files),
      rollback: filesOf('rollback', rollback.files),
      cleanup: filesOf('cleanup', cleanup.files),
    })
    findings.push(...delta.findings, ...rollback.findings, ...cleanup.findings)
  }
  const names = new Set(after.targets.map(({ target }) => target.name))
  const gone = before.targets.filter(({ target }) => !names.has(target.name))
  return {
    before: older.document,
    after: newer.document,
    targets: [...targets, ...gone.map(({ target }) => ({ ...goneTarget(target), ...NO_COMMANDS }))],
    findings,
  }
}

const NO_COMMANDS = { delta: [], rollback: [], cleanup: [] }

/** The older side of a target: that of the same name. */
function beforeIn({ known, targets }: MadeBuild, { policy }: Build, made: WidenedTarget, after: MadeBuild): Older {
  const own = targets.find(({ target }) => target.name === made.target.name)
  if (!own) return { kind: 'none', target: made.target, job: made.job, files: [], doubtful: [] }
  const { target, job, ruleset, files } = own
  const { document } = known
  const between = nextRules(policy, own, document, after.known.document)
  return {
    kind: 'lock',
    target,
    job,
    rules: { ruleset, between, document },
    files,
    doubtful: [],
  }
}
