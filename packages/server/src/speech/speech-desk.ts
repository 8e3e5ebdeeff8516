/**
 * Takes orders for speech. The same order twice is spoken once: from memory when it was spoken before, together when it
 * is being spoken now. What another voice said in the place of the preferred one is not kept.
 */

import { type Clock, ParleyError, type SpeechPart } from '@parley/core'
import { partBytes, type SoundShelf } from './sound-shelf.js'
import type { SpeechMetrics, SpeechSource } from './speech-metrics.js'
import { orderKey, type SpeechOrder } from './speech-order.js'
import type { ChosenVoice, SpeechVoices } from './speech-voices.js'
import { createTake, readKept, type SpeechReader, type Take } from './take.js'

export interface SpeechDesk {
  /**
   * @throws ParleyError `bad_message` for a voice that is not there, `voice_unavailable`, `overloaded`, `draining`. What
   * the voice throws comes from the reader. `onCut`: the gateway leaves, and waits for this reader no longer.
   */
  order(order: SpeechOrder, onCut?: () => void): Delivery
  /** Texts being spoken now. */
  readonly active: number
  /** Takes no more; resolves once nobody reads. When `signal` aborts, readers are cut off. */
  drain(signal: AbortSignal): Promise<void>
}

/** One reader's own; to be closed, whatever comes. */
export interface Delivery extends SpeechReader {
  readonly source: SpeechSource
  /** BCP 47. */
  readonly language: string
  /** Hz. */
  readonly sampleRate: number
  /** Samples in all, where that is known before they are read. */
  readonly samples: number | undefined
  /** Who speaks; of several, the last. Known with the first sound. */
  readonly voice: string
}

export interface SpeechDeskOptions {
  readonly voices: SpeechVoices
  readonly shelf: SoundShelf
  readonly clock: Clock
  readonly atOnce: number
  readonly metrics: SpeechMetrics
}

/** Sound of texts under way, at which no further one is begun: a bound for memory, not for use. */
const MOST_BYTES = 256_000_000

interface DeliveryFacts extends Pick<Delivery, 'source' | 'language' | 'sampleRate' | 'samples'> {
  onCut(): void
  who(): string
}

interface Speaking {
  readonly take: Take
  readonly chosen: ChosenVoice
  readonly heard: Set<string>
}

export function createSpeechDesk({ voices, shelf, clock, atOnce, metrics }: SpeechDeskOptions): SpeechDesk {
  const speaking = new Map<string, Speaking>()
  const deliveries = new Map<Delivery, () => void>()
  let drained: (() => void) | undefined

  function begin(key: string, order: SpeechOrder, chosen: ChosenVoice): Speaking {
    if (speaking.size >= atOnce || bytesUnderWay() > MOST_BYTES)
      throw new ParleyError('overloaded', 'As many texts are being spoken as may be; try again.', {
        retryable: true,
        details: { retryAfterMs: 2_000 },
      })
    const beganMs = clock.now()
    const heard = new Set<string>()
    const take = createTake({
      speak: signal =>
        chosen.speak(order, signal, name => {
          if (heard.size === 0) metrics.firstSound(clock.now() - beganMs)
          heard.delete(name)
          heard.add(name)
        }),
      onEnd(end) {
        speaking.delete(key)
        if (!('whole' in end)) return
        metrics.spoken(clock.now() - beganMs)
        const isPreferred = heard.size === 1 && heard.has(chosen.first)
        if (isPreferred) keep(key, end.whole, chosen)
      },
    })
    const begun = { take, chosen, heard }
    speaking.set(key, begun)
    return begun
  }

  function keep(key: string, parts: readonly SpeechPart[], { first, sampleRate }: ChosenVoice): void {
    const bytes = parts.reduce((sum, part) => sum + partBytes(part), 0)
    shelf.put(key, { parts, sampleRate, voice: first, bytes })
  }

  function bytesUnderWay(): number {
    let bytes = 0
    for (const { take } of speaking.values()) bytes += take.bytes
    return bytes
  }

  function deliver(reader: SpeechReader, { onCut, who, ...facts }: DeliveryFacts): Delivery {
    metrics.source(facts.source)
    const delivery: Delivery = {
      ...facts,
      get voice() {
        return who()
      },
      next: () => reader.next(),
      close(reason) {
        reader.close(reason)
        deliveries.delete(delivery)
        if (deliveries.size === 0) drained?.()
      },
    }
    deliveries.set(delivery, onCut)
    return delivery
  }

  return {
    order(order, onCut = () => {}) {
      if (drained !== undefined) throw leaving()
      const chosen = voices.choose(order)
      const { language } = chosen
      const key = orderKey(order, { ...chosen, name: chosen.speaker })
      const kept = shelf.get(key)
      if (kept !== undefined) {
        const { parts, sampleRate, voice } = kept
        const facts = { source: 'hit', language, sampleRate, samples: samplesIn(parts) } as const
        return deliver(readKept(parts), { ...facts, onCut, who: () => voice })
      }
      const underWay = speaking.get(key)
      const { take, heard } = underWay ?? begin(key, order, chosen)
      const source = underWay === undefined ? 'miss' : 'shared'
      const facts = { source, language, sampleRate: chosen.sampleRate, samples: undefined } as const
      return deliver(take.open(), { ...facts, onCut, who: () => [...heard].at(-1) ?? '' })
    },
    get active() {
      return speaking.size
    },
    drain(signal) {
      return new Promise(resolve => {
        drained = () => {
          signal.removeEventListener('abort', cut)
          resolve()
        }
        const cut = () => {
          for (const [delivery, onCut] of [...deliveries]) {
            delivery.close(leaving())
            onCut()
          }
          drained?.()
        }
        signal.addEventListener('abort', cut, { once: true })
        if (signal.aborted) cut()
        else if (deliveries.size === 0) drained()
      })
    },
  }
}

function samplesIn(parts: readonly SpeechPart[]): number {
  return parts.reduce((sum, part) => sum + (part.kind === 'audio' ? part.samples.length : 0), 0)
}

function leaving(): ParleyError {
  return new ParleyError('draining', 'This gateway is leaving; ask another node.', {
    retryable: true,
    details: { retryAfterMs: 1_000 },
  })
}
