/** Agents in the console: an edited text is checked, tried, put in force, and answers the next conversation. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inaccessible } from './support/accessible.js'
import { browserThatHears, type ConsolePage, openConsole } from './support/console-page.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'

const text = `agent: front-desk
language: en
greeting: Hello, Willow Dental.
intents:
hours: { phrases: [when are you open], replies: We open at seven sharp. }
fallback: I did not get that.
`

async function say(page: Page, field: string | RegExp, words: string): Promise<void> {
  const box = page.getByRole('textbox', { name: field })
  await box.fill(words)
  await box.press('Enter')
}

describe('agents in the console', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  let browser: Browser
  let open: ConsolePage | undefined

  beforeAll(async () => {
    ;[gateway, browser] = await Promise.all([startParley(), browserThatHears([])])
  })
  afterAll(async () => {
    await browser?.close()
    await gateway?.stop()
  })

  it('are corrected by what the gateway says, tried, put in force and heard by the next caller', async () => {
    open = await openConsole(browser, gateway.url, { viewport: { width: 1280, height: 800 } })
    const { page, faults } = open
    await page.getByRole('link', { name: 'Agents' }).click()
    await page.getByRole('row', { name: /recepción Spanish/ }).waitFor()
    expect(await inaccessible(page)).toEqual([])
    await page.getByRole('link', { name: 'front-desk' }).click()

    const editor = page.getByRole('textbox', { name: 'The text of front-desk, as YAML' })
    await editor.click()
    // Chromium itself writes an inline style where typing replaces a selection of several colours.
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await page.keyboard.insertText(text)
    const mistake = page.getByRole('button', { name: /Mistake · Line 5, column 1 unknown key "hours"/ })
    await mistake.waitFor()
    await page.locator('.cm-lintRange-error').first().waitFor()
    expect(await page.getByRole('button', { name: 'Put in force' }).isDisabled()).toBe(true)
    expect(faults).toEqual([])
    expect(await inaccessible(page)).toEqual([])
    await mistake.press('Enter')
    await page.keyboard.insertText('  ')
    await page.getByText('it can be put in force').waitFor()

    await say(page, 'Type to the draft', 'When are you open?')
    await page.locator('.agent-try .entry[data-by="agent"]', { hasText: 'seven sharp' }).waitFor()
    await page.getByText('First sound after').waitFor()
    await page.getByRole('button', { name: 'Put in force' }).click()
    await page.getByText('Version 1 is in force for new conversations.').waitFor()
    expect(await inaccessible(page)).toEqual([])

    await page.getByRole('link', { name: 'Talk' }).click()
    await say(page, /^Type instead/, 'When are you open?')
    await page.locator('.entry[data-by="agent"]', { hasText: 'seven sharp' }).waitFor()

    await page.setViewportSize({ width: 360, height: 780 })
    await page.goto(`${gateway.url}/#/agents/front-desk`)
    await page.getByRole('button', { name: 'Withdraw' }).click()
    await page.getByText('It was withdrawn.').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
    expect(await inaccessible(page)).toEqual([])
    await open.close()
    expect(faults).toEqual([])
  })
})
