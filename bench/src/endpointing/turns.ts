/** The labelled turns: where each speaks and is silent, and whether its end is one. Grouped by caller, in order. */

import { readFileSync } from 'node:fs'
import { type SetName, setOfSpeaker } from '../turns/split.js'

export interface LabelledTurn {
  readonly id: string
  readonly file: string
  readonly sr: number
  readonly speaker: string
  readonly language: string
  /** From this to that ms of the file the caller speaks; what lies between is a pause. */
  readonly speech: readonly (readonly [number, number])[]
  /** False where the recording breaks off before the speaker is done. */
  readonly ends: boolean
}

interface Clip {
  readonly id: string
  readonly file: string
  readonly sr: number
  readonly ms: number
  readonly kind: string
  readonly speaker: string
  readonly lang: string
  readonly segments: readonly (readonly [number, number])[]
}

interface Conversation {
  readonly id: string
  readonly file: string
  readonly sr: number
  readonly set: string
  readonly lang: string
  readonly segments: readonly { readonly type: string; readonly start_ms: number; readonly end_ms: number }[]
  readonly turns: readonly {
    readonly start_ms: number
    readonly end_ms: number
    readonly clips: readonly string[]
  }[]
}

/** Shorter gaps are stops of consonants as often as pauses. */
const leastPauseMs = 150
/** Sound up to the last moments of the file was cut there. */
const cutMs = 30

const fixtures = new URL('../../../fixtures/audio/', import.meta.url)
const read = (file: string) => JSON.parse(readFileSync(new URL(file, fixtures), 'utf8'))

export function turnsOf(set: SetName): LabelledTurn[] {
  const labels: { clips: readonly Clip[]; conv: readonly Conversation[] } = read('labels.json')
  const clips: readonly Clip[] = [...labels.clips, ...read('turns/labels.json').clips]
  const turns = clips.filter(({ kind }) => kind === 'speech' || kind === 'turn').map(turnOfClip)
  const speakers = new Map(clips.map(({ id, speaker }) => [id, speaker]))
  const joined = labels.conv
    .filter(conversation => conversation.set === 'endpoint')
    .flatMap(conversation => turnsOfConversation(conversation, speakers))
  return [...turns, ...joined].filter(({ speaker }) => setOfSpeaker(speaker) === set)
}

function turnOfClip({ id, file, sr, ms, speaker, lang, segments }: Clip): LabelledTurn {
  const speech = merged(segments.filter(([start, end]) => end > start))
  const whole = speech.length > 0 && segments.every(([start, end]) => end > start)
  return {
    id,
    file,
    sr,
    speaker,
    language: lang,
    speech,
    ends: whole && (speech.at(-1)?.[1] ?? ms) <= ms - cutMs,
  }
}

function turnsOfConversation(
  { id, file, sr, lang, segments, turns }: Conversation,
  speakers: ReadonlyMap<string, string>,
): LabelledTurn[] {
  return turns.map(({ start_ms, end_ms, clips }, index) => ({
    id: `${id} ${index + 1}`,
    file,
    sr,
    speaker: speakers.get(clips[0] ?? '') ?? '',
    language: lang,
    speech: merged(
      segments
        .filter(part => part.type === 'speech' && part.start_ms >= start_ms && part.end_ms <= end_ms)
        .map(part => [part.start_ms, part.end_ms] as const),
    ),
    ends: true,
  }))
}

function merged(segments: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = []
  for (const [start, end] of segments) {
    const last = parts.at(-1)
    if (last !== undefined && start - last[1] < leastPauseMs) parts[parts.length - 1] = [last[0], end]
    else parts.push([start, end])
  }
  return parts
}
