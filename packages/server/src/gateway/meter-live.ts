/** A model that owns turn-taking is watched: the sound it hears, which is what is paid for, and how it fails. */

import type { DuplexSession, FullDuplexModel } from '@parley/core'
import type { Metering } from './meter-providers.js'
import { lifeOf } from './provider-life.js'

/** Sound after which what was heard is told, ms: a session may last for an hour. */
const TOLD_EVERY_MS = 10_000

export function meterLive(model: FullDuplexModel, { name, watcher }: Metering): FullDuplexModel {
  return {
    ...lifeOf(model),
    name,
    model: model.model,
    rateFor: outputRate => model.rateFor(outputRate),
    open(options) {
      const mostSamples = (options.rate * TOLD_EVERY_MS) / 1000
      let samples = 0
      const settle = () => {
        if (samples > 0) watcher.used({ audioMs: (samples * 1000) / options.rate }, options.account)
        samples = 0
      }
      const session = model.open({
        ...options,
        onEvent(event) {
          if (event.kind === 'lost') settle()
          if (event.kind === 'lost' || event.kind === 'refused') watcher.failed(event.error)
          options.onEvent(event)
        },
      })
      return {
        hear(sound) {
          samples += sound.length
          if (samples >= mostSamples) settle()
          session.hear(sound)
        },
        instruct: text => session.instruct(text),
        think: (text, delegation) => session.think(text, delegation),
        tell: (text, delegation) => session.tell(text, delegation),
        close() {
          settle()
          session.close()
        },
      } satisfies DuplexSession
    },
  }
}
