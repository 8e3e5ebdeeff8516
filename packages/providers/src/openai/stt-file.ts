/**
 * Recognition of one file for each utterance, by OpenAI's transcription endpoint and the servers that imitate it. The
 * request goes out when the gateway's own voice detector says that speech ended; partials come only while a server
 * streams its answer.
 */

import type { SpeechToText } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import type { FileSttOptions } from './audio-options.js'
import { openFileStream } from './stt-file-stream.js'
import { warmHttp } from './warm-http.js'

export interface FileSttSetup {
  readonly options: FileSttOptions
  readonly context: VendorContext
  /** The server, for people. */
  readonly vendor: string
}

export function createFileStt(setup: FileSttSetup): SpeechToText {
  const { options, context, vendor } = setup
  const streams = new Set<{ close(): void }>()
  return {
    name: options.profile === 'openai' ? 'openai-file' : 'openai-compatible',
    sampleRate: options.sampleRate,
    open(asked) {
      const stream = openFileStream({ ...setup, asked, onClose: () => streams.delete(stream) })
      streams.add(stream)
      return stream
    },
    warm: () => warmHttp(context, vendor, options.firstTimeoutMs),
    async close() {
      for (const stream of streams) stream.close()
    },
  }
}
