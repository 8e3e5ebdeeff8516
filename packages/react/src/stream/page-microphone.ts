/** The browser's microphone with an audio context of its own, which it closes with itself. */
import { createAudioContext, openMicrophone, resumeOnGesture, WORKLET_PATH } from '@parley/client'
import { ProsodyError } from './prosody-error.js'
import type { OpenMicrophone } from './stream-types.js'

/** Loads the audio program from the gateway, unless `workletUrl` names another place. */
export function pageMicrophone(workletUrl?: string | URL): OpenMicrophone {
  return async ({ sampleRate, gateway }) => {
    if (typeof globalThis.AudioContext !== 'function') throw new ProsodyError('unsupported')
    // Before anything is awaited: only now is it still the person's click.
    const context = createAudioContext()
    const stopResuming = typeof document === 'undefined' ? () => {} : resumeOnGesture(context)
    const elsewhere = gateway !== undefined && gateway !== globalThis.location?.origin
    function release(): void {
      stopResuming()
      context.close().catch(() => {})
    }
    try {
      const source = await openMicrophone({
        context,
        sampleRate,
        workletUrl: workletUrl ?? (gateway ?? '') + WORKLET_PATH,
        workletInline: workletUrl === undefined && elsewhere,
      })
      source.on('ended', release)
      return {
        sampleRate: source.sampleRate,
        on: source.on,
        close() {
          source.close()
          release()
        },
      }
    } catch (thrown) {
      release()
      throw thrown
    }
  }
}
