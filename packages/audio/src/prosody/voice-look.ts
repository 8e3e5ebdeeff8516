/** One look at a voice, as all that follows it in time sees it: pitch, and what the spectrum tells. */

export interface VoiceLook {
  /** Media time of its middle, ms since the first sample. */
  readonly atMs: number
  /** Hz, 55–640; 0 where nothing is voiced. */
  readonly hz: number
  /** 0..1 */
  readonly voicing: number
  /** Harmonics to noise, dB, −20..40. */
  readonly harmonicity: number
  /** Mean square of it, and through the K-weighting of loudness; of full scale 1. */
  readonly power: number
  readonly weightedPower: number
  /** Of the whole spectrum, and of 300–2500 Hz alone, dBFS; −100 for silence. */
  readonly levelDb: number
  readonly coreDb: number
  /** dB per octave. */
  readonly tilt: number
  readonly centroidHz: number
}

export type OpenVoiceLook = { -readonly [Key in keyof VoiceLook]: VoiceLook[Key] }

/** Numbers that are no integers make the engine keep the fields as doubles from the start. */
export function createVoiceLook(): OpenVoiceLook {
  return {
    atMs: 0.5,
    hz: 0.5,
    voicing: 0.5,
    harmonicity: 0.5,
    power: 0.5,
    weightedPower: 0.5,
    levelDb: 0.5,
    coreDb: 0.5,
    tilt: 0.5,
    centroidHz: 0.5,
  }
}

/** The last few looks, used again and again. */
export interface VoiceLooks {
  /** The look to fill next, in the place of the oldest. */
  next(): OpenVoiceLook
  /** The one whose middle is nearest to a moment; the first one before any. */
  nearest(atMs: number): VoiceLook
  reset(): void
}

export function createVoiceLooks(kept: number): VoiceLooks {
  const looks = Array.from({ length: kept }, createVoiceLook)
  const state = { next: 0 }
  const clear = (look: OpenVoiceLook): void => {
    look.atMs = Number.NEGATIVE_INFINITY
    look.hz = 0
    look.voicing = 0
    look.harmonicity = -20
    look.power = 0
    look.weightedPower = 0
    look.levelDb = -100
    look.coreDb = -100
    look.tilt = 0
    look.centroidHz = 0
  }
  for (const look of looks) clear(look)
  return {
    next() {
      const look = looks[state.next] as OpenVoiceLook
      state.next = (state.next + 1) % kept
      return look
    },
    nearest(atMs) {
      let best = looks[0] as OpenVoiceLook
      for (let i = 1; i < kept; i++) {
        const look = looks[i] as OpenVoiceLook
        if (Math.abs(look.atMs - atMs) < Math.abs(best.atMs - atMs)) best = look
      }
      return best
    },
    reset() {
      for (const look of looks) clear(look)
      state.next = 0
    },
  }
}
