import { silentCues } from '../ear/cues.js'
import type { Ear } from '../ear/ear.js'
import type { LogInput } from './log-entry.js'

export type LoggedHearing = Extract<LogInput, { kind: 'audio' }>['heard']

/** An ear that hears what another has heard, for logs without sound. */
export class LoggedEar implements Ear {
  /** What the next frame gives. */
  heard: LoggedHearing | undefined

  get cues() {
    return this.heard?.cues ?? silentCues
  }

  get voice(): number {
    return this.cues.voice
  }

  hear() {
    return this.heard?.evidence
  }
}
