import { UserError } from '../../errors.ts'
import type { Io, PublishedSites } from '../../io.ts'
import { CLOUDS, type Cloud } from '../../model/cloud.ts'

/** Where the document of a cloud is published. */
export type Sites = ReturnType<typeof sitesOf>

const APIS = {
  public: 'https://management.azure.com',
  usgov: 'https://management.usgovcloudapi.net',
  china: 'https://management.chinacloudapi.cn',
}

const SITES = {
  pages: {
    public: 'https://www.microsoft.com/en-us/download/details.aspx?id=56519',
    usgov: 'https://www.microsoft.com/en-us/download/details.aspx?id=57063',
    china: 'https://www.microsoft.com/en-us/download/details.aspx?id=57062',
  },
  // The same since 2019. The folders of other clouds are unknown.
  folders: { public: 'https://download.microsoft.com/download/7/1/D/71D86715-5596-4529-9B13-DA13A5DE5B63/' },
  apis: APIS,
  hosts: ['www.microsoft.com', 'download.microsoft.com', ...Object.values(APIS).map((url) => new URL(url).host)],
} satisfies PublishedSites

/** Where the document of `cloud` is published. */
export function sitesOf(cloud: Cloud, { network }: Io) {
  const { pages, folders, apis }: PublishedSites = { ...SITES, ...network }
  return {
    /** The details page in the Download Center. */
    page: pages[cloud] as string,
    /** The folder of the dated files, with its slash, in every spelling, the current one first; empty if unknown. */
    folders: spellingsOf(folders[cloud]),
    /** Azure Resource Manager, without a slash at the end. */
    api: apis[cloud] as string,
    /** The start of a dated file's name. */
    stem: `ServiceTags_${CLOUDS[cloud]}_`,
  }
}

/** The folder in lower case, as linked since December 2025, and in its older spelling. */
export function spellingsOf(folder: string | undefined): string[] {
  return folder === undefined ? [] : [...new Set([folder.toLowerCase(), folder])]
}

/** The allowed hosts: Microsoft's, and those of `--allow-host`. Each may have a port. */
export function allowedHosts(added: readonly string[], { network }: Io): Set<string> {
  const invalid = added.find((host) => !/^[^\s/?#@\\]+$/.test(host) || !URL.canParse(`https://${host}`))
  if (invalid !== undefined)
    throw new UserError(`--allow-host ${invalid}: expected a host name, such as mirror.example`)
  const hosts = [...(network.hosts ?? SITES.hosts), ...added]
  // As in URLs: lower case, without the default port, IPv6 in its shortest form, other scripts in Punycode.
  return new Set(hosts.map((host) => new URL(`https://${host}`).host))
}

/** Throws `UserError` unless `url` is allowed. `by` describes the source of the URL. */
export function checkUrl(url: URL, hosts: ReadonlySet<string>, by: string): void {
  if (url.protocol !== 'https:') {
    throw new UserError(`${by} is not an https URL; anyone on the way could change the firewall rules`)
  }
  if (url.username || url.password) throw new UserError(`${url.host}: tagwall refuses URLs that contain a password`)
  if (!hosts.has(url.host)) {
    throw new UserError(
      `${by} is on ${url.host}, which is not a download host of Microsoft; allow it with --allow-host ${url.host}`,
    )
  }
}
