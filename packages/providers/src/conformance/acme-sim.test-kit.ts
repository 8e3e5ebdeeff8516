/** The smallest simulator there can be: checks the request, speaks, and fails as it is told. */

import { openSimServer, type SimOptions, type VendorSim } from '@parley/sim'
import { z } from 'zod'
import { bytesOfPcm } from '../wire/pcm-bytes.js'

const speech = z.strictObject({ model: z.string(), voice: z.string(), text: z.string() })
const RATE = 24_000
/** Bytes of a chunk: 100 ms. */
const CHUNK = (RATE / 10) * 2

export async function openAcmeSim(options: SimOptions): Promise<VendorSim> {
  const { sim, temper, log } = await openSimServer(options, {
    name: 'acme',
    errorBody: (_, sentence) => ({ error: { message: sentence } }),
    async onRequest(exchange) {
      const asked = speech.safeParse(exchange.json())
      if (exchange.url.pathname !== '/speech' || !asked.success) {
        log.complain('no such request')
        return exchange.reply(400, { error: { message: 'no such request' } })
      }
      const { samples } = await options.brains.speak(asked.data.text, RATE, 'en')
      const bytes = bytesOfPcm(samples)
      const pace = temper.pace()
      const { response, signal } = exchange
      for (let at = 0; at < Math.max(1, bytes.length); at += CHUNK) {
        const fault = await pace.next(signal)
        if (signal.aborted) return
        if (fault !== undefined) return exchange.fail(fault)
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'audio/pcm' })
        response.write(bytes.subarray(at, at + CHUNK))
      }
      response.end()
    },
  })
  return sim
}
