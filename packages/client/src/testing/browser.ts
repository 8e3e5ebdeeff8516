/// <reference types="node" />
/** Chromium with a WAV file as its microphone, and sounds to give it. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { type Browser, chromium } from 'playwright-core'

const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Starts a headless browser whose microphone is `microphoneWav`, played over and over. */
export async function openBrowser(microphoneWav: string): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? CHROMIUM_PATHS.find(path => existsSync(path))
  if (executablePath === undefined) {
    throw new Error('No Chromium found; install the package `chromium` or set CHROMIUM_PATH.')
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphoneWav}`,
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

/** A sine of half scale. */
export function tone(hz: number, sampleRate: number, seconds: number): Int16Array {
  return Int16Array.from({ length: sampleRate * seconds }, (_, i) =>
    Math.round(16384 * Math.sin((2 * Math.PI * hz * i) / sampleRate)),
  )
}

/** Writes mono PCM16 as a WAV file. */
export async function writeWav(path: string, samples: Int16Array, sampleRate: number): Promise<void> {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.byteLength, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.byteLength, 40)
  await writeFile(path, Buffer.concat([header, Buffer.from(samples.buffer)]))
}

/** The frequency of a steady tone by its upward zero crossings. */
export function measuredHz(samples: Int16Array, sampleRate: number): number {
  const crossings: number[] = []
  for (let i = 1; i < samples.length; i++) {
    const before = samples[i - 1] ?? 0
    const after = samples[i] ?? 0
    if (before < 0 && after >= 0) crossings.push(i - after / (after - before))
  }
  const first = crossings[0] ?? 0
  const last = crossings.at(-1) ?? 0
  return ((crossings.length - 1) * sampleRate) / (last - first)
}
