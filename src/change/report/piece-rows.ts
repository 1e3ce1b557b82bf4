import { namesBySite } from '../../model/site.ts'
import { listText } from '../../text/list-text.ts'
import { plural } from '../../text/numbers.ts'
import { isRisk } from '../text/rank.ts'
import { addressesText, localsText, pieceTrafficText, ruleText, sharedPieces, signText } from '../text/sentences.ts'
import type { Report } from './report-values.ts'

// Shared by Markdown and HTML, which escape this plain text.

const MOST_PREFIXES = 3
const MOST_TARGETS = 3

/** One row of cells per piece, equal ones of several targets once, in the order of the change. `every`: all prefixes and tags, also where `prefixes` counts some. */
export function pieceRows({ change }: Report) {
  const everywhere = namesBySite(change.targets.map(({ target }) => target)).join()
  return sharedPieces(change.targets).map((shared) => {
    const { piece, targets } = shared
    const { beside, tags } = piece.remote
    return {
      opens: piece.opens,
      isRisk: isRisk(piece),
      sign: signText(piece),
      traffic: pieceTrafficText(piece),
      local: localsText(shared),
      rule: ruleText(piece),
      cause: piece.cause,
      addresses: [tags.length > 0 && plural(tags.length, 'tag'), addressesText(beside)].filter(Boolean).join(', '),
      prefixes: listText([...tags, ...beside.texts], MOST_PREFIXES),
      every: [...tags, ...beside.texts],
      targets: targets.join() === everywhere ? 'all' : listText(targets, MOST_TARGETS),
    }
  })
}

export const PIECE_HEAD = [
  'change',
  'traffic',
  'local side',
  'rule',
  'cause',
  'addresses',
  'prefixes',
  'targets',
] as const
