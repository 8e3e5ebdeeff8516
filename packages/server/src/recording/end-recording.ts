/** What becomes of a recording when its conversation ends, or goes on at another node. */

import type { FinishRecordings } from './finish-recordings.js'
import type { HeldRecording } from './held-recording.js'
import type { HeldRecordings } from './held-recordings.js'
import type { SessionRecordingsOptions } from './session-recordings-options.js'

export interface RecordingEnds {
  end(held: HeldRecording, handedOver: boolean): void
  /** Resolves when all that ended so far is written and noted. */
  settled(): Promise<void>
}

export interface RecordingEndsParts
  extends Pick<SessionRecordingsOptions, 'rows' | 'shelf' | 'rate' | 'metrics' | 'log'> {
  readonly held: HeldRecordings
  readonly finishing: Pick<FinishRecordings, 'finish'>
  erase(key: HeldRecording['recording']['key']): Promise<void>
}

export function createRecordingEnds(parts: RecordingEndsParts): RecordingEnds {
  const { rows, shelf, metrics, log, held } = parts
  const ending = new Set<Promise<void>>()

  async function ended(mine: HeldRecording, handedOver: boolean): Promise<void> {
    const { recording } = mine
    const { key, state } = recording
    await recording.stop()
    held.remove(mine)
    const droppedS = recording.dropped / parts.rate
    if (droppedS > 0) metrics.dropped(droppedS)
    if (handedOver || state === 'stopped') return
    if (state === 'waiting') {
      // Also where consent was given at another node a moment ago: nothing of it was kept.
      await rows.change(key, ['waiting', 'recording'], { status: 'deleted', problem: null })
      return
    }
    // Nobody was told to the end: the little that was kept until then is not theirs to keep.
    if (state === 'held') return parts.erase(key)
    const row = await rows.change(key, ['waiting', 'recording'], { status: 'finishing' })
    if (row === undefined) {
      // Deleted elsewhere: so is what was written since. Or this node was taken for dead, and another has made what there was.
      const now = await rows.read(key)
      if (now?.status === 'deleted') await shelf.remove(key)
      else log.warn({ session: key.id }, 'a recording was finished by another node; its end is missing')
      return
    }
    const problem =
      droppedS >= 0.1 ? `The disk was behind: ${droppedS.toFixed(1)} s of sound are silence.` : undefined
    void parts.finishing.finish(key, problem)
  }

  return {
    end(mine, handedOver) {
      const work = ended(mine, handedOver)
        .catch(err =>
          log.warn({ err, session: mine.recording.key.id }, 'a recording is left to be finished later'),
        )
        .finally(() => ending.delete(work))
      ending.add(work)
    },
    async settled() {
      await Promise.all([...ending])
    },
  }
}
