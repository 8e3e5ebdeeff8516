/** What is set up and looked after in the console: keys, phone calls, leads. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { inaccessible } from './support/accessible.js'
import { browserThatHears, type ConsolePage, openConsole } from './support/console-page.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'

describe('the desk of the console', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  let browser: Browser
  let opened: ConsolePage | undefined

  beforeAll(async () => {
    ;[gateway, browser] = await Promise.all([startParley(), browserThatHears([])])
  })
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
    opened = await openConsole(browser, gateway.url, {
      viewport: { width: 360, height: 780 },
      failing: /Failed to load resource/,
    })
    await opened.page.evaluate(to => {
      location.hash = to
    }, hash)
    return opened.page
  }

  it('makes a key that opens the gateway with what it may do, and takes it back', async () => {
    const page = await visit('#/access')
    await page.getByText('No key was made yet.').waitFor()
    await page.getByLabel('Name').fill('Website')
    await page.getByLabel('Read past conversations').check()
    await page.getByRole('button', { name: 'Make the key' }).click()
    const token = await page.locator('.access-token').innerText()
    const asked = (path: string) =>
      fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${token}` } }).then(
        ({ status }) => status,
      )
    expect([await asked('/api/sessions'), await asked('/api/calls'), await asked('/api/keys')]).toEqual([
      200, 403, 403,
    ])
    await page.getByRole('button', { name: 'Done' }).click()
    expect(await page.locator('body').innerText()).not.toContain(token.slice(-32))
    expect(await inaccessible(page)).toEqual([])
    await page.getByRole('button', { name: 'Revoke the key Website' }).click()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByText('revoked', { exact: true }).waitFor()
    expect(await asked('/api/sessions')).toBe(401)
  })

  it('adds a lead, has it called, and cancels the call', async () => {
    const page = await visit('#/leads')
    await page.getByText('No lead yet.').waitFor()
    const form = page.getByRole('form', { name: 'Add a lead' })
    await form.getByLabel('Name').fill('Ana Gómez')
    await form.getByLabel('Number').fill('not a number')
    await form.getByRole('button', { name: 'Add' }).click()
    await page
      .getByRole('alert')
      .getByText(/It was refused/)
      .waitFor()
    await form.getByLabel('Number').fill('+15551230001')
    await form.getByLabel('Fields').fill('{"city": "Madrid"}')
    await form.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('link', { name: 'Ana Gómez' }).click()
    await page.getByText('Madrid').waitFor()
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await page.getByRole('link', { name: 'See it' }).click()
    await page.getByText('+15551230001').waitFor()
    await page.getByRole('button', { name: 'Do not make this call' }).click()
    await page.getByRole('button', { name: 'Yes' }).click()
    await page.locator('.chip', { hasText: 'cancelled' }).waitFor()
    expect(await inaccessible(page)).toEqual([])
    await page.getByRole('link', { name: 'All calls' }).click()
    await page.getByRole('table', { name: 'Phone calls, newest first' }).getByText('cancelled').waitFor()
    expect(await inaccessible(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  })
})
