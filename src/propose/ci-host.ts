/** A service that runs a job every week, and another one for each pull request. */
interface CiHost {
  readonly title: string
  /** The weekly job, and the job that plans a pull request: the shipped file, in `docs/ci`, and its path in a repository. */
  readonly jobs: readonly Record<'file' | 'path', string>[]
  /** The remaining manual step. */
  readonly next: string
}

/** By their names in `--ci` and `--to`. */
export const CI_HOSTS = {
  github: {
    title: 'GitHub Actions',
    jobs: [
      { file: 'github.yml', path: '.github/workflows/tagwall.yml' },
      { file: 'github-plan.yml', path: '.github/workflows/tagwall-plan.yml' },
    ],
    next: 'allow the weekly job to open pull requests: Settings, Actions, General, "Allow GitHub Actions to create and approve pull requests"',
  },
  'azure-devops': {
    title: 'Azure Pipelines',
    jobs: [
      { file: 'azure-devops.yml', path: '.azure-pipelines/tagwall.yml' },
      { file: 'azure-devops-plan.yml', path: '.azure-pipelines/tagwall-plan.yml' },
    ],
    next: 'create a pipeline from .azure-pipelines/tagwall.yml, change main in its schedule if your default branch has another name, and give its build service the rights to contribute and to create branches and pull requests; create another pipeline from .azure-pipelines/tagwall-plan.yml, and in Azure Repos make it a build validation of that branch',
  },
  gitlab: {
    title: 'GitLab CI/CD',
    jobs: [
      { file: 'gitlab.yml', path: '.gitlab/tagwall.yml' },
      { file: 'gitlab-plan.yml', path: '.gitlab/tagwall-plan.yml' },
    ],
    next: 'include .gitlab/tagwall.yml and .gitlab/tagwall-plan.yml in .gitlab-ci.yml, add a schedule for Thursdays, and a project access token (role Developer, scope write_repository) as the masked and protected variable GITLAB_TOKEN, limited to the environment tagwall',
  },
} as const satisfies Record<string, CiHost>

export type CiHostName = keyof typeof CI_HOSTS
export const CI_HOST_NAMES = Object.keys(CI_HOSTS) as CiHostName[]
/** The values of `--ci`. */
export const CI_CHOICES = [...CI_HOST_NAMES, 'none'] as const
export type CiChoice = (typeof CI_CHOICES)[number]
