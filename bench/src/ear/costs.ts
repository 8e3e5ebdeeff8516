/** What a frame of 20 ms costs the ear, in wall time of single calls over human speech after a warm-up. */

import { gateVoice, type VoiceActivity, type VoiceRate } from '@parley/audio'
import { createVoiceEar } from '@parley/core'
import { load, quantile } from './sounds.js'

const warmUp = 3000
const calls = 20_000

export function measureCosts(activity: VoiceActivity, rate: VoiceRate) {
  const size = rate / 50
  const speech = framesOf(load('clips/es-vm-nobodyavail.wav', rate), size)
  const agent = framesOf(load('clips/en-vm-mismatch.wav', rate), size)
  const silence = [new Int16Array(size)]
  const run = (what: string, sound: readonly Int16Array[], given: { agent?: boolean; early?: boolean }) => {
    const detector = gateVoice(activity.open(rate))
    const ear = createVoiceEar(detector, { earlyOnset: given.early ?? true })
    const times: number[] = []
    for (let call = 0; call < warmUp + calls; call++) {
      const atMs = call * 20
      const samples = sound[call % sound.length] as Int16Array
      const out = agent[call % agent.length] as Int16Array
      const before = process.hrtime.bigint()
      if (given.agent) ear.agent?.({ samples: out, rate, atMs }, atMs)
      ear.hear({ samples, rate, atMs })
      if (call >= warmUp) times.push(Number(process.hrtime.bigint() - before) / 1000)
    }
    detector.close()
    return {
      rate,
      what,
      medianUs: round(quantile(times, 0.5)),
      p95Us: round(quantile(times, 0.95)),
      p999Us: round(quantile(times, 0.999)),
      meanUs: round(times.reduce((sum, time) => sum + time, 0) / times.length),
    }
  }
  return [
    detectorAlone(activity, rate, speech),
    run('ear, silence', silence, {}),
    run('ear, speech', speech, {}),
    run('ear, silence, agent speaks', silence, { agent: true }),
    run('ear, echo of the agent', agent, { agent: true }),
    run('ear, caller and agent speak', speech, { agent: true }),
  ]
}

function detectorAlone(activity: VoiceActivity, rate: VoiceRate, speech: readonly Int16Array[]) {
  const detector = activity.open(rate)
  const window = new Int16Array(detector.windowSize)
  const times: number[] = []
  for (let call = 0; call < warmUp + calls; call++) {
    window.set(speech[call % speech.length] as Int16Array)
    const before = process.hrtime.bigint()
    detector.process(window)
    // A window is 32 ms, a frame 20.
    if (call >= warmUp) times.push((Number(process.hrtime.bigint() - before) / 1000) * 0.625)
  }
  detector.close()
  return {
    rate,
    what: 'detector alone, share of a frame',
    medianUs: round(quantile(times, 0.5)),
    p95Us: round(quantile(times, 0.95)),
    p999Us: round(quantile(times, 0.999)),
    meanUs: round(times.reduce((sum, time) => sum + time, 0) / times.length),
  }
}

function framesOf(samples: Int16Array, size: number): Int16Array[] {
  return Array.from({ length: Math.floor(samples.length / size) }, (_, i) =>
    samples.slice(i * size, (i + 1) * size),
  )
}

const round = (value: number): number => Math.round(value * 10) / 10
