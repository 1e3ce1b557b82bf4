import { device } from '../../vendors/iptables/reader.ts'
import { harnessOf } from '../vendors/harness.ts'
import { compareAudits, loadTaken } from './audited-packets.ts'
import { randomTable, SETS } from './iptables-rulesets.ts'
import { type Namespace, reasonToSkip } from './namespace.ts'

const { auditOf } = harnessOf('iptables', device)

/** Not every match exists for IPv6. */
const load = (host: Namespace, tool: string, text: string) =>
  loadTaken(
    (taken) => void host.run([tool, '-w', '5'], taken),
    text,
    (message) => Array.from(message.matchAll(/line:? (\d+)/g), ([, line]) => Number(line)),
  )

compareAudits({
  name: 'iptables',
  reason: reasonToSkip(),
  next(host, random) {
    host.run(['ipset', '-exist', 'restore'], SETS)
    load(host, 'iptables-restore', randomTable(random, 'ipv4'))
    load(host, 'ip6tables-restore', randomTable(random, 'ipv6'))
    return host.sh('ipset save; iptables-save; ip6tables-save')
  },
  audit: (text, narrow) => auditOf(text, { narrow }),
})
