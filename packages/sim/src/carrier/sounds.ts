/** Circuits that play: spoken texts, recordings, tones, silence. */

import { loadResampling, readWav, sine } from '@parley/audio'
import { askCustomer } from './ask-customer.js'
import { type CarrierWorld, parametersOf } from './carrier-world.js'
import { countOf, type Verb } from './document.js'
import type { Circuit, Leg } from './leg.js'
import { LINE_FRAME, LINE_RATE } from './party.js'
import { pause, pending } from './waiting.js'

export const quiet: Circuit = { exchange: () => undefined }

/** Plays to the end; resolves early where the signal comes. Keys go to `key`. */
export async function playSound(
  leg: Leg,
  samples: Int16Array,
  signal: AbortSignal,
  key?: Circuit['key'],
): Promise<void> {
  let at = 0
  await pending<true>(signal, done => {
    leg.circuit = {
      exchange() {
        if (at >= samples.length) {
          done(true)
          return undefined
        }
        const frame = new Int16Array(LINE_FRAME)
        frame.set(samples.subarray(at, at + LINE_FRAME))
        at += LINE_FRAME
        return frame
      },
      ...(key === undefined ? {} : { key }),
    }
    return () => {
      leg.circuit = { ...quiet, ...(key === undefined ? {} : { key }) }
    }
  })
}

/** `Say`, `Play` and `Pause`, also inside others. Whether the verb was one of them. */
export async function soundVerb(
  world: CarrierWorld,
  leg: Leg,
  verb: Verb,
  { signal, key }: { readonly signal: AbortSignal; readonly key?: Circuit['key'] },
): Promise<boolean> {
  if (verb.name === 'Say') {
    world.note(leg, 'say', verb.text)
    const samples = await world.speak(verb.text, verb.attributes.language ?? 'en-US')
    const loop = Math.max(1, countOf(verb, 'loop', { is: 1, most: 100 }))
    for (let time = 0; time < loop && !signal.aborted; time++) await playSound(leg, samples, signal, key)
    return true
  }
  if (verb.name === 'Pause') {
    leg.circuit = { ...quiet, ...(key === undefined ? {} : { key }) }
    await pause(world.clock, countOf(verb, 'length', { is: 1, most: 14_400 }) * 1_000, signal)
    return true
  }
  if (verb.name !== 'Play') return false
  const { digits } = verb.attributes
  if (digits !== undefined) {
    await sendDigits(world, leg, digits, signal)
    return true
  }
  world.note(leg, 'play', verb.text)
  const samples = await fetchSound(world, leg, verb.text, signal)
  const loop = countOf(verb, 'loop', { is: 1, most: 1_000 })
  for (let time = 0; (loop === 0 || time < loop) && !signal.aborted && samples.length > 0; time++)
    await playSound(leg, samples, signal, key)
  return true
}

/** Keys into the call: the phone is told, and hears them. `w` waits half a second. */
export async function sendDigits(
  world: CarrierWorld,
  leg: Leg,
  digits: string,
  signal: AbortSignal,
): Promise<void> {
  for (const digit of digits) {
    if (signal.aborted) return
    if (/w/i.test(digit)) {
      await pause(world.clock, digit === 'W' ? 1_000 : 500, signal)
      continue
    }
    leg.party.told?.({ kind: 'digits', digits: digit })
    world.note(leg, 'digits', digit)
    await playSound(leg, keyTone(digit), signal)
  }
}

const rows = [697, 770, 852, 941]
const columns = [1209, 1336, 1477, 1633]

/** The two tones of a key, 100 ms, and 60 ms of silence. */
export function keyTone(digit: string): Int16Array {
  const place = '123A456B789C*0#D'.indexOf(digit)
  const samples = new Int16Array((160 * LINE_RATE) / 1000)
  if (place < 0) return samples
  const low = sine({ rate: LINE_RATE, durationMs: 100, hz: rows[place >> 2] ?? 0, amplitude: 0.25 })
  const high = sine({ rate: LINE_RATE, durationMs: 100, hz: columns[place & 3] ?? 0, amplitude: 0.25 })
  for (let at = 0; at < low.length; at++) samples[at] = (low[at] ?? 0) + (high[at] ?? 0)
  return samples
}

/** A note for each word, higher and lower by its letters: to be told apart, not to be understood. */
export async function speakNotes(text: string): Promise<Int16Array> {
  const words = text.split(/\s+/).filter(word => word !== '')
  const NOTE_MS = 180
  const step = ((NOTE_MS + 60) * LINE_RATE) / 1000
  const samples = new Int16Array(words.length * step)
  for (const [index, word] of words.entries()) {
    const letter = (word.toLowerCase().codePointAt(0) ?? 97) % 24
    samples.set(
      sine({ rate: LINE_RATE, durationMs: NOTE_MS, hz: 220 * 2 ** (letter / 12), amplitude: 0.3 }),
      index * step,
    )
  }
  return samples
}

/** What every country but some hears while it rings: 425 Hz, 1 s in 5. */
export function ringing(): Circuit {
  const tone = sine({ rate: LINE_RATE, durationMs: 1_000, hz: 425, amplitude: 0.2 })
  let frames = 0
  return {
    exchange() {
      const at = (frames++ % 250) * LINE_FRAME
      return at < tone.length ? tone.slice(at, at + LINE_FRAME) : undefined
    },
  }
}

/** Empty where it cannot be had. */
async function fetchSound(
  world: CarrierWorld,
  leg: Leg,
  url: string,
  signal: AbortSignal,
): Promise<Int16Array> {
  const answer = await askCustomer(
    world,
    leg,
    { kind: 'sound', url, method: 'GET', parameters: parametersOf(world, leg) },
    signal,
  )
  if (answer === undefined || answer.status !== 200) {
    world.complain(`<Play> of ${url} was answered ${answer?.status ?? 'by nobody'}`)
    return new Int16Array(0)
  }
  try {
    const wav = readWav(answer.body)
    if (wav.sampleRate === LINE_RATE) return wav.samples
    const resampler = (await loadResampling()).create({ fromRate: wav.sampleRate, toRate: LINE_RATE })
    const body = resampler.process(wav.samples).slice()
    const rest = resampler.flush()
    resampler.close()
    const samples = new Int16Array(body.length + rest.length)
    samples.set(body)
    samples.set(rest, body.length)
    return samples
  } catch (error) {
    world.complain(`<Play> of ${url} is no WAV (${error instanceof Error ? error.message : String(error)})`)
    return new Int16Array(0)
  }
}
