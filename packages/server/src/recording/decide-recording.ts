/**
 * Yes, no and deletion, whoever says them: done here and now, written down, and done with the files. A no that the store did
 * not take is said to it again: nothing is kept meanwhile, and no other node makes files of it as long as this one lives.
 */

import { ParleyError } from '@parley/core'
import type { RecordingChange, RecordingKey, RecordingRow } from '@parley/platform'
import { type HeldRecordings, nameOf } from './held-recordings.js'
import type { SessionRecordingsOptions } from './session-recordings-options.js'

export interface RecordingDecisions {
  /** Throws as `SessionRecordings.consent`. */
  consent(key: RecordingKey, granted: boolean): Promise<RecordingRow>
  /** Deletes it: its row says so first, so that whatever dies, somebody goes on with it. */
  erase(key: RecordingKey): Promise<void>
  /** Refused, and not written down yet. */
  readonly owed: readonly RecordingKey[]
  /** Writes down what is owed, as far as the store takes it. */
  pay(): Promise<void>
}

export type DecisionParts = Pick<SessionRecordingsOptions, 'rows' | 'shelf' | 'metrics' | 'log'> & {
  readonly held: HeldRecordings
}

const UNDELETED = 'Its files are still to be deleted.'
const NOT_OVER = ['waiting', 'recording'] as const
const NOT_DELETED = ['waiting', 'recording', 'finishing', 'ready', 'failed'] as const
const REFUSED = { consent: 'refused', status: 'deleted', problem: UNDELETED } as const
/** More conversations than a node holds; beyond, the oldest is left to who said it. */
const MOST_OWED = 10_000

export function createRecordingDecisions({
  rows,
  shelf,
  metrics,
  log,
  held,
}: DecisionParts): RecordingDecisions {
  const owed = new Map<string, RecordingKey>()

  async function erase(key: RecordingKey): Promise<void> {
    const row = await rows.change(key, NOT_DELETED, { status: 'deleted', problem: UNDELETED })
    await held.of(key)?.stop(row?.consent)
    await shelf.remove(key)
    await rows.change(key, ['deleted'], { problem: null })
    metrics.deleted()
  }

  async function grant(key: RecordingKey): Promise<RecordingRow> {
    // The store does not know yet that it was refused.
    if (owed.has(nameOf(key))) await refuse(key)
    const row = await rows.change(key, NOT_OVER, { consent: 'granted' })
    if (row === undefined) throw await notNow(key)
    held.of(key)?.granted()
    return row
  }

  async function refuse(key: RecordingKey): Promise<RecordingRow> {
    const live = held.of(key)
    // Here and now, whatever the store takes its time for.
    const stopping = live?.stop('refused')
    const row = await written(key, REFUSED, live !== undefined || owed.has(nameOf(key)))
    await stopping
    if (row === undefined) throw await notNow(key)
    await erase(key)
    return (await rows.read(key)) ?? row
  }

  async function written(key: RecordingKey, change: RecordingChange, isOurs: boolean) {
    try {
      const row = await rows.change(key, NOT_DELETED, change)
      owed.delete(nameOf(key))
      return row
    } catch (thrown) {
      if (isOurs) owe(key)
      throw thrown
    }
  }

  function owe(key: RecordingKey): void {
    owed.set(nameOf(key), key)
    const [oldest] = owed.keys()
    if (owed.size > MOST_OWED && oldest !== undefined) owed.delete(oldest)
  }

  async function notNow(key: RecordingKey): Promise<ParleyError> {
    const row = await rows.read(key)
    if (row === undefined) return new ParleyError('not_found', 'There is no recording of that conversation.')
    if (row.status === 'deleted')
      return new ParleyError('conflict', 'It was refused or deleted; that stays so.')
    return new ParleyError('conflict', 'The conversation is over.')
  }

  return {
    consent: (key, granted) => (granted ? grant(key) : refuse(key)),
    erase,
    get owed() {
      return [...owed.values()]
    },
    async pay() {
      for (const key of [...owed.values()]) {
        await refuse(key).catch(err => {
          if (owed.has(nameOf(key))) throw err
          log.warn({ err, session: key.id }, 'what a caller refused is deleted later')
        })
      }
    },
  }
}
