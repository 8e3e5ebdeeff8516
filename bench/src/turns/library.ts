/**
 * Reads fixtures/audio into clips of one rate: the short human sounds of `turns/`, the utterances of `clips/`, the
 * sounds of `traps/`, and the beds of `noise/`. What has no certain meaning out of context is left out.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { loadResampling, type Resampling } from '@parley/audio'
import { readWavFile } from '@parley/audio/node'
import { type Bed, type Clip, cut, type Library, type SoundKind } from './clip.js'
import { setOfSpeaker, setOfTrap } from './split.js'

const fixtures = new URL('../../../fixtures/audio/', import.meta.url)

/** Greetings and thanks: over an agent they may claim the floor or not. */
const ambiguous = new Set([
  'lk-hello',
  'en-hello',
  'bc-hola-default-es',
  'en-auth-thankyou',
  'en-queue-thankyou',
  'es-queue-thankyou',
])
/** Pauses shorter than this are part of the speech, ms. */
const PAUSE_MS = 200
/** A longer recording is no phrase but several, each an interruption of its own; longer ones are cut. */
const WHOLE_MS = 4_000
const LONGEST_INTERRUPT_MS = 3_000
const SHORTEST_INTERRUPT_MS = 450
/** Pieces of one recording that interrupt; more would weigh one voice too much. */
const PIECES = 3

interface Label {
  readonly id: string
  readonly file: string
  readonly kind?: string
  readonly class?: string
  readonly speaker?: string
  readonly onset_ms?: number
  readonly offset_ms?: number
  readonly segments?: readonly (readonly [number, number])[]
}

/** All sounds at `rate` Hz. */
export async function loadLibrary(rate: number): Promise<Library> {
  const old = await readLabels<{ clips: Label[]; traps: Label[]; noise: Label[] }>('labels.json')
  const own = await readLabels<{ clips: Label[] }>('turns/labels.json')
  const resampling = await loadResampling()
  const load = (label: Label) => samplesOf(label.file, rate, resampling)
  const clips: Clip[] = []
  for (const label of [...old.clips, ...own.clips]) {
    const set = setOfSpeaker(label.speaker ?? '')
    if (set === undefined || ambiguous.has(label.id)) continue
    clips.push(...spokenClips(label, { set, rate, samples: await load(label) }))
  }
  for (const label of old.traps) {
    const samples = await load(label)
    const kind = label.class === 'cough' || label.class === 'laugh' ? label.class : 'thing'
    const [onsetMs, offsetMs] = audibleSpan(samples, rate)
    const set = setOfTrap(label.id)
    clips.push({ id: label.id, kind, speaker: label.id, set, rate, samples, onsetMs, offsetMs, pauses: [] })
  }
  const beds: Bed[] = []
  for (const label of old.noise) beds.push({ id: label.id, samples: await load(label) })
  return { clips, beds }
}

async function readLabels<Shape>(name: string): Promise<Shape> {
  // Files of this repository, which its own tests hold to their shape.
  return JSON.parse(await readFile(new URL(name, fixtures), 'utf8')) as Shape
}

async function samplesOf(file: string, rate: number, resampling: Resampling): Promise<Int16Array> {
  const wav = await readWavFile(fileURLToPath(new URL(file, fixtures)))
  if (wav.sampleRate === rate) return wav.samples
  const resampler = resampling.create({ fromRate: wav.sampleRate, toRate: rate })
  const head = resampler.process(wav.samples).slice()
  const tail = resampler.flush().slice()
  resampler.close()
  const samples = new Int16Array(head.length + tail.length)
  samples.set(head)
  samples.set(tail, head.length)
  return samples
}

function spokenClips(label: Label, sound: Pick<Clip, 'set' | 'rate' | 'samples'>): Clip[] {
  const segments = (label.segments ?? []).filter(([from, to]) => to > from)
  const first = segments[0]
  const last = segments.at(-1)
  if (first === undefined || last === undefined) return []
  const pauses = segments.flatMap(([, to], index): [number, number][] => {
    const next = segments[index + 1]
    return next !== undefined && next[0] - to >= PAUSE_MS ? [[to, next[0]]] : []
  })
  const base = { ...sound, id: label.id, speaker: label.speaker ?? '', pauses }
  const whole: Clip = { ...base, kind: kindOf(label), onsetMs: first[0], offsetMs: last[1] }
  if (label.kind === 'turn') return [whole]
  if (label.kind !== 'speech') return [whole]
  const turn: Clip[] = pauses.length > 0 ? [{ ...whole, kind: 'turn' }] : []
  if (whole.offsetMs - whole.onsetMs <= WHOLE_MS) return [{ ...whole, pauses: [] }, ...turn]
  const pieces = segments
    .filter(([from, to]) => to - from >= SHORTEST_INTERRUPT_MS)
    .slice(0, PIECES)
    .map(([from, to], index) =>
      cut(whole, `${label.id}#${index + 1}`, from, Math.min(to, from + LONGEST_INTERRUPT_MS)),
    )
  return [...pieces, ...turn]
}

function kindOf({ kind, class: sort }: Label): SoundKind {
  if (kind === 'backchannel' || kind === 'turn') return kind
  if (kind === 'noise') return sort === 'laugh' || sort === 'cough' ? sort : 'exclamation'
  return 'interrupt'
}

/** From the first to the last sample within 40 dB of the peak, ms. */
function audibleSpan(samples: Int16Array, rate: number): [number, number] {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  const loud = (sample: number) => Math.abs(sample) > peak / 100
  const first = samples.findIndex(loud)
  const last = samples.findLastIndex(loud)
  return [(Math.max(0, first) * 1000) / rate, ((last + 1) * 1000) / rate]
}
