import { ALL, DP, works } from '../harness.ts'
import { answers, CERTIFICATE, instead, nameless, pinned, type Row, searched, unconnected, withTls } from './case.ts'

export const DNS_ROWS: readonly Row[] = [
  [
    'DNS_FAILS',
    'no name server answers',
    instead(nameless('login.test', 'ETIMEOUT')),
    ['DNS_FAILS: login.test cannot be looked up at 10.0.0.2: no answer in time'],
  ],
  [
    'DNS_ERROR',
    'the name server cannot resolve the name',
    instead(nameless('login.test', 'ESERVFAIL'), nameless('images.test', 'ESERVFAIL')),
    ['DNS_ERROR: 10.0.0.2 answers SERVFAIL for login.test and images.test'],
  ],
  [
    'DNS_ERROR',
    'the name server refuses this host',
    instead(nameless('login.test', 'EREFUSED')),
    ['DNS_ERROR: 10.0.0.2 answers REFUSED for login.test'],
  ],
  [
    'DNS_FAILS',
    'the resolver gives up before its second server answers',
    instead({
      host: 'login.test',
      port: 443,
      lookup: { addresses: [], error: 'EAI_AGAIN' },
      dns: [answers('10.0.0.9', [], 'ETIMEOUT'), answers('10.0.0.2', ['20.190.128.7'])],
    }),
    [
      'DNS_FAILS: login.test cannot be looked up at 10.0.0.9: no answer',
      'DNS_SERVER_FAILS: the name server 10.0.0.9 does not answer (no answer in time), so each lookup may take seconds',
    ],
  ],
  [
    'NAME_UNKNOWN',
    'the name does not exist',
    instead(nameless('login.test', 'ENOTFOUND')),
    ['NAME_UNKNOWN: DNS does not know an address of login.test (asked: 10.0.0.2)'],
  ],
  [
    'NAME_UNKNOWN',
    'a private zone without the record hides the name',
    instead(nameless('dp.config.test', 'ENODATA')),
    ['NAME_UNKNOWN: DNS does not know an address of dp.config.test (asked: 10.0.0.2)'],
  ],
  [
    'DNS_FILTERED',
    'a filter answers with 0.0.0.0',
    instead(works('login.test', '0.0.0.0')),
    ['DNS_FILTERED: DNS answers 0.0.0.0 for login.test: a DNS filter blocks the name'],
  ],
  [
    'LOOKUP_DIFFERS',
    'a local cache says something else',
    instead({ ...works('login.test', '10.9.9.9'), dns: [answers('10.0.0.2', ['20.190.128.7'])] }),
    ['LOOKUP_DIFFERS: programs on this host do not get for login.test what its name servers answer, but 10.9.9.9'],
  ],
  [
    'HOSTS_FILE_WRONG',
    'a line of /etc/hosts has an old public address',
    instead({ ...unconnected(works('login.test', '20.99.0.1'), 'ETIMEDOUT'), ...pinned('20.99.0.1', '20.190.128.7') }),
    [
      'HOSTS_FILE_WRONG: line 3 of /etc/hosts gives login.test the address 20.99.0.1, where the service does not answer; the name servers answer 20.190.128.7',
    ],
  ],
  [
    'HOSTS_FILE_WRONG',
    'another machine answers at the address of the line',
    instead({
      ...withTls(works('login.test', '20.99.0.1'), { ...CERTIFICATE, problem: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      ...pinned('20.99.0.1', '20.190.128.7'),
    }),
    [
      'HOSTS_FILE_WRONG: line 3 of /etc/hosts gives login.test the address 20.99.0.1, where the service does not answer; the name servers answer 20.190.128.7',
    ],
  ],
  [
    'HOSTS_FILE_WRONG',
    'the line of a private name is wrong, and no private zone has the name',
    instead({ ...unconnected(works('dp.config.test', '10.1.0.66'), 'ETIMEDOUT'), ...pinned('10.1.0.66', '20.50.1.8') }),
    [
      'HOSTS_FILE_WRONG: line 3 of /etc/hosts gives dp.config.test the address 10.1.0.66, where the service does not answer; the name servers answer 20.50.1.8',
    ],
  ],
  [
    'HOSTS_FILE_USED',
    'the line of a private name is public, and no private zone has the name',
    instead({ ...works('dp.config.test', '20.50.1.9'), ...pinned('20.50.1.9', '20.50.1.8') }),
    [
      'PRIVATE_AND_PUBLIC: private and public answers are mixed: dp.config.test is public, but gbl.his.arc.test is private. Arc agents refuse the mixture (AZCM0026)',
      'NOT_PRIVATE: dp.config.test is public (20.50.1.9), and no privatelink name is on the way: no private endpoint is known to this DNS',
      'HOSTS_FILE_USED: dp.config.test has its address from line 3 of /etc/hosts (20.50.1.9), and the name servers answer 20.50.1.8; it works today',
    ],
  ],
  [
    'HOSTS_FILE_USED',
    'the address of the line works',
    instead({ ...works('login.test', '20.190.128.8'), ...pinned('20.190.128.8', '20.190.128.7') }),
    [
      'HOSTS_FILE_USED: login.test has its address from line 3 of /etc/hosts (20.190.128.8), and the name servers answer 20.190.128.7; it works today',
    ],
  ],
  [
    'SEARCH_LIST_ANSWERS',
    'a wildcard in the search list answers first',
    instead(searched('login.test', '20.190.128.7'), searched('images.test', '20.40.2.7')),
    [
      'SEARCH_LIST_ANSWERS: the search list of this host finds login.test and images.test below corp.example (192.0.2.9), in place of the names themselves: ndots is 5, and a name with fewer dots is first tried below corp.example',
    ],
    { ndots: 5 },
  ],
  [
    'SEARCH_LIST_ANSWERS',
    'a wildcard answers for every name: that is no captive portal',
    ALL.map(({ host, lookup }) => searched(host, lookup?.addresses[0] ?? '')),
    [
      'SEARCH_LIST_ANSWERS: the search list of this host finds gbl.his.arc.test, dp.config.test, login.test and images.test below corp.example (192.0.2.9), in place of the names themselves: ndots is 5, and a name with fewer dots is first tried below corp.example',
    ],
    { ndots: 5, asked: true },
  ],
  [
    'CNAME_LOOP',
    'canonical names lead in a circle',
    instead({
      ...nameless('login.test', ''),
      dns: [answers('10.0.0.2', [], 'ESERVFAIL', 'a.login.test', 'b.login.test', 'a.login.test')],
    }),
    [
      'CNAME_LOOP: login.test has no address, because its canonical names are a loop: login.test -> a.login.test -> b.login.test -> a.login.test',
    ],
  ],
  [
    'DNS_SERVER_ERROR',
    'the second name server has an error for two names',
    ALL.map((one) =>
      ['login.test', 'images.test'].includes(one.host)
        ? { ...one, dns: [...(one.dns ?? []), answers('10.0.0.3', [], 'ESERVFAIL')] }
        : one,
    ),
    [
      'DNS_SERVER_ERROR: the name server 10.0.0.3 answers SERVFAIL for login.test and images.test, which another name server of this host resolves',
    ],
  ],
  [
    'CAPTIVE_PORTAL',
    'one address answers for everything',
    ALL.map(({ host }) => unconnected(works(host, '192.0.2.80'), 'ETIMEDOUT')),
    [
      'CAPTIVE_PORTAL: DNS answers 192.0.2.80 for gbl.his.arc.test, dp.config.test, login.test and images.test: the services do not share an address, so a captive portal or a DNS filter answers',
    ],
  ],
  [
    'DNS_DISAGREES',
    'one server knows the private zone, the other does not',
    instead({ ...DP, dns: [answers('10.0.0.2', ['10.1.0.6']), answers('8.8.8.8', ['20.50.1.8'])] }),
    [
      'DNS_DISAGREES: the name servers of this host disagree about dp.config.test: 10.0.0.2 answers 10.1.0.6 (private); 8.8.8.8 answers 20.50.1.8 (public)',
    ],
  ],
  [
    'DNS_DISAGREES',
    'one of two servers is wrong about everything',
    ALL.map((one) => ({ ...one, dns: [...(one.dns ?? []), answers('10.0.0.3', [], 'ENOTFOUND')] })),
    [
      'DNS_DISAGREES: the name servers of this host disagree about gbl.his.arc.test, dp.config.test, login.test and images.test: for gbl.his.arc.test, 10.0.0.2 answers 10.1.0.5 (private); 10.0.0.3 does not know the name',
    ],
  ],
  [
    'DNS_DISAGREES',
    'the first server does not know the name, and programs get nothing',
    instead({
      ...nameless('login.test', ''),
      dns: [answers('10.0.0.3', [], 'ENOTFOUND'), answers('10.0.0.2', ['20.190.128.7'])],
    }),
    [
      'DNS_DISAGREES: the name servers of this host disagree about login.test: 10.0.0.3 does not know the name; 10.0.0.2 answers 20.190.128.7 (public)',
    ],
  ],
  [
    'DNS_SERVER_FAILS',
    'the first name server is silent',
    ALL.map((one) => ({ ...one, dns: [answers('10.0.0.9', [], 'ETIMEOUT'), ...(one.dns ?? [])] })),
    ['DNS_SERVER_FAILS: the name server 10.0.0.9 does not answer (no answer in time), so each lookup may take seconds'],
  ],
]
