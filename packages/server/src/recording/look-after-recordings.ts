/** Renews what this node works on, and does what was decided elsewhere: consent, refusal, deletion. */

import type { Cancel, Clock } from '@parley/core'
import type { Log } from '../log/log.js'
import type { RecordingDecisions } from './decide-recording.js'
import type { FinishRecordings } from './finish-recordings.js'
import type { HeldRecordings } from './held-recordings.js'
import type { SessionRecordingsOptions } from './session-recordings-options.js'

export interface LookAfterParts extends Pick<SessionRecordingsOptions, 'rows' | 'shelf' | 'node'> {
  readonly held: HeldRecordings
  readonly finishing: Pick<FinishRecordings, 'keys'>
  readonly decisions: Pick<RecordingDecisions, 'owed' | 'pay'>
}

export async function lookAfterRecordings({
  rows,
  shelf,
  node,
  held,
  finishing,
  decisions,
}: LookAfterParts): Promise<void> {
  const keys = [...held.all.map(({ recording }) => recording.key), ...finishing.keys, ...decisions.owed]
  if (keys.length === 0) return
  const known = await rows.renew(
    node,
    keys.map(({ id }) => id),
  )
  await decisions.pay()
  for (const row of known) {
    const live = held.of(row)
    if (live === undefined) continue
    if (row.status === 'deleted' && live.recording.state !== 'stopped') {
      await live.stop(row.consent)
      // What this node wrote after the other had deleted.
      await shelf.remove(row)
    } else if (row.consent === 'granted' && live.notice.consent !== 'granted') live.granted()
  }
}

export interface RepeatOptions {
  readonly clock: Clock
  readonly log: Pick<Log, 'warn'>
  readonly everyMs: number
  run(): Promise<void>
}

/** Runs it again and again, each time so long after the last has ended; its faults are logged. */
export function repeat({ clock, log, everyMs, run }: RepeatOptions): Cancel {
  let stop = () => {}
  let isOver = false
  const again = () => {
    if (isOver) return
    stop = clock.after(everyMs, () => {
      run()
        .catch(err => log.warn({ err }, 'recordings were not looked after'))
        .finally(again)
    })
  }
  again()
  return () => {
    isOver = true
    stop()
  }
}
