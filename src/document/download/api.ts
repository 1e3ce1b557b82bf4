import { UserError } from '../../errors.ts'
import { type Io, today } from '../../io.ts'
import type { Cloud } from '../../model/cloud.ts'
import { JsonBudget } from '../../parse/json-budget.ts'
import type { Source } from '../document.ts'
import { rootSchema } from '../document-schema.ts'
import { Client } from './client.ts'
import { sitesOf } from './sites.ts'

const VERSION = '2023-09-01'
const MAX_PAGES = 100

/** Gets all pages of the Service Tag Discovery API, with the token in AZURE_ACCESS_TOKEN. */
export async function readApi(
  { cloud, subscription, location }: { cloud: Cloud; subscription: string | undefined; location: string | undefined },
  allowHost: readonly string[],
  io: Io,
): Promise<Source> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(subscription ?? ''))
    throw new UserError('--source api needs --subscription ID, a UUID')
  if (!/^[a-z0-9]{2,40}$/i.test(location ?? ''))
    throw new UserError('--source api needs --location NAME, such as westeurope')
  const token = io.env.AZURE_ACCESS_TOKEN ?? ''
  if (!/^[\w.~+/-]+=*$/.test(token)) {
    throw new UserError(
      '--source api needs a token in AZURE_ACCESS_TOKEN; get one with: az account get-access-token --query accessToken -o tsv',
    )
  }
  const { api } = sitesOf(cloud, io)
  const path = `/subscriptions/${subscription}/providers/Microsoft.Network/locations/${location}/serviceTags`
  io.err(`fetch: asking the Service Tag Discovery API of ${location} at ${new URL(api).host}\n`)
  const { values, pages, ...label } = await readPages(
    new Client(allowHost, io),
    `${api}${path}?api-version=${VERSION}`,
    token,
  )
  io.err(
    `fetch: ${values.length} ${values.length === 1 ? 'tag' : 'tags'} in ${pages} ${pages === 1 ? 'page' : 'pages'}; ` +
      'the API lists fewer tags than the weekly file, and changes take up to 4 weeks to reach it\n',
  )
  return {
    bytes: Buffer.from(JSON.stringify({ ...label, values })),
    // Snapshots are committed, so the name does not contain the subscription.
    name: `Service Tag Discovery API, ${location}`,
    published: today(io),
    isUndated: true,
  }
}

const NEW_TOKEN = 'AZURE_ACCESS_TOKEN=$(az account get-access-token --query accessToken -o tsv)'

const ADVICE: Readonly<Record<number, string>> = {
  401: `renew the token: export ${NEW_TOKEN}`,
  403: `the account of the token needs the role Reader on the subscription; after a change, renew the token: export ${NEW_TOKEN}`,
}

async function readPages(client: Client, first: string, token: string) {
  const pages: unknown[][] = []
  const seen = new Set<string>()
  const budget = new JsonBudget()
  let label: { changeNumber: number; cloud: string } | undefined
  for (let url = first; ; ) {
    seen.add(url)
    const reply = await client.get(url, {
      kind: 'json',
      isSecret: true,
      headers: { authorization: `Bearer ${token}` },
      advice: ADVICE,
    })
    const { nextLink, values: more, ...page } = pageOf(reply.bytes, budget)
    label ??= page
    if (label.changeNumber !== page.changeNumber || label.cloud !== page.cloud)
      throw new UserError(
        'the response of the Service Tag Discovery API changed between two pages; run the command again',
      )
    pages.push(more)
    if (!nextLink) return { ...label, values: pages.flat(), pages: pages.length }
    if (!URL.canParse(nextLink, url) || new URL(nextLink, url).origin !== new URL(first).origin)
      throw new UserError(
        'the Service Tag Discovery API links to another host for its next page; tagwall does not send the token there',
      )
    url = new URL(nextLink, url).href
    if (seen.has(url) || seen.size === MAX_PAGES)
      throw new UserError(`the pages of the Service Tag Discovery API form a loop after page ${seen.size}`)
  }
}

function pageOf(bytes: Uint8Array, budget: JsonBudget) {
  budget.spend(bytes, 'the response of the Service Tag Discovery API')
  try {
    return rootSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    const start = Buffer.from(bytes.subarray(0, 80)).toString('utf8').replaceAll(/\s+/g, ' ')
    throw new UserError(`unexpected response of the Service Tag Discovery API: ${start}`)
  }
}
