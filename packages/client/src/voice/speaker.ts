/**
 * The agent's voice on this page: one player for whoever plays or watches, whichever real one is behind it. Sound that
 * comes while there is none is gone; a resumed session sends it again.
 */

import type { Player, PlayerEvents } from '../devices/player.js'
import { createEmitter } from '../emitter.js'
import type { Environment } from '../environment.js'

export interface SpeakerFigures {
  readonly level: number
  readonly bufferedMs: number
  readonly underruns: number
  readonly droppedMs: number
}

export interface Speaker {
  readonly player: Player
  readonly figures: SpeakerFigures
  /** Puts this one behind it and closes the one before; without one there is silence. */
  use(next: Player | undefined): void
  /** Stops what plays; resolves once it is told how much of it was heard. */
  settle(): Promise<void>
  /** Lowers the voice, whatever the gateway says, until it is taken back. */
  duckHere(on: boolean): void
  /** Counts from nought again. */
  reset(): void
}

export interface SpeakerHooks {
  /** The agent begins to be heard, or stops. */
  speaking(on: boolean): void
}

const SILENCE_DBFS = -100
/** A context that stands still reports nothing. */
const SETTLE_WITHIN_MS = 200
const noFigures: SpeakerFigures = { level: SILENCE_DBFS, bufferedMs: 0, underruns: 0, droppedMs: 0 }

export function createSpeaker(
  rate: () => number,
  environment: Pick<Environment, 'after'>,
  hooks: SpeakerHooks,
): Speaker {
  const events = createEmitter<PlayerEvents>()
  let real: Player | undefined
  let leave: readonly (() => void)[] = []
  let figures = noFigures
  let duckedThere = false
  let duckedHere = false

  function watch(player: Player): readonly (() => void)[] {
    return [
      player.on('played', event => events.emit('played', event)),
      player.on('playhead', event => {
        hooks.speaking(event.reply !== undefined)
        events.emit('playhead', event)
      }),
      player.on('level', event => {
        figures = { ...figures, level: event.dbfs, bufferedMs: event.bufferedMs }
        events.emit('level', event)
      }),
      player.on('underrun', event => {
        figures = { ...figures, underruns: figures.underruns + 1 }
        events.emit('underrun', event)
      }),
      player.on('dropped', event => {
        figures = { ...figures, droppedMs: figures.droppedMs + event.ms }
        events.emit('dropped', event)
      }),
    ]
  }

  function duck(): void {
    real?.duck(duckedThere || duckedHere)
  }

  function use(next: Player | undefined): void {
    for (const each of leave) each()
    real?.close()
    real = next
    leave = next === undefined ? [] : watch(next)
    figures = { ...figures, level: SILENCE_DBFS, bufferedMs: 0 }
    duckedThere = false
    if (duckedHere) duck()
    hooks.speaking(false)
  }

  return {
    player: {
      get sampleRate() {
        return rate()
      },
      on: events.on,
      begin(reply, fromMs) {
        // A player comes back to full loudness at the begin of a reply.
        duckedThere = false
        real?.begin(reply, fromMs)
        if (duckedHere) duck()
      },
      push: samples => real?.push(samples),
      end: (reply, totalMs) => real?.end(reply, totalMs),
      clear: reply => real?.clear(reply),
      duck(on) {
        duckedThere = on
        duck()
      },
      earTime: nowMs => real?.earTime(nowMs) ?? 0,
      close: () => use(undefined),
    },
    get figures() {
      return figures
    },
    use,
    settle() {
      const player = real
      if (player === undefined) return Promise.resolve()
      return new Promise(resolve => {
        const stop = player.on('played', ({ final }) => final && finish())
        const cancel = environment.after(SETTLE_WITHIN_MS, finish)
        function finish(): void {
          stop()
          cancel()
          resolve()
        }
        player.clear()
      })
    },
    duckHere(on) {
      if (on === duckedHere) return
      duckedHere = on
      duck()
    },
    reset() {
      figures = noFigures
    },
  }
}
