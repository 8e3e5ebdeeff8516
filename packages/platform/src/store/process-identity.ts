import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Who a process is, precisely enough to tell it from a later one with the same pid: its start in ticks since boot,
 * the boot, and the namespace its pid counts in. Off Linux only host and pid are known.
 */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  readonly boot?: string
  readonly pidSpace?: string
  readonly startTicks?: string
}

export function ownIdentity(): ProcessIdentity {
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const pidSpace = read(() => readlinkSync('/proc/self/ns/pid'))
  const startTicks = statOf(process.pid)?.startTicks
  return {
    pid: process.pid,
    host: hostname(),
    ...(boot === undefined ? {} : { boot }),
    ...(pidSpace === undefined ? {} : { pidSpace }),
    ...(startTicks === undefined ? {} : { startTicks }),
  }
}

/** Whether pids of one mean anything to the other. */
export function sharesPids(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.host === b.host && a.boot === b.boot && a.pidSpace === b.pidSpace
}

/** Whether this very process still runs; only for one that `sharesPids` with the asker. A zombie does not run. */
export function isRunning(identity: ProcessIdentity): boolean {
  if (!signalReaches(identity.pid)) return false
  const stat = statOf(identity.pid)
  if (!stat || identity.startTicks === undefined) return true
  return stat.state !== 'Z' && stat.state !== 'X' && stat.startTicks === identity.startTicks
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** State and start of a process, proc(5): fields 3 and 22, counted behind the name in brackets. */
function statOf(pid: number): { readonly state: string; readonly startTicks: string } | undefined {
  const line = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const fields = line?.slice(line.lastIndexOf(')') + 2).split(' ')
  const state = fields?.[0]
  const startTicks = fields?.[19]
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks }
}

/** Absence is an answer here: not Linux, or the process is gone. */
function read(source: () => string): string | undefined {
  try {
    return source()
  } catch {
    return undefined
  }
}
