/**
 * The recordings of a node's conversations, put together: beginning, decisions, end, files. What was decided at another node
 * (consent, refusal, deletion) is seen within `LOOK_MS`.
 */

import { ParleyError } from '@parley/core'
import { createBeginRecording } from './begin-recording.js'
import { createRecordingDecisions } from './decide-recording.js'
import { createRecordingEnds } from './end-recording.js'
import { createFinishRecordings } from './finish-recordings.js'
import { createHeldRecordings } from './held-recordings.js'
import { lookAfterRecordings, repeat } from './look-after-recordings.js'
import type { OpenSessionRecordings, SessionRecordingsOptions } from './session-recordings-options.js'

/** How often this node renews what it works on, and sees what others decided. */
export const LOOK_MS = 5_000
const SWEEP_MS = 60_000

export function openSessionRecordings(options: SessionRecordingsOptions): OpenSessionRecordings {
  const { rows, shelf, clock, log } = options
  const held = createHeldRecordings()
  const decisions = createRecordingDecisions({ ...options, held })
  const { erase } = decisions
  const finishing = createFinishRecordings({ ...options, erase })
  const ends = createRecordingEnds({ ...options, held, finishing, erase })
  const begin = createBeginRecording({ options, held, decisions, ends })
  let stopLooking = () => {}
  let stopSweeping = () => {}
  let closed = false

  async function sweep(): Promise<void> {
    await finishing.sweep()
    await options.tidy?.()
  }

  return {
    shelf,
    shares: options.shares,
    begin: async session => (closed ? undefined : begin(session)),
    consent: decisions.consent,
    async mayRecordCalls(tenant, { agent, recording }) {
      try {
        const modes = [recording?.mode, (await options.policies.of(tenant)).recording?.mode]
        return modes.every(mode => mode === undefined || mode === 'announced')
      } catch (err) {
        log.error({ err, agent }, 'a call is not recorded: what its tenant wants is not known')
        return false
      }
    },
    read: key => rows.read(key),
    async remove(key) {
      const row = await rows.read(key)
      if (row === undefined || row.status === 'deleted')
        throw new ParleyError('not_found', 'There is no recording of that conversation.')
      await erase(key)
    },
    get active() {
      return held.size
    },
    start() {
      if (options.alone)
        finishing.sweep(0).catch(err => log.warn({ err }, 'unfinished recordings were not looked for'))
      const look = () => lookAfterRecordings({ ...options, held, finishing, decisions })
      stopLooking = repeat({ clock, log, everyMs: LOOK_MS, run: look })
      stopSweeping = repeat({ clock, log, everyMs: SWEEP_MS, run: sweep })
    },
    async close(signal) {
      closed = true
      stopLooking()
      stopSweeping()
      const written = ends.settled()
      await new Promise<void>(resolve => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
        void written.then(() => resolve())
      })
      await finishing.close()
    },
  }
}
