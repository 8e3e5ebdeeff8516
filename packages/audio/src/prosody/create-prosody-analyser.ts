/**
 * Puts the analysis together. Samples are cleaned, freed of direct current and measured at the rate they have; brought
 * to 8 or 16 kHz, they are looked at every 16 ms (8 where it is to be accurate), and a frame shows the look that is
 * nearest to its middle. Input is cut where a look or a frame is due, so that what is told does not depend on how the
 * samples came.
 */

import { createCleaner } from './clean-samples.js'
import { createFrameFiller } from './frame-filler.js'
import { createLookStage, mostSamples } from './look-stage.js'
import { createLoudnessMeter } from './loudness.js'
import type { ProsodyAnalyser, ProsodyAnalyserOptions, ProsodySink } from './prosody-analyser.js'
import { checkProsodyOptions } from './prosody-options.js'
import { createSampleWindow } from './sample-window.js'
import { createVoiceStory } from './voice-story.js'

/** @throws RangeError for options out of range; it says what is allowed. */
export function createProsodyAnalyser(options: ProsodyAnalyserOptions): ProsodyAnalyser {
  const checked = checkProsodyOptions(options)
  const { rate, frameSize, hopSize } = checked
  const cleaner = createCleaner()
  const loudness = createLoudnessMeter(rate)
  const listener: { sink: ProsodySink } = { sink: deaf }
  const stage = createLookStage(checked, look => story.look(look, listener.sink))
  const story = createVoiceStory(stage.hopMs)
  /** A frame is due when both its samples and the look at its middle are there. */
  const dueAfter = Math.max(frameSize, Math.ceil(frameSize / 2 + (stage.delayMs * rate) / 1000))
  const window = createSampleWindow(dueAfter + 1, rate)
  const filler = createFrameFiller({ rate, frameSize, window, looks: stage.looks, loudness, story })
  const place = { heard: 0, told: 0, last: 0.5 }
  const rest = new Float32Array(mostSamples)

  const untilFrame = (): number => place.told * hopSize + dueAfter - place.heard

  const take = (samples: Int16Array | Float32Array, from: number, count: number): void => {
    const clean = cleaner.fill(samples, from, count)
    place.last = clean[count - 1] as number
    window.hear(clean, count)
    loudness.hear(clean, count)
    place.heard += count
    stage.hear(clean, count)
  }

  const hear = (samples: Int16Array | Float32Array, length: number, sink: ProsodySink): void => {
    listener.sink = sink
    let from = 0
    while (from < length) {
      const count = Math.min(length - from, untilFrame(), stage.untilLook(), mostSamples)
      take(samples, from, count)
      from += count
      if (untilFrame() > 0) continue
      const first = place.told * hopSize
      place.told++
      sink.frame(filler.fill(first))
    }
    listener.sink = deaf
  }

  const reset = (): void => {
    window.reset()
    loudness.reset()
    stage.reset()
    story.reset()
    filler.reset()
    place.heard = 0
    place.told = 0
    place.last = 0
  }

  return {
    frameSize,
    hopSize,
    delayMs: ((dueAfter - frameSize / 2) * 1000) / rate,
    hear(samples, sink) {
      hear(samples, samples.length, sink)
    },
    end(sink) {
      const frames = Math.floor(place.heard / hopSize)
      filler.endAt(place.heard)
      // Its last value holds on: a step down to silence would be a sound of its own where there is direct current.
      rest.fill(place.last)
      while (place.told < frames) hear(rest, Math.min(mostSamples, untilFrame()), sink)
      story.end(sink)
      reset()
    },
    reset,
  }
}

const deaf: ProsodySink = { frame() {} }
