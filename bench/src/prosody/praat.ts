/** Praat, the reference of phonetics, on files: its autocorrelation method, 60–600 Hz, all else as it comes. */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeWav } from '@parley/audio'
import type { Track } from './score.js'

export interface Sound {
  readonly samples: Int16Array
  readonly rate: number
}

export interface TimedTracks {
  readonly tracks: readonly Track[]
  /** Time of the analysis alone, per 32 ms of sound, µs. */
  readonly frameUs: number
}

const script = `form Pitch
  sentence folder
  integer count
  real step
endform
for i to count
  sound = Read from file: folder$ + "/" + string$ (i - 1) + ".wav"
  stopwatch
  pitch = To Pitch: step, 60, 600
  seconds = stopwatch
  first = Get time from frame number: 1
  matrix = To Matrix
  Save as headerless spreadsheet file: folder$ + "/" + string$ (i - 1) + ".txt"
  appendInfoLine: first, " ", seconds
  removeObject: sound, pitch, matrix
endfor
`

export function hasPraat(): boolean {
  return spawnSync('praat', ['--version'], { stdio: 'ignore' }).status === 0
}

export function praatVersion(): string {
  return execFileSync('praat', ['--version'], { encoding: 'utf8' }).trim().replace(/ \(.*/, '')
}

export function trackWithPraat(sounds: readonly Sound[], stepMs: number): TimedTracks {
  const folder = mkdtempSync(join(tmpdir(), 'parley-praat-'))
  try {
    writeFileSync(join(folder, 'pitch.praat'), script)
    sounds.forEach(({ samples, rate }, i) => {
      writeFileSync(join(folder, `${i}.wav`), writeWav({ samples, sampleRate: rate }))
    })
    const arguments_ = [join(folder, 'pitch.praat'), folder, String(sounds.length), String(stepMs / 1000)]
    const said = execFileSync('praat', ['--run', ...arguments_], { encoding: 'utf8' })
    const lines = said
      .trim()
      .split('\n')
      .map(line => line.trim().split(' ').map(Number))
    let seconds = 0
    let heardMs = 0
    const tracks = sounds.map(({ samples, rate }, i): Track => {
      const [first = 0, took = 0] = lines[i] ?? []
      seconds += took
      heardMs += (samples.length * 1000) / rate
      const hz = readFileSync(join(folder, `${i}.txt`), 'utf8')
        .trim()
        .split(/\s+/)
        .map(Number)
      return { name: 'Praat', atMs: hz.map((_, frame) => first * 1000 + frame * stepMs), hz }
    })
    return { tracks, frameUs: (seconds * 1e6) / (heardMs / 32) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
