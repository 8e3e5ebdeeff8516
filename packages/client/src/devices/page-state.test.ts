import { afterEach, describe, expect, it, vi } from 'vitest'
import { pageState } from './page-state.js'

describe('the page', () => {
  afterEach(() => void vi.unstubAllGlobals())

  /** `persisted` of the HTML standard: it goes into the cache of pages, out of which it may come back. */
  const turned = (name: string, persisted: boolean) => Object.assign(new Event(name), { persisted })

  it('goes for good, or only into the cache of pages, out of which it is shown again', () => {
    const window = new EventTarget()
    const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' })
    vi.stubGlobal('window', window)
    vi.stubGlobal('document', document)
    const told: string[] = []
    const leave = [
      pageState.onLeave(() => told.push('gone')),
      pageState.onVisible(() => told.push(pageState.visible() ? 'shown' : 'hidden')),
    ]
    document.dispatchEvent(new Event('visibilitychange'))
    window.dispatchEvent(turned('pagehide', true))
    document.visibilityState = 'visible'
    window.dispatchEvent(turned('pageshow', true))
    window.dispatchEvent(turned('pagehide', false))
    expect(told).toEqual(['hidden', 'shown', 'gone'])
    for (const each of leave) each()
    window.dispatchEvent(turned('pagehide', false))
    expect(told).toHaveLength(3)
  })

  it('is seen and stays where there is none', () => {
    expect(pageState.visible()).toBe(true)
    expect(() => pageState.onLeave(() => {})()).not.toThrow()
  })
})
