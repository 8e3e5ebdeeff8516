/** Figures of past conversations and the state of the node, in the console. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { inaccessible } from './support/accessible.js'
import { browserThatHears, type ConsolePage, openConsole } from './support/console-page.js'
import { makeDataFolders } from './support/data-folder.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'
import { storePast } from './support/past-conversations.js'

describe('figures and health in the console', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  let browser: Browser
  let opened: ConsolePage | undefined

  beforeAll(async () => {
    const dataDir = (await makeDataFolders())()
    await storePast(dataDir, { count: 60, untilMs: Date.now() })
    ;[gateway, browser] = await Promise.all([startParley({ dataDir }), browserThatHears([])])
  }, 90_000)
  afterEach(async () => {
    await opened?.close()
    expect(opened?.faults).toEqual([])
    opened = undefined
  })
  afterAll(async () => {
    await browser?.close()
    await gateway?.stop()
  })

  async function visit(hash: string): Promise<Page> {
    opened = await openConsole(browser, gateway.url, { viewport: { width: 360, height: 780 } })
    await opened.page.evaluate(to => {
      location.hash = to
    }, hash)
    return opened.page
  }

  const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

  it('counts what was said, narrows it, saves it, and leads to the conversations behind a figure', async () => {
    const page = await visit('#/analytics?range=30d')
    const sessions = (count: string) =>
      page.getByRole('img', { name: new RegExp(`^${count} conversations;`) })
    await sessions('60').waitFor()
    await page.getByRole('heading', { name: 'Where the time goes' }).waitFor()
    await page.getByRole('row', { name: /To the first word target 300 ms/ }).waitFor()
    expect(await inaccessible(page)).toEqual([])
    expect(await overflow(page)).toBe(0)
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'CSV: How they end' }).click()
    expect((await saving).suggestedFilename()).toBe('parley-endings.csv')

    await page.getByRole('combobox', { name: 'Agent' }).selectOption('clinic')
    await sessions('30').waitFor()
    expect(page.url()).toContain('agent=clinic')
    await page.getByRole('radio', { name: '7 days' }).check()
    await page.getByRole('radio', { name: '30 days' }).check()
    await page.locator('.tile', { hasText: 'Interrupted answers' }).getByRole('link').click()
    expect(page.url()).toMatch(/#\/sessions\?.*agent=clinic.*interrupted=true/)
    await page
      .getByRole('link', { name: /clinic/ })
      .first()
      .waitFor()
  })

  it('tells how the node is, what it may hold, and which setting won, in Spanish as well', async () => {
    const page = await visit('#/health')
    await page.getByText('Takes conversations').waitFor()
    await page.getByText('Nothing is wrong here.').or(page.getByText('The process is late')).waitFor()
    await page.getByRole('table', { name: 'What it depends on' }).getByText('Database (embedded)').waitFor()
    await page.getByText('0 of 1,000', { exact: true }).waitFor()
    await page.getByRole('searchbox', { name: 'Search the settings' }).fill('data_dir')
    const row = page.getByRole('row', { name: /PARLEY_DATA_DIR/ })
    await row.getByText('data', { exact: false }).first().waitFor()
    expect(await inaccessible(page)).toEqual([])
    expect(await overflow(page)).toBe(0)
    await page.getByRole('radio', { name: 'Español' }).check()
    await page.getByText('Acepta conversaciones').waitFor()
  })
})
