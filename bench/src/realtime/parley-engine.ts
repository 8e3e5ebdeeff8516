import { loadResampling } from '@parley/audio'
import { type Engine, systemClock } from '@parley/core'
import { createRealtimeEngine } from '@parley/engines'
import { fixedKey, openai, openSocket } from '@parley/providers'

const resampling = await loadResampling()

/** Parley's engine with its adapter for the far end at `url`. The far end hears all sound, as the vendor ends turns. */
export function parleyEngine(url: string): Engine {
  let ids = 0
  const model = openai.realtime?.create(
    { model: 'bench', transcription: { model: 'bench' }, appendMs: 20 },
    {
      clock: systemClock,
      epochMs: Date.now,
      random: Math.random,
      newId: () => `id_${++ids}_${Math.random().toString(36).slice(2)}`,
      baseUrl: url.replace('ws', 'http'),
      keys: fixedKey('bench'),
      fetch,
      openSocket,
      warn: error => console.error(error.message),
    },
  )
  if (model === undefined) throw new Error('openai has no realtime slot')
  return createRealtimeEngine({
    models: [model],
    turns: { by: 'silence' },
    resampling,
  })
}
