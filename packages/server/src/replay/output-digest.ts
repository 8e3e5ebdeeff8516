/**
 * The running digest of what a session did, and a short mark of each single thing, by which the first that differs is
 * found. Without sound the samples of frames do not count; with redaction the words do not.
 */

import { createHash } from 'node:crypto'
import { type LogOutput, redactedJson } from '@parley/core'

/** An output as it waits to be written: a frame's samples are its own, or left out. */
export type KeptOutput =
  | Exclude<LogOutput, { kind: 'play' }>
  | {
      readonly kind: 'play'
      readonly reply: string
      readonly atMs: number
      readonly count: number
      readonly samples: Int16Array | undefined
    }

export interface DigestOptions {
  readonly sound: boolean
  readonly redacted: boolean
}

export interface OutputCounts {
  readonly outputs: number
  readonly decisions: number
  readonly events: number
  readonly frames: number
}

export interface OutputDigest {
  readonly counts: OutputCounts
  /** Returns the mark: a letter for the kind, five for the content. */
  add(output: KeptOutput): string
  /** SHA-256 of everything so far, hexadecimal. */
  digest(): string
}

export const MARK_LENGTH = 6

const letters: { readonly [Kind in LogOutput['kind']]: string } = {
  decision: 'd',
  event: 'e',
  play: 'p',
  clear: 'c',
  duck: 'k',
  close: 'x',
}

/** The kind of output that a mark stands for. */
export function kindOfMark(mark: string): string {
  return Object.entries(letters).find(([, letter]) => letter === mark[0])?.[0] ?? 'unknown'
}

export function createOutputDigest({ sound, redacted }: DigestOptions): OutputDigest {
  const hash = createHash('sha256')
  const counts = { outputs: 0, decisions: 0, events: 0, frames: 0 }

  return {
    counts,
    add(output) {
      counts.outputs += 1
      if (output.kind === 'decision') counts.decisions += 1
      if (output.kind === 'event') counts.events += 1
      if (output.kind === 'play') counts.frames += 1
      const text = textOf(output, redacted)
      hash.update(text)
      hash.update('\n')
      let mark = fnv(text)
      if (output.kind === 'play' && sound && output.samples !== undefined) {
        const { buffer, byteOffset, byteLength } = output.samples
        hash.update(new Uint8Array(buffer, byteOffset, byteLength))
        mark = fnvOf(output.samples, mark)
      }
      return letters[output.kind] + markOf(mark)
    },
    digest: () => hash.copy().digest('hex'),
  }
}

function textOf(output: KeptOutput, redacted: boolean): string {
  if (output.kind === 'play') return `play ${output.reply} ${output.atMs} ${output.count}`
  return redacted ? redactedJson(output) : JSON.stringify(output)
}

const FNV_PRIME = 0x01000193
const FNV_BASIS = 0x811c9dc5

/** FNV-1a over UTF-16 units: quick, and only to find a place. */
function fnv(text: string): number {
  let hash = FNV_BASIS
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME)
  return hash >>> 0
}

function fnvOf(samples: Int16Array, from: number): number {
  let hash = from
  for (const sample of samples) hash = Math.imul(hash ^ (sample & 0xffff), FNV_PRIME)
  return hash >>> 0
}

/** Five characters keep 25 of the 32 bits, enough to find a place. */
function markOf(hash: number): string {
  return hash.toString(36).padStart(5, '0').slice(-5)
}

/** The mark of an input: five characters for its line. */
export function lineMark(line: string): string {
  return markOf(fnv(line))
}

export const LINE_MARK_LENGTH = 5
