/** OpenAI's Live models ("GPT-Live"): full duplex over the primary WebSocket, with delegation to us. */

import type { DuplexSession, FullDuplexModel } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { openLiveSession } from './live-session.js'
import type { LiveOptions } from './options.js'

export function createLiveModel(options: LiveOptions, context: VendorContext): FullDuplexModel {
  const sessions = new Set<DuplexSession>()
  return {
    name: 'openai-live',
    model: options.model,
    // A telephone's sound stays as it is: µ-law both ways.
    rateFor: outputRate => (outputRate === 8_000 ? 8_000 : 24_000),
    open(asked) {
      const session: DuplexSession = openLiveSession(options, context, asked, () => sessions.delete(session))
      sessions.add(session)
      return session
    },
    async close() {
      for (const session of sessions) session.close()
    },
  }
}
