/** What is on and what was said, as the console shows it: two callers, one who watches. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { inaccessible } from './support/accessible.js'
import { writeAgent } from './support/agent-file.js'
import { browserThatHears, type ConsolePage, openConsole } from './support/console-page.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'

describe('live and past conversations in the console', { timeout: 90_000 }, () => {
  let gateway: ParleyProcess
  let browser: Browser
  const opened: ConsolePage[] = []

  beforeAll(async () => {
    ;[gateway, browser] = await Promise.all([
      startParley({ env: { PARLEY_AGENT: writeAgent() } }),
      browserThatHears([]),
    ])
  })
  afterEach(async () => {
    for (const each of opened.splice(0)) {
      expect(each.faults).toEqual([])
      await each.close()
    }
  })
  afterAll(async () => {
    await browser?.close()
    await gateway?.stop()
  })

  async function visit(hash = '', width = 1280): Promise<Page> {
    const one = await openConsole(browser, gateway.url, { viewport: { width, height: 800 } })
    opened.push(one)
    if (hash !== '') {
      await one.page.evaluate(to => {
        location.hash = to
      }, hash)
    }
    return one.page
  }

  async function say(page: Page, text: string): Promise<void> {
    await page.getByLabel('Type instead of talking').fill(text)
    await page.keyboard.press('Enter')
    await page.locator('.entry[data-by="user"]', { hasText: text }).waitFor()
  }

  const noOverflow = async (page: Page) =>
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)

  it('shows who talks, listens in with the caller told, types, interrupts and ends', async () => {
    const watcher = await visit('#/live', 360)
    await watcher.getByText('Nobody is talking now').waitFor()
    const caller = await visit()
    await say(caller, 'my name is Ana Gómez')
    await watcher.getByRole('status').getByText('1 conversation').waitFor()
    const card = watcher.getByRole('list', { name: 'Live conversations' }).getByRole('link')
    await card.getByText('my name is Ana Gómez').waitFor()
    expect(await inaccessible(watcher)).toEqual([])
    await noOverflow(watcher)

    await card.click()
    await watcher.getByRole('button', { name: 'Listen in' }).click()
    // What was said before is read as well, and both know who is there.
    await watcher.locator('.live-transcript').getByText('my name is Ana Gómez').waitFor()
    await watcher.getByText('Console (you)').waitFor()
    await watcher.getByText('2 devices').waitFor()
    await say(caller, 'tell me a story')
    await watcher.locator('.live-transcript').getByText('tell me a story').waitFor()
    expect(await inaccessible(watcher)).toEqual([])
    await noOverflow(watcher)

    await watcher.getByRole('button', { name: 'Join in' }).click()
    await watcher.getByLabel('Type for the caller').fill('what are your hours')
    await watcher.keyboard.press('Enter')
    await caller.locator('.entry[data-by="user"]', { hasText: 'what are your hours' }).waitFor()
    await watcher.getByRole('button', { name: 'Interrupt' }).click()
    await watcher.getByRole('button', { name: 'End it' }).click()
    await watcher.getByRole('button', { name: 'No' }).click()
    await watcher.getByRole('button', { name: 'End it' }).click()
    await watcher.getByRole('button', { name: 'Yes' }).click()
    await watcher.getByText('The conversation is over.').waitFor()
    await caller.getByRole('status').getByText('Ended', { exact: true }).waitFor()
  })

  it('finds what was said, without accents and with the last word begun, at the place where it was', async () => {
    const page = await visit('#/sessions?q=gome', 360)
    const found = page.getByRole('list', { name: 'Conversations', exact: true }).getByRole('link')
    await found.locator('mark', { hasText: 'Gómez' }).waitFor()
    expect(await inaccessible(page)).toEqual([])
    await noOverflow(page)
    await page.getByLabel('Search in what was said').fill('"ana hours"')
    await page.getByText('No conversation is like this').waitFor()
    expect(await page.evaluate(() => location.hash)).toBe('#/sessions?q=%22ana+hours%22')
    await page.getByLabel('Search in what was said').fill('hours story')
    await found.locator('mark').first().waitFor()
    await page.getByRole('button', { name: /^Filters/ }).click()
    await page.getByRole('combobox', { name: 'Ended' }).selectOption('client')
    await page.getByText('No conversation is like this').waitFor()
    await page.getByRole('combobox', { name: 'Ended' }).selectOption('hang-up')
    await found.first().waitFor()
    expect(await inaccessible(page)).toEqual([])
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ])
    expect(file.suggestedFilename()).toBe('conversations.csv')
    await found.click()
    await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/^#\/sessions\/ses_\w+\?t=[\d.]+$/)
    await page.getByText('my name is Ana Gómez').first().waitFor()
  })
})
