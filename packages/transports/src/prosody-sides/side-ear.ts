/**
 * One analyser on one side of a conversation, for all who want its frames equally often. What it tells stands where its
 * sound does: in the caller's media time, or in the audio of a reply, also where a reply is held and sent again. The
 * analyser is never made anew for that, for it knows the speaker by now: it hears a short silence in between.
 */
import type { AudioFrame, ProsodyAnalyser, ProsodyAnalyserOptions, ProsodySink } from '@parley/audio'
import { frameMs } from '@parley/audio'
import type { ProsodyFrameFields, UtteranceFields } from '@parley/protocol'
import { createSidePlaces, type SidePlaces } from './side-places.js'
import { frameFieldsOf, toldMs, utteranceFieldsOf } from './told-prosody.js'

export interface SideEarOptions {
  /** Time between frames, ms. */
  readonly hopMs: number
  readonly analyser: (options: ProsodyAnalyserOptions) => ProsodyAnalyser
  /** Frames in order, of one owner; the first is heard at `heardAtMs` of the session. */
  frames(owner: string, heardAtMs: number, frames: ProsodyFrameFields[]): void
  utterance(owner: string, utterance: UtteranceFields): void
}

export interface SideEar {
  /** Sound of `owner` with its place in that, heard at `heardAtMs` of the session. */
  hear(frame: AudioFrame, owner: string, heardAtMs: number): void
  /** The rest of `owner`'s sound beyond `placeMs` is not heard. */
  cut(owner: string, placeMs: number): void
  /** No more of it comes: what was held is told. */
  pause(): void
  /** Nothing is heard for so long. */
  rest(durationMs: number): void
}

/** What a frame looks at, ms, unless frames are further apart. */
const FRAME_MS = 64
/** After so much silence the last utterance is over, ms. */
const END_MS = 800

interface Hearing {
  readonly rate: number
  readonly analyser: ProsodyAnalyser
  readonly places: SidePlaces
  /** Silence that pushes out what the analyser holds. */
  readonly silence: Int16Array
}

export function createSideEar(options: SideEarOptions): SideEar {
  const { hopMs } = options
  let hearing: Hearing | undefined
  let isPaused = true
  let restedMs = 0
  let lastHeard: string | undefined
  let owner: string | undefined
  let firstHeardAtMs = 0
  let frames: ProsodyFrameFields[] = []

  const sink: ProsodySink = {
    frame(frame) {
      const place = hearing?.places.find(frame.atMs)
      if (place?.owner === undefined) return
      if (place.owner !== owner) tell()
      if (frames.length === 0) firstHeardAtMs = place.heardAtMs
      owner = place.owner
      frames.push(frameFieldsOf(frame, place.placeMs))
    },
    utterance(utterance) {
      const place = hearing?.places.lastOwned(utterance.untilMs)
      if (place?.owner === undefined) return
      tell()
      options.utterance(place.owner, utteranceFieldsOf(utterance, place.placeMs))
    },
  }

  function tell(): void {
    if (frames.length === 0 || owner === undefined) return
    const told = frames
    frames = []
    options.frames(owner, toldMs(firstHeardAtMs), told)
  }

  function open(rate: number): Hearing {
    const samples = (ms: number) => Math.round((ms * rate) / 1000)
    const frameSize = samples(Math.max(FRAME_MS, hopMs))
    const hopSize = samples(hopMs)
    const analyser = options.analyser({ rate, frameSize, hopSize })
    const silence = new Int16Array(frameSize + 2 * hopSize + samples(analyser.delayMs))
    return { rate, analyser, places: createSidePlaces(), silence }
  }

  /** Silence that nobody sent, in pieces of what is there. */
  function hearSilence({ places, analyser, rate, silence }: Hearing, count: number): void {
    const nobody = { owner: undefined, placeMs: 0, heardAtMs: 0 }
    for (let left = count; left > 0; left -= silence.length) {
      const piece = left < silence.length ? silence.subarray(0, left) : silence
      places.add(nobody, (piece.length * 1000) / rate)
      analyser.hear(piece, sink)
    }
    tell()
  }

  function restFor(durationMs: number): void {
    if (hearing === undefined || restedMs >= END_MS) return
    restedMs += durationMs
    hearSilence(hearing, Math.round((durationMs * hearing.rate) / 1000))
  }

  function pause(): void {
    if (isPaused || hearing === undefined) return
    isPaused = true
    restedMs = (hearing.silence.length * 1000) / hearing.rate
    hearSilence(hearing, hearing.silence.length)
  }

  return {
    hear(frame, of, heardAtMs) {
      if (frame.samples.length === 0) return
      if (hearing?.rate !== frame.rate) {
        pause()
        hearing = open(frame.rate)
        lastHeard = undefined
        isPaused = true
      }
      const { analyser, places } = hearing
      if (!isPaused && !places.goesOn(of, frame.atMs)) pause()
      // No utterance goes from one reply into another.
      if (lastHeard !== undefined && lastHeard !== of) restFor(END_MS - restedMs)
      lastHeard = of
      isPaused = false
      places.add({ owner: of, placeMs: frame.atMs, heardAtMs }, frameMs(frame))
      analyser.hear(frame.samples, sink)
      tell()
    },
    cut(of, placeMs) {
      hearing?.places.cut(of, placeMs)
      pause()
    },
    pause,
    rest(durationMs) {
      if (isPaused) restFor(durationMs)
    },
  }
}
