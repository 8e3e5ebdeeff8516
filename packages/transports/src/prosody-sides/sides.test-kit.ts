/** An analyser whose frames tell nothing but level and time, and a conversation to look on at. */
import type { ProsodyAnalyser, ProsodyAnalyserOptions, ProsodyFrame, ProsodySink } from '@parley/audio'
import type { ReplyId, SessionEvent, SessionId } from '@parley/core'
import type { SideMessage } from '@parley/protocol'
import { createProsodySides, type ProsodySidesOptions } from './prosody-sides.js'

export const RATE = 16_000
const DELAY_MS = 20

const silentFrame: ProsodyFrame = {
  atMs: 0,
  pitchHz: 0,
  voicing: 0,
  semitones: 0,
  energy: 0,
  rms: 0,
  levelDb: -100,
  loudness: -100,
  voicedFraction: 0,
  tilt: 0,
  centroidHz: 0,
  harmonicity: -20,
  syllableRate: 0,
  speaking: false,
  arousal: 0.5,
  emotion: 'neutral',
  clipped: false,
}

/** `energy` is the value of the sample in the middle of the frame; an utterance ends 300 ms after the last that was not 0. */
export function createScriptedAnalyser(options: ProsodyAnalyserOptions): ProsodyAnalyser {
  const { rate, frameSize = 1024, hopSize = 512 } = options
  const ms = (samples: number) => (samples * 1000) / rate
  const heard: number[] = []
  let next = frameSize / 2
  let from = -1
  let last = -1

  return {
    frameSize,
    hopSize,
    delayMs: DELAY_MS,
    hear(samples, sink: ProsodySink) {
      for (const sample of samples) {
        heard.push(sample)
        const at = heard.length - 1
        if (sample !== 0) {
          if (from < 0) from = at
          last = at
        }
        if (at - next >= frameSize / 2 + (DELAY_MS * rate) / 1000) {
          sink.frame({ ...silentFrame, atMs: ms(next), energy: heard[next] ?? 0 })
          next += hopSize
        }
        if (from >= 0 && ms(at - last) >= 300) {
          const levels = { levelDb: -20, loudness: -20, syllables: 1, syllableRate: 4, pauses: 0, pauseMs: 0 }
          sink.utterance?.({
            fromMs: ms(from),
            untilMs: ms(last + 1),
            pitch: undefined,
            ...levels,
            voicedFraction: 1,
            arousal: 0.5,
            emotion: 'neutral',
            evidence: [],
          })
          from = -1
        }
      }
    },
    end() {},
    reset() {},
  }
}

export const session = 'ses_1' as SessionId
export const reply = 'rpl_1' as ReplyId

export function lookOn(options: Partial<ProsodySidesOptions> = {}) {
  const time = { nowMs: 1_000 }
  let analysers = 0
  const sides = createProsodySides({
    clock: { now: () => time.nowMs },
    analyser: analyserOptions => {
      analysers += 1
      return createScriptedAnalyser(analyserOptions)
    },
    ...options,
  })
  const tap = sides.tapOf(session, 'acme')
  const event = (told: Omit<SessionEvent, 'atMs'>) =>
    tap.event?.({ ...told, atMs: time.nowMs - 1_000 } as SessionEvent)
  event({ kind: 'session-started', session, language: 'en' } as SessionEvent)

  function followed(wish: { hopMs?: number; sides?: readonly ('user' | 'agent')[]; visemes?: boolean } = {}) {
    const told: SideMessage[] = []
    const events: string[] = []
    let ended = 0
    const stop = sides.follow(
      { session, tenant: 'acme', ...wish },
      {
        told: message => void told.push(message),
        event: ({ kind }) => void events.push(kind),
        ended: () => {
          ended += 1
        },
      },
    )
    const frames = (side: 'user' | 'agent') =>
      told.flatMap(message => (message.type === 'prosody' && message.side === side ? message.frames : []))
    const of = <Type extends SideMessage['type']>(type: Type) =>
      told.filter((message): message is Extract<SideMessage, { type: Type }> => message.type === type)
    return { told, events, stop, frames, of, ended: () => ended }
  }

  const frameOf = (fromMs: number, value: (ms: number) => number) => ({
    rate: RATE,
    atMs: fromMs,
    samples: Int16Array.from({ length: (RATE * 20) / 1000 }, (_, at) => value(fromMs + (at * 1000) / RATE)),
  })
  /** The place itself, in ms, as the value of each sample. */
  const placed = (ms: number) => Math.round(ms)

  return {
    sides,
    tap,
    time,
    event,
    followed,
    analysers: () => analysers,
    /** The agent's sound leaves, all of it now, from one place to another. */
    say(fromMs: number, untilMs: number, of: ReplyId = reply, wayMs = 100, value = placed) {
      for (let ms = fromMs; ms < untilMs; ms += 20)
        tap.agentAudio?.(frameOf(ms, value), of, wayMs + ms - fromMs)
    },
    /** The caller is heard, at the pace of time. */
    hear(fromMs: number, untilMs: number, value = placed) {
      for (let ms = fromMs; ms < untilMs; ms += 20) {
        time.nowMs += 20
        tap.userAudio?.(frameOf(ms, value))
      }
    },
  }
}
