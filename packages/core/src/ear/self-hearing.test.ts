import { readFileSync } from 'node:fs'
import { readWav } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../floor/evidence.js'
import { createVoiceEar } from './voice-ear.js'

const rate = 8000
const size = rate / 50
const activity = await loadVoiceActivity()
const fixtures = new URL('../../../../fixtures/audio/clips/', import.meta.url)
const recording = (name: string) => readWav(readFileSync(new URL(`${name}.wav`, fixtures))).samples
const agent = recording('en-vm-mismatch')
const caller = recording('es-followme-call-from')
const leadMs = 1000
const callerMs = 2500

interface Scene {
  readonly delayMs: number
  readonly echoDb: number
  readonly interrupted?: boolean
  /** Whether the ear is given the agent's sound. */
  readonly told?: boolean
}

/** The evidence with the end of its frame, and the echo cue of every frame. */
function play({ delayMs, echoDb, interrupted = false, told = true }: Scene) {
  const lead = (leadMs * rate) / 1000
  const sent = new Int16Array(lead + agent.length + rate)
  sent.set(agent, lead)
  const heard = new Float64Array(sent.length)
  for (const [afterMs, amplitude] of [
    [0, 1],
    [6, -0.4],
    [15, 0.2],
  ] as const) {
    const by = Math.round(((delayMs + afterMs) * rate) / 1000)
    const gain = amplitude * 10 ** (echoDb / 20)
    for (let i = by; i < heard.length; i++) heard[i] = (heard[i] as number) + gain * (sent[i - by] as number)
  }
  if (interrupted) {
    const at = (callerMs * rate) / 1000
    caller.forEach((sample, i) => {
      heard[at + i] = (heard[at + i] as number) + sample
    })
  }
  const detector = activity.open(rate)
  const ear = createVoiceEar(detector)
  const said: { kind: Evidence['kind']; atMs: number }[] = []
  const echoes: number[] = []
  for (let at = 0; at + size <= heard.length; at += size) {
    const atMs = (at * 1000) / rate
    if (told) ear.agent?.({ samples: sent.subarray(at, at + size), rate, atMs }, atMs)
    const evidence = ear.hear({
      samples: Int16Array.from(heard.subarray(at, at + size), Math.round),
      rate,
      atMs,
    })
    if (evidence !== undefined) said.push({ kind: evidence.kind, atMs: atMs + 20 })
    echoes.push(ear.cues.echo)
  }
  detector.close()
  return { said, echoes }
}

const starts = (scene: Scene) => play(scene).said.filter(({ kind }) => kind === 'speech-start')

describe('an ear that is given the sound of its agent', () => {
  it.each([
    [-10, 60],
    [-10, 180],
    [-10, 350],
    [-20, 60],
    [-20, 180],
    [-20, 350],
  ])('hears no speech in its echo of %i dB after %i ms', (echoDb, delayMs) => {
    expect(starts({ echoDb, delayMs, told: false }).length).toBeGreaterThan(0)
    expect(starts({ echoDb, delayMs })).toEqual([])
  })

  it.each([-10, -20])('raises no more than one onset for its echo of %i dB', echoDb => {
    const { said } = play({ echoDb, delayMs: 180 })
    expect(said.filter(({ kind }) => kind === 'onset').length).toBeLessThanOrEqual(1)
  })

  it('hears somebody who speaks over the echo within a quarter of a second', () => {
    const { said } = play({ echoDb: -10, delayMs: 180, interrupted: true })
    const first = said.find(
      ({ kind, atMs }) => atMs > callerMs && (kind === 'onset' || kind === 'speech-start'),
    )
    expect(first?.atMs).toBeLessThan(callerMs + 250)
    expect(said.some(({ kind }) => kind === 'speech-start')).toBe(true)
  })

  it('shows the echo in its cues, and less of it while somebody speaks over it', () => {
    const { echoes } = play({ echoDb: -10, delayMs: 180, interrupted: true })
    const mean = (fromMs: number, toMs: number) => {
      const part = echoes.slice(fromMs / 20, toMs / 20)
      return part.reduce((sum, echo) => sum + echo, 0) / part.length
    }
    expect(mean(1500, 2400)).toBeGreaterThan(0.9)
    expect(mean(2700, 3700)).toBeLessThan(0.5)
  })

  it('says the same every time', () => {
    const scene = { echoDb: -10, delayMs: 180, interrupted: true }
    expect(play(scene)).toEqual(play(scene))
  })

  it('hears a caller without any echo as it would without the agent', () => {
    const scene = { echoDb: Number.NEGATIVE_INFINITY, delayMs: 0, interrupted: true }
    const [told, untold] = [play(scene).said, play({ ...scene, told: false }).said]
    expect(told[0]).toEqual(untold[0])
    const ends = (said: typeof told) => said.filter(({ kind }) => kind === 'speech-end')
    expect(ends(told)).toEqual(ends(untold))
  })
})
