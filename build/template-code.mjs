// Handlebars templates as JavaScript functions that join strings, made when the program is built. They print the same bytes as
// Handlebars does (test/emit/template-code.test.ts), and are as strict: reading an unknown field throws. What is compiled is the
// part of the language that vendors/README.md describes; a template with more in it is left to Handlebars at run time.
import Handlebars from 'handlebars'

/** A construct that is left to Handlebars. */
class Unsupported extends Error {}

/** JavaScript that every compiled template needs around it, once a file. */
export const PRELUDE = `
const field = (value, name) => {
  if (value === null || typeof value !== 'object') throw new TypeError(\`Cannot use 'in' operator to search for '\${name}' in \${value}\`)
  const found = value[name]
  if (found === undefined) throw new Error(\`unknown field "\${name}"\`)
  return found
}
const holds = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value))
const entries = (value) => (Array.isArray(value) ? value : value && typeof value === 'object' ? Object.values(value) : [])
const keys = (value) => (Array.isArray(value) ? undefined : Object.keys(value))
const indented = (text, indent) => text && indent + text.replace(/\\n(?=[^])/g, \`\\n\${indent}\`)
`

/**
 * The source of a function of \`view\` and \`helpers\` for one template of a vendor; undefined when there is something in it that only
 * Handlebars can do. \`templates\` holds all texts of the vendor, partials too, by file name.
 */
export function templateCode(file, templates) {
  const partials = new Map()
  for (const [name, text] of templates) {
    const partial = /^_(.+)\.hbs$/.exec(name)?.[1]
    if (partial) partials.set(partial, text)
  }
  try {
    const scope = {
      contexts: ['view'],
      loop: undefined,
      inlines: new Map(),
      partials,
      counter: { value: 0 },
      trail: [],
    }
    return `(view, helpers) => {\nlet out = ''\n${program(Handlebars.parse(templates.get(file)), 'out', scope)}return out\n}`
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

/** Statements that append what `ast` prints to the variable `out`. */
function program(ast, out, scope) {
  if (ast.blockParams?.length > 0) throw new Unsupported('block parameters')
  const inlines = new Map(scope.inlines)
  for (const node of ast.body) if (node.type === 'DecoratorBlock') inlines.set(node.params[0].value, node.program)
  return ast.body.map((node) => statement(node, out, { ...scope, inlines })).join('')
}

function statement(node, out, scope) {
  switch (node.type) {
    case 'ContentStatement':
      return node.value === '' ? '' : `${out} += ${JSON.stringify(node.value)}\n`
    case 'MustacheStatement':
      return `${out} += ${isCall(node) ? call(node, scope) : expression(node.path, scope)}\n`
    case 'BlockStatement':
      return block(node, out, scope)
    case 'PartialStatement':
      return partial(node, out, scope)
    case 'CommentStatement':
      return ''
    case 'DecoratorBlock':
      if (node.path.original !== 'inline') throw new Unsupported(node.path.original)
      return ''
    default:
      throw new Unsupported(node.type)
  }
}

const isCall = ({ path, params, hash }) => params.length > 0 || hash !== undefined || path.type !== 'PathExpression'

const HELPERS = new Set(['json', 'xml', 'join', 'add'])

function call({ path, params, hash }, scope) {
  if (hash || !HELPERS.has(path.original)) throw new Unsupported(path.original)
  // The last argument is Handlebars' own, which no helper here looks at.
  return `helpers.${path.original}(${[...params.map((param) => expression(param, scope)), '{}'].join(', ')})`
}

function block(node, out, scope) {
  const { path, params, hash, program: body, inverse } = node
  if (hash || params.length !== 1) throw new Unsupported(path.original)
  const value = fresh('value', scope)
  const begin = `const ${value} = ${expression(params[0], scope)}\n`
  const otherwise = inverse ? program(inverse, out, scope) : ''
  const within = (context, loop = scope.loop) => ({ ...scope, contexts: [context, ...scope.contexts], loop })
  switch (path.original) {
    case 'if':
    case 'unless': {
      const not = path.original === 'unless' ? '!' : ''
      return `{\n${begin}if (${not}holds(${value})) {\n${body ? program(body, out, scope) : ''}} else {\n${otherwise}}\n}\n`
    }
    case 'with':
      return `{\n${begin}if (holds(${value}) || ${value} === 0) {\n${program(body, out, within(value))}} else {\n${otherwise}}\n}\n`
    case 'each': {
      const loop = { items: fresh('items', scope), index: fresh('index', scope), value }
      const item = fresh('item', scope)
      return (
        `{\n${begin}const ${loop.items} = entries(${value})\n` +
        `for (let ${loop.index} = 0; ${loop.index} < ${loop.items}.length; ${loop.index}++) {\n` +
        `const ${item} = ${loop.items}[${loop.index}]\n${program(body, out, within(item, loop))}}\n` +
        `if (${loop.items}.length === 0) {\n${otherwise}}\n}\n`
      )
    }
    default:
      throw new Unsupported(path.original)
  }
}

/** A partial is compiled where it is used, once a use. What is above its own blocks is out of its sight. */
function partial(node, out, scope) {
  const { name, params, hash, indent } = node
  if (name.type !== 'PathExpression' || params.length > 0 || hash) throw new Unsupported('a partial with parameters')
  if (scope.trail.includes(name.original)) throw new Unsupported('a partial that uses itself')
  const text = scope.partials.get(name.original)
  const ast = scope.inlines.get(name.original) ?? (text === undefined ? undefined : Handlebars.parse(text))
  if (!ast) throw new Unsupported(`the partial ${name.original}, which is not there`)
  const inner = { ...scope, contexts: [scope.contexts[0]], trail: [...scope.trail, name.original] }
  if (!indent) return program(ast, out, inner)
  const part = fresh('part', scope)
  return `{\nlet ${part} = ''\n${program(ast, part, inner)}${out} += indented(${part}, ${JSON.stringify(indent)})\n}\n`
}

function expression(node, scope) {
  switch (node.type) {
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
      return JSON.stringify(node.value)
    case 'PathExpression':
      return node.data ? dataPath(node, scope) : fields(contextAt(node.depth, scope), node.parts)
    default:
      throw new Unsupported(node.type)
  }
}

function contextAt(depth, { contexts }) {
  if (depth >= contexts.length) throw new Unsupported('a path above the top')
  return contexts[depth]
}

/** `@root.x`, and `@first` and its like of the innermost loop. */
function dataPath({ parts: [name, ...parts], depth }, { loop }) {
  if (name === 'root') return fields('view', parts)
  if (!loop || depth > 0 || parts.length > 0) throw new Unsupported(`@${name}`)
  const { items, index, value } = loop
  switch (name) {
    case 'first':
      return `(${index} === 0)`
    case 'last':
      return `(${index} === ${items}.length - 1)`
    case 'index':
      return index
    case 'key':
      return `(keys(${value})?.[${index}] ?? ${index})`
    default:
      throw new Unsupported(`@${name}`)
  }
}

const fields = (value, parts) => parts.reduce((inner, part) => `field(${inner}, ${JSON.stringify(part)})`, value)

const fresh = (name, { counter }) => `${name}${counter.value++}`
