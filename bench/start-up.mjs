// Commands that should answer at once, whole processes, against an empty one. They run with the shipped snapshots.
import { MAIN } from './lib/program.mjs'
import { report, row } from './lib/report.mjs'
import { inTurns, milliseconds, ratio, runOnce, temporaryFolder } from './lib/rounds.mjs'
import { nothing } from './peers/node.mjs'

const cwd = temporaryFolder()
const command = (...words) => ({ argv: [process.execPath, MAIN, ...words], cwd })
const commands = {
  nothing: { argv: nothing(), cwd },
  emit: command('emit', 'iptables', '--family', 'ipv4'),
  diff: command('diff'),
  version: command('--version'),
  help: command('--help'),
}

const looks = {
  emit: /^# Azure service tags .*\n#.*\n\*filter\n/,
  diff: /^Public .* -> Public /,
  version: /^\d+\.\d+\.\d+\n$/,
  help: /^Usage: tagwall/,
}
for (const [name, pattern] of Object.entries(looks))
  if (!pattern.test(runOnce(commands[name]).stdout)) throw new Error(`${name} does not print what it should`)

const runs = inTurns(commands, 21)
report({
  title: 'commands that answer at once',
  rows: [
    row('`emit iptables` from a snapshot', '`node -e 0`', 3.5, 3.0, ratio(runs.emit, runs.nothing)),
    row('`diff` of two snapshots', '`node -e 0`', 3.0, 2.5, ratio(runs.diff, runs.nothing)),
    row('`--version`', '`node -e 0`', 3.0, 2.5, ratio(runs.version, runs.nothing)),
    row('`--help`', '`node -e 0`', undefined, undefined, ratio(runs.help, runs.nothing)),
  ],
  text: `${Object.entries(runs)
    .map(([name, own]) => `${name} ${milliseconds(own).toFixed(0)} ms`)
    .join(', ')}\n`,
})
