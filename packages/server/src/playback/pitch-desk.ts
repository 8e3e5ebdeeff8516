/**
 * Makes melodies for those who ask: one at a time for the whole process, and the last few are kept. Who asks is told how
 * far it is and asks again; nobody waits on a connection. What nobody asks for any more is still finished, it is soon done.
 */

import { ParleyError } from '@parley/core'
import type { SessionKey } from '@parley/platform'
import type { PitchTrack } from './pitch-track.js'

export type PitchAnswer =
  | { readonly state: 'ready'; readonly track: PitchTrack }
  | { readonly state: 'making'; readonly done: number }

export interface PitchDeskOptions {
  make(key: SessionKey, progress: (share: number) => void, signal: AbortSignal): Promise<PitchTrack>
}

export interface PitchDesk {
  /** @throws ParleyError `overloaded` where too many wait; once what making it threw. */
  ask(key: SessionKey): PitchAnswer
  /** Nothing is made any more. Resolves when the one under way has stopped. */
  close(): Promise<void>
}

/** Half a megabyte each at the most. */
const MOST_KEPT = 8
const MOST_WAITING = 4

interface Job {
  done: number
  failed?: unknown
}

export function createPitchDesk({ make }: PitchDeskOptions): PitchDesk {
  const kept = new Map<string, PitchTrack>()
  const jobs = new Map<string, Job>()
  const leaving = new AbortController()
  let tail: Promise<void> = Promise.resolve()

  async function work(name: string, key: SessionKey, job: Job): Promise<void> {
    if (leaving.signal.aborted) return
    try {
      const progress = (share: number) => {
        job.done = share
      }
      const track = await make(key, progress, leaving.signal)
      kept.set(name, track)
      const oldest = kept.keys().next().value
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
      jobs.delete(name)
    } catch (error) {
      job.failed = error
    }
  }

  return {
    ask(key) {
      const name = JSON.stringify([key.tenant, key.id])
      const track = kept.get(name)
      if (track !== undefined) {
        // The one asked for last is forgotten last.
        kept.delete(name)
        kept.set(name, track)
        return { state: 'ready', track }
      }
      const known = jobs.get(name)
      if (known !== undefined) {
        if (known.failed === undefined) return { state: 'making', done: known.done }
        jobs.delete(name)
        throw ParleyError.from(known.failed)
      }
      if (leaving.signal.aborted) throw new ParleyError('draining')
      forgetFailed()
      if (jobs.size >= MOST_WAITING)
        throw new ParleyError(
          'overloaded',
          'Melodies of other recordings are being made; ask again in a minute.',
        )
      const job: Job = { done: 0 }
      jobs.set(name, job)
      tail = tail.then(() => work(name, key, job))
      return { state: 'making', done: 0 }
    },
    close() {
      leaving.abort(new ParleyError('draining'))
      return tail
    },
  }

  /** Those that nobody came back for. */
  function forgetFailed(): void {
    for (const [name, { failed }] of jobs) if (failed !== undefined) jobs.delete(name)
  }
}
