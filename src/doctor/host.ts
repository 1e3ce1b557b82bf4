import { getServers } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { scanPrefix } from '../address/prefix.ts'
import { proxySettings } from '../document/download/proxy.ts'
import { unlessMissing } from '../errors.ts'
import type { Io } from '../io.ts'
import type { HostsLine } from './observation-schema.ts'

/** How this host resolves names and leaves its network. */
export type Host = ReturnType<typeof hostOf>

/** Reads resolv.conf, the hosts file and the environment. Throws `UserError` if HTTPS_PROXY is not usable. */
export function hostOf({ env, network }: Io) {
  const isTest = network.resolvers !== undefined
  return {
    servers: (network.resolvers ?? getServers()).slice(0, 8),
    ...searchOf(isTest ? '' : textOf('/etc/resolv.conf')),
    linesFor: hostsLinesOf(isTest ? '' : textOf(HOSTS_FILE), HOSTS_FILE),
    ...proxySettings(env),
    /** The address of the API server, in a pod. */
    cluster: env.KUBERNETES_SERVICE_HOST || undefined,
  }
}

const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'

/** The text of a file; empty if there is none to read. Throws `UserError` if Node may not look. */
export const textOf = (file: string): string => unlessMissing(() => readFileSync(file, 'utf8')) ?? ''

/** Finds the lines of a hosts file that have a name. */
export function hostsLinesOf(text: string, file: string): (host: string) => readonly HostsLine[] {
  const lines = text.split('\n').flatMap((line, index) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    return names.map((name) => ({ name: name.toLowerCase(), line: { file, line: index + 1, address } }))
  })
  return (host) =>
    lines.flatMap(({ name, line }) => (name === host && scanPrefix(line.address) ? [line] : [])).slice(0, 8)
}

/** The search list and ndots of a resolv.conf; the last line of a kind wins. */
export function searchOf(text: string): { search: string[]; ndots: number } {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/))
  const search = lines.findLast(([word]) => word === 'search' || word === 'domain')?.slice(1) ?? []
  const dots = lines
    .filter(([word]) => word === 'options')
    .flatMap((line) => line.join(' ').match(/ndots:(\d+)/)?.[1] ?? [])
  return { search: search.slice(0, 6), ndots: Math.min(15, Number(dots.at(-1) ?? 1)) }
}
