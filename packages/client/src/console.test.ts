/// <reference types="node" />
/** The console as it is shipped, in a real browser, under the content security policy of the gateway. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ClientMessage, ServerMessage } from '@parley/protocol'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, tone } from './testing/browser.js'
import { type Caller, openTestGateway, type TestGateway } from './testing/test-gateway.js'

const consoleFolder = fileURLToPath(new URL('../../../apps/console/dist', import.meta.url))
const speech = fileURLToPath(new URL('../../../fixtures/audio/clips/jfk.wav', import.meta.url))
const policy =
  "default-src 'self'; connect-src 'self' ws: wss:; worker-src 'self' blob:; script-src 'self'; style-src 'self'"

const isOfType =
  <Type extends ClientMessage['type']>(type: Type) =>
  (message: ClientMessage): message is Extract<ClientMessage, { type: Type }> =>
    message.type === type

describe('the console in Chromium', () => {
  let browser: Browser
  let gateway: TestGateway
  let page: Page
  const faults: string[] = []

  beforeAll(async () => {
    if (!existsSync(consoleFolder))
      throw new Error('Build the console first: npm run build -w @parley/console')
    browser = await openBrowser(speech)
  })

  afterAll(async () => {
    await browser?.close()
  })

  afterEach(async () => {
    await page.context().close()
    await gateway.close()
    expect(faults).toEqual([])
  })

  async function open(how: { ready?: object; context?: object; microphone?: boolean } = {}): Promise<void> {
    faults.length = 0
    gateway = await openTestGateway({
      files: { '/': consoleFolder },
      headers: { 'content-security-policy': policy },
      ready: how.ready ?? {},
    })
    const context = await browser.newContext({ locale: 'en-GB', ...how.context })
    if (how.microphone !== false) await context.grantPermissions(['microphone'], { origin: gateway.origin })
    // As in a browser without WebCodecs: the far end of these tests takes PCM16. Opus is in test/src/opus-browser.test.ts.
    await context.addInitScript('delete globalThis.AudioEncoder')
    page = await context.newPage()
    page.on('pageerror', error => faults.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') faults.push(message.text())
    })
    await page.goto(gateway.origin)
    await page
      .getByRole('button', { name: 'Talk', exact: true })
      .or(page.getByText('Hablar'))
      .first()
      .waitFor()
  }

  async function talk(): Promise<Caller> {
    const caller = gateway.nextCaller()
    await page.getByRole('button', { name: 'Talk', exact: true }).click()
    return caller
  }

  function answer(caller: Caller, heardText?: string): void {
    const said = 'You are welcome. Is there anything else?'
    const heard = {
      reply: 'r1',
      ms: 500,
      text: heardText ?? said,
      complete: heardText === undefined,
      source: 'reported',
      errorMs: 5,
    } as const
    const messages: ServerMessage[] = [
      {
        type: 'transcript-final',
        atMs: 0,
        turn: 't1',
        text: 'Thank you.',
        origin: 'speech',
        startMs: 0,
        endMs: 900,
      },
      { type: 'reply-started', atMs: 0, turn: 't1', reply: 'r1' },
      { type: 'reply-words', atMs: 0, reply: 'r1', text: said, untilMs: 2000 },
      {
        type: 'reply-ended',
        atMs: 0,
        turn: 't1',
        reply: 'r1',
        said,
        heard,
        interrupted: heardText !== undefined,
      },
      {
        type: 'ledger',
        atMs: 0,
        turn: 't1',
        reply: 'r1',
        ledger: {
          totalMs: 500,
          unattributedMs: 0,
          heardSource: 'reported',
          stages: [
            { stage: 'endpoint', startMs: 0, durationMs: 320 },
            { stage: 'final-text', startMs: 320, durationMs: 60 },
            { stage: 'first-heard', startMs: 380, durationMs: 120 },
          ],
        },
      },
    ]
    for (const message of messages) caller.say(message)
  }

  it('talks by microphone and shows who is on the line', async () => {
    await open()
    const caller = await talk()
    await caller.untilAudio(25)
    expect(caller.hello).toMatchObject({ input: { codec: 'pcm16', sampleRate: 16000 }, reportsPlayed: true })
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    expect(await page.getByRole('status').textContent()).toBe('Connected')
    expect(await page.locator('.facts').textContent()).toContain('pocketsphinx')
    caller.say({ type: 'floor-changed', atMs: 0, floor: 'user' })
    await page.getByText('You have the floor').waitFor()
  })

  it('plays the answer and reports it heard', async () => {
    await open()
    const caller = await talk()
    caller.say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    caller.play(tone(300, 24000, 0.5))
    caller.say({ type: 'reply-sent', atMs: 0, reply: 'r1', totalMs: 500 })
    const end = await caller.until(
      (message): message is Extract<ClientMessage, { type: 'played' }> =>
        message.type === 'played' && message.ms >= 480,
    )
    expect(Math.abs(end.ms - 500)).toBeLessThanOrEqual(20)
  })

  it('shows partials, then the words, then what of the answer was not heard', async () => {
    await open()
    const caller = await talk()
    caller.say({ type: 'transcript-partial', atMs: 0, turn: 't1', text: 'thank' })
    await page.locator('.entry-partial', { hasText: 'thank' }).waitFor()
    answer(caller, 'You are welcome.')
    await page.locator('.badge', { hasText: 'interrupted' }).waitFor()
    expect(await page.locator('.entry-unheard').textContent()).toBe('Is there anything else?')
    expect(await page.locator('.entry-partial').count()).toBe(0)
    expect(await page.getByRole('log').textContent()).toContain('Agent, interrupted after: You are welcome.')
  })

  it('draws the latency of a turn as rows that a screen reader can read', async () => {
    await open()
    answer(await talk())
    const rows = page.getByRole('table').getByRole('row')
    await rows.nth(3).waitFor()
    expect(await rows.nth(1).getByRole('rowheader').textContent()).toBe('End of turn decided')
    expect(await rows.nth(1).getByRole('cell').allTextContents()).toEqual(['0.0 ms', '320 ms'])
    const [first, second] = await page.locator('.waterfall-bar').evaluateAll(bars =>
      bars.map(bar => {
        const { left, right } = bar.getBoundingClientRect()
        return { left, right }
      }),
    )
    expect(Math.abs((first?.right ?? 0) - (second?.left ?? 99))).toBeLessThan(2)
  })

  it('interrupts by Escape, even from the text field', async () => {
    await open()
    const caller = await talk()
    await page.getByRole('textbox', { name: 'Type instead of talking' }).focus()
    await page.getByRole('status').getByText('Connected').waitFor()
    await page.keyboard.press('Escape')
    await caller.until(isOfType('interrupt'))
    caller.say({ type: 'interrupted', heard: null })
  })

  it('asks whether it may be recorded, shows that it is, and what a no has done', async () => {
    await open()
    const caller = await talk()
    const [allow, refuse] = ['Allow', 'No'].map(name => page.getByRole('button', { name, exact: true }))
    caller.say({ type: 'recording', state: 'waiting', consent: 'asked' })
    await page.getByRole('group', { name: 'May this conversation be recorded?' }).waitFor()
    expect(await refuse?.isVisible()).toBe(true)
    await allow?.click()
    expect(await caller.until(isOfType('consent'))).toEqual({ type: 'consent', granted: true })
    caller.say({ type: 'recording', state: 'recording', consent: 'granted' })
    await page.locator('summary', { hasText: 'Recorded' }).click()
    expect(await allow?.count()).toBe(0)
    await page.getByRole('button', { name: 'Stop and delete' }).click()
    const isNo = (message: ClientMessage): message is Extract<ClientMessage, { type: 'consent' }> =>
      message.type === 'consent' && !message.granted
    await caller.until(isNo)
    caller.say({ type: 'recording', state: 'off', consent: 'refused' })
    await page.getByText('What had been kept is deleted.').waitFor()
    expect(await page.locator('summary', { hasText: 'Recorded' }).count()).toBe(0)
  })

  it('types a turn without any sound', async () => {
    await open()
    const caller = gateway.nextCaller()
    const field = page.getByRole('textbox', { name: 'Type instead of talking' })
    await field.fill('What time is it?')
    await field.press('Enter')
    expect(await (await caller).until(isOfType('text'))).toEqual({ type: 'text', text: 'What time is it?' })
    expect(await field.inputValue()).toBe('')
  })

  it('gives typed text back where it could not be sent', async () => {
    await open()
    await page.evaluate(() => {
      Object.assign(globalThis, {
        WebSocket: class {
          constructor() {
            throw new DOMException('', 'SecurityError')
          }
        },
      })
    })
    const field = page.getByRole('textbox', { name: 'Type instead of talking' })
    await field.fill('What time is it?')
    await field.press('Enter')
    await page.getByRole('alert').getByText('A setting is out of range').waitFor()
    expect(await field.inputValue()).toBe('What time is it?')
  })

  it('sends speech only while the space bar is held, and commits when it is let go', async () => {
    await open()
    await page.getByRole('switch', { name: 'Push to talk' }).check()
    await page.locator('h1').click()
    const next = gateway.nextCaller()
    await page.keyboard.down(' ')
    const caller = await next
    await caller.untilAudio(10)
    await page.keyboard.up(' ')
    await caller.until(isOfType('commit'))
    const sent = caller.audio.length
    // A round trip through page and gateway: frames of before the key went up have arrived by then.
    const field = page.getByRole('textbox', { name: 'Type instead of talking' })
    await field.fill('done')
    await field.press('Enter')
    await caller.until(isOfType('text'))
    expect(caller.audio.length).toBe(sent)
  })

  it('plays a sample recording in place of the microphone', async () => {
    await open()
    const next = gateway.nextCaller()
    await page.getByRole('button', { name: 'Play: A hurried caller, who interrupts' }).click()
    const caller = await next
    // The recording begins with silence, in which an agent greets.
    const loudest = () => caller.audio.reduce((peak, frame) => Math.max(peak, ...frame), 0)
    await expect.poll(loudest, { timeout: 10_000 }).toBeGreaterThan(2000)
    await page.getByRole('button', { name: 'Stop: A hurried caller, who interrupts' }).click()
    await page.getByRole('button', { name: 'Play: A hurried caller, who interrupts' }).waitFor()
    expect(await page.getByText('Allison Smith').isVisible()).toBe(true)
  })

  it('names the cure where the microphone is refused', async () => {
    await open({ microphone: false })
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
    })
    await page.getByRole('button', { name: 'Talk', exact: true }).click()
    await page.getByRole('alert').getByText('The microphone is not allowed here').waitFor()
    await page.getByRole('button', { name: 'Talk', exact: true }).waitFor()
  })

  it('says plainly where the gateway cannot hear words', async () => {
    await open({ ready: { recogniser: null } })
    await talk()
    await page.getByText('This gateway cannot hear words.').waitFor()
  })

  it('asks for a token where the gateway wants one and connects with it', async () => {
    await open()
    const refused = await talk()
    refused.say({ type: 'error', code: 'unauthenticated', message: 'Send a valid token.', fatal: true })
    refused.close(4401)
    await page.getByRole('alert').getByLabel('Access token').fill('a.b.c')
    const next = gateway.nextCaller()
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
    await next
    await page.getByRole('status').getByText('Connected').waitFor()
  })

  it('says that it reconnects, and resumes', async () => {
    await open()
    const caller = await talk()
    const next = gateway.nextCaller()
    caller.cut()
    expect((await next).hello.resume).toBe('tok_1')
    await page.getByRole('status').getByText('Connected').waitFor()
  })

  it('speaks Spanish to a Spanish browser and remembers another choice', async () => {
    await open({ context: { locale: 'es-MX' } })
    await page.getByText('Aún no se ha dicho nada').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('es')
    await page.getByRole('radio', { name: 'English' }).check()
    await page.reload()
    await page.getByText('Nothing said yet').waitFor()
  })

  it('can be worked from the keyboard alone, and shows where the focus is', async () => {
    await open()
    const reached = new Set<string>()
    for (;;) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(() => document.activeElement === document.body)) break
      const focused = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement
        const shown = element.closest('.languages-choice, .switch, .composer') ?? element
        const track = shown.querySelector('.switch-track') ?? shown
        const outlined = getComputedStyle(track).outlineStyle !== 'none' || element.matches('.skip')
        return {
          name: element.getAttribute('aria-label') ?? element.textContent ?? '',
          outlined,
          tag: element.tagName,
        }
      })
      expect(focused, focused.name).toMatchObject({ outlined: true })
      reached.add(`${focused.tag} ${focused.name}`.trim())
    }
    const names = [...reached].join('\n')
    for (const name of ['English', 'Talk', 'Play: A hurried caller', 'INPUT']) expect(names).toContain(name)
  })

  it.each(['light', 'dark'] as const)(
    'keeps a contrast of 4.5 for all text in the %s scheme',
    async colorScheme => {
      // Without motion no colour is seen halfway between two.
      await open({ context: { colorScheme, reducedMotion: 'reduce' } })
      const caller = await talk()
      caller.say({ type: 'transcript-partial', atMs: 0, turn: 't0', text: 'thank' })
      answer(caller, 'You are welcome.')
      await page.locator('.badge', { hasText: 'interrupted' }).waitFor()
      expect(await page.evaluate(weakText)).toEqual([])
    },
  )

  it.each([360, 420, 800, 1280])('fits a screen of %i px in both languages', async width => {
    await open({ context: { viewport: { width, height: 740 } } })
    answer(await talk(), 'You are')
    await page.locator('.badge', { hasText: 'interrupted' }).waitFor()
    for (const language of ['English', 'Español']) {
      await page.getByRole('radio', { name: language }).check()
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0)
    }
  })
})

/** Runs in the page: every visible text whose contrast (WCAG 2.2, 1.4.3) with what is behind it is under 4.5. */
function weakText(): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })

  function rgba(colour: string): number[] {
    if (!canvas) return []
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  function luminance(colour: readonly number[]): number {
    const [red = 0, green = 0, blue = 0] = colour.slice(0, 3).map(part => {
      const share = part / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  function behind(element: Element | null): number[] {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor)
      if (colour[3] === 255) return colour
    }
    return [255, 255, 255, 255]
  }

  const weak: string[] = []
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent?.trim())
    const box = element.getBoundingClientRect()
    if (!own || box.width < 2 || element.closest('.unseen, .skip, :disabled, noscript, svg')) continue
    const text = luminance(rgba(getComputedStyle(element).color))
    const ground = luminance(behind(element))
    const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)
    if (contrast < 4.5) weak.push(`${contrast.toFixed(2)} ${element.textContent?.slice(0, 40)}`)
  }
  return weak
}
