/** The vendor behind the engine: its simulator over real sockets, the real adapter, and what it was told to keep. */

import type { Engine } from '@parley/core'
import { createRealtimeEngine } from '@parley/engines'
import { fixedKey, openai, openSocket } from '@parley/providers'
import { openOpenAiRealtimeSim, type SimBrains, type VendorSim, type VirtualClock } from '@parley/sim'
import { resampling } from './plain-session.js'

const EPOCH_MS = 1_795_000_000_000

interface VendorEvent {
  readonly type: string
  readonly item_id?: string
  readonly delta?: string
  readonly audio_end_ms?: number
}

export interface KeptItem {
  /** Its words so far. */
  transcript: string
  /** Sound sent of it, bytes of base64 without padding. */
  soundMs: number
  /** What it was cut to, ms; 0 where it was taken out; undefined: never. */
  keptMs: number | undefined
  /** On the clock, ms: the last word on it. */
  toldAtMs: number
  cuts: number
}

export interface FarVendor {
  readonly engine: Engine
  readonly items: ReadonlyMap<string, KeptItem>
  readonly complaints: readonly string[]
  /** Notes what was said since the last time. */
  read(): void
  close(): Promise<void>
}

export interface FarVendorOptions {
  readonly clock: VirtualClock
  readonly random: () => number
  readonly brains: SimBrains
  /** Of the vendor's sound, Hz. */
  readonly rate: number
  /** Time from one delta of 100 ms to the next. */
  readonly everyMs: number
}

export async function openFarVendor(options: FarVendorOptions): Promise<FarVendor> {
  const { clock, random, brains, rate, everyMs } = options
  const epochMs = () => EPOCH_MS + clock.now()
  const server: VendorSim = await openOpenAiRealtimeSim({ clock, random, brains, epochMs })
  server.behave({ firstMs: 150, everyMs, jitterMs: everyMs })
  let ids = 0
  const model = openai.realtime?.create(
    { model: 'bench', transcription: { model: 'bench' } },
    {
      ...{ clock, epochMs, random, newId: () => `id${++ids}`, baseUrl: server.baseUrl },
      ...{ keys: fixedKey('sk-bench'), fetch, openSocket, warn: () => {} },
    },
  )
  if (model === undefined) throw new Error('openai has no realtime slot')
  const engine = createRealtimeEngine({ models: [model], resampling })
  const items = new Map<string, KeptItem>()
  const seen = new WeakSet<object>()
  const bytesPerMs = rate === 8_000 ? 8 : (rate * 2) / 1000

  function itemOf(id: string): KeptItem {
    const known = items.get(id)
    if (known !== undefined) return known
    const item = { transcript: '', soundMs: 0, keptMs: undefined, toldAtMs: 0, cuts: 0 }
    items.set(id, item)
    return item
  }

  function sent({ type, item_id: id = '', delta = '' }: VendorEvent): void {
    if (type === 'response.output_audio_transcript.delta') itemOf(id).transcript += delta
    if (type === 'response.output_audio.delta')
      itemOf(id).soundMs += Buffer.byteLength(delta, 'base64') / bytesPerMs
  }

  function received({ type, item_id: id = '', audio_end_ms: endMs = 0 }: VendorEvent): void {
    const isCut = type === 'conversation.item.truncate'
    const item = isCut || type === 'conversation.item.delete' ? items.get(id) : undefined
    if (item === undefined) return
    item.keptMs = isCut ? endMs : 0
    item.toldAtMs = clock.now()
    item.cuts += 1
  }

  return {
    engine,
    items,
    complaints: server.complaints,
    read() {
      for (const [messages, take] of [
        [server.sent, sent],
        [server.received, received],
      ] as const)
        for (const { message } of messages) {
          if (seen.has(message as object)) continue
          seen.add(message as object)
          take(message as VendorEvent)
        }
    },
    async close() {
      await model.close?.()
      await server.close()
    },
  }
}
