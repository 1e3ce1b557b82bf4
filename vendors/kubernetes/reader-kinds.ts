import type { Manifest } from './reader-manifests.ts'

/** The role of an object for the network. */
export type Kind =
  | {
      readonly is: 'policy' | 'set'
      readonly system: 'cilium' | 'calico' | 'kubernetes'
      /** The form of our own files that has such objects, if any has. */
      readonly form?: string
      /** The version that our own files have. */
      readonly api: string
    }
  | {
      readonly is: 'other'
      readonly system?: undefined
      readonly isHarmless: boolean
      readonly reason: string
    }

const cilium = { system: 'cilium', api: 'cilium.io/v2' } as const
const calico = { system: 'calico', api: 'projectcalico.org/v3' } as const
const KINDS: Readonly<Record<string, Kind>> = {
  'cilium.io CiliumCIDRGroup': { is: 'set', ...cilium, form: 'cilium' },
  'cilium.io CiliumClusterwideNetworkPolicy': { is: 'policy', ...cilium, form: 'cilium' },
  'cilium.io CiliumNetworkPolicy': { is: 'policy', ...cilium },
  'projectcalico.org GlobalNetworkSet': { is: 'set', ...calico, form: 'calico' },
  'projectcalico.org NetworkSet': { is: 'set', ...calico },
  'projectcalico.org GlobalNetworkPolicy': { is: 'policy', ...calico, form: 'calico' },
  'projectcalico.org NetworkPolicy': { is: 'policy', ...calico },
  'networking.k8s.io NetworkPolicy': {
    ...{ is: 'policy', system: 'kubernetes', form: 'networkpolicy', api: 'networking.k8s.io/v1' },
  },
}

/** The kind of an object. Calico stores its own objects under another API group, which kubectl can print too. */
export function kindOf({ group, kind }: Manifest): Kind {
  const known = KINDS[`${group === 'crd.projectcalico.org' ? 'projectcalico.org' : group} ${kind}`]
  if (known) return known
  const isHarmless = !/Policy$|Policies$|^Tier$/.test(kind) || /^Staged/.test(kind)
  return {
    is: 'other',
    isHarmless,
    reason: isHarmless ? 'is not a network policy that is in force' : 'is not followed',
  }
}
