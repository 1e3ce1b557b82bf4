// A series of `growth.mjs` as a drawing: CPU by size, both axes logarithmic, so that linear growth is a line at the slope of the dashed one.

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [480, 240, 56, 20, 34, 34]

// A picture in a page does not know the page's colours, only whether they are light or dark.
const STYLE = `
    text { font: 11px sans-serif; fill: #57606a }
    .title { font-weight: bold; fill: #24292f }
    .grid { stroke: #d0d7de }
    .linear { stroke: #8c959f; stroke-dasharray: 4 4 }
    .seen { stroke: #0969da; stroke-width: 2; fill: none }
    circle { fill: #0969da }
    @media (prefers-color-scheme: dark) {
      text { fill: #9198a1 }
      .title { fill: #f0f6fc }
      .grid { stroke: #3d444d }
      .linear { stroke: #656c76 }
      .seen { stroke: #4493f8 }
      circle { fill: #4493f8 }
    }`

/** The SVG of one series. */
export function plot({ what, points, exponent }) {
  const sizes = points.map(([size]) => size)
  const costs = points.map(([, ms]) => ms / 1000)
  const [low, high] = [powerBelow(Math.min(...costs)), powerBelow(Math.max(...costs)) * 10]
  const scale = (value, from, to, start, end) => start + ((end - start) * Math.log(value / from)) / Math.log(to / from)
  const x = (size) => scale(size, sizes[0], sizes.at(-1), LEFT, WIDTH - RIGHT).toFixed(1)
  const y = (cost) => scale(cost, low, high, HEIGHT - BOTTOM, TOP).toFixed(1)
  const [first, last] = [sizes[0], sizes.at(-1)]
  // Linear growth that ends where the series ends, as far as the drawing goes.
  const begin = Math.max(first, (last * low) / costs.at(-1))
  const ticks = Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, index) => low * 10 ** index)
  const seconds = (value) => `${Number(value.toPrecision(2)).toLocaleString('en-US')} s`
  const count = (value) => value.toLocaleString('en-US')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">
  <title>${what}: ${points.map(([size, ms]) => `${count(size)}: ${seconds(ms / 1000)}`).join(', ')}</title>
  <style>${STYLE}
  </style>
  <text class="title" x="12" y="18">${what}${exponent === undefined ? '' : `: exponent ${exponent.toFixed(2)}`}</text>
${ticks.map((tick) => `  <path class="grid" d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}"/>\n  <text x="${LEFT - 6}" y="${y(tick)}" dy="4" text-anchor="end">${seconds(tick)}</text>\n`).join('')}${points.map(([size]) => `  <text x="${x(size)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${count(size)}</text>\n`).join('')}  <path class="linear" d="M${x(begin)} ${y((costs.at(-1) * begin) / last)}L${x(last)} ${y(costs.at(-1))}"/>
  <path class="seen" d="M${points.map(([size, ms]) => `${x(size)} ${y(ms / 1000)}`).join('L')}"/>
${points.map(([size, ms]) => `  <circle cx="${x(size)}" cy="${y(ms / 1000)}" r="3"/>\n`).join('')}</svg>
`
}

/** The power of ten that is not above a value. */
const powerBelow = (value) => 10 ** Math.floor(Math.log10(value))
