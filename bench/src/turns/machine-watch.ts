/**
 * When the machine was too busy to measure on: the gateway's main thread waited for a core, or the callers' timer was
 * late. Waiting for a core is the machine's doing; time that the gateway itself spends is never held against it.
 */
import { readFileSync } from 'node:fs'

export interface Stall {
  readonly fromMs: number
  readonly untilMs: number
}

export interface MachineWatch {
  readonly stalls: readonly Stall[]
  /** Share of the time in stalls, 0..1. */
  share(): number
  stop(): void
}

const SAMPLE_MS = 50
/** Waiting this long within one sample, or a timer this late, is a stall, ms. */
const STALL_MS = 30

export function watchMachine(pid: number): MachineWatch {
  const stalls: Stall[] = []
  const startedMs = performance.now()
  let lastMs = startedMs
  let waitedMs = runQueueWaitMs(pid)
  const timer = setInterval(() => {
    const nowMs = performance.now()
    const waited = runQueueWaitMs(pid)
    if (waited - waitedMs >= STALL_MS || nowMs - lastMs - SAMPLE_MS >= STALL_MS) {
      stalls.push({ fromMs: lastMs, untilMs: nowMs })
    }
    lastMs = nowMs
    waitedMs = waited
  }, SAMPLE_MS)
  return {
    stalls,
    share: () =>
      stalls.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0) /
      (performance.now() - startedMs),
    stop: () => clearInterval(timer),
  }
}

/** How long the thread has been ready and had no core, ms since it began; 0 where the kernel does not say. */
function runQueueWaitMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

/** Whether any stall falls into the time. */
export function isStalled(stalls: readonly Stall[], fromMs: number, untilMs: number): boolean {
  return stalls.some(stall => stall.fromMs < untilMs && stall.untilMs > fromMs)
}
