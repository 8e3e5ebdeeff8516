/** One voice over its simulated vendor: clause after clause, and what of the time until the first sound is the adapter's. */

import { systemClock } from '@parley/core'
import { fixedKey, type Vendor } from '@parley/providers'
import { codedBrains, type SimOptions, seededRandom, type VendorSim } from '@parley/sim'
import { type SocketWatch, watchedSockets } from './watched-sockets.js'

export interface VoiceCase {
  readonly vendor: Vendor
  readonly options: object
  openSim(options: SimOptions): Promise<VendorSim>
}

export interface VoiceFigures {
  readonly name: string
  /** From `speak()` to the first sound, ms. */
  readonly firstSoundMs: Spread
  /** Of that: from `speak()` to the last message out before it, and from the message with the sound to the sound, ms. */
  readonly addedMs: Spread
  /** Time in the adapter's handler for a message in, µs. */
  readonly usPerMessage: number
}

export interface Spread {
  readonly p50: number
  readonly p99: number
}

const CLAUSES = 500
const WARM_UP = 50
const text = 'One two three four five six seven eight nine ten, and so on.'

export async function measureVoice({ vendor, options, openSim }: VoiceCase): Promise<VoiceFigures> {
  const random = seededRandom(3)
  const sim = await openSim({ clock: systemClock, random, brains: codedBrains(), keys: ['key'] })
  const watch = watchedSockets(systemClock.now)
  const voice = vendor.tts?.create(options, {
    clock: systemClock,
    epochMs: Date.now,
    random,
    newId: () => crypto.randomUUID(),
    baseUrl: sim.baseUrl,
    keys: fixedKey('key'),
    fetch,
    openSocket: watch.open,
    warn: error => process.stderr.write(`${error.message}\n`),
  })
  if (voice === undefined) throw new Error(`${vendor.name} has no voice`)
  await voice.warm?.()
  const firsts: number[] = []
  const added: number[] = []
  for (let clause = 0; clause < CLAUSES + WARM_UP; clause++) {
    if (clause === WARM_UP) Object.assign(watch, { messages: 0, busyMs: 0 })
    const { firstMs, ownMs } = await speakOnce(voice, watch)
    if (clause < WARM_UP) continue
    firsts.push(firstMs)
    added.push(ownMs)
  }
  const usPerMessage = (watch.busyMs * 1000) / watch.messages
  await voice.close()
  await sim.close()
  return { name: vendor.name, firstSoundMs: spread(firsts), addedMs: spread(added), usPerMessage }
}

async function speakOnce(
  voice: NonNullable<ReturnType<NonNullable<Vendor['tts']>['create']>>,
  watch: SocketWatch,
): Promise<{ readonly firstMs: number; readonly ownMs: number }> {
  const { now } = systemClock
  const fromMs = now()
  let result: { readonly firstMs: number; readonly ownMs: number } | undefined
  for await (const part of voice.speak({ text, language: 'en' }, new AbortController().signal)) {
    if (part.kind !== 'audio' || result !== undefined) continue
    const atMs = now()
    result = { firstMs: atMs - fromMs, ownMs: watch.sentAtMs - fromMs + (atMs - watch.cameAtMs) }
  }
  if (result === undefined) throw new Error(`${voice.name} gave no sound`)
  return result
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}
