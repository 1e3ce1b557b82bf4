import type { FittedLocal, FittedRule, FittedSet } from '../../model/fitted.ts'
import { lazy } from '../../model/lazy.ts'
import type { SetView } from './set-view.ts'

/** The local side of a rule, in its family if rules are split by family. */
export function viewOfLocal(
  local: FittedLocal | undefined,
  family: FittedRule['family'],
  setView: (set: FittedSet) => SetView,
) {
  const set = local && 'set' in local ? setView(local.set) : undefined
  const own = lazy(() => (set?.prefixes ?? []).filter(({ isIpv4 }) => !family || isIpv4 === (family === 'ipv4')))
  return {
    isAny: local === undefined,
    isObject: local !== undefined && 'object' in local,
    hasAddresses: set !== undefined,
    /** The name of the address set; empty for anything else. */
    name: set?.name ?? '',
    id: set?.id ?? '',
    /** The name of an object that exists on the device; `object6` is empty if it is for both families. */
    object: local && 'object' in local ? local.object : '',
    object6: local && 'object' in local ? local.object6 : '',
    groups: set?.groups ?? [],
    ipv4: localOfFamily(own, 'ipv4', local, set),
    ipv6: localOfFamily(own, 'ipv6', local, set),
    hasIpv4: set?.families.some(({ isIpv4 }) => isIpv4) ?? local === undefined,
    hasIpv6: set?.families.some(({ isIpv6 }) => isIpv6) ?? local === undefined,
    get prefixes() {
      return own()
    },
  }
}

/** The local side in one family, for vendors that write prefixes into each rule, or have names for each family. */
function localOfFamily(
  prefixes: () => SetView['prefixes'],
  family: 'ipv4' | 'ipv6',
  local: FittedLocal | undefined,
  set: SetView | undefined,
) {
  const own = lazy(() => prefixes().filter(({ isIpv4 }) => isIpv4 === (family === 'ipv4')))
  const object = local && 'object' in local ? { ipv4: local.object, ipv6: local.object6 }[family] : ''
  const group = set?.groups.find(({ isIpv4, isIpv6 }) => (family === 'ipv4' ? isIpv4 : isIpv6))
  return {
    /** The name of its object, or of its group if each family has a separate group; empty for any. */
    name: object || (group?.name ?? ''),
    get isSingle() {
      return own().length === 1
    },
    get prefixes() {
      return own()
    },
  }
}
