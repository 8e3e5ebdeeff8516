/** The console as the gateway serves it, in a real browser that hears a human voice. */
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  browserThatAsks,
  browserWithoutDevices,
  type ConsolePage,
  microphonePermission,
  openConsole,
} from './support/console-page.js'
import { type ParleyProcess, parley, root, startParley } from './support/parley-process.js'

const secret = 'a secret of more than thirty-two characters'
/** What a browser reports of requests that are meant to fail here. */
const lost = /WebSocket connection to .* failed|Failed to load resource/

/** Time enough for the greeting, then a question over nothing, then one over the agent's answer. */
const caller = [8_000, 'en-info-about-last-call', 12_000, 'en-hello'] as const

/** ms of a figure as the page writes it. */
function msOf(figure: string): number {
  return Number.parseFloat(figure) * (figure.trim().endsWith(' s') ? 1000 : 1)
}

async function type(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: /^(Type instead|Escribir en vez)/ })
  await field.fill(text)
  await field.press('Enter')
}

const words = (page: Page, by: 'user' | 'agent', text: string | RegExp) =>
  page.locator(`.entry[data-by="${by}"]`, { hasText: text })

/** The agent's words that begin so, once they were heard to their end. */
async function heard(page: Page, text: RegExp): Promise<void> {
  await words(page, 'agent', text).and(page.locator(':not(:has(.entry-coming))')).last().waitFor()
  await page.getByText('The floor is free').waitFor()
}

describe('the console', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  let browser: Browser
  let open: ConsolePage | undefined

  beforeAll(async () => {
    ;[gateway, browser] = await Promise.all([startParley(), browserThatAsks(caller)])
  })

  afterAll(async () => {
    await browser?.close()
    await gateway?.stop()
  })

  afterEach(leave)

  async function leave() {
    const left = open
    open = undefined
    await left?.close()
    expect(left?.faults ?? []).toEqual([])
  }

  /** Another gateway in place of the first, whose database it takes over; the page leaves before it stops. */
  async function withGateway(env: Record<string, string>, use: (other: ParleyProcess) => Promise<void>) {
    await gateway.stop()
    const other = await startParley({ env, dataDir: gateway.dataDir })
    try {
      await use(other)
      await leave()
    } finally {
      await other.stop()
    }
  }

  async function visit(options: BrowserContextOptions & { failing?: RegExp } = {}, url = gateway.url) {
    open = await openConsole(browser, url, { permissions: ['microphone'], ...options })
    return open.page
  }

  it('hears a human voice, answers it, shows the floor and where the time went', async () => {
    const page = await visit({ viewport: { width: 1200, height: 700 } })
    await page.evaluate(() => {
      const seen: string[] = []
      Object.assign(globalThis, { floors: seen })
      const note = () => {
        const floor = document.querySelector('.floor')?.getAttribute('data-floor') ?? ''
        if (seen.at(-1) !== floor) seen.push(floor)
      }
      new MutationObserver(note).observe(document.body, { subtree: true, attributes: true, childList: true })
    })
    await page.getByRole('button', { name: 'Talk', exact: true }).click()
    await words(page, 'user', 'information about your last call').waitFor()
    await words(page, 'agent', /last call/).waitFor()
    const rows = page.getByRole('table').locator('tbody').getByRole('row')
    await rows.last().waitFor()
    const total = msOf((await page.locator('.latency-total strong').textContent()) ?? '')
    const stages = await page.locator('tbody .waterfall-figure').allTextContents()
    expect(stages.length).toBeGreaterThanOrEqual(8)
    const sum = stages.reduce((ms, figure) => ms + msOf(figure), 0)
    expect(total).toBeGreaterThan(100)
    // Each figure is rounded to a millisecond, or to ten where it is a second or more.
    expect(Math.abs(sum - total)).toBeLessThanOrEqual(0.02 * total + 5)
    expect(await page.locator('.waterfall-rest').count()).toBe(0)
    await expect.poll(() => rows.last().isVisible()).toBe(true)
    const low = await rows.last().evaluate(row => row.getBoundingClientRect().bottom <= innerHeight)
    expect(low).toBe(true)
    const floors = await page.evaluate(() => (globalThis as unknown as { floors: string[] }).floors)
    expect(floors).toEqual(expect.arrayContaining(['agent', 'user', 'open']))
    expect(floors.indexOf('agent')).toBeLessThan(floors.indexOf('user'))
  })

  it('answers what is typed, and Escape cuts the answer and marks what was not heard', async () => {
    const page = await visit()
    await page.getByRole('button', { name: 'Show how it is said' }).click()
    await page.getByRole('img', { name: 'You: silent; Agent: silent' }).waitFor()
    await type(page, 'What are your opening hours?')
    await words(page, 'user', 'What are your opening hours?').waitFor()
    const answer = words(page, 'agent', /open|nine|monday/i).last()
    await page.getByText('The agent has the floor').waitFor()
    await answer.locator('.entry-coming').waitFor()
    await page.keyboard.press('Escape')
    const unheard = page.locator('.entry-unheard').last()
    await unheard.waitFor()
    expect((await unheard.textContent())?.length).toBeGreaterThan(3)
    await page.locator('.badge', { hasText: 'interrupted' }).first().waitFor()
    await page.getByRole('img', { name: /^You: silent; Agent: \d+ Hz$/ }).waitFor()
  })

  it('draws the voice of a recording that is given to the prosody page, and tells of its utterance', async () => {
    const page = await visit({ viewport: { width: 360, height: 780 } })
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('link', { name: 'Prosody' }).click()
    await page.locator('input[type=file]').setInputFiles(join(root, 'fixtures/audio/clips/en-hello.wav'))
    await page.locator('.prosody-card', { hasText: /\d+ Hz/ }).waitFor()
    await page.getByRole('img', { name: /^Voice: \d+ Hz$/ }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  })

  /** Reads what the page says of its microphone, in both languages; it is Spanish before and after. */
  async function reads(page: Page, spanish: string, english: string): Promise<void> {
    await page.getByRole('alert').getByText(spanish).waitFor()
    await page.getByRole('radio', { name: 'English' }).check()
    await page.getByRole('alert').getByText(english).waitFor()
    await page.getByRole('radio', { name: 'Español' }).check()
  }

  it('says in both languages why nobody is heard, and talks once it is allowed, without being loaded again', async () => {
    const page = await visit({ permissions: [], locale: 'es-ES' })
    const talk = page.getByRole('button', { name: 'Hablar', exact: true })
    const stop = page.getByRole('button', { name: 'Parar', exact: true })
    const denied = ['El micrófono no está permitido aquí.', 'The microphone is not allowed here.'] as const
    const allow = await microphonePermission(page)
    await allow('denied')
    await talk.click()
    await reads(page, ...denied)
    await allow('prompt')
    await talk.click()
    await reads(page, ...denied)
    await allow('granted')
    await talk.click()
    await stop.waitFor()
    await allow('denied')
    await reads(page, ...denied)
    await allow('granted')
    await page.evaluate(() => {
      const { mediaDevices } = navigator
      const ask = mediaDevices.getUserMedia.bind(mediaDevices)
      mediaDevices.getUserMedia = async wish => {
        const stream = await ask(wish)
        mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))
        Object.assign(globalThis, { unplug: () => stream.getTracks()[0]?.dispatchEvent(new Event('ended')) })
        return stream
      }
    })
    await talk.click()
    await stop.waitFor()
    await page.evaluate('unplug()')
    await reads(page, 'Se desconectó el micrófono.', 'The microphone was unplugged.')
    await leave()
    const bare = await browserWithoutDevices()
    try {
      open = await openConsole(bare, gateway.url, { locale: 'es-ES' })
      await open.page.getByRole('button', { name: 'Hablar', exact: true }).click()
      await reads(open.page, 'No se encontró ningún micrófono.', 'No microphone was found.')
      await leave()
    } finally {
      await bare.close()
    }
  })

  it('turns Spanish by the switch and is answered in Spanish, saying that it cannot hear it', async () => {
    const page = await visit()
    await page.getByRole('radio', { name: 'Español' }).check()
    expect(await page.locator('html').getAttribute('lang')).toBe('es')
    await type(page, '¿Cuál es el horario?')
    await words(page, 'agent', /de nueve a seis/).waitFor()
    await page.getByText('Este servidor no reconoce palabras.').waitFor()
    await page.locator('.facts').getByText('espeak-ng').waitFor()
  })

  it('is worked from the keyboard alone at 360 px, from the first answer to what was said before', async () => {
    const page = await visit({ viewport: { width: 360, height: 780 } })
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type('hello there')
    await page.keyboard.press('Enter')
    await heard(page, /./)
    await page.locator('tbody .waterfall-figure').last().waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
    for (const step of [
      page.getByRole('button', { name: 'Menu' }),
      page.getByRole('link', { name: 'History' }),
    ]) {
      for (let tabs = 0; !(await step.evaluate(link => link === document.activeElement)); tabs++) {
        expect(tabs).toBeLessThan(40)
        await page.keyboard.press('Tab')
      }
      await page.keyboard.press('Enter')
    }
    await page.getByRole('heading', { name: 'Past conversations' }).waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H2')
    const first = page.locator('.found').first()
    await first.waitFor()
    for (let tabs = 0; !(await first.evaluate(link => link === document.activeElement)); tabs++) {
      expect(tabs).toBeLessThan(10)
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    await words(page, 'user', 'hello there').waitFor()
    expect(await page.evaluate(() => location.hash)).toMatch(/^#\/sessions\/ses_/)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  })

  it('keeps an interrupted conversation, with what was not heard, under a link of its own', async () => {
    const page = await visit()
    await type(page, 'What are your opening hours?')
    await words(page, 'agent', /open|nine|monday/i)
      .last()
      .locator('.entry-coming')
      .waitFor()
    // Cut before its first sound, an answer has no latency to show.
    await page.getByText('The agent has the floor').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.entry-unheard').last().waitFor()
    const unheard = await page.locator('.entry-unheard').last().textContent()
    const id = await page.locator('.facts').getByText(/^ses_/).textContent()
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await page.goto(`${gateway.url}/#/sessions/${id}`)
    await page
      .locator('.entry-unheard', { hasText: unheard ?? '' })
      .last()
      .waitFor()
    await page.locator('tbody .waterfall-figure').nth(5).waitFor()
    await page.goto(`${gateway.url}/#/sessions/ses_none`)
    await page.getByRole('alert').getByText('not stored here').waitFor()
    const spoilt = open?.faults as string[]
    expect(spoilt.splice(0)).toEqual([expect.stringMatching(/404/)])
  })

  it('says that it reconnects while the gateway is away, and works again when it is back', async () => {
    let back: ParleyProcess | undefined
    try {
      await withGateway({}, async other => {
        const page = await visit({ failing: lost }, other.url)
        await type(page, 'hello')
        await heard(page, /./)
        const states = page.getByRole('status')
        await other.kill()
        await states.getByText('Reconnecting…').waitFor()
        back = await startParley({ dataDir: other.dataDir, env: { PORT: new URL(other.url).port } })
        await states.getByText('Connected', { exact: true }).waitFor()
        await type(page, 'what are your hours')
        await words(page, 'agent', /open|nine|monday/i).waitFor()
      })
    } finally {
      await back?.stop()
    }
  })

  it('asks for a token where one is needed, keeps it for the tab, and works with it', async () => {
    const env = { PARLEY_AUTH_REQUIRED: 'true', JWT_SECRET: secret }
    await withGateway(env, async guarded => {
      const { out } = await parley(['token', 'create', '--tenant', 'acme', '--ttl', '1h'], env)
      const page = await visit({ failing: lost }, guarded.url)
      await type(page, 'hello')
      const banner = page.getByRole('alert')
      await banner.getByText('This gateway asks for an access token.').waitFor()
      await banner.getByLabel('Access token').fill(out.trim())
      await banner.getByRole('button', { name: 'Try again' }).click()
      await page.getByRole('status').getByText('Connected', { exact: true }).waitFor()
      await type(page, 'hello')
      await words(page, 'user', 'hello').waitFor()
      await page.reload()
      await type(page, 'hello')
      await words(page, 'user', 'hello').waitFor()
      await page.getByRole('link', { name: 'History' }).click()
      await expect.poll(() => page.locator('.found').count()).toBe(2)
    })
  })

  it('encrypts where the gateway serves nobody else, and says so', async () => {
    await withGateway({ PARLEY_REQUIRE_ENCRYPTION: 'true' }, async strict => {
      const page = await visit({}, strict.url)
      await type(page, 'hello there')
      await words(page, 'user', 'hello there').waitFor()
      await page.locator('.facts').getByText('to the gateway, inside TLS').waitFor()
    })
  })

  it('says plainly that a gateway hears no words, and is talked to by typing', async () => {
    await withGateway({ PARLEY_AGENT: join(root, 'agents/recepcion.es.yaml') }, async deaf => {
      const page = await visit({ locale: 'es-ES' }, deaf.url)
      await page.getByRole('button', { name: 'Hablar', exact: true }).click()
      await page.getByText('Este servidor no reconoce palabras.').waitFor()
      await type(page, 'Hola')
      await words(page, 'user', 'Hola').waitFor()
    })
  })
})
