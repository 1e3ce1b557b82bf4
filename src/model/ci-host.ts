/** A service that runs a job every week and takes pull requests. */
export interface CiHost {
  readonly title: string
  /** The shipped file, in `docs/ci`. */
  readonly file: string
  /** The path in a repository. */
  readonly path: string
  /** The remaining manual step. */
  readonly next: string
}

/** By their names in `--ci` and `--to`. */
export const CI_HOSTS = {
  github: {
    title: 'GitHub Actions',
    file: 'github.yml',
    path: '.github/workflows/tagwall.yml',
    next: 'allow the job to open pull requests: Settings, Actions, General, "Allow GitHub Actions to create and approve pull requests"',
  },
  'azure-devops': {
    title: 'Azure Pipelines',
    file: 'azure-devops.yml',
    path: '.azure-pipelines/tagwall.yml',
    next: 'create a pipeline from .azure-pipelines/tagwall.yml, change main in its schedule if your default branch has another name, and give its build service the rights to contribute and to create branches and pull requests',
  },
  gitlab: {
    title: 'GitLab CI/CD',
    file: 'gitlab.yml',
    path: '.gitlab/tagwall.yml',
    next: 'include .gitlab/tagwall.yml in .gitlab-ci.yml, add a schedule for Thursdays, and a project access token (role Developer, scope write_repository) as the masked variable GITLAB_TOKEN',
  },
} as const satisfies Record<string, CiHost>

export type CiHostName = keyof typeof CI_HOSTS
export const CI_HOST_NAMES = Object.keys(CI_HOSTS) as CiHostName[]
/** The values of `--ci`. */
export const CI_CHOICES = [...CI_HOST_NAMES, 'none'] as const
export type CiChoice = (typeof CI_CHOICES)[number]
