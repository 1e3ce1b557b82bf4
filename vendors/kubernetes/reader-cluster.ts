import type { Direction, LocatedJson } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Spot } from './reader-scope.ts'

/** In a proof, removes the rules for the cluster itself (option `cluster`) from the end of a list, or notes that they are missing. */
export function withoutClusterRules(
  items: readonly Spot[],
  form: Form,
  direction: Direction,
  spec: Spot,
): readonly Spot[] {
  if (!spec.isStrict) return items
  const { cluster } = spec.scope.context.options
  const text = RULES[form][direction][`${cluster}`] ?? ''
  const wanted = known.get(text) ?? kit.readYaml(text).flatMap((list) => (list.kind === 'list' ? list.items : []))
  known.set(text, wanted)
  const own = items.slice(0, Math.max(0, items.length - wanted.length))
  const last = items.slice(own.length)
  const isFine =
    last.length === wanted.length && last.every((item, index) => item.shown === spec.about(wanted[index]).shown)
  if (!isFine) spec.note(`does not end with the ${direction} rules for cluster=${cluster}`)
  return own
}

/** The rules of texts that were read. */
const known = new Map<string, readonly LocatedJson[]>()

/** The system whose policy it is: files of another option may be loaded. */
export type Form = 'cilium' | 'calico' | 'networkpolicy'

/** The rules by form, direction and value of the option, as files have them. */
const RULES: Readonly<Record<Form, Readonly<Record<Direction, Readonly<Record<string, string>>>>>> = {
  cilium: {
    outbound: {
      all: '- toEntities: [cluster, kube-apiserver]',
      dns: `
- toEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": kube-system, k8s-app: kube-dns } }]
  toPorts: [{ ports: [{ port: "53", protocol: UDP }, { port: "53", protocol: TCP }] }]`,
    },
    inbound: { all: '- fromEntities: [cluster, kube-apiserver]' },
  },
  calico: {
    outbound: {
      all: `
- { action: Allow, destination: { namespaceSelector: all() } }
- { action: Allow, destination: { services: { name: kubernetes, namespace: default } } }`,
      dns: '- { action: Allow, destination: { services: { name: kube-dns, namespace: kube-system } } }',
    },
    inbound: { all: '- { action: Allow, source: { namespaceSelector: all() } }' },
  },
  networkpolicy: {
    outbound: {
      all: '- to: [{ namespaceSelector: {} }]',
      dns: `
- to:
  - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
    podSelector: { matchLabels: { k8s-app: kube-dns } }
  ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }]`,
    },
    inbound: { all: '- from: [{ namespaceSelector: {} }]' },
  },
}
