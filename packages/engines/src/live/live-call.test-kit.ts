/**
 * A call of a live engine through the real adapter to the simulated vendor, over loopback, under a clock that goes on only
 * once every message has arrived: a conversation always goes the same way.
 */

import type { FullDuplexModel } from '@parley/core'
import { fixedKey, openaiLive, openSocket } from '@parley/providers'
import {
  codedBrains,
  codeSpeech,
  type LiveSimOptions,
  openOpenAiLiveSim,
  readSpeech,
  seededRandom,
  type VendorSim,
  VirtualClock,
} from '@parley/sim'
import type { LiveEngineOptions } from './live-options.js'
import { type Answer, type LiveRig, liveRig, RATE } from './live-rig.test-kit.js'

export interface LiveCall {
  readonly sim: VendorSim
  readonly rig: LiveRig
  /** Time goes on by so long; the caller is silent once all was said. */
  pass(ms: number): Promise<void>
  /** Time goes on until this holds. */
  until(holds: () => boolean, mostMs?: number): Promise<void>
  /** The caller says this from now on. */
  say(text: string): void
  /** The words in the sound of an answer. */
  sounds(answer: Answer | undefined): string
  close(): Promise<void>
}

export async function liveCall(
  engine: Partial<LiveEngineOptions> = {},
  vendor: Partial<LiveSimOptions> = {},
): Promise<LiveCall> {
  const clock = new VirtualClock()
  const sim = await openOpenAiLiveSim({
    clock,
    random: seededRandom(1),
    brains: codedBrains(),
    epochMs: () => clock.now(),
    ...vendor,
  })
  const counts = { sent: 0, received: 0 }
  let ids = 0
  const model = openaiLive.live?.create(
    { model: 'gpt-live-1' },
    {
      clock,
      epochMs: () => clock.now(),
      random: () => 0.5,
      newId: () => `id-${++ids}`,
      baseUrl: sim.baseUrl,
      keys: fixedKey('a-key'),
      fetch,
      openSocket(options) {
        const socket = openSocket({
          ...options,
          onText(text) {
            counts.received++
            options.onText(text)
          },
        })
        return {
          ...socket,
          get state() {
            return socket.state
          },
          get bufferedBytes() {
            return socket.bufferedBytes
          },
          send(message) {
            counts.sent++
            return socket.send(message)
          },
        }
      },
      warn() {},
    },
  ) as FullDuplexModel
  const rig = liveRig({ models: [model], ...engine }, clock)
  let waiting = new Int16Array(0)

  /** Everything that is on its way arrives; what never does is not waited for. */
  async function arrive(): Promise<void> {
    for (let turn = 0; turn < 60; turn++) {
      await new Promise(resolve => setImmediate(resolve))
      const isThere = counts.sent === sim.received.length && counts.received === sim.sent.length
      if (isThere && turn > 2) return
    }
  }

  async function step(): Promise<void> {
    const size = RATE / 50
    const frame = new Int16Array(size)
    frame.set(waiting.subarray(0, size))
    waiting = waiting.slice(size)
    rig.link.hear({ samples: frame, rate: RATE, atMs: clock.now() })
    await arrive()
    await clock.advance(20)
    await arrive()
  }

  async function pass(ms: number): Promise<void> {
    for (let at = 0; at < ms; at += 20) await step()
  }

  await pass(400)
  return {
    sim,
    rig,
    pass,
    async until(holds, mostMs = 30_000) {
      for (let at = 0; !holds(); at += 20) {
        if (at > mostMs) throw new Error(`it did not come within ${mostMs} ms of the call`)
        await step()
      }
    },
    say(text) {
      waiting = codeSpeech(text, RATE).samples.slice()
    },
    sounds: answer =>
      readSpeech(
        Int16Array.from(
          (answer?.parts ?? []).flatMap(part => (part.kind === 'audio' ? [...part.samples] : [])),
        ),
        RATE,
      ).text,
    async close() {
      await rig.link.close()
      await sim.close()
    },
  }
}
