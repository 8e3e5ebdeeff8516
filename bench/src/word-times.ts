/**
 * How well words are placed in sound whose voice does not say where they are, against voices that do.
 *
 *   npx tsc -b bench && node bench/dist/word-times.js [--json] [--set=tune|held-out]
 *
 * 60 sentences in each language (words/sentences.ts) are cut into clauses and spoken by flite (en) and, where it is
 * built, espeak-ng (en, es); their own word times are the truth. The same sound is then given without times: by the
 * length of words in characters (before), by estimated speaking time alone, and with the silences of the sound. Error of
 * a word: its end against the truth, ms, either way. Error of heard text: words heard by the estimate against words heard
 * by the truth at cuts every 37 ms. The constants of the estimate were chosen on the sentences with even numbers; the
 * others are held out and are what is printed. Voices against energy: see `edges`.
 */
import { cpus } from 'node:os'
import {
  heardText,
  placeWords,
  SoundLevels,
  type SpokenSound,
  type SpokenWords,
  type TextToSpeech,
} from '@parley/core'
import { splitClauses } from '@parley/engines'
import { createFlite } from '@parley/providers'
import { sentences } from './words/sentences.js'

interface TrueWord {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

/** One reply: its clauses as they reach the playout, its sound, and where its words are. */
interface Reply {
  readonly spoken: readonly SpokenWords[]
  readonly words: readonly TrueWord[]
  readonly levels: SoundLevels
  readonly totalMs: number
  readonly samples: Int16Array
  readonly rate: number
  readonly language: string
}

const CUT_EVERY_MS = 37
const json = process.argv.includes('--json')
const set = process.argv.includes('--set=tune') ? 0 : 1

async function speakAll(voice: TextToSpeech, language: 'en' | 'es'): Promise<Reply[]> {
  const replies: Reply[] = []
  for (const [index, sentence] of sentences[language].entries())
    if (index % 2 === set) replies.push(await speak(voice, language, sentence))
  return replies
}

async function speak(voice: TextToSpeech, language: string, sentence: string): Promise<Reply> {
  const splitter = splitClauses()
  const spoken: SpokenWords[] = []
  const words: TrueWord[] = []
  const chunks: Int16Array[] = []
  let count = 0
  for (const clause of [...splitter.feed(sentence), ...splitter.end()]) {
    const beganMs = (count * 1000) / voice.sampleRate
    for await (const part of voice.speak({ text: clause.trim(), language }, new AbortController().signal)) {
      if (part.kind === 'word')
        words.push({ text: part.text, startMs: beganMs + part.startMs, endMs: beganMs + part.endMs })
      else if (part.kind === 'audio') {
        chunks.push(part.samples)
        count += part.samples.length
      }
    }
    spoken.push({ text: clause.trimEnd(), untilMs: undefined })
    if (clause !== clause.trimEnd()) spoken.push({ text: ' ', untilMs: (count * 1000) / voice.sampleRate })
  }
  const samples = new Int16Array(count)
  let at = 0
  for (const chunk of chunks) {
    samples.set(chunk, at)
    at += chunk.length
  }
  const levels = new SoundLevels(voice.sampleRate)
  levels.hear(samples)
  const { sampleRate: rate } = voice
  return { spoken, words, levels, totalMs: (count * 1000) / rate, samples, rate, language }
}

type Ends = (reply: Reply) => readonly number[]

/** How it was done before: by the length of words in characters. */
const byLength: Ends = ({ spoken, totalMs }) => {
  const ends: number[] = []
  let fromMs = 0
  let open = ''
  const close = (untilMs: number) => {
    const words = open.match(/\s*\S+\s*/g) ?? []
    const length = words.reduce((sum, word) => sum + word.length, 0)
    let done = 0
    for (const word of words) {
      done += word.length
      ends.push(fromMs + ((untilMs - fromMs) * done) / length)
    }
    fromMs = untilMs
    open = ''
  }
  for (const { text, untilMs } of spoken) {
    open += text
    if (untilMs !== undefined) close(untilMs)
  }
  close(totalMs)
  return ends
}

const placed = (reply: Reply, levels: SoundLevels | undefined) => {
  const sound: SpokenSound = { totalMs: reply.totalMs, language: reply.language, levels }
  return placeWords(reply.spoken, sound).map(({ untilMs }) => untilMs)
}
const byTime: Ends = reply => placed(reply, undefined)
const bySilence: Ends = reply => placed(reply, reply.levels)

function measure(replies: readonly Reply[], endsOf: Ends) {
  const errors: number[] = []
  const wordErrors: number[] = []
  for (const reply of replies) {
    const ends = endsOf(reply)
    for (const [index, word] of reply.words.entries())
      errors.push(Math.abs((ends[index] ?? reply.totalMs) - word.endMs))
    for (let cutMs = 0; cutMs <= reply.totalMs; cutMs += CUT_EVERY_MS) {
      const heard = ends.filter(endMs => endMs <= cutMs).length
      const truth = reply.words.filter(({ endMs }) => endMs <= cutMs).length
      wordErrors.push(Math.abs(heard - truth))
    }
  }
  return { endMs: summary(errors), words: summary(wordErrors) }
}

function summary(values: readonly number[]) {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  const mean = sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, sorted.length)
  return { mean: Math.round(mean * 100) / 100, p50: round(at(0.5)), p95: round(at(0.95)), n: sorted.length }
}

const round = (value: number) => Math.round(value * 10) / 10

/**
 * The voice's own times against its sound: where a word is followed by a silence of 60 ms or more, the distance of its
 * end from the last loud step before it (positive: the word is said to end after its sound did).
 */
function edges(replies: readonly Reply[]) {
  const late: number[] = []
  for (const { words, levels, totalMs } of replies) {
    const silences = levels.silences(0, totalMs, 60)
    for (const [index, word] of words.entries()) {
      const nextMs = words[index + 1]?.startMs ?? totalMs
      // A pause of the voice is one that reaches from this word to the next.
      const silence = silences.find(
        ({ fromMs, toMs }) => Math.abs(toMs - nextMs) <= 45 && fromMs > word.startMs && fromMs < nextMs,
      )
      if (silence !== undefined) late.push(word.endMs - silence.fromMs)
    }
  }
  return { late: summary(late), off: summary(late.map(Math.abs)) }
}

/** `heardText` says of cuts what the placed words say: both are used. */
function check(replies: readonly Reply[]): void {
  for (const reply of replies) {
    const { totalMs, language, levels } = reply
    const all = heardText(reply.spoken, totalMs, { totalMs, language, levels })
    if (
      all !==
      reply.spoken
        .map(({ text }) => text)
        .join('')
        .trim()
    )
      throw new Error(`words are missing: ${all}`)
  }
}

async function loadEspeak(): Promise<TextToSpeech | undefined> {
  const name = '@parley/tts-espeak'
  try {
    return ((await import(name)) as { createEspeak(): TextToSpeech }).createEspeak()
  } catch {
    return undefined
  }
}

const flite = createFlite()
const espeak = await loadEspeak()
const rows: Record<string, unknown>[] = []
for (const [name, voice, language] of [
  ['flite en', flite, 'en'],
  ['espeak-ng en', espeak, 'en'],
  ['espeak-ng es', espeak, 'es'],
] as const) {
  if (voice === undefined) continue
  const replies = await speakAll(voice, language)
  check(replies)
  const began = performance.now()
  const [before, time, silence] = [byLength, byTime, bySilence].map(each => measure(replies, each))
  rows.push({
    voice: name,
    sentences: replies.length,
    words: replies.reduce((sum, each) => sum + each.words.length, 0),
    before,
    time,
    silence,
    edges: edges(replies),
    ms: Math.round(performance.now() - began),
  })
}
await flite.close()
await espeak?.close()
if (json)
  console.log(JSON.stringify({ machine: cpus()[0]?.model, set: set === 0 ? 'tune' : 'held out', rows }))
else for (const row of rows) console.log(JSON.stringify(row))
