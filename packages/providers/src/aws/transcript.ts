/**
 * Results of Transcribe as events of ours. A result is revised under its id until it is final; what is still open when
 * the vendor ends the stream properly counts as final, since no word of it will change any more.
 */

import type { SttEvent, SttWord } from '@parley/core'

/** The part of a result that is read. */
export interface TranscribeResult {
  readonly ResultId?: string | undefined
  readonly StartTime?: number | undefined
  readonly EndTime?: number | undefined
  readonly IsPartial?: boolean | undefined
  readonly Alternatives?:
    | readonly {
        readonly Transcript?: string | undefined
        readonly Items?: readonly TranscribeItem[] | undefined
      }[]
    | undefined
}

export interface TranscribeItem {
  readonly StartTime?: number | undefined
  readonly EndTime?: number | undefined
  readonly Type?: string | undefined
  readonly Content?: string | undefined
  readonly Confidence?: number | undefined
}

export type HeardEvent = Extract<SttEvent, { kind: 'partial' | 'final' }>

export interface Transcript {
  /** What is new in these results; a result that came back after it was final is not. */
  take(results: readonly TranscribeResult[]): HeardEvent[]
  /** What was left open, as finals. */
  end(): HeardEvent[]
}

/** Ids remembered, of results that are final. */
const IDS_KEPT = 200

/** `mediaMs` places a time of the stream, ms. */
export function transcript(mediaMs: (streamMs: number) => number): Transcript {
  const open = new Map<string, HeardEvent>()
  const done = new Set<string>()

  function one(result: TranscribeResult): HeardEvent[] {
    const { ResultId: id = '', IsPartial: isPartial = false } = result
    const event = heard(result, mediaMs)
    if (event === undefined || done.has(id)) return []
    if (isPartial) {
      open.set(id, event)
      return [event]
    }
    open.delete(id)
    if (id !== '') done.add(id)
    const [oldest] = done
    if (done.size > IDS_KEPT && oldest !== undefined) done.delete(oldest)
    return [event]
  }

  return {
    take: results => results.flatMap(one),
    end() {
      const left = [...open.values()].map(event => ({ ...event, kind: 'final' as const }))
      open.clear()
      return left.sort((a, b) => a.startMs - b.startMs)
    },
  }
}

function heard(
  { StartTime = 0, EndTime = StartTime, IsPartial = false, Alternatives = [] }: TranscribeResult,
  mediaMs: (streamMs: number) => number,
): HeardEvent | undefined {
  const [best] = Alternatives
  const text = best?.Transcript?.trim() ?? ''
  if (text === '') return undefined
  const items = best?.Items ?? []
  const words = wordsOf(items, mediaMs)
  const sure = items.flatMap(({ Confidence }) => (Confidence === undefined ? [] : [Confidence]))
  return {
    kind: IsPartial ? 'partial' : 'final',
    text,
    startMs: mediaMs(StartTime * 1000),
    endMs: mediaMs(EndTime * 1000),
    ...(words.length === 0 ? {} : { words }),
    ...(sure.length === 0 ? {} : { confidence: sure.reduce((sum, each) => sum + each, 0) / sure.length }),
  }
}

/** Marks belong to the word before them. */
function wordsOf(items: readonly TranscribeItem[], mediaMs: (streamMs: number) => number): SttWord[] {
  const words: SttWord[] = []
  for (const { Type, Content = '', StartTime = 0, EndTime = StartTime, Confidence } of items) {
    const last = words.at(-1)
    if (Type === 'punctuation' && last !== undefined) {
      words[words.length - 1] = { ...last, text: last.text + Content }
    } else {
      words.push({
        text: Content,
        startMs: mediaMs(StartTime * 1000),
        endMs: mediaMs(EndTime * 1000),
        ...(Confidence === undefined ? {} : { confidence: Confidence }),
      })
    }
  }
  return words
}
