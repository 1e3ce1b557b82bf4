import type { Run } from './plan.ts'
import { CONNECTIONS, MAIN, TOOLS } from './script-parts.ts'

/** A POSIX script that prints observations as JSON, for a pod or host without Node. It needs getent or nslookup, and curl. */
export function doctorScript({ endpoints, timeout, location, features }: Run): string {
  const asked = [
    ...(location === undefined ? [] : [`,"location":"${location}"`]),
    ...(features.length === 0 ? [] : [`,"features":[${features.map((feature) => `"${feature}"`).join(',')}]`]),
  ].join('')
  // Hosts, paths and features are checked where they come in: no quote is among them.
  const lines = endpoints.map(({ host, port, path }) => `endpoint '${host}' ${port} '${path}'`)
  return `#!/bin/sh
# Checks like "tagwall doctor", for a pod or a host without Node. It sends DNS, TCP, TLS and one GET,
# and no credentials but those of the proxy in HTTPS_PROXY, to that proxy.
#   kubectl exec -i POD -- sh < doctor.sh > seen.json
#   tagwall doctor --read seen.json
T=${Math.ceil(timeout)}
LC_ALL=C
export LC_ALL
${TOOLS}${CONNECTIONS}${MAIN}printf '${asked},"endpoints":['
${lines.join('\n')}
printf '\\n]}\\n'
`
}
