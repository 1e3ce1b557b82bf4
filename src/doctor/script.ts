import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SHIPPED } from '../paths.ts'
import type { ProbeRun } from './chosen-endpoints.ts'

/** Endpoints at the same time; more would need too many processes in a small pod. */
const AT_ONCE = 32

/** A POSIX script that prints observations as JSON, for a pod or host without Node. It needs getent or nslookup, and curl. */
export function doctorScript({ endpoints, timeout, location, features }: ProbeRun): string {
  const asked = [
    ...(location === undefined ? [] : [`,"location":"${location}"`]),
    ...(features.length === 0 ? [] : [`,"features":[${features.map((feature) => `"${feature}"`).join(',')}]`]),
  ].join('')
  // Hosts, paths and features are checked where they come in: no quote is among them.
  const words = endpoints.map(({ host, port, path }) => `'${host}' ${port} '${path}'`)
  const groups = Array.from({ length: Math.ceil(words.length / AT_ONCE) }, (_, index) =>
    words.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  )
  const lines = groups.map((some) => `endpoints \\\n  ${some.join(' \\\n  ')}\ncomma=,`)
  return `#!/bin/sh
# Checks like "tagwall doctor", for a pod or a host without Node. It sends DNS, TCP, TLS and one GET,
# and no credentials but those in HTTPS_PROXY, to that proxy if it asks.
#   kubectl exec -i POD -- sh < doctor.sh > seen.json
#   tagwall doctor --read seen.json
T=${Math.ceil(timeout)}
LC_ALL=C
export LC_ALL

${readFileSync(join(SHIPPED.shell, 'doctor.sh'), 'utf8')}printf '${asked},"endpoints":['
{
${lines.join('\n')}
} | {
  only=$(ipv4only)
  cat
  printf '\\n]'
  if [ -n "$only" ]; then printf ',"ipv4only":[%s]' "$only"; fi
  printf '}\\n'
}
`
}
