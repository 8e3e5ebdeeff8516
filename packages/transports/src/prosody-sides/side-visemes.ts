/**
 * The agent's mouth while somebody follows it: shapes of the voice where it gives them, else of its words, else of its
 * sound; told as their sound is sent, so always before it is heard.
 */
import { type AudioFrame, frameMs, type Viseme, type VisemeCue } from '@parley/audio'
import type { SideMessage } from '@parley/protocol'
import { toldMs } from './told-prosody.js'
import { createVisemeLine, type SourcedCue, type VisemeLine } from './viseme-line.js'

/** Shapes of timed words; none where the script has no rules. */
export type VisemesOfWords = (
  words: readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[],
  language: string,
) => readonly VisemeCue[]

/** Makes an ear that tells shapes from sound as it comes, by place in all it heard. */
export type VisemesOfSound = (options: {
  /** Of the samples, Hz. */
  readonly rate: number
  readonly told: (viseme: Viseme, startMs: number, endMs: number) => void
}) => { hear(samples: Int16Array): void; end(): void }

export interface SideVisemesOptions {
  readonly ofWords?: VisemesOfWords | undefined
  readonly ofSound?: VisemesOfSound | undefined
  told(message: Extract<SideMessage, { type: 'visemes' }>): void
}

export interface SideVisemes {
  /** The voice says so. */
  cues(reply: string, cues: readonly VisemeCue[]): void
  /** Words that end at `untilMs` of the reply's audio. */
  words(reply: string, text: string, untilMs: number, language: string): void
  /** Sound leaves, to be heard at `heardAtMs` of the session; `followed` is whether anybody wants its shapes. */
  sent(reply: string, frame: AudioFrame, heardAtMs: number, followed: boolean): void
  cut(reply: string, heardMs: number): void
  /** All of the reply was sent. */
  ended(reply: string): void
}

interface Mouth {
  readonly reply: string
  readonly line: VisemeLine
  isVoiced: boolean
  wordsUntilMs: number
  /** Words of which no shapes were made, for nobody followed. */
  unshaped: { readonly text: string; readonly startMs: number; readonly endMs: number }[]
  language: string
  ear:
    | { readonly fromMs: number; readonly hear: (samples: Int16Array) => void; readonly end: () => void }
    | undefined
}

/** Words that wait for a follower. */
const MOST_WORDS = 1_024

export function createSideVisemes(options: SideVisemesOptions): SideVisemes {
  let mouth = mouthOf('')

  function mouthOf(reply: string): Mouth {
    const line = createVisemeLine()
    return { reply, line, isVoiced: false, wordsUntilMs: 0, unshaped: [], language: 'en', ear: undefined }
  }

  function of(reply: string): Mouth {
    if (mouth.reply !== reply) mouth = mouthOf(reply)
    return mouth
  }

  function shapeWords({ line, unshaped, language, isVoiced }: Mouth): void {
    if (unshaped.length === 0) return
    const words = unshaped.splice(0)
    if (!isVoiced && options.ofWords !== undefined) line.put(options.ofWords(words, language), 'text')
  }

  function hearSound(of: Mouth, { samples, rate, atMs }: AudioFrame): void {
    if (options.ofSound === undefined) return
    if (of.ear === undefined) {
      const told = (viseme: Viseme, startMs: number, endMs: number) =>
        of.line.put([{ viseme, startMs: atMs + startMs, endMs: atMs + endMs }], 'audio')
      const ear = options.ofSound({ rate, told })
      of.ear = { fromMs: atMs, hear: ear.hear.bind(ear), end: ear.end.bind(ear) }
    }
    of.ear.hear(samples)
  }

  function stopEar(of: Mouth): void {
    const { ear } = of
    of.ear = undefined
    ear?.end()
  }

  function tell({ reply, line }: Mouth, sentMs: number, heardOf: (placeMs: number) => number): void {
    const due = line.due(sentMs)
    for (let from = 0; from < due.length; ) {
      const first = due[from] as SourcedCue
      let to = from + 1
      while (to < due.length && due[to]?.source === first.source) to += 1
      const cues = due.slice(from, to).map(({ viseme, startMs, endMs }) => ({
        viseme,
        startMs: toldMs(startMs),
        endMs: toldMs(endMs),
      }))
      const heardAtMs = toldMs(heardOf(first.startMs))
      options.told({ type: 'visemes', reply, heardAtMs, source: first.source, cues })
      from = to
    }
  }

  let lastSent = { placeMs: 0, heardAtMs: 0 }
  const heardOf = (placeMs: number) => lastSent.heardAtMs + placeMs - lastSent.placeMs

  return {
    cues(reply, cues) {
      const mouth = of(reply)
      // A mark that cuts is no shape.
      if (cues.some(({ startMs, endMs }) => endMs > startMs)) mouth.isVoiced = true
      mouth.line.put(cues, 'voice')
    },
    words(reply, text, untilMs, language) {
      const mouth = of(reply)
      mouth.language = language
      const startMs = mouth.wordsUntilMs
      if (!(untilMs > startMs) || mouth.isVoiced) return
      mouth.wordsUntilMs = untilMs
      if (mouth.unshaped.length < MOST_WORDS) mouth.unshaped.push({ text, startMs, endMs: untilMs })
    },
    sent(reply, frame, heardAtMs, followed) {
      const mouth = of(reply)
      const sentMs = frame.atMs + frameMs(frame)
      lastSent = { placeMs: frame.atMs, heardAtMs }
      if (!followed) {
        stopEar(mouth)
        mouth.line.due(sentMs)
        return
      }
      shapeWords(mouth)
      const isKnown = mouth.line.knownUntil(frame.atMs) >= sentMs
      if (isKnown) stopEar(mouth)
      else hearSound(mouth, frame)
      tell(mouth, sentMs, heardOf)
    },
    cut(reply, heardMs) {
      if (mouth.reply !== reply) return
      stopEar(mouth)
      mouth.line.rewind(heardMs)
    },
    ended(reply) {
      if (mouth.reply !== reply || mouth.ear === undefined) return
      stopEar(mouth)
      tell(mouth, Number.POSITIVE_INFINITY, heardOf)
    },
  }
}
