/** Speaks one piece of text with flite: its sound, trimmed of most silence, the times of its words, and the shapes of its phones. */

import { cutCues, movedCues, type VisemeCue, visemesOfArpabet, visemesOfPhones } from '@parley/audio/phones'
import { endWithSound } from '@parley/core/end-with-sound'
import { mannerArguments } from './flite-manner.js'
import type { FliteProgram } from './flite-run.js'
import { louder } from './louder.js'
import { speakable } from './speakable.js'
import type { Speaker } from './speaker.js'
import { type TimedPhone, wordTimes } from './word-times.js'

/** Rate of the voices offered, in Hz. */
export const FLITE_RATE = 16_000

export interface SpokenPiece {
  readonly samples: Int16Array
  /** One for each word of the piece, in ms of these samples. */
  readonly times: readonly { readonly startMs: number; readonly endMs: number }[]
  /** Of all phones and pauses, in ms of these samples. */
  readonly cues: readonly VisemeCue[]
}

export interface FliteSpeaker {
  speak(words: readonly string[], speaker: Speaker): SpokenPiece
  /** Work for when nobody waits. */
  rest(): void
}

const SILENT: SpokenPiece = { samples: new Int16Array(0), times: [], cues: [] }
/** Silence kept before and after the speech; flite makes 0.16 and 0.25 s. */
const LEAD_MS = 30
const TAIL_MS = 150
const WAV_HEADER_BYTES = 44
const PAUSE = 'pau'
/** The voice that is quickest; only the phones of words alone are asked of it, which are the same in all voices. */
const QUICK_VOICE = 'kal16'
/** Words whose phones are remembered; the oldest is forgotten. */
const WORDS_KEPT = 5_000

export function fliteSpeaker(program: FliteProgram): FliteSpeaker {
  const phonesOfWord = new Map<string, readonly string[]>()

  function learn(words: readonly string[]): void {
    const unknown = [...new Set(words)].filter(word => word !== '' && !phonesOfWord.has(word))
    if (unknown.length === 0) return
    // An empty line makes an utterance of its own, and each utterance prints one line of phones.
    const { stdout } = program.run(['-voice', QUICK_VOICE, '-ps', '-f', 'words', '-o', 'none'], {
      words: `${unknown.join('\n\n\n')}\n`,
    })
    const lines = stdout.split('\n').filter(line => line.trim() !== '')
    for (const [index, word] of unknown.entries()) {
      // If the program cut them otherwise, a phone a letter is near enough.
      const line = lines.length === unknown.length ? lines[index] : undefined
      phonesOfWord.set(word, line === undefined ? [...word.toLowerCase()] : phonesIn(line))
      const oldest = phonesOfWord.keys().next().value
      if (phonesOfWord.size > WORDS_KEPT && oldest !== undefined) phonesOfWord.delete(oldest)
    }
  }

  return {
    rest: () => program.prepare(),
    speak(words, speaker) {
      const spoken = words.map(speakable)
      const text = spoken.filter(word => word !== '').join(' ')
      if (text === '') return SILENT
      const { stdout, files } = program.run([
        '-voice',
        speaker.voice,
        ...mannerArguments(speaker),
        '-psdur',
        '-t',
        text,
        '-o',
        'speech.wav',
      ])
      const all = timedPhones(stdout)
      const phones = all.filter(({ phone }) => phone !== PAUSE)
      const first = phones.at(0)
      const last = phones.at(-1)
      if (first === undefined || last === undefined) return SILENT
      learn(spoken)
      const shiftMs = Math.max(0, first.startMs - LEAD_MS)
      const times = wordTimes(
        phones,
        spoken.map(word => (word === '' ? [] : (phonesOfWord.get(word) ?? [...word]))),
      )
      const samples = cut(files.get('speech.wav'), shiftMs, last.endMs + TAIL_MS)
      const shifted = times.map(({ startMs, endMs }) => ({
        startMs: startMs - shiftMs,
        endMs: endMs - shiftMs,
      }))
      return {
        samples: louder(samples, speaker.prosody?.gainDb ?? 0),
        times: endWithSound(shifted, { samples, rate: FLITE_RATE }),
        cues: cutCues(movedCues(shapesOf(all), -shiftMs), 0, (samples.length * 1000) / FLITE_RATE),
      }
    },
  }
}

function phonesIn(line: string): readonly string[] {
  return line
    .trim()
    .split(/\s+/)
    .filter(phone => phone !== PAUSE)
}

function shapesOf(phones: readonly TimedPhone[]): readonly VisemeCue[] {
  return visemesOfPhones(
    phones.map(({ phone, startMs, endMs }) => ({ shapes: visemesOfArpabet(phone), startMs, endMs })),
  )
}

/** `hh:0.255` is a phone and its end in seconds; pauses are among them. */
function timedPhones(stdout: string): TimedPhone[] {
  let startMs = 0
  const phones: TimedPhone[] = []
  for (const item of stdout.trim().split(/\s+/)) {
    const colon = item.lastIndexOf(':')
    const endMs = Number(item.slice(colon + 1)) * 1000
    if (colon < 0 || !Number.isFinite(endMs)) continue
    phones.push({ phone: item.slice(0, colon), startMs, endMs })
    startMs = endMs
  }
  return phones
}

/** The samples of the WAV between two times, in a buffer of their own. */
function cut(wav: Uint8Array | undefined, fromMs: number, toMs: number): Int16Array {
  const bytes = (wav ?? new Uint8Array(0)).slice(WAV_HEADER_BYTES)
  const samples = new Int16Array(bytes.buffer, 0, bytes.length >> 1)
  return samples.slice(Math.floor((fromMs * FLITE_RATE) / 1000), Math.ceil((toMs * FLITE_RATE) / 1000))
}
