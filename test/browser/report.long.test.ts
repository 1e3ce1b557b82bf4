import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { HAS_CHROMIUM, Page, WITHOUT_CHROMIUM } from './chromium.ts'

// The pages of the golden files, in a real browser.

const urlOf = (name: string) => pathToFileURL(join(ROOT, 'test/report/expected', `${name}.html`)).href

const PAGES = ['changed', 'hostile', 'skipped-weeks']

/** The text that stands out least from what is behind it, by the formula of WCAG 2. */
const LEAST_CONTRAST = `(() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number)
  const light = (color) => numbers(color).slice(0, 3)
    .map((value) => value / 255)
    .map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0)
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor
      if ((numbers(color)[3] ?? 1) > 0) return color
    }
    return 'rgb(255, 255, 255)'
  }
  const found = [...document.querySelectorAll('body *')]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((element) => !element.closest('script, title, [hidden]'))
    .map((element) => {
      const style = getComputedStyle(element)
      const [a, b] = [light(element.namespaceURI.endsWith('svg') ? style.fill : style.color), light(behind(element))]
      return { text: element.textContent.trim().slice(0, 40), contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) }
    })
  return found.sort((a, b) => a.contrast - b.contrast)[0]
})()`

describe.skipIf(!HAS_CHROMIUM)(`a report in a browser${HAS_CHROMIUM ? '' : ` (skipped: ${WITHOUT_CHROMIUM})`}`, () => {
  let page: Page
  beforeAll(async () => {
    page = await Page.open()
  }, 60_000)
  afterAll(async () => page?.close())

  test.for(PAGES)('loads nothing else, and no script but its own: %s', async (name) => {
    await page.goTo(urlOf(name))
    const asked = page.events.filter(({ method }) => method === 'Network.requestWillBeSent')
    expect(asked.map(({ params }) => params.request.url)).toEqual([urlOf(name)])
    const complaints = page.events.filter(({ method }) => /^(Log\.entryAdded|Runtime\.exceptionThrown)$/.test(method))
    expect(complaints).toEqual([])
    expect(await page.evaluate('[document.scripts.length, document.images.length, typeof window.pwned].join()')).toBe(
      '1,0,undefined',
    )
    expect(
      await page.evaluate(
        "[...document.querySelectorAll('*')].filter((e) => e.getAttributeNames().some((n) => n.startsWith('on'))).length",
      ),
    ).toBe(0)
  })

  test('shows a hostile name unchanged', async () => {
    await page.goTo(urlOf('hostile'))
    const text = await page.evaluate("document.querySelector('main').textContent")
    expect(text).toContain('</code></td><script>window.pwned=1</script>|`@octocat #1 [x](javascript:alert(1))')
  })

  test('cannot run injected scripts, because the content security policy forbids it', async () => {
    await page.goTo(urlOf('changed'))
    await page.evaluate(
      "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.pwned = 1' }))",
    )
    expect(await page.evaluate('typeof window.pwned')).toBe('undefined')
  })

  test('finds prefixes as one types', async () => {
    await page.goTo(urlOf('changed'))
    const shown = "[...document.querySelectorAll('#all tbody tr')].filter((row) => row.offsetHeight > 0).length"
    const found = "document.getElementById('found').textContent"
    const all = await page.evaluate(shown)
    expect(all).toBe(9)
    expect(await page.evaluate(found)).toBe(`${all} of ${all}`)
    await page.evaluate("document.getElementById('search').focus()")
    for (const [text, count] of [
      ['GAINED', 4],
      [' eastus', 1],
      ['zzz', 0],
    ] as const) {
      await page.send('Input.insertText', { text })
      expect([await page.evaluate(shown), await page.evaluate(found)]).toEqual([count, `${count} of ${all}`])
    }
  })

  test.for([
    ['20.1.5.255', '20.1.4.0/23 Login'],
    ['20.4.0.3', '20.4.0.0/30 Login'],
    ['20.4.0.4', ''],
    ['2603:1000:1:ffff::9', '2603:1000::/47 Login'],
    ['2603:1000:0:0:1:2:3:4', '2603:1000::/47 Login'],
    ['::1', ''],
    ['20.1.5.256', ''],
  ])('finds the prefix that holds an address: %s', async ([address, want]) => {
    await page.goTo(urlOf('changed'))
    await page.evaluate("document.getElementById('search').focus()")
    await page.send('Input.insertText', { text: address })
    const rows = "[...document.querySelectorAll('#all tbody tr')].filter((row) => row.offsetHeight > 0)"
    const texts = `${rows}.map((row) => [...row.cells].slice(0, 2).map((cell) => cell.textContent).join(' ')).join('; ')`
    expect(await page.evaluate(texts)).toBe(want)
  })

  test('reads the same without scripts', async () => {
    await page.send('Emulation.setScriptExecutionDisabled', { value: true })
    await page.goTo(urlOf('changed'))
    await page.send('Emulation.setScriptExecutionDisabled', { value: false })
    const heights = "[...document.querySelectorAll('section')].map((one) => one.offsetHeight > 40)"
    expect(await page.evaluate(heights)).toEqual([true, true, true, true, true, true])
    expect(await page.evaluate("document.querySelector('.search').offsetHeight")).toBe(0)
    expect(await page.evaluate("document.querySelectorAll('#all tbody tr').length")).toBe(9)
  })

  test.for([
    ['light', 'screen', 'rgb(255, 255, 255)'],
    ['dark', 'screen', 'rgb(13, 17, 23)'],
    ['dark', 'print', 'rgb(255, 255, 255)'],
  ] as const)('can be read in %s on %s', async ([value, media, background]) => {
    await page.send('Emulation.setEmulatedMedia', { media, features: [{ name: 'prefers-color-scheme', value }] })
    for (const name of PAGES) {
      await page.goTo(urlOf(name))
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(background)
      const least = await page.evaluate(LEAST_CONTRAST)
      expect(least.contrast, JSON.stringify(least)).toBeGreaterThan(4.5)
    }
    await page.send('Emulation.setEmulatedMedia', { media: '', features: [] })
  })

  test.for([360, 390, 768, 1280])('needs no scrolling sideways at %d pixels, nor does a table', async (width) => {
    await page.send('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: 1, mobile: false })
    for (const name of PAGES) {
      await page.goTo(urlOf(name))
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      if (name === 'hostile' && width > 640) continue
      const wide = "[...document.querySelectorAll('.wide')].filter((one) => one.scrollWidth > one.clientWidth)"
      expect(await page.evaluate(`${wide}.map((one) => one.ariaLabel)`), name).toEqual([])
    }
    await page.send('Emulation.clearDeviceMetricsOverride')
  })

  test.for(PAGES)('is accessible to screen readers: %s', async (name) => {
    await page.goTo(urlOf(name))
    const count = (selector: string) => page.evaluate(`document.querySelectorAll(${JSON.stringify(selector)}).length`)
    expect(await count('th:not([scope])')).toBe(0)
    expect(await count('svg:not([aria-hidden]):not([role="img"][aria-label])')).toBe(0)
    expect(await count('table')).toBeGreaterThan(4)
    const ids = await page.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")
    expect(new Set(ids).size).toBe(ids.length)
    const levels = await page.evaluate(
      "[...document.querySelectorAll('h1,h2,h3')].map(({ tagName }) => tagName[1]).join('')",
    )
    expect(levels).toMatch(/^1(23*)+$/)
    expect(
      await page.evaluate("[...document.querySelectorAll('th')].filter((th) => th.textContent === '').length"),
    ).toBe(0)
    expect(await count('.wide:not([tabindex="0"][role="region"][aria-label])')).toBe(0)
    const { nodes } = await page.send('Accessibility.getFullAXTree')
    type Node = { ignored: boolean; role?: { value: string }; name?: { value: string } }
    const named = ['image', 'img', 'searchbox', 'link', 'heading', 'region', 'navigation']
    const silent = nodes.filter(
      ({ ignored, role, name }: Node) => !ignored && named.includes(role?.value ?? '') && !name?.value,
    )
    expect(silent).toEqual([])
    const landmarks = nodes
      .filter(({ ignored, role }: Node) => !ignored && ['region', 'navigation'].includes(role?.value ?? ''))
      .map(({ name }: Node) => name?.value)
    expect([...new Set(landmarks)]).toEqual(landmarks)
  })

  test('can be used by keyboard: every link, field, fold and wide table is on the way', async () => {
    await page.goTo(urlOf('changed'))
    // The table in a closed fold is reached once it is open.
    const stops = `[...document.querySelectorAll("a[href], summary, input, [tabindex='0']")].filter((one) => one.checkVisibility())`
    const count = await page.evaluate(`${stops}.length`)
    const seen = new Set<number>()
    for (let step = 0; step < count; step++) {
      await page.send('Input.dispatchKeyEvent', { type: 'keyDown', key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 })
      await page.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 })
      seen.add(await page.evaluate(`${stops}.indexOf(document.activeElement)`))
    }
    expect(seen.has(-1)).toBe(false)
    expect(seen.size).toBe(count)
  })

  test('prints on paper', async () => {
    await page.goTo(urlOf('changed'))
    const { data } = await page.send('Page.printToPDF', { paperWidth: 8.27, paperHeight: 11.69 })
    const pdf = Buffer.from(data, 'base64').toString('latin1')
    expect(pdf.startsWith('%PDF-')).toBe(true)
    expect(pdf.match(/\/Type \/Page\b/g)?.length).toBeLessThan(6)
  })
})
