import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { folderWith, INVENTED } from '../cli/harness.ts'
import { servedProgram } from '../cli/served.ts'
import { ROOT } from '../fixtures.ts'
import { PYTHON } from '../kernel/namespace.ts'

export interface Run {
  /** The exit code; null where a signal ended the client. */
  readonly status: number | null
  /** Both streams, in the order of arrival. */
  readonly out: string
  readonly stdout: string
}

/** The login that every stand-in takes. */
const LOGIN = { DEVICE_USER: 'automation', DEVICE_PASSWORD: 'correct horse', DEVICE_SECRET: 'correct horse' }

/** Why a way cannot be tried here; undefined where it can. */
export function reasonToSkip(tools: readonly string[], modules: readonly string[] = []): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux, as root'
  const missing = [PYTHON, ...tools].filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0)
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`
  const absent = ['paramiko', ...modules].filter((name) => spawnSync(PYTHON, ['-c', `import ${name}`]).status !== 0)
  if (absent.length > 0) return `not installed: ${absent.map((name) => `python3-${name}`).join(', ')}`
  if (spawnSync('unshare', ['-n', 'true']).status !== 0) return 'needs "unshare -n"'
  return undefined
}

/** A stand-in in a network of its own, where nothing but loopback is, so that no request leaves the machine. */
export class Device {
  private readonly sent: string[] = []
  private answer: string[] | undefined
  private told: ((answer: string) => void) | undefined

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(file: string, ...args: readonly string[]): Promise<Device> {
    const script = 'ip link set lo up; exec "$@"'
    const command = ['-n', 'sh', '-c', script, 'sh', PYTHON, join(import.meta.dirname, 'stand-ins', file), ...args]
    const child = spawn('unshare', command, { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const port = await new Promise<string>((resolve) => lines.once('line', resolve))
    const device = new Device(child, Number(port))
    lines.on('line', (line) => device.hear(line))
    onTestFinished(() => {
      child.stdin?.end()
      child.kill()
    })
    return device
  }

  /** Tells the stand-in something (`ssh_server.py` lists what), and gives what it prints. */
  tell(command: string): Promise<string> {
    this.child.stdin?.write(`${command}\n`)
    return new Promise((resolve) => {
      this.told = resolve
    })
  }

  /** The lines that clients have sent since the last call. */
  async heard(): Promise<string[]> {
    await this.tell('heard')
    return this.sent.splice(0)
  }

  /** A line of the stand-in: what a client sent, or an answer to the test. */
  private hear(line: string): void {
    if (line === 'ANSWER') this.answer = []
    else if (line === 'END OF ANSWER') {
      this.told?.(`${this.answer?.join('\n')}\n`)
      this.answer = undefined
    } else (this.answer ?? this.sent).push(line)
  }

  /** Runs a client in the network of the stand-in. */
  async run(cwd: string, command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
    const child = spawn('nsenter', ['-t', String(this.child.pid), '-n', '--', ...command], {
      cwd,
      timeout: 300_000,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...LOGIN,
        PATH: `${join(cwd, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`,
        HOME: cwd,
        TMPDIR: cwd,
        LANG: 'C.UTF-8',
        NO_COLOR: '1',
        DEVICE: '127.0.0.1',
        DEVICE_PORT: String(this.port),
        BOOT: join(cwd, 'boot.nft'),
        ANSIBLE_HOST_KEY_CHECKING: 'False',
        ANSIBLE_DEPRECATION_WARNINGS: 'False',
        ...env,
      },
    })
    const both: Buffer[] = []
    const printed: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => both.push(part))
    child.stdout.on('data', (part: Buffer) => printed.push(part))
    // Not spawnSync: the stand-in stops where nobody reads what it prints.
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { status, out: Buffer.concat(both).toString(), stdout: Buffer.concat(printed).toString() }
  }
}

/**
 * Settings of the machine, which no example depends on. Ansible's processes look for each other a thousand times a second, which costs as
 * much as their work; it searches for a Python at every start, and starts three shells for each local task.
 */
const ANSIBLE = `[defaults]
internal_poll_interval = 0.05
interpreter_python = ${PYTHON}
[connection]
pipelining = True
`

/** A working directory with a policy for one target, and an example for it. */
export class Place {
  readonly folder: string

  constructor(target: string, example: string, rules: string) {
    this.folder = folderWith({
      'tagwall.yaml': `rules:\n${rules}targets:\n  - ${target}\n`,
      'ansible.cfg': ANSIBLE,
    })
    for (const name of ['bin', 'rules']) mkdirSync(join(this.folder, name))
    writeFileSync(join(this.folder, 'bin/tagwall'), servedProgram(), { mode: 0o755 })
    copyFileSync(join(ROOT, 'examples/automation', example), join(this.folder, example))
  }

  tagwall(args: readonly string[], input = '') {
    const program = join(this.folder, 'bin/tagwall')
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: this.folder,
      encoding: 'utf8',
      input,
      timeout: 100_000,
    })
    return { status, out: `${stdout}${stderr}` }
  }

  /** The weekly job: "tagwall update" with a document of this date. */
  update(date: string, document: string): void {
    const name = `ServiceTags_Public_${date.replaceAll('-', '')}.json`
    writeFileSync(join(this.folder, name), document)
    const isFirst = !existsSync(join(this.folder, 'snapshots'))
    const { status, out } = this.tagwall(['update', '--from', name, ...(isFirst ? INVENTED : [])])
    if (status !== 0) throw new Error(out)
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8')
  }
}
