/**
 * Who took the call: accuracy, time to the verdict, beeps found and beeps imagined.
 *
 *   npx tsc -b bench && node bench/dist/machine-detection.js
 *
 * Held out: greetings spoken by the embedded voices (flite in English; espeak-ng, where it is built, in four languages) at
 * several speeds, over noise, through µ-law at 8 kHz, none of which any threshold was chosen by. People say a word or two
 * and wait; "people in offices" answer with a whole sentence, which no rule of lengths can tell from a short machine.
 * Fixtures: the recorded clips of the repository. No words are given. Intervals: Wilson, 95 %.
 */
import { readFileSync } from 'node:fs'
import { decodeUlaw, encodeUlaw, loadResampling, noise, readWav, sine } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import { createMachineEar, type MachineNews } from '@parley/calls'
import type { TextToSpeech } from '@parley/core'
import { createFlite } from '@parley/providers'
import { seededRandom } from '@parley/sim'

type Kind = 'machine' | 'person' | 'person in an office'

interface Greeting {
  readonly kind: Kind
  readonly language: string
  readonly text: string
}

const rate = 8_000
const fixtures = new URL('../../fixtures/audio/', import.meta.url)
const activity = await loadVoiceActivity()
const resampling = await loadResampling()
const random = seededRandom(2_026)

const said = (kind: Kind, language: string, texts: readonly string[]): readonly Greeting[] =>
  texts.map(text => ({ kind, language, text }))

const greetings: readonly Greeting[] = [
  ...said('machine', 'en', [
    'Hi, you have reached Martha. I cannot come to the phone right now. Please leave a message after the tone.',
    'Hello. This is the voicemail of Peter Brown. Leave your name and number and I will get back to you.',
    'The person you are calling is not available. At the tone, please record your message.',
    'Thanks for calling. Our office is closed. We open again on Monday at nine.',
  ]),
  ...said('machine', 'es', [
    'Hola, ahora no puedo atenderte. Deja tu mensaje después de la señal.',
    'El número que ha marcado no está disponible en este momento.',
  ]),
  ...said('machine', 'fr', ['Bonjour, je suis absent pour le moment. Laissez un message après le bip.']),
  ...said('machine', 'it', ['Risponde la segreteria telefonica. Lasciate un messaggio dopo il segnale.']),
  ...said('person', 'en', ['Hello?', 'Yes?', 'Hello, who is this?', 'Anna speaking.', 'Good morning.']),
  ...said('person', 'es', ['¿Diga?', 'Hola, ¿quién es?']),
  ...said('person', 'fr', ['Allô?', 'Oui, bonjour?']),
  ...said('person', 'it', ['Pronto?', 'Sì, chi parla?']),
  ...said('person in an office', 'en', [
    'Good morning, Miller and Sons, this is Anna, how can I help you?',
    'Accounts department, Tom speaking, what can I do for you?',
  ]),
]

function fit(samples: Int16Array, fromRate: number): Int16Array {
  if (fromRate === rate) return samples
  const resampler = resampling.create({ fromRate, toRate: rate })
  const fitted = resampler.process(samples).slice()
  resampler.close()
  return fitted
}

const load = (file: string): Int16Array => {
  const wav = readWav(readFileSync(new URL(file, fixtures)))
  return fit(wav.samples, wav.sampleRate)
}

function join(...parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

const silent = (ms: number): Int16Array => new Int16Array(Math.round((ms * rate) / 1000))

function over(sound: Int16Array, bed: Int16Array, share: number): Int16Array {
  return sound.map((sample, i) =>
    Math.max(-32_768, Math.min(32_767, sample + share * (bed[i % bed.length] as number))),
  )
}

function hear(sound: Int16Array): readonly MachineNews[] {
  const detector = activity.open(rate)
  const ear = createMachineEar(detector)
  const samples = decodeUlaw(encodeUlaw(sound))
  const news: MachineNews[] = []
  for (let at = 0; at + 160 <= samples.length; at += 160)
    news.push(...ear.hear({ samples: samples.subarray(at, at + 160), rate, atMs: at / 8 }))
  detector.close()
  return news
}

async function speak(voice: TextToSpeech, { text, language }: Greeting, speaker?: string) {
  const parts: Int16Array[] = []
  const request = speaker === undefined ? { text, language } : { text, language, voice: speaker }
  for await (const part of voice.speak(request, new AbortController().signal))
    if (part.kind === 'audio') parts.push(part.samples.slice())
  return fit(join(...parts), voice.sampleRate)
}

const share = (hits: number, of: number): string => {
  if (of === 0) return 'none'
  const z = 1.96
  const p = hits / of
  const middle = (p + (z * z) / (2 * of)) / (1 + (z * z) / of)
  const half = (z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of)
  const percent = (value: number) => (100 * Math.max(0, Math.min(1, value))).toFixed(1)
  return `${hits}/${of} = ${percent(p)} % (${percent(middle - half)}–${percent(middle + half)})`
}

const quantile = (values: readonly number[], q: number): number =>
  Math.round([...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? Number.NaN)

const beds = ['office', 'pink', 'babble'].map(name => load(`noise/${name}.wav`))
const results: {
  kind: string
  right: boolean
  atMs: number
  beep: 'hit' | 'missed' | undefined
  imagined: number
}[] = []

function tryOne(kind: Kind, greeting: Int16Array): void {
  const leadMs = 200 + random() * 1_300
  const gapMs = 150 + random() * 1_300
  const beepMs = 150 + random() * 900
  const hz = 450 + random() * 1_550
  const amplitude = 0.05 + random() * 0.35
  const machine = kind === 'machine'
  const tail = machine
    ? join(silent(gapMs), sine({ rate, durationMs: beepMs, hz, amplitude }), silent(1_500))
    : silent(3_500)
  const bed = beds[Math.floor(random() * beds.length)] as Int16Array
  const sound = over(join(silent(leadMs), greeting, tail), bed, random() * 0.12)
  const news = hear(sound)
  const first = news.find(({ kind: each }) => each === 'verdict')
  const startMs = leadMs + greeting.length / 8 + gapMs
  const found = news.filter(each => each.kind === 'beep')
  const isTrue = (each: (typeof found)[number]) => machine && Math.abs(each.startMs - startMs) < 80
  const answeredBy = first?.kind === 'verdict' ? first.answeredBy : undefined
  results.push({
    kind,
    right: answeredBy === (machine ? 'machine' : 'human'),
    atMs: (first?.atMs ?? Number.NaN) - leadMs,
    beep: machine ? (found.some(isTrue) ? 'hit' : 'missed') : undefined,
    imagined: found.filter(each => !isTrue(each)).length,
  })
}

async function heldOut(): Promise<string> {
  const flite = createFlite()
  let espeak: readonly TextToSpeech[] = []
  try {
    const name = '@parley/tts-espeak'
    const { createEspeak } = (await import(name)) as {
      createEspeak(options: { wordsPerMinute: number }): TextToSpeech
    }
    espeak = [130, 165, 200].map(wordsPerMinute => createEspeak({ wordsPerMinute }))
  } catch {
    // Optional.
  }
  for (const greeting of greetings) {
    const spoken: Int16Array[] = []
    if (greeting.language === 'en')
      for (const speaker of ['slt', 'rms', 'awb', 'kal16']) spoken.push(await speak(flite, greeting, speaker))
    for (const voice of espeak)
      for (const speaker of ['+f2', '+m3']) spoken.push(await speak(voice, greeting, speaker))
    for (const sound of spoken) for (let time = 0; time < 2; time++) tryOne(greeting.kind, sound)
  }
  await Promise.all([flite.close(), ...espeak.map(voice => voice.close())])
  return espeak.length > 0 ? 'flite and espeak-ng' : 'flite'
}

function report(title: string): void {
  console.log(`\n${title}`)
  for (const kind of [...new Set(results.map(each => each.kind))]) {
    const of = results.filter(each => each.kind === kind)
    const times = of.map(({ atMs }) => atMs).filter(Number.isFinite)
    const right = of.filter(each => each.right).length
    console.log(
      `${kind}: right ${share(right, of.length)}; verdict after p50 ${quantile(times, 0.5)} ms, p95 ${quantile(times, 0.95)} ms`,
    )
  }
  const beeps = results.filter(({ beep }) => beep !== undefined)
  console.log(`beeps found ${share(beeps.filter(({ beep }) => beep === 'hit').length, beeps.length)}`)
  console.log(
    `calls with an imagined beep ${share(results.filter(({ imagined }) => imagined > 0).length, results.length)}`,
  )
}

const voices = await heldOut()
report(`Held out, ${voices}`)

results.length = 0
const clips = {
  machine: ['en-vm-mismatch', 'es-vm-nobodyavail', 'en-followme-sorry', 'es-followme-pls-hold-while-try'],
  person: [
    'en-hello',
    'lk-hello',
    'bc-hola-default-es',
    'bc-yessir-default',
    'bc-yessir-pirate',
    'lk-weather',
  ],
} as const
for (const kind of ['machine', 'person'] as const)
  for (const name of clips[kind]) for (let time = 0; time < 5; time++) tryOne(kind, load(`clips/${name}.wav`))
report('Recorded clips')

const loud = [
  ...['music', 'babble', 'office', 'pink'].map(name => `noise/${name}.wav`),
  'clips/jfk.wav',
  'clips/spacewalk.wav',
  'clips/silero-test.wav',
  'clips/webrtcvad-leak.wav',
]
let seconds = 0
let imagined = 0
for (const file of loud) {
  const sound = join(load(file), noise({ rate, durationMs: 200, amplitude: 0.001 }))
  seconds += sound.length / rate
  imagined += hear(sound).filter(({ kind }) => kind === 'beep').length
}
console.log(`\nBeeps imagined in ${seconds.toFixed(0)} s of speech, music and noise: ${imagined}`)
