/** The environment variables that commands read, and their use. */
export const ENVIRONMENT = {
  proxy: ['HTTPS_PROXY, NO_PROXY', 'the proxy for downloads, and the hosts to reach without it'],
  certificates: ['NODE_EXTRA_CA_CERTS', 'a PEM file with the certificates of your own authorities'],
  apiToken: ['AZURE_ACCESS_TOKEN', 'the token for --source api'],
  githubToken: ['GH_TOKEN', 'on GitHub: a token that may write contents and pull requests'],
  azureToken: ['AZURE_DEVOPS_EXT_PAT', 'on Azure DevOps: a token, or $(System.AccessToken) of the job'],
  gitlabToken: ['GITLAB_TOKEN', 'on GitLab: a project access token (Developer, write_repository)'],
} as const satisfies Readonly<Record<string, readonly [names: string, use: string]>>

export type Environment = keyof typeof ENVIRONMENT
