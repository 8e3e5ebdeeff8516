/** Playing back past conversations, put into the gateway. */

import type { Clock } from '@parley/core'
import type { CreateAnalyser } from '@parley/transports'
import { createGuard } from '../http/guard.js'
import type { ServerParts } from '../serve.js'
import { createPitchDesk } from './pitch-desk.js'
import { trackPitch } from './pitch-track.js'
import type { PlaybackRecordings } from './playback-recordings.js'
import { type PlaybackRouteParts, playbackRoutes } from './playback-routes.js'

export interface PlaybackWorld
  extends Pick<ServerParts, 'identity' | 'limits' | 'config' | 'store' | 'lifecycle'>,
    Pick<PlaybackRouteParts, 'isRunning' | 'knock' | 'openShare'> {
  readonly clock: Clock
  readonly createAnalyser: CreateAnalyser
  readonly recordings: PlaybackRecordings
}

/** Between two slices of work, ms: conversations that are on come first. */
const REST_MS = 2

export function attachPlayback(world: PlaybackWorld) {
  const { clock, createAnalyser, recordings, store, isRunning, knock, openShare, lifecycle } = world
  const pitch = createPitchDesk({
    async make(key, progress, signal) {
      const sound = await recordings.open(key)
      const rest = () => new Promise<void>(resolve => clock.after(REST_MS, resolve))
      try {
        return await trackPitch({ sound, createAnalyser, rest, progress, signal })
      } finally {
        await sound.close()
      }
    },
  })
  lifecycle.onStop('melodies', () => pitch.close())
  return playbackRoutes({
    guard: createGuard(world),
    ...{ store, recordings, isRunning, pitch, knock, openShare },
  })
}
