import { type SecretOf, systemClock } from '@parley/core'
import type { Config } from './config/settings.js'
import type { ErrorTracking } from './error-tracking/error-tracking.js'
import { prepareVoice } from './gateway/prepare-voice.js'
import { createLifecycle, type Lifecycle, type ProcessFace } from './lifecycle.js'
import type { Log } from './log/log.js'
import { type Serving, type SettingsInForce, serve } from './serve.js'

/** The gateway with all its edges, as `parley start` and the demo run it. */
export interface RunningGateway extends Serving {
  readonly lifecycle: Lifecycle
}

export interface GatewayOptions {
  readonly config: Config
  readonly log: Log
  readonly version: string
  /** Where the settings came from, for those who may see it. */
  readonly settings?: SettingsInForce
  /** Values of variables that agents name in tools and sources. Default: those of the process. */
  readonly secretOf?: SecretOf
  /** Where the log sends its errors; the last to be stopped. */
  readonly errorTracking?: ErrorTracking | undefined
  /** The process whose signals stop the gateway, from its first moment on. */
  readonly host?: ProcessFace
}

/** For what comes after the conversations have drained: sockets, ports, store. */
const CLOSE_MS = 5_000

/** @throws ParleyError as `serve`; whatever had started by then is stopped again */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const {
    config,
    log,
    version,
    host,
    errorTracking,
    secretOf = (name: string) => process.env[name],
  } = options
  const clock = systemClock
  const lifecycle = createLifecycle({ log, clock, deadlineMs: config.drainMs + CLOSE_MS })
  if (errorTracking !== undefined) lifecycle.onStop('error tracking', signal => errorTracking.close(signal))
  if (host) lifecycle.watch(host)
  try {
    const attach = await prepareVoice({ config, clock, log, lifecycle, secretOf })
    const serving = await serve({
      config,
      clock,
      log,
      lifecycle,
      version,
      attach,
      settings: options.settings,
    })
    return { ...serving, lifecycle }
  } catch (error) {
    await lifecycle.stop('could not start')
    throw error
  }
}
