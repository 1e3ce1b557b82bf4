import { pieceJson } from '../change/tell/json.ts'
import { labelOf } from '../model/delta.ts'
import { setJson } from '../model/json.ts'
import type { Adopted } from './adopt.ts'
import type { AdoptReport } from './text.ts'

/** The facts of `adopt`. */
export function adoptJson({ adoption, vendor, files, document, label, notes, pieces, draft }: AdoptReport) {
  return {
    vendor,
    paths: files,
    source: document,
    document: labelOf(label),
    notUnderstood: notes.map(({ place, text, reason }) => ({ place, text, reason })),
    unexplainedCount: adoption.unexplained,
    adopted: adoption.rules.map(ruleJson),
    pieces: pieces.map((piece) => ({ ...pieceJson(piece, true), targets: [] as string[] })),
    draft,
  }
}

function ruleJson({ candidate, name, tags, gone, ties, near, published, heaps }: Adopted) {
  const { direction, action, protocol, ports, local, names, places, isPart } = candidate
  return {
    name,
    names,
    places,
    direction,
    action,
    protocol,
    ports,
    local: local ? { prefixes: local.addresses.texts, objects: local.objects } : null,
    limited: isPart,
    published,
    explainedBy: tags,
    unpublished: gone,
    ties,
    near,
    exact: setJson(heaps.exact),
    outdated: heaps.stale.map(({ until, addresses }) => ({ until, ...setJson(addresses) })),
    absent: setJson(heaps.missing),
    otherTags: setJson(heaps.otherTags),
    notAzure: setJson(heaps.notAzure),
  }
}
