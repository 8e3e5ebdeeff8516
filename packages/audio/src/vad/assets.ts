/** Reads the detector's files from the package: Node only. */

import { readFile } from 'node:fs/promises'
import { compileVoiceActivity, type VoiceActivity } from './voice-activity.js'

const assets = new URL('../../assets/silero/', import.meta.url)

/** The voice activity of this process, from the files shipped with the package. Call it once and share the result. */
export async function loadVoiceActivity(): Promise<VoiceActivity> {
  const [wasm, weights] = await Promise.all([
    readFile(new URL('silero-vad.wasm', assets)),
    readFile(new URL('silero-vad.weights', assets)),
  ])
  return compileVoiceActivity({ wasm, weights })
}
