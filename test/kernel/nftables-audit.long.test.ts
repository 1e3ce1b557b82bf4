import { auditOf } from '../vendors/nftables-harness.ts'
import { compareAudits, loadTaken } from './audited-packets.ts'
import { reasonToSkip } from './namespace.ts'
import { nftReasonToSkip } from './nft.ts'
import { randomRuleset } from './nftables-rulesets.ts'

compareAudits({
  name: 'nftables',
  reason: reasonToSkip() ?? nftReasonToSkip(),
  next(host, random) {
    // Rules that ask for two protocols at once are left out.
    loadTaken(
      (taken) => void host.run(['nft', '-f', '-'], taken),
      `flush ruleset\n${randomRuleset(random)}`,
      (message) => Array.from(message.matchAll(/stdin:(\d+):.*conflicting/g), ([, line]) => Number(line)),
    )
    return host.run(['nft', 'list', 'ruleset'])
  },
  audit: (text, narrow) => auditOf(text, {}, narrow),
})
