import { bypassesProxy } from '../no-proxy.ts'
import { atHost, type Verdict } from '../verdict.ts'

export const clusterThroughProxy: Verdict<'CLUSTER_THROUGH_PROXY', 'address'> = {
  code: 'CLUSTER_THROUGH_PROXY',
  severity: 'warning',
  find: ({ seen: { cluster, proxy, noProxy = '' } }) =>
    cluster === undefined || proxy === undefined || bypassesProxy(cluster, 443, noProxy)
      ? []
      : [atHost({ address: cluster })],
  say: ({ facts }) => ({
    what: `the API server of this cluster, ${facts.address}, goes through the proxy`,
    fix: `Add to NO_PROXY: ${facts.address},.svc,.cluster.local and the service range of the cluster (az connectedk8s update --proxy-skip-range).`,
  }),
  title: 'the API server of the cluster goes through the proxy',
  means: 'In a pod, NO_PROXY must list the address of the API server, .svc, .cluster.local and the service range.',
}
