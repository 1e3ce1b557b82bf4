import type { Direction } from 'tagwall/reader'
import type { Spot } from './reader-scope.ts'

/** In a proof, removes the rules for the cluster itself (option `cluster`) from the end of a list, or notes that they are missing. */
export function withoutClusterRules(
  items: readonly Spot[],
  form: 'cilium' | 'calico' | 'networkpolicy',
  direction: Direction,
  spec: Spot,
): readonly Spot[] {
  if (!spec.isStrict) return items
  const { cluster } = spec.scope.options
  const wanted = RULES[form][direction][`${cluster}`] ?? []
  const own = items.slice(0, Math.max(0, items.length - wanted.length))
  const last = items.slice(own.length)
  const isFine = last.length === wanted.length && last.every((item, index) => item.is(wanted[index]))
  if (!isFine) spec.note(`does not end with the ${direction} rules for cluster=${cluster}`)
  return own
}

type Rules = Readonly<Record<Direction, Readonly<Record<string, readonly unknown[]>>>>

const DNS_PORTS = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
]

const RULES: Readonly<Record<'cilium' | 'calico' | 'networkpolicy', Rules>> = {
  cilium: {
    outbound: {
      all: [{ toEntities: ['cluster', 'kube-apiserver'] }],
      dns: [
        {
          toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system', 'k8s-app': 'kube-dns' } }],
          toPorts: [{ ports: DNS_PORTS.map(({ port, protocol }) => ({ port: `${port}`, protocol })) }],
        },
      ],
    },
    inbound: { all: [{ fromEntities: ['cluster', 'kube-apiserver'] }] },
  },
  calico: {
    outbound: {
      all: [
        { action: 'Allow', destination: { namespaceSelector: 'all()' } },
        { action: 'Allow', destination: { services: { name: 'kubernetes', namespace: 'default' } } },
      ],
      dns: [{ action: 'Allow', destination: { services: { name: 'kube-dns', namespace: 'kube-system' } } }],
    },
    inbound: { all: [{ action: 'Allow', source: { namespaceSelector: 'all()' } }] },
  },
  networkpolicy: {
    outbound: {
      all: [{ to: [{ namespaceSelector: {} }] }],
      dns: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: DNS_PORTS,
        },
      ],
    },
    inbound: { all: [{ from: [{ namespaceSelector: {} }] }] },
  },
}
