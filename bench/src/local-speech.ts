/**
 * The speech that needs no key: how soon the voices sound, how soon the recogniser answers, what both cost, and what the
 * recogniser takes and refuses on human recordings.
 *
 *   npx tsc -b bench && node bench/dist/local-speech.js [--json]
 *
 * Voices are warm. First audio: from the call of `speak` to its first sound, for clauses that were not spoken before, a
 * tenth of a second apart. RTF: wall time over duration of a text of 4,000 characters. Recogniser: each clip is fed in
 * 20 ms frames at real-time pace, `begin` comes 100 ms after the labelled onset and `finish` 300 ms after the last voiced
 * sample, as a detector would call them; the answer is `finished`, which follows the final. CPU: of the worker processes,
 * over the audio they heard. espeak-ng is measured where the optional package is built.
 */
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { loadResampling } from '@parley/audio'
import { readWavFile } from '@parley/audio/node'
import { type SpeechToText, type SttEvent, systemClock, type TextToSpeech } from '@parley/core'
import { createFlite, createPocketsphinx, findPocketsphinx, type Pocketsphinx } from '@parley/providers'

interface Clip {
  readonly id: string
  readonly set: 'speech' | 'other speech' | 'no speech'
  readonly text: string | undefined
  readonly onsetMs: number
  readonly offsetMs: number
  readonly samples: Int16Array
}

interface Label {
  readonly id: string
  readonly file: string
  readonly kind?: string
  readonly lang?: string | null
  readonly transcript?: string | null
  readonly onset_ms?: number
  readonly offset_ms?: number
}

const fixtures = new URL('../../fixtures/audio/', import.meta.url)
const office = [
  'hello',
  'goodbye',
  'transfer',
  'one moment please',
  'thank you',
  "i'm sorry",
  'no',
  'yes please',
]

/** Between clauses: a voice has time to get ready for the next one while its sound is played. */
const pauseMs = 100

const voices = await measureVoices()
const recogniser = await measureRecogniser()
if (process.argv.includes('--json')) console.log(JSON.stringify({ machine: machine(), voices, recogniser }))
else print()

async function measureVoices() {
  const flite = await measureVoice(createFlite(), 'en')
  try {
    const name = '@parley/tts-espeak'
    const { createEspeak }: { createEspeak(): TextToSpeech } = await import(name)
    return [flite, await measureVoice(createEspeak(), 'en'), await measureVoice(createEspeak(), 'es')]
  } catch (error) {
    console.error(`espeak-ng is left out: ${error instanceof Error ? error.message : String(error)}`)
    return [flite]
  }
}

async function measureVoice(voice: TextToSpeech, language: string) {
  const began = performance.now()
  await voice.warm?.()
  const warmMs = performance.now() - began
  const firsts: number[] = []
  for (const clause of clauses(language)) {
    firsts.push((await speak(voice, language, clause)).firstMs)
    await sleep(pauseMs)
  }
  const text = clauses(language).join(' ').repeat(3).slice(0, 4_000)
  const long = await speak(voice, language, text)
  await voice.close()
  return {
    voice: `${voice.name} ${language}`,
    warmMs: round(warmMs),
    firstP50Ms: round(quantile(firsts, 0.5)),
    firstP95Ms: round(quantile(firsts, 0.95)),
    rtf: round(long.wallMs / long.soundMs, 4),
  }
}

async function speak(voice: TextToSpeech, language: string, text: string) {
  const began = performance.now()
  let firstMs: number | undefined
  let samples = 0
  for await (const part of voice.speak({ text, language }, new AbortController().signal)) {
    if (part.kind !== 'audio') continue
    firstMs ??= performance.now() - began
    samples += part.samples.length
  }
  const wallMs = performance.now() - began
  return { firstMs: firstMs ?? wallMs, wallMs, soundMs: (samples * 1000) / voice.sampleRate }
}

/** Forty clauses as an agent says them, all different. */
function clauses(language: string): string[] {
  const [days, frames] =
    language === 'es'
      ? [
          ['lunes', 'martes', 'miércoles', 'jueves', 'viernes'],
          [
            'Tengo una mesa libre el {} a las siete.',
            '¿Le viene bien el {} por la mañana?',
            'Su cita del {} está confirmada.',
            'Lo siento, el {} estamos cerrados.',
          ],
        ]
      : [
          ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'],
          [
            'I have a table for you on {} at seven.',
            'Would {} morning suit you?',
            'Your appointment on {} is confirmed.',
            'I am sorry, on {} we are closed.',
          ],
        ]
  const both = (frames ?? []).flatMap(frame => (days ?? []).map(day => frame.replace('{}', day)))
  return [...both, ...both.map((clause, index) => `${index + 1}: ${clause}`)]
}

async function measureRecogniser() {
  const began = performance.now()
  const found = await findPocketsphinx()
  if (!found.available) return { missing: `${found.reason} ${found.cure}` }
  const findMs = performance.now() - began
  const clips = await loadClips()
  const stt = createPocketsphinx({ python: found.python, model: found.model })
  const started = performance.now()
  const first = clips.find(({ id }) => id === 'en-hello')
  if (first !== undefined) await hear(stt, first, office, false)
  const firstUtteranceMs = performance.now() - started
  const result = {
    findMs: round(findMs),
    startToFirstAnswerMs: round(firstUtteranceMs),
    processes: stt.pids().length,
    memoryMb: round(memoryOf(stt)),
    ...(await measureAnswers(stt, clips)),
    decisions: await measureDecisions(stt, clips),
  }
  await stt.close()
  return result
}

async function measureAnswers(stt: Pocketsphinx, clips: readonly Clip[]) {
  const known = clips.filter(({ set, text }) => set === 'speech' && text !== undefined)
  const phrases = known.flatMap(({ text }) => (text === undefined ? [] : [text]))
  const cpuBefore = cpuSecondsOf(stt)
  const answers = []
  for (const clip of [...known, ...known]) answers.push(await hear(stt, clip, phrases, true))
  const audioSeconds = answers.reduce((sum, { audioMs }) => sum + audioMs / 1000, 0)
  const waits = answers.map(({ answerMs }) => answerMs)
  const firsts = answers.flatMap(({ firstPartialMs }) =>
    firstPartialMs === undefined ? [] : [firstPartialMs],
  )
  return {
    utterances: answers.length,
    finishToFinalP50Ms: round(quantile(waits, 0.5)),
    finishToFinalP95Ms: round(quantile(waits, 0.95)),
    firstPartialP50Ms: round(quantile(firsts, 0.5)),
    cpuOfOneCore: round((cpuSecondsOf(stt) - cpuBefore) / audioSeconds, 3),
  }
}

/** What is taken and refused: every clip against two grammars, with its own sentence in it or not. */
async function measureDecisions(stt: Pocketsphinx, clips: readonly Clip[]) {
  const sentences = clips.flatMap(({ set, text }) => (set === 'speech' && text !== undefined ? [text] : []))
  const table = new Map<string, { right: number; wrong: number; refused: number }>()
  for (const clip of clips) {
    const others = sentences.filter(each => each !== clip.text)
    for (const grammar of [sentences, others, office]) {
      const inside = clip.text !== undefined && grammar.includes(clip.text)
      if (grammar === others && !sentences.includes(clip.text ?? '')) continue
      const row = `${clip.set}, ${inside ? 'in' : 'outside'} the grammar`
      const counts = table.get(row) ?? { right: 0, wrong: 0, refused: 0 }
      table.set(row, counts)
      const { text } = await hear(stt, clip, grammar, false)
      if (text === undefined) counts.refused++
      else if (inside && text === clip.text) counts.right++
      else counts.wrong++
    }
  }
  return Object.fromEntries(table)
}

async function hear(stt: SpeechToText, clip: Clip, phrases: readonly string[], paced: boolean) {
  let text: string | undefined
  let firstPartialMs: number | undefined
  let finished: () => void = () => {}
  const ended = new Promise<void>(resolve => {
    finished = resolve
  })
  const began = performance.now()
  const stream = stt.open({
    language: 'en',
    grammar: `#JSGF V1.0;\ngrammar bench;\npublic <phrase> = ${phrases.join(' | ')};\n`,
    clock: systemClock,
    onEvent(event: SttEvent) {
      if (event.kind === 'partial') firstPartialMs ??= performance.now() - began - clip.onsetMs
      if (event.kind === 'final') text = event.text
      if (event.kind === 'finished') finished()
    },
  })
  const finishMs = clip.offsetMs + 300
  const silence = new Int16Array(320)
  let begun = false
  for (let atMs = 0; atMs < finishMs; atMs += 20) {
    if (paced) await sleep(Math.max(0, began + atMs + 20 - performance.now()))
    if (!begun && atMs >= clip.onsetMs + 100) {
      stream.begin(clip.onsetMs)
      begun = true
    }
    const samples = clip.samples.subarray(atMs * 16, atMs * 16 + 320)
    stream.hear({ samples: samples.length === 320 ? samples : silence, rate: 16_000, atMs })
  }
  if (!begun) stream.begin(clip.onsetMs)
  const asked = performance.now()
  stream.finish(clip.offsetMs)
  await ended
  const answerMs = performance.now() - asked
  stream.close()
  return { text, answerMs, firstPartialMs, audioMs: finishMs }
}

async function loadClips(): Promise<Clip[]> {
  const labels: { clips: Label[]; traps: Label[]; noise: Label[] } = JSON.parse(
    readFileSync(new URL('labels.json', fixtures), 'utf8'),
  )
  const resampling = await loadResampling()
  const load = async (label: Label, set: Clip['set']): Promise<Clip> => {
    const wav = await readWavFile(fileURLToPath(new URL(label.file, fixtures)))
    const resampler = resampling.create({ fromRate: wav.sampleRate, toRate: 16_000 })
    const samples = Int16Array.from([...resampler.process(wav.samples), ...resampler.flush()])
    resampler.close()
    return {
      id: label.id,
      set,
      text: label.transcript == null || label.lang !== 'en' ? undefined : spelled(label.transcript),
      onsetMs: label.onset_ms ?? 0,
      offsetMs: Math.min(samples.length / 16, label.offset_ms ?? Number.POSITIVE_INFINITY),
      samples,
    }
  }
  return Promise.all([
    ...labels.clips.map(label =>
      load(label, label.kind === 'speech' && label.lang === 'en' ? 'speech' : 'other speech'),
    ),
    ...[...labels.traps, ...labels.noise].map(label => load(label, 'no speech')),
  ])
}

function spelled(transcript: string): string {
  const digits: Record<string, string> = { '0': 'zero', '2': 'two', '5': 'five' }
  const plain = transcript.toLowerCase().replace(/re-entered/g, 're entered')
  const words = plain.replace(/[^a-z0-9' ]/g, ' ').trim()
  return words
    .split(/\s+/)
    .map(word => digits[word] ?? word)
    .join(' ')
}

function cpuSecondsOf(stt: Pocketsphinx): number {
  const ticks = stt.pids().map(pid => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((sum, each) => sum + each, 0) / 100
}

function memoryOf(stt: Pocketsphinx): number {
  const pages = stt.pids().map(pid => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]))
  return (pages.reduce((sum, each) => sum + each, 0) * 4096) / 1e6
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}

function machine() {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    node: process.version,
    load: round(loadavg()[0] ?? 0),
  }
}

function print(): void {
  console.log(machine())
  console.table(voices)
  const { decisions, ...rest } = { decisions: undefined, ...recogniser }
  console.table([rest])
  if (decisions !== undefined) console.table(decisions)
}
