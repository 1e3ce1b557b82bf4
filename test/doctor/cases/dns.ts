import { ALL, DP, works } from '../harness.ts'
import { answers, CERTIFICATE, instead, nameless, pinned, type Row, searched, unconnected, withTls } from './case.ts'

export const DNS_ROWS: readonly Row[] = [
  ['DNS_FAILS', 'no name server answers', instead(nameless('login.test', 'ETIMEOUT'))],
  [
    'DNS_ERROR',
    'the name server cannot resolve the name',
    instead(nameless('login.test', 'ESERVFAIL'), nameless('images.test', 'ESERVFAIL')),
  ],
  ['DNS_ERROR', 'the name server refuses this host', instead(nameless('login.test', 'EREFUSED'))],
  [
    'DNS_FAILS',
    'the resolver gives up before its second server answers',
    instead({
      host: 'login.test',
      port: 443,
      lookup: { addresses: [], error: 'EAI_AGAIN' },
      dns: [answers('10.0.0.9', [], 'ETIMEOUT'), answers('10.0.0.2', ['20.190.128.7'])],
    }),
  ],
  ['NAME_UNKNOWN', 'the name does not exist', instead(nameless('login.test', 'ENOTFOUND'))],
  ['NAME_UNKNOWN', 'a private zone without the record hides the name', instead(nameless('dp.config.test', 'ENODATA'))],
  ['DNS_FILTERED', 'a filter answers with 0.0.0.0', instead(works('login.test', '0.0.0.0'))],
  [
    'LOOKUP_DIFFERS',
    'a local cache says something else',
    instead({ ...works('login.test', '10.9.9.9'), dns: [answers('10.0.0.2', ['20.190.128.7'])] }),
  ],
  [
    'HOSTS_FILE_WRONG',
    'a line of /etc/hosts has an old public address',
    instead({ ...unconnected(works('login.test', '20.99.0.1'), 'ETIMEDOUT'), ...pinned('20.99.0.1', '20.190.128.7') }),
  ],
  [
    'HOSTS_FILE_WRONG',
    'another machine answers at the address of the line',
    instead({
      ...withTls(works('login.test', '20.99.0.1'), { ...CERTIFICATE, problem: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      ...pinned('20.99.0.1', '20.190.128.7'),
    }),
  ],
  [
    'HOSTS_FILE_WRONG',
    'the line of a private name is wrong, and no private zone has the name',
    instead({ ...unconnected(works('dp.config.test', '10.1.0.66'), 'ETIMEDOUT'), ...pinned('10.1.0.66', '20.50.1.8') }),
  ],
  [
    'HOSTS_FILE_USED',
    'the line of a private name is public, and no private zone has the name',
    instead({ ...works('dp.config.test', '20.50.1.9'), ...pinned('20.50.1.9', '20.50.1.8') }),
  ],
  [
    'HOSTS_FILE_USED',
    'the address of the line works',
    instead({ ...works('login.test', '20.190.128.8'), ...pinned('20.190.128.8', '20.190.128.7') }),
  ],
  [
    'SEARCH_LIST_ANSWERS',
    'a wildcard in the search list answers first',
    instead(searched('login.test', '20.190.128.7'), searched('images.test', '20.40.2.7')),
    { ndots: 5 },
  ],
  [
    'SEARCH_LIST_ANSWERS',
    'a wildcard answers for every name: that is no captive portal',
    ALL.map(({ host, lookup }) => searched(host, lookup?.addresses[0] ?? '')),
    { ndots: 5, asked: true },
  ],
  [
    'CNAME_LOOP',
    'canonical names lead in a circle',
    instead({
      ...nameless('login.test', ''),
      dns: [answers('10.0.0.2', [], 'ESERVFAIL', 'a.login.test', 'b.login.test', 'a.login.test')],
    }),
  ],
  [
    'DNS_SERVER_ERROR',
    'the second name server has an error for two names',
    ALL.map((one) =>
      ['login.test', 'images.test'].includes(one.host)
        ? { ...one, dns: [...(one.dns ?? []), answers('10.0.0.3', [], 'ESERVFAIL')] }
        : one,
    ),
  ],
  [
    'CAPTIVE_PORTAL',
    'one address answers for everything',
    ALL.map(({ host }) => unconnected(works(host, '192.0.2.80'), 'ETIMEDOUT')),
  ],
  [
    'DNS_DISAGREES',
    'one server knows the private zone, the other does not',
    instead({ ...DP, dns: [answers('10.0.0.2', ['10.1.0.6']), answers('8.8.8.8', ['20.50.1.8'])] }),
  ],
  [
    'DNS_DISAGREES',
    'one of two servers is wrong about everything',
    ALL.map((one) => ({ ...one, dns: [...(one.dns ?? []), answers('10.0.0.3', [], 'ENOTFOUND')] })),
  ],
  [
    'DNS_DISAGREES',
    'the first server does not know the name, and programs get nothing',
    instead({
      ...nameless('login.test', ''),
      dns: [answers('10.0.0.3', [], 'ENOTFOUND'), answers('10.0.0.2', ['20.190.128.7'])],
    }),
  ],
  [
    'DNS_SERVER_FAILS',
    'the first name server is silent',
    ALL.map((one) => ({ ...one, dns: [answers('10.0.0.9', [], 'ETIMEOUT'), ...(one.dns ?? [])] })),
  ],
]
