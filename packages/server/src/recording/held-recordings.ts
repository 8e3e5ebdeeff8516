/** The conversations of this node that are, or may be, recorded, by name. */

import type { RecordingKey } from '@parley/platform'
import type { HeldRecording } from './held-recording.js'

export interface HeldRecordings {
  readonly size: number
  readonly all: readonly HeldRecording[]
  of(key: RecordingKey): HeldRecording | undefined
  add(held: HeldRecording): void
  /** It is over. */
  remove(held: HeldRecording): void
}

export function createHeldRecordings(): HeldRecordings {
  const byName = new Map<string, HeldRecording>()
  return {
    get size() {
      return byName.size
    },
    get all() {
      return [...byName.values()]
    },
    of: key => byName.get(nameOf(key)),
    add(held) {
      byName.set(nameOf(held.recording.key), held)
    },
    remove(held) {
      byName.delete(nameOf(held.recording.key))
    },
  }
}

/** Of a recording, among those of all tenants. */
export function nameOf({ tenant, id }: RecordingKey): string {
  return JSON.stringify([tenant, id])
}
