/** What a page's main thread has to do, seen by the page itself and by the browser. */
import type { CDPSession, Page } from 'playwright-core'

export interface PageCost {
  /** Time between two pictures, ms. */
  readonly gapMs: readonly [p50: number, p95: number, p99: number]
  readonly picturesPerSecond: number
  /** Tasks of 50 ms and more (Long Tasks API), a minute, and the longest, ms. */
  readonly longTasksPerMinute: number
  readonly longestTaskMs: number
  /** Of the main thread for each second, on a processor, ms: other programs do not lengthen it. */
  readonly mainMsPerSecond: number
  /** Of that, scripts; the rest is layout, painting and the browser's own. */
  readonly scriptMsPerSecond: number
}

/** Begins a count of pictures and long tasks in the page. */
const beginCount = `() => {
  const gapsMs = []
  const tasksMs = []
  let lastMs
  const seen = nowMs => {
    if (lastMs !== undefined) gapsMs.push(nowMs - lastMs)
    lastMs = nowMs
    globalThis.nextPicture = requestAnimationFrame(seen)
  }
  const observer = new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) tasksMs.push(duration)
  })
  observer.observe({ type: 'longtask' })
  requestAnimationFrame(seen)
  globalThis.endCount = () => {
    cancelAnimationFrame(globalThis.nextPicture)
    observer.disconnect()
    return { gapsMs, tasksMs }
  }
}`

interface Count {
  readonly gapsMs: readonly number[]
  readonly tasksMs: readonly number[]
}

/** Looks on for `forMs`. */
export async function measurePage(page: Page, forMs: number): Promise<PageCost> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.evaluate(`(${beginCount})()`)
  const before = await threadSeconds(devtools)
  await page.waitForTimeout(forMs)
  const after = await threadSeconds(devtools)
  const { gapsMs, tasksMs } = (await page.evaluate('endCount()')) as Count
  await devtools.detach()
  const seconds = forMs / 1000
  return {
    gapMs: [at(gapsMs, 0.5), at(gapsMs, 0.95), at(gapsMs, 0.99)],
    picturesPerSecond: gapsMs.length / seconds,
    longTasksPerMinute: (tasksMs.length * 60) / seconds,
    longestTaskMs: Math.max(0, ...tasksMs),
    mainMsPerSecond: ((after.task - before.task) * 1000) / seconds,
    scriptMsPerSecond: ((after.script - before.script) * 1000) / seconds,
  }
}

async function threadSeconds(
  devtools: CDPSession,
): Promise<{ readonly task: number; readonly script: number }> {
  const { metrics } = await devtools.send('Performance.getMetrics')
  const of = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN
  return { task: of('TaskDuration'), script: of('ScriptDuration') }
}

function at(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
