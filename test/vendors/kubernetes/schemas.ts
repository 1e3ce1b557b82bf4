// What the published definitions say of the kinds that we write, in our own words: every field that we may write, its type and its
// bounds. A field that is not here is refused, as a cluster refuses it (or drops it, which is worse).
//   CiliumCIDRGroup, CiliumClusterwideNetworkPolicy: cilium/cilium pkg/k8s/apis/cilium.io/client/crds/v2, and pkg/policy/api/cidr.go, l4.go
//   GlobalNetworkSet, GlobalNetworkPolicy: projectcalico/calico api/config/crd, commit 87c1590
//   NetworkPolicy: kubernetes/api networking/v1/types.go; names and labels: kubernetes/apimachinery pkg/util/validation

type Schema = Readonly<Record<string, unknown>>

const object = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
})
const list = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more })
const oneOf = (...values: readonly (string | number)[]): Schema => ({ enum: values })
const TEXT: Schema = { type: 'string' }
const CIDR: Schema = { type: 'string', format: 'cidr' }
const PORT: Schema = { type: 'integer', minimum: 1, maximum: 65535 }

// RFC 1123: a subdomain, and a label.
const SUBDOMAIN: Schema = {
  type: 'string',
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
}
const NAMESPACE: Schema = { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' }
const LABEL_VALUE: Schema = { type: 'string', maxLength: 63, pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$' }
const LABELS: Schema = {
  type: 'object',
  propertyNames: { pattern: '^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$' },
  additionalProperties: LABEL_VALUE,
}

const kindOf = (api: string, kind: string, spec: Schema, scope: 'cluster' | 'namespace'): Schema =>
  object({
    apiVersion: { const: api },
    kind: { const: kind },
    metadata: object({ name: SUBDOMAIN, labels: LABELS, ...(scope === 'namespace' && { namespace: NAMESPACE }) }),
    spec,
  })

const SELECTOR = (keys: Schema): Schema =>
  object(
    {
      matchLabels: { type: 'object', propertyNames: keys, additionalProperties: LABEL_VALUE },
      matchExpressions: list(
        object({ key: keys, operator: oneOf('In', 'NotIn', 'Exists', 'DoesNotExist'), values: list(TEXT) }),
      ),
    },
    [],
  )

const CILIUM_PORTS = list(
  object({
    ports: list(
      object(
        {
          port: {
            type: 'string',
            pattern: '^(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[0-9]{1,4})$',
          },
          endPort: { type: 'integer', minimum: 0, maximum: 65535 },
          protocol: oneOf('TCP', 'UDP', 'SCTP', 'ANY'),
        },
        ['port'],
      ),
      { maxItems: 40 },
    ),
  }),
)
// Exactly one kind of remote side, and no more than one kind of a block.
const CILIUM_RULE = (end: 'to' | 'from'): Schema => ({
  ...object(
    {
      [`${end}CIDRSet`]: list({
        ...object({ cidr: CIDR, cidrGroupRef: SUBDOMAIN }, []),
        minProperties: 1,
        maxProperties: 1,
      }),
      [`${end}Entities`]: list(oneOf('all', 'world', 'cluster', 'host', 'remote-node', 'kube-apiserver', 'none')),
      [`${end}Endpoints`]: list(SELECTOR(TEXT)),
      toPorts: CILIUM_PORTS,
    },
    [],
  ),
  oneOf: ['CIDRSet', 'Entities', 'Endpoints'].map((kind) => ({ required: [`${end}${kind}`] })),
})

const CALICO_ENTITY = object(
  {
    selector: { type: 'string', maxLength: 1024 },
    namespaceSelector: { type: 'string', maxLength: 1024 },
    ports: list({ anyOf: [PORT, { type: 'string', pattern: '^[0-9]{1,5}:[0-9]{1,5}$' }] }, { maxItems: 50 }),
    services: object({ name: SUBDOMAIN, namespace: NAMESPACE }),
  },
  [],
)
const CALICO_RULES = list(
  {
    ...object(
      {
        action: oneOf('Allow', 'Deny', 'Log', 'Pass'),
        protocol: oneOf('TCP', 'UDP', 'ICMP', 'ICMPv6', 'SCTP', 'UDPLite'),
        ipVersion: oneOf(4, 6),
        source: CALICO_ENTITY,
        destination: CALICO_ENTITY,
      },
      ['action'],
    ),
    // Ports need a protocol that has them, and cannot stand beside services.
    if: { properties: { destination: { required: ['ports'] } }, required: ['destination'] },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: {
      properties: { protocol: oneOf('TCP', 'UDP'), destination: { not: { required: ['services'] } } },
      required: ['protocol'],
    },
  },
  { maxItems: 1024 },
)

const PLAIN_SELECTOR = SELECTOR({
  type: 'string',
  pattern: '^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$',
})
const PLAIN_PEERS = list(
  object({ ipBlock: object({ cidr: CIDR }), namespaceSelector: PLAIN_SELECTOR, podSelector: PLAIN_SELECTOR }, []),
)
const PLAIN_PORTS = list(
  object({ protocol: oneOf('TCP', 'UDP', 'SCTP'), port: PORT, endPort: PORT }, ['protocol', 'port']),
)

/** By kind. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  CiliumCIDRGroup: kindOf('cilium.io/v2', 'CiliumCIDRGroup', object({ externalCIDRs: list(CIDR) }), 'cluster'),
  CiliumClusterwideNetworkPolicy: kindOf(
    'cilium.io/v2',
    'CiliumClusterwideNetworkPolicy',
    object({ endpointSelector: SELECTOR(TEXT), egress: list(CILIUM_RULE('to')), ingress: list(CILIUM_RULE('from')) }, [
      'endpointSelector',
    ]),
    'cluster',
  ),
  GlobalNetworkSet: kindOf(
    'projectcalico.org/v3',
    'GlobalNetworkSet',
    object({ nets: list({ ...CIDR, maxLength: 49 }, { uniqueItems: true, maxItems: 100_000 }) }),
    'cluster',
  ),
  GlobalNetworkPolicy: kindOf(
    'projectcalico.org/v3',
    'GlobalNetworkPolicy',
    object(
      {
        order: { type: 'number' },
        namespaceSelector: { type: 'string', maxLength: 1024 },
        types: list(oneOf('Ingress', 'Egress'), { uniqueItems: true, minItems: 1, maxItems: 2 }),
        egress: CALICO_RULES,
        ingress: CALICO_RULES,
      },
      ['types'],
    ),
    'cluster',
  ),
  NetworkPolicy: kindOf(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    object(
      {
        podSelector: PLAIN_SELECTOR,
        policyTypes: list(oneOf('Ingress', 'Egress'), { uniqueItems: true, minItems: 1 }),
        egress: list(object({ to: PLAIN_PEERS, ports: PLAIN_PORTS }, [])),
        ingress: list(object({ from: PLAIN_PEERS, ports: PLAIN_PORTS }, [])),
      },
      ['podSelector'],
    ),
    'namespace',
  ),
}
