/** What the process takes of its machine: measured between two looks, so that they say how it is now. */

import { availableParallelism, loadavg } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { memoryLimitBytes } from '../metrics/memory-limit.js'

export interface HostFigures {
  /** Over the time since the look before, ms. */
  readonly overMs: number
  /** What a timer is late by, ms; the shortest that can be told is 10. */
  readonly eventLoopP99Ms: number
  readonly eventLoopMaxMs: number
  /** Share of one core. */
  readonly cpuShare: number
  readonly cores: number
  /** Of the machine, in the last minute; 0 where there is none. */
  readonly load1: number
  readonly residentBytes: number
  readonly heapBytes: number
  /** What the process may have: of its container, else of the machine. */
  readonly memoryBytes: number
}

export interface HostWatch {
  look(): HostFigures
  close(): void
}

/** `now` in ms. */
export function watchHost(now: () => number): HostWatch {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  let before = { atMs: now(), cpu: process.cpuUsage() }
  return {
    look() {
      const atMs = now()
      const cpu = process.cpuUsage()
      const overMs = Math.max(1, atMs - before.atMs)
      const usedMs = (cpu.user + cpu.system - before.cpu.user - before.cpu.system) / 1000
      const { rss, heapUsed } = process.memoryUsage()
      const [eventLoopP99Ms, eventLoopMaxMs] = [delay.percentile(99), delay.max].map(ns => ns / 1e6)
      delay.reset()
      before = { atMs, cpu }
      return {
        overMs,
        eventLoopP99Ms: finite(eventLoopP99Ms),
        eventLoopMaxMs: finite(eventLoopMaxMs),
        cpuShare: usedMs / overMs,
        cores: availableParallelism(),
        load1: loadavg()[0] ?? 0,
        residentBytes: rss,
        heapBytes: heapUsed,
        memoryBytes: memoryLimitBytes(),
      }
    },
    close: () => delay.disable(),
  }
}

/** A histogram that saw nothing yet has no figures. */
function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value < 1e9 ? value : 0
}
