/**
 * Says where the sound stands, for those who show something in step with it: at every change of what is rendered, and
 * now and then in between. From one word to the next the place goes on at the pace of the sound card. Runs on the audio
 * thread; told ahead of the ear by the output latency.
 */

export interface Playhead {
  /** Up to context frame `frame`, `taken` more samples of `reply` were rendered, up to sample `position` of it. */
  plays(reply: string, position: number, taken: number, frame: number): void
  /** From context frame `frame` on nothing is rendered. */
  stops(frame: number): void
}

/** From `atS` of the context's time on, `reply` is rendered from `ms` on; or nothing is, without one. */
export interface PlayheadReport {
  readonly kind: 'playhead'
  readonly reply: string | undefined
  readonly ms: number
  readonly atS: number
}

export interface PlayheadOptions {
  readonly sourceRate: number
  readonly contextRate: number
  /** How much later a sample leaves the resampler than it enters, samples of the source. */
  readonly delaySamples: number
  readonly report: (report: PlayheadReport) => void
}

const EVERY_S = 0.25
const SLACK_S = 0.001

export function createPlayhead({ sourceRate, contextRate, delaySamples, report }: PlayheadOptions): Playhead {
  const last = { reply: undefined as string | undefined, s: 0, atS: 0 }

  function tell(reply: string | undefined, s: number, atS: number): void {
    last.reply = reply
    last.s = s
    last.atS = atS
    report({ kind: 'playhead', reply, ms: s * 1000, atS: atS + delaySamples / sourceRate })
  }

  return {
    plays(reply, position, taken, frame) {
      const s = position / sourceRate
      const atS = frame / contextRate
      const goesOn = last.reply === reply && Math.abs(last.s + atS - last.atS - s) <= SLACK_S
      if (!goesOn) tell(reply, s - taken / sourceRate, atS - taken / sourceRate)
      else if (atS - last.atS >= EVERY_S) tell(reply, s, atS)
    },
    stops(frame) {
      if (last.reply !== undefined) tell(undefined, 0, frame / contextRate)
    },
  }
}
