/** The smallest vendor there can be, for docs/adding-a-provider.md: a voice over HTTP. */

import { z } from 'zod'
import { slot } from '../slot.js'
import type { Vendor } from '../vendor.js'
import { httpCall } from '../wire/http-call.js'
import { pcmReader } from '../wire/pcm-bytes.js'
import { timedBody } from '../wire/timed-body.js'
import { garbageError, isSpeakable, silentError } from '../wire/vendor-error.js'

export const acme: Vendor = {
  name: 'acme',
  title: 'Acme',
  baseUrl: { env: 'ACME_BASE_URL', default: 'https://api.acme.example' },
  key: { env: 'ACME_API_KEY', required: true },
  tts: slot(z.strictObject({ model: z.string(), voice: z.string() }), (options, context) => ({
    name: `acme ${options.model}`,
    sampleRate: 24_000,
    languages: ['*'],
    async *speak({ text, voice = options.voice }, signal) {
      if (signal.aborted) return
      const stop = new AbortController()
      const call = {
        vendor: 'Acme',
        path: '/speech',
        headers: (key?: string) => ({ authorization: `Bearer ${key}` }),
        body: { model: options.model, voice, text },
        timeoutMs: 5_000,
      }
      const both = AbortSignal.any([signal, stop.signal])
      try {
        const response = await httpCall(context, call, both)
        if (response.headers.get('content-type') !== 'audio/pcm') throw garbageError('Acme')
        const patience = { vendor: 'Acme', clock: context.clock, idleTimeoutMs: 3_000, stop }
        const pcm = pcmReader()
        let silent = isSpeakable(text)
        for await (const bytes of timedBody(response, patience)) {
          const samples = pcm.read(bytes)
          if (samples.length > 0) silent = false
          yield { kind: 'audio', samples }
        }
        if (silent) throw silentError('Acme')
      } catch (error) {
        if (!signal.aborted) throw error
      } finally {
        stop.abort()
      }
    },
    async close() {},
  })),
}
