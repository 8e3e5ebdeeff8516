/**
 * What speaks for the person: the microphone, a recording, or the browser's own recogniser; one at a time. Whatever
 * is begun while another is still opening takes its place, and what opens too late is closed again.
 */
import {
  type AudioSource,
  type CaptureOptions,
  ClientError,
  openMicrophone,
  openRecording,
  speakFrom,
} from '@parley/client'
import { startBrowserRecogniser } from './browser-recogniser.js'
import { type ConsoleState, isConnected, problemOf, type Speaking } from './console-state.js'
import type { Levels } from './levels.js'
import type { Line, OpenLine } from './line.js'
import type { Sample } from './samples.js'
import { workletSource } from './sound.js'
import type { Store } from './store.js'

const SAMPLE_TAIL_MS = 8_000
const SAMPLE_MONITOR_GAIN = 0.6

export interface SpeakingControl {
  microphone(): void
  recording(sample: Sample): void
  /** `language` in BCP 47; `say` gets what was recognised. */
  browser(language: string, say: (text: string) => void): void
  stop(): void
  setPushToTalk(on: boolean): void
  /** The push-to-talk key or button went down or up; up ends the turn. */
  hold(down: boolean): void
}

export interface SpeakingOptions {
  readonly store: Store<ConsoleState>
  readonly levels: Levels
  readonly line: Line
}

/** How to stop what speaks, and how to mute it. */
interface Present {
  readonly stop: () => void
  readonly mute?: (muted: boolean) => void
}

/** Undefined where there is no sound to speak with; why was told when it could not be opened. */
type Start = (open: OpenLine) => Present | Promise<Present | undefined>

const silence: Present = { stop() {} }

export function createSpeaking({ store, levels, line }: SpeakingOptions): SpeakingControl {
  let present = silence

  function stop(): void {
    const { stop: stopPresent } = present
    present = silence
    stopPresent()
    store.update({ speaking: 'nothing', sample: undefined, held: false, interim: '' })
  }

  function fail(thrown: unknown): void {
    store.update({ problem: problemOf(thrown) })
  }

  /** Opens the line, then what `start` makes of it, unless something else was begun meanwhile. */
  async function begin(as: Speaking, start: Start): Promise<void> {
    stop()
    const mine: Present = { stop() {} }
    present = mine
    store.update({ speaking: 'opening', problem: undefined })
    try {
      const open = await line.open()
      if (present !== mine) return
      if (open === undefined) return stop()
      const started = await start(open)
      if (present !== mine) return started?.stop()
      if (started === undefined) return stop()
      present = started
      store.update({ speaking: as })
      const { pushToTalk, held } = store.snapshot()
      mute(pushToTalk && !held)
    } catch (thrown) {
      if (present !== mine) return
      stop()
      fail(thrown)
    }
  }

  async function fromSource(
    { client, sound }: OpenLine,
    open: (options: CaptureOptions) => Promise<AudioSource>,
  ): Promise<Present | undefined> {
    if (sound === undefined) return undefined
    const { ready } = client
    const source = await open({
      context: sound.context,
      ...(ready && { sampleRate: ready.input.sampleRate }),
    })
    const leave = [
      speakFrom(client, source),
      source.on('frame', ({ levelDbfs }) => levels.setUser(levelDbfs)),
      source.on('ended', ({ error }) => {
        stop()
        if (error) fail(error)
      }),
    ]
    return {
      stop() {
        for (const each of leave) each()
        source.close()
      },
      mute(muted) {
        source.muted = muted
      },
    }
  }

  function microphone(): void {
    void begin('microphone', async open => {
      // Before it is asked for: an iPhone else takes the page for one that only plays.
      const release = open.sound?.captures() ?? (() => {})
      try {
        const present = await fromSource(open, options => openMicrophone({ ...options, ...workletSource }))
        if (present === undefined) release()
        return present && { ...present, stop: () => [present.stop(), release()] }
      } catch (thrown) {
        release()
        throw thrown
      }
    })
  }

  /** Push to talk holds back the microphone, nothing else. */
  function mute(muted: boolean): void {
    if (store.snapshot().speaking === 'microphone') present.mute?.(muted)
  }

  function recogniserEnded(reason: string | undefined): void {
    stop()
    if (reason === undefined || reason === 'no-speech' || reason === 'aborted') return
    const denied = reason === 'not-allowed' || reason === 'service-not-allowed'
    if (denied) fail(new ClientError('microphone-denied'))
    else store.update({ problem: { code: 'browser-recogniser', serverCode: reason, message: reason } })
  }

  return {
    microphone,
    recording(sample) {
      void begin('recording', open =>
        fromSource(open, options =>
          openRecording({
            ...options,
            ...workletSource,
            recording: sample.path,
            tailMs: SAMPLE_TAIL_MS,
            monitorGain: SAMPLE_MONITOR_GAIN,
          }),
        ),
      )
      store.update({ sample: sample.id })
    },
    browser(language, say) {
      void begin('browser', () => ({
        stop: startBrowserRecogniser({
          language,
          interim: interim => store.update({ interim }),
          final: say,
          ended: recogniserEnded,
        }),
      }))
    },
    stop,
    setPushToTalk(pushToTalk) {
      store.update({ pushToTalk, held: false })
      mute(pushToTalk)
    },
    hold(down) {
      const { pushToTalk, held, speaking } = store.snapshot()
      if (!pushToTalk || held === down) return
      if (down && speaking === 'nothing') microphone()
      store.update({ held: down })
      mute(!down)
      if (!down && speaking === 'microphone' && isConnected(store.snapshot())) line.client?.commit()
    },
  }
}
