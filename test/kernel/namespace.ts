import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const PYTHON = '/usr/bin/python3'
const TRAFFIC = join(import.meta.dirname, 'traffic.py')
const TOOLS = ['ip', 'iptables', 'ip6tables', 'iptables-save', 'ip6tables-save', 'ipset', 'nsenter', 'unshare']

/** Why the real kernel cannot be asked here; undefined where it can. */
export function reasonToSkip(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux'
  if (process.getuid?.() !== 0) return 'not root'
  const missing = [...TOOLS, PYTHON].filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0)
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`
  const script =
    'iptables -w 5 -A OUTPUT -m conntrack --ctstate NEW -j DROP && ip6tables -w 5 -S && ipset create a hash:net'
  const probe = spawnSync('unshare', ['-n', 'sh', '-c', script], { encoding: 'utf8' })
  if (probe.status !== 0) return `no firewall in a network namespace: ${probe.stderr.trim().split('\n').at(-1)}`
  return undefined
}

/** A network of its own. It is gone when the process that holds it is, and that ends with this one. */
export class Namespace {
  private constructor(private readonly holder: ChildProcess) {}

  static async create(): Promise<Namespace> {
    const holder = spawn('unshare', ['-n', 'sh', '-c', 'echo ready; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(holder.stdout, 'data')
    return new Namespace(holder)
  }

  get pid(): number {
    return this.holder.pid as number
  }

  command(...command: readonly string[]): [string, string[]] {
    return ['nsenter', ['-t', String(this.pid), '-n', '--', ...command]]
  }

  /** What a command prints; throws when it fails. */
  run(command: readonly string[], input = ''): string {
    const [file, args] = this.command(...command)
    const { status, stdout, stderr } = spawnSync(file, args, {
      input,
      encoding: 'utf8',
      maxBuffer: 1e9,
      timeout: 60_000,
    })
    if (status !== 0) throw new Error(`${command.join(' ')}: exit code ${status}: ${stderr}`)
    return stdout
  }

  /** Runs a shell script, line by line, until one fails. */
  sh(script: string, ...args: readonly string[]): string {
    return this.run(['sh', '-e', '-s', '-', ...args], script)
  }

  close(): void {
    this.holder.stdin?.end()
    this.holder.kill()
  }
}

/** A connection to try: from an address of the local side, or from any that is given. */
export interface Attempt {
  readonly source?: string
  readonly destination: string
  readonly port: number
}

/** A packet to send: its protocol, where to, and the port there. */
export type Probe = readonly [protocol: 'tcp' | 'udp', address: string, port: number]

export type Outcome = 'connected' | 'timeout' | string

/** A process in a namespace that answers, or tries connections, one request a line. */
export class Peer {
  private readonly lines: AsyncIterator<string>
  private constructor(private readonly child: ChildProcess) {
    this.lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  }

  /** Listens on `ports` of every address of both families, and echoes. */
  static async start(namespace: Namespace, ports: readonly number[]): Promise<Peer> {
    const [file, args] = namespace.command(PYTHON, TRAFFIC, ...ports.map(String))
    const peer = new Peer(spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] }))
    await peer.ask({ do: 'ready' })
    return peer
  }

  /** Opens all of them at once, and says for each what became of it when nothing has moved for `seconds`. */
  async connect(attempts: readonly Attempt[], seconds: number): Promise<Outcome[]> {
    return (await this.ask({ do: 'connect', attempts, seconds })) as Outcome[]
  }

  /** Sends a packet for each, from the address of its family; whether the rules at output let it go. */
  async probe(sources: Readonly<Record<4 | 6, string>>, probes: readonly Probe[]): Promise<boolean[]> {
    return (await this.ask({ do: 'probe', sources, probes })) as boolean[]
  }

  /** Opens one and keeps it open; `talk` then sends a text on it, and gives what came back. */
  open = (attempt: Attempt) => this.ask({ do: 'open', ...attempt })
  talk = (text: string) => this.ask({ do: 'talk', text })

  close(): void {
    this.child.stdin?.end()
    this.child.kill()
  }

  private async ask(request: object): Promise<unknown> {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await this.lines.next()
    if (done) throw new Error('the process that tries connections has ended')
    return JSON.parse(value)
  }
}
