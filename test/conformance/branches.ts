import { linesIn } from '../../src/model/made-item.ts'
import type { Template, Vendor } from '../../src/model/vendor.ts'
import { readTemplates, templateOf } from '../../src/vendor/templates.ts'

/** A vendor whose templates note the branches that a rendering takes. */
export interface Watched {
  readonly vendor: Vendor
  /** Every branch: a template, or an arm of a block in one, such as `_rule.hbs:3 if action`. */
  readonly branches: readonly string[]
  /** Those that were taken so far. */
  readonly taken: Set<string>
}

/** The vendor with templates that note each branch in `taken`: by a partial that prints nothing, at the beginning of each arm. */
export function watched(vendor: Vendor): Watched {
  const branches: string[] = []
  const taken = new Set<string>()
  const templates = new Map<string, () => Template>()
  const note = (branch: string): string => {
    const name = `branch-${branches.push(branch)}`
    templates.set(`_${name}.hbs`, () => () => {
      taken.add(branch)
      return ''
    })
    return `{{> ${name}}}`
  }
  for (const [file, text] of textsOf(vendor)) {
    const template = templateOf(withNotes(text, (at) => note(`${file}:${at}`)))
    branches.push(file)
    templates.set(file, () => {
      const render = template()
      return (view, options) => {
        taken.add(file)
        return render(view, options)
      }
    })
  }
  return { vendor: { ...vendor, templates }, branches, taken }
}

/** The templates of a vendor, and of the one that it is built on, but for those that it replaces. */
function textsOf(vendor: Vendor): ReadonlyMap<string, string> {
  const { folder, base } = vendor
  return new Map([...(base ? textsOf(base) : []), ...linesIn(vendor), ...readTemplates(folder)])
}

const TAG = /\{\{([#/]|else)([^}]*)\}\}/g

/** The text with a note in each arm of each block, also in the "else" that an "if" or "unless" does not have. */
function withNotes(text: string, noteAt: (at: string) => string): string {
  const open: { block: string; hasElse: boolean }[] = []
  return text.replaceAll(TAG, (tag, kind: string, rest: string, offset: number) => {
    const after = text.slice(offset + tag.length)
    const ends = /^[ \t]*\n/.exec(after) !== null && /(?:^|\n)[ \t]*$/.test(text.slice(0, offset))
    const line = text.slice(0, offset).split('\n').length
    const here = (arm: string) => noteAt(`${line} ${arm}`)
    if (kind === '/') {
      const { block = '', hasElse = true } = open.pop() ?? {}
      if (hasElse || !/^(?:if|unless) /.test(block)) return tag
      return ends ? `{{else}}\n${here(`else of ${block}`)}\n${tag}` : `{{else}}${here(`else of ${block}`)}${tag}`
    }
    const block = kind === '#' ? rest : (open.at(-1)?.block ?? '')
    if (kind === '#') open.push({ block, hasElse: false })
    else if (rest.trim() === '') Object.assign(open.at(-1) ?? {}, { hasElse: true })
    const arm = here(kind === '#' ? block : `else${rest} of ${block}`)
    return ends ? `${tag}\n${arm}` : `${tag}${arm}`
  })
}
