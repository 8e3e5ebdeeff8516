/**
 * A caller at the far end, with an account of its own: when it first heard somebody, and how long after it began to speak
 * into it the other side was silent at its ear. Time is counted in frames of its ear, 20 ms each.
 */
import { measureLevel } from '@parley/audio'
import { LINE_FRAME, LINE_FRAME_MS, type Party, type PartyLine } from '@parley/sim'

export interface FarCaller {
  readonly party: Party
  /** From the connection to the first sound, ms. */
  firstHeardMs: number | undefined
  /** From the first sample of each interruption to the last sound of the other side, ms. */
  readonly silencedMs: number[]
  hangUp(): void
}

export interface FarCallerOptions {
  /** PCM16 at 8 kHz. */
  readonly speech: Int16Array
  /** How long the other side is heard before it is spoken into, ms. */
  readonly patienceMs: number
}

const VOICE_DBFS = -50
/** Quiet for so long: the other side has stopped. */
const SILENT_MS = 400
/** After its own words it listens for so long before it speaks again, ms. */
const REST_MS = 8_000

export function createFarCaller({ speech, patienceMs }: FarCallerOptions): FarCaller {
  let line: PartyLine | undefined
  let frames = 0
  let heardMs = 0
  let said = -1
  /** Frame in which the interruption began, and the last in which the other side was heard. */
  let cutIn: number | undefined
  let lastVoiced = 0
  let restUntil = 0

  const caller: FarCaller = {
    firstHeardMs: undefined,
    silencedMs: [],
    hangUp: () => line?.hangUp(),
    party: {
      nature: 'human',
      network: { jitterMs: 0, lossPercent: 0 },
      begin(given) {
        line = given
      },
      connected() {
        frames = 0
      },
      hear(frame) {
        frames += 1
        const voiced = measureLevel(frame).rmsDbfs > VOICE_DBFS
        if (voiced) {
          caller.firstHeardMs ??= (frames - 1) * LINE_FRAME_MS
          lastVoiced = frames
          heardMs += LINE_FRAME_MS
        }
        const quietMs = (frames - lastVoiced) * LINE_FRAME_MS
        if (cutIn !== undefined && quietMs >= SILENT_MS) {
          caller.silencedMs.push(Math.max(0, (lastVoiced - cutIn) * LINE_FRAME_MS))
          cutIn = undefined
        }
        const talks = said >= 0
        if (!talks && voiced && heardMs >= patienceMs && frames > restUntil) {
          said = 0
          cutIn = frames
        }
        if (quietMs > 1_000) heardMs = 0
        // Nobody speaks: it is our turn, too.
        if (!talks && quietMs > 2_000 && frames > restUntil) said = 0
      },
      speak() {
        if (said < 0) return undefined
        const frame = new Int16Array(LINE_FRAME)
        frame.set(speech.subarray(said, said + LINE_FRAME))
        said += LINE_FRAME
        if (said >= speech.length) {
          said = -1
          heardMs = 0
          restUntil = frames + REST_MS / LINE_FRAME_MS
        }
        return frame
      },
      over() {},
    },
  }
  return caller
}
