/** Entries of a session log as lines of JSON: sound as base64 of little-endian PCM16, cues as a row of numbers. */

import type { Cues, LogEntry } from '@parley/core'

/** What the ear heard is left out where the sound is kept: a replay hears it again. */
export function entryLine(entry: LogEntry, keepsSound: boolean): string {
  return JSON.stringify(flat(entry, keepsSound), (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { $number: String(value) } : value,
  )
}

function flat(entry: LogEntry, keepsSound: boolean): object {
  if (entry.kind === 'audio') {
    const { samples, heard, ...rest } = entry
    if (keepsSound) return { ...rest, pcm: pcmOf(samples) }
    return { ...rest, evidence: heard.evidence, cues: cueNames.map(name => heard.cues[name]) }
  }
  if (entry.kind !== 'part' || entry.part.kind !== 'audio') return entry
  const { samples, ...part } = entry.part
  return { ...entry, part: keepsSound ? { ...part, pcm: pcmOf(samples) } : part }
}

/** The entry of a line that was parsed. Throws where it is none. */
export function entryOf(line: Record<string, unknown>): LogEntry {
  if (typeof line.atMs !== 'number' || !kinds.has(String(line.kind)))
    throw new Error(`"${String(line.kind)}" is no kind of entry`)
  if (line.kind === 'audio') return audioOf(line)
  const part = line.part as Record<string, unknown> | undefined
  if (line.kind !== 'part' || part?.kind !== 'audio') return line as unknown as LogEntry
  const { pcm, ...rest } = part
  return { ...line, part: { ...rest, samples: samplesOf(pcm) } } as unknown as LogEntry
}

function audioOf({ pcm, evidence, cues, ...rest }: Record<string, unknown>): LogEntry {
  const values = (cues ?? []) as readonly number[]
  const heard = { evidence, cues: Object.fromEntries(cueNames.map((name, at) => [name, values[at] ?? 0])) }
  return { ...rest, samples: samplesOf(pcm), heard } as unknown as LogEntry
}

/** Parses a line of a log; numbers that JSON cannot say are back. */
export function parseLine(text: string): Record<string, unknown> {
  const line: unknown = text.includes('"$number"') ? JSON.parse(text, revive) : JSON.parse(text)
  if (typeof line !== 'object' || line === null || Array.isArray(line)) throw new Error('it is no object')
  return line as Record<string, unknown>
}

function revive(_: string, value: unknown): unknown {
  const is = typeof value === 'object' && value !== null && '$number' in value
  return is ? Number(value.$number) : value
}

function pcmOf({ buffer, byteOffset, byteLength }: Int16Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

function samplesOf(pcm: unknown): Int16Array {
  if (typeof pcm !== 'string') return new Int16Array(0)
  const bytes = Buffer.from(pcm, 'base64')
  const samples = new Int16Array(bytes.length >> 1)
  bytes.copy(new Uint8Array(samples.buffer))
  return samples
}

const cueNames = [
  'atMs',
  'durationMs',
  'voice',
  'levelDb',
  'noiseDb',
  'pitchHz',
  'voicing',
  'hum',
  'echo',
] as const satisfies readonly (keyof Cues)[]

const kindTable: { readonly [Kind in LogEntry['kind']]: true } = {
  start: true,
  connected: true,
  attach: true,
  path: true,
  audio: true,
  interrupt: true,
  commit: true,
  text: true,
  dtmf: true,
  played: true,
  configure: true,
  answer: true,
  'call-off': true,
  'forget-sound': true,
  remember: true,
  forget: true,
  amend: true,
  closed: true,
  end: true,
  evidence: true,
  warn: true,
  fault: true,
  part: true,
  'parts-end': true,
  timer: true,
  tick: true,
  stored: true,
  soon: true,
  id: true,
}
const kinds: ReadonlySet<string> = new Set(Object.keys(kindTable))
