/** One stream of one recogniser, at the rate it wants; whatever it throws is as if it were lost. */

import { type AudioFrame, type Resampling, resampleStage } from '@parley/audio'
import { ParleyError, type SpeechToText, type SttEvent, type SttOptions } from '@parley/core'
import type { Use } from './line-up.js'
import type { SoundTaker } from './sound-ring.js'

export interface RecogniserLine extends SoundTaker {
  readonly use: Use<SpeechToText>
  /** Ends it; nothing is told any more. */
  close(): void
}

/** Told events come after this function has returned. */
export function openLine(
  use: Use<SpeechToText>,
  stt: SttOptions,
  { sampleRate, resampling }: { readonly sampleRate: number; readonly resampling: Resampling | undefined },
): RecogniserLine {
  const { provider } = use.member
  let open = true
  let closed = false
  let early: SttEvent[] | undefined = []

  function tell(event: SttEvent): void {
    // What it cost is told even while it is being closed.
    if (!open && (closed || event.kind !== 'usage')) return
    if (early !== undefined) {
      early.push(event)
      return
    }
    if (event.kind === 'lost') open = false
    stt.onEvent(event)
  }

  function guarded(run: () => void): void {
    if (!open) return
    try {
      run()
    } catch (error) {
      tell({ kind: 'lost', error: ParleyError.from(error, 'recogniser_failed') })
    }
  }

  const stream = opened(() => provider.open({ ...stt, onEvent: tell }))
  const resampler = resampling?.create({ fromRate: sampleRate, toRate: provider.sampleRate })
  const stage = resampler === undefined ? undefined : resampleStage(resampler)
  const pass = (frame: AudioFrame) => stream?.hear(frame)

  function opened<T>(run: () => T): T | undefined {
    try {
      return run()
    } catch (error) {
      early?.push({ kind: 'lost', error: ParleyError.from(error, 'recogniser_failed') })
      return undefined
    }
  }

  stt.clock.after(0, () => {
    const waiting = early ?? []
    early = undefined
    for (const event of waiting) tell(event)
  })

  return {
    use,
    hear: frame => guarded(() => (stage === undefined ? pass(frame) : stage.process(frame, pass))),
    begin: atMs => guarded(() => stream?.begin(atMs)),
    finish: atMs => guarded(() => stream?.finish(atMs)),
    close() {
      if (closed) return
      open = false
      try {
        stream?.close()
      } catch {
        // It is left anyway, and nothing it does counts any more.
      }
      closed = true
      resampler?.close()
    },
  }
}
