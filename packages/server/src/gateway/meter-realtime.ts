/**
 * A speech-to-speech model that is watched: how long until an answer is heard or read, what it uses, and how it fails.
 * Nothing is changed, delayed or held; a frame costs one addition.
 */

import type {
  FarAsk,
  FarEvent,
  FarSession,
  FarSessionOptions,
  SpeechToSpeech,
  UsageAccount,
} from '@parley/core'
import type { Metering, ProviderWatcher } from './meter-providers.js'
import { lifeOf } from './provider-life.js'

export function meterRealtime(model: SpeechToSpeech, metering: Metering): SpeechToSpeech {
  return {
    ...lifeOf(model),
    name: metering.name,
    model: model.model,
    rateFor: outputRate => model.rateFor(outputRate),
    open(options) {
      const account = createAccount(metering, options)
      const far = model.open({
        ...options,
        onEvent(event) {
          account.told(event)
          options.onEvent(event)
        },
      })
      return watched(far, account)
    },
  }
}

type Account = ReturnType<typeof createAccount>

function createAccount(
  { clock, watcher }: Metering,
  { rate, account: payer }: Pick<FarSessionOptions, 'rate' | 'account'>,
) {
  /** When answers that gave nothing yet were asked for. */
  const asked = new Map<string, number>()
  /** Who pays for those that are not over. */
  const payers = new Map<string, UsageAccount | undefined>()
  let heardSamples = 0

  /** Sound is paid for as it is heard, whether or not anything is answered. */
  function settle(): void {
    if (heardSamples === 0) return
    watcher.used({ audioMs: (heardSamples * 1000) / rate }, payer)
    heardSamples = 0
  }

  /** Nothing more is told of answers that were under way. */
  function uncounted(): void {
    for (const each of payers.values()) watcher.asked?.(false, each)
    payers.clear()
  }

  function begun(ask: string): void {
    const askedAtMs = asked.get(ask)
    if (askedAtMs === undefined) return
    asked.delete(ask)
    watcher.firstOutput(clock.now() - askedAtMs)
  }

  return {
    heard(samples: number): void {
      heardSamples += samples
    },
    asked({ id, account = payer }: FarAsk): void {
      asked.set(id, clock.now())
      payers.set(id, account)
    },
    settle,
    close(): void {
      uncounted()
      settle()
    },
    told(event: FarEvent): void {
      switch (event.kind) {
        case 'audio':
        case 'words':
        case 'tool-call':
          return begun(event.ask)
        case 'response-done':
          asked.delete(event.ask)
          settle()
          ended(event, watcher, payers.get(event.ask))
          return void payers.delete(event.ask)
        case 'transcript-failed':
        case 'refused':
          return watcher.failed(event.error)
        case 'lost':
          asked.clear()
          uncounted()
          settle()
          return watcher.failed(event.error)
        default:
          return
      }
    },
  }
}

function ended(
  { usage, outcome, error }: Extract<FarEvent, { kind: 'response-done' }>,
  watcher: ProviderWatcher,
  payer: UsageAccount | undefined,
): void {
  if (usage !== undefined) watcher.used(usage, payer)
  watcher.asked?.(usage !== undefined, payer)
  if (outcome === 'failed' && error !== undefined) watcher.failed(error)
}

function watched(far: FarSession, account: Account): FarSession {
  return {
    hear(samples) {
      account.heard(samples.length)
      far.hear(samples)
    },
    forgetSound: () => far.forgetSound(),
    commit: () => far.commit(),
    add: (item, behind) => far.add(item, behind),
    remove: item => far.remove(item),
    truncate: (item, ms) => far.truncate(item, ms),
    respond(ask) {
      account.asked(ask)
      far.respond(ask)
    },
    cancel: ask => far.cancel(ask),
    change: settings => far.change(settings),
    close() {
      account.close()
      far.close()
    },
  }
}
