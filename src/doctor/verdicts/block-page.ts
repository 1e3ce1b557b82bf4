import { at, each, quoted, type Verdict } from '../verdict.ts'

/** Forbidden, unavailable for legal reasons, unavailable: what web filters answer with. */
const BLOCKED = [403, 451, 503]

export const blockPage: Verdict<'BLOCK_PAGE', 'status' | 'title'> = {
  code: 'BLOCK_PAGE',
  severity: 'error',
  layer: 'HTTP',
  settles: 'layer',
  find: each((one) => {
    const { http, tls } = one.seen
    // Any status from the service itself is an answer; a server without proof of its identity is not the service.
    if (http === undefined || http.error !== undefined || tls?.trust === 'public') return undefined
    const { status = 0, type = '', title = '' } = http
    // An inspecting device that lets the service through passes on its 404 and its redirects too.
    return /html/i.test(type) && BLOCKED.includes(status) ? at(one, { status: String(status), title }) : undefined
  }),
  say: ({ hosts, verb, facts: { status, title } }) => ({
    what: `${hosts} ${verb('is', 'are')} answered by a device on the way, not by the service: status ${status}${title === '' ? '' : `, ${quoted(title)}`}`,
    fix: `Allow ${hosts} on the web filter or proxy.`,
  }),
  title: 'a device on the way answers in place of the service',
  means: 'The host that answers cannot prove that it is the service, and sends a page, a redirect or an error.',
}
