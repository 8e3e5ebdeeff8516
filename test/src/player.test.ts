/** A recorded conversation played in the console, shared by a link, and taken along as files. */
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { inaccessible } from './support/accessible.js'
import { browserThatHears, type ConsolePage, openConsole } from './support/console-page.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'

describe('the player', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  let browser: Browser
  let opened: ConsolePage[] = []
  let recorded = ''

  beforeAll(async () => {
    ;[gateway, browser] = await Promise.all([
      startParley({ env: { PARLEY_RECORD: 'announced' } }),
      browserThatHears([]),
    ])
    recorded = await converse()
  })
  afterEach(async () => {
    const left = opened
    opened = []
    for (const each of left) {
      await each.close()
      expect(each.faults).toEqual([])
    }
  })
  afterAll(async () => {
    await browser?.close()
    await gateway?.stop()
  })

  async function visit(hash: string, failing?: RegExp): Promise<Page> {
    const open = await openConsole(browser, gateway.url, {
      viewport: { width: 360, height: 780 },
      ...(failing === undefined ? {} : { failing }),
    })
    opened.push(open)
    await open.page.evaluate(to => {
      location.hash = to
    }, hash)
    return open.page
  }

  /** Types a question and cuts its answer short. Gives the session, once its recording is made. */
  async function converse(): Promise<string> {
    const page = await visit('#/')
    const field = page.getByRole('textbox', { name: 'Type instead of talking' })
    await field.fill('What are your opening hours?')
    await field.press('Enter')
    await page.locator('.entry-coming').last().waitFor()
    await page.getByText('The agent has the floor').waitFor()
    const answer = page.locator('.entry[data-by="agent"]', { hasText: 'nine to six' })
    /** What was heard is text of its own; what is to come stands in an element behind it. */
    const heard = () =>
      answer.evaluate(item => {
        const first = item.querySelector('.entry-text')?.firstChild
        return first instanceof Text ? first.data : ''
      })
    // Of a conversation in which nobody heard the announcement nothing is kept.
    await vi.waitFor(async () => expect(await heard()).toMatch(/recorded\.(\s+\w+){3}/), { timeout: 20_000 })
    await page.keyboard.press('Escape')
    await page.locator('.entry-unheard').last().waitFor()
    const id = (await page.locator('.facts').getByText(/^ses_/).textContent()) ?? ''
    await page.getByRole('button', { name: 'End', exact: true }).click()
    const state = async () => {
      const answer = await fetch(`${gateway.url}/api/sessions/${id}/playback`)
      return ((await answer.json()) as { recording: { state: string } }).recording.state
    }
    await vi.waitFor(async () => expect(await state()).toBe('ready'), { timeout: 30_000, interval: 300 })
    return id
  }

  const position = (page: Page) =>
    page
      .getByRole('slider')
      .getAttribute('aria-valuenow')
      .then(text => Number(text))

  it('plays what was recorded, lights its words, and goes where it is told to by keys, words and address', async () => {
    const page = await visit(`#/sessions/${recorded}`)
    await page.locator('.spoken-line').last().waitFor()
    expect(await inaccessible(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
    await page.keyboard.press('Space')
    await page.locator('.word-said').first().waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    const before = await position(page)
    const last = Number(await page.getByRole('slider').getAttribute('aria-valuemax'))
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => position(page)).toBeGreaterThanOrEqual(Math.min(before + 4, last - 1))
    const line = page.locator('.spoken-line[data-by="agent"]', { has: page.locator('.entry-unheard') })
    expect(await line.locator('.entry-unheard').innerText()).not.toBe('')
    await line.locator('.word').first().click()
    await line.and(page.locator('[data-now]')).waitFor()
    await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/\?t=\d+\.\d$/)
    const there = await position(page)
    await page.keyboard.press('j')
    await expect.poll(() => position(page)).toBeLessThan(there + 1)
    await page.getByRole('button', { name: 'Next interruption' }).click()
    await page.locator('.happened-one[data-kind="cut"]').last().waitFor()
    await page.getByRole('button', { name: 'Pitch' }).click()
    await page.locator('.timeline-main[data-pitch="true"]').waitFor()
    await page.reload()
    await expect.poll(() => position(page)).toBeGreaterThan(0)
  })

  it('is shared by a link that tells no ids, and shut when it is revoked', async () => {
    const page = await visit(`#/sessions/${recorded}`)
    await page.getByText('Share', { exact: true }).click()
    await page.getByRole('button', { name: 'Make a link' }).click()
    const link = await page.getByLabel('The link; it is shown only now').inputValue()
    expect(await inaccessible(page)).toEqual([])
    const guest = await visit(new URL(link).hash, /Failed to load resource/)
    await guest.getByRole('heading', { name: 'A shared conversation' }).waitFor()
    await guest.locator('.spoken-line').last().waitFor()
    expect(await inaccessible(guest)).toEqual([])
    expect(await guest.locator('body').innerText()).not.toContain(recorded)
    await guest.getByText('Download', { exact: true }).click()
    const file = guest.waitForEvent('download')
    await guest.getByRole('button', { name: 'Captions, SubRip' }).click()
    const captions = readFileSync(await (await file).path(), 'utf8')
    expect(captions).toMatch(/^1\n00:00:\d\d,\d{3} --> /)
    expect(captions).toContain('Caller: What are your opening hours?')
    await page.getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('No link is open.').waitFor()
    await guest.reload()
    await guest.getByText('This link is over').waitFor()
    expect(await inaccessible(guest)).toEqual([])
  })
})
