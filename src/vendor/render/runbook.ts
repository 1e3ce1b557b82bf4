import { basename } from 'node:path'
import {
  type Artefact,
  GAP,
  type LoadGroup,
  loadsFile,
  type RunbookStep,
  type VendorStep,
} from '../../model/artefact.ts'
import { runsOf } from '../../model/group-by.ts'
import { applies, type OptionValue } from '../../model/option.ts'
import type { Job, Option } from '../../model/vendor.ts'
import type { LoadKind } from '../../model/vendor-words.ts'
import { promptWord, shellWord } from '../../text/sanitize.ts'

/** Where the vendor's commands put the configuration of the device: a file, or a folder for lists that are compared by their names. */
const runningFiles = ({ vendor, options }: Settings): string =>
  vendor.artefacts.some(({ each, when }) => each && applies(when, options)) ? 'running/*' : 'running.txt'

type Settings = Pick<Job, 'vendor' | 'options'>

/** A file to load, as it was rendered, with its path as in the policy. */
type LoadedFile = Pick<Artefact, 'part' | 'family'> & { readonly path: string }

/** The steps of each section that apply under these options, with every gap filled. */
export function stepsOf(job: Settings) {
  const filled = (steps: readonly VendorStep[]) =>
    steps.filter(({ when }) => applies(when, job.options)).map((step) => fillStep(step, job))
  const { prepare, print, confirm, abort } = job.vendor.runbook
  return { prepare: filled(prepare), print: filled(print), confirm: filled(confirm), abort: filled(abort) }
}

/** How to load files of one kind, in their order. Neighbours with the same sentence are one group. */
export function loadGroups(files: readonly LoadedFile[], kind: LoadKind, job: Settings): LoadGroup[] {
  const steps = job.vendor.runbook.load.filter(({ when }) => applies(when, job.options))
  const loads = files.map((file) => {
    const found = steps.find((step) => loadsFile(step, kind, file))
    return { path: file.path, step: found && fillStep(found, job, file.path) }
  })
  return runsOf(loads, (one, next) => one.step?.say === next.step?.say).map((run) => {
    const own = run.flatMap(({ step }) => step ?? [])
    return { paths: run.map(({ path }) => path), step: own.length > 0 ? own.reduce(joined) : undefined }
  })
}

/** Two steps with the same sentence as one: commands that both have come once. */
function joined({ say, run, source, unverified }: RunbookStep, next: RunbookStep): RunbookStep {
  return {
    say,
    run: [...run, ...next.run.filter((line) => !run.includes(line))],
    source: [...new Set([source, next.source].flatMap((text) => text.split('; ')))].join('; '),
    unverified: unverified || next.unverified,
  }
}

function fillStep({ say, run, source, unverified }: VendorStep, job: Settings, path = ''): RunbookStep {
  const gaps = { file: shellWord(path), running: runningFiles(job) }
  const fill = (text: string, name: string) => {
    const values = { ...job.options, ...gaps, name }
    return text.replaceAll(GAP, (_, gap: string) => [values[gap as keyof typeof values] ?? ''].flat().join(','))
  }
  const name = basename(path)
  return { say: fill(say, name), run: run.map((line) => fill(line, promptWord(name))), source, unverified }
}

/**
 * The audits of a target: one for each combination of its zones, because an audit looks at one at a time. A value that stands for
 * every zone narrows nothing.
 */
export function auditCommands(target: string, job: Settings, flags: readonly string[]): string[] {
  const { vendor, options } = job
  const narrowed = Object.entries(vendor.runbook.audit).map(([key, name]): string[] => {
    const option = vendor.options[name] as Option
    if (!applies(option.when, options)) return ['']
    const values = [options[name] as OptionValue].flat().map(String)
    const all = option.type === 'list' ? (option.exclusive ?? []) : []
    if (values.every((value) => value === '' || all.includes(value))) return ['']
    return values.map((value) => ` --narrow ${shellWord(`${key}=${value}`)}`)
  })
  const combined = narrowed.reduce<string[]>(
    (before, own) => before.flatMap((text) => own.map((flag) => `${text}${flag}`)),
    [''],
  )
  const more = flags.map((word) => ` ${shellWord(word)}`).join('')
  const files = runningFiles(job)
  return combined.map((narrow) => `tagwall audit ${shellWord(target)} ${files}${narrow}${more}`)
}
