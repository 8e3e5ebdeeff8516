import { open } from 'node:fs/promises'
import { type ReadWavOptions, readWav, requireSize, type Wav } from './wav/read-wav.js'

/**
 * Reads a WAV file; its size is checked before any of it is read. Node only.
 * @throws WavError as `readWav`; errors of the file system pass unchanged.
 */
export async function readWavFile(path: string, options: ReadWavOptions = {}): Promise<Wav> {
  const file = await open(path)
  try {
    requireSize((await file.stat()).size, options.maxBytes)
    return readWav(await file.readFile(), options)
  } finally {
    await file.close()
  }
}
