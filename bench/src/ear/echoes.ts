/**
 * The agent's own voice coming back: a recording as the agent's sound, said twice in frames of 20 ms, and what the
 * caller's microphone makes of it: delayed, softer, with a short room, optionally through a telephone, in noise, and
 * with another speaker who interrupts in the middle of it.
 */

import { decodeUlaw, encodeUlaw, gateVoice, type VoiceActivity, type VoiceRate } from '@parley/audio'
import { createVoiceEar, type Evidence } from '@parley/core'
import { add, addBed, type Bed, beds, clipsOf, load, quantile, type Side, toPcm } from './sounds.js'

export interface EchoCase {
  /** Undefined for no echo at all. */
  readonly echoDb: number | undefined
  readonly delayMs: number
  readonly bed?: Bed
  readonly phone?: boolean
}

/** What the ear made of one call. */
interface Call {
  readonly said: readonly { readonly kind: Evidence['kind']; readonly atMs: number }[]
  /** `cues.echo` of each frame, and whether anybody else spoke in it. */
  readonly echoes: readonly number[]
}

const frameMs = 20
const leadMs = 1500
const gapMs = 1300
const noiseDb = -50
const interruptMs = 1700
/** Direct sound and reflections: ms after the direct one, amplitude. */
const room = [
  [0, 1],
  [2.7, 0.45],
  [5.9, -0.35],
  [9.1, 0.25],
  [14.3, -0.15],
  [21, 0.1],
  [33, -0.06],
] as const

export const echoCases: readonly EchoCase[] = [
  { echoDb: undefined, delayMs: 0 },
  ...[-10, -20].flatMap(echoDb => [60, 180, 350].map(delayMs => ({ echoDb, delayMs }))),
  { echoDb: -10, delayMs: 180, phone: true },
  { echoDb: -20, delayMs: 180, phone: true },
  { echoDb: -10, delayMs: 700 },
  ...beds.flatMap(bed => [-10, -20].map(echoDb => ({ echoDb, delayMs: 180, bed }))),
]

export function measureEcho(activity: VoiceActivity, side: Side, echo: EchoCase, verbose = false) {
  const agents = clipsOf(side).filter(({ segments }) => (segments[0]?.[1] ?? 0) > 2300)
  const callers = clipsOf(side).filter(({ segments }) => (segments[0]?.[1] ?? 0) < 1300)
  const result = { calls: 0, onsets: 0, starts: 0, minutes: 0 }
  const echoShares: number[] = []
  const talkShares: number[] = []
  const delays: number[] = []
  let missed = 0
  agents.forEach((agent, index) => {
    const alone = play(activity, { agent: agent.file, echo })
    result.calls++
    result.onsets += alone.said.filter(({ kind }) => kind === 'onset').length
    const starts = alone.said.filter(({ kind }) => kind === 'speech-start').length
    result.starts += starts
    if (verbose && starts > 0) console.log('  start', agent.id, alone.said)
    result.minutes += (alone.echoes.length * frameMs) / 60_000
    echoShares.push(...alone.echoes.filter(share => share > 0))
    const caller = callers[index % callers.length]
    if (caller === undefined) return
    const both = play(activity, { agent: agent.file, caller: caller.file, echo })
    const onsetMs = leadMs + interruptMs + (caller.segments[0]?.[0] ?? 0)
    const arrivedMs = Math.ceil((onsetMs + 0.001) / frameMs) * frameMs
    const heard = both.said.find(
      ({ kind, atMs }) => (kind === 'onset' || kind === 'speech-start') && atMs > arrivedMs - 60,
    )
    if (heard === undefined || heard.atMs > arrivedMs + 1000) missed++
    else delays.push(Math.max(0, heard.atMs - arrivedMs))
    if (verbose && heard !== undefined && heard.atMs > arrivedMs + 100) {
      console.log('  late', agent.id, caller.id, heard.atMs - arrivedMs)
    }
    const [from, to] = [onsetMs + 60, leadMs + interruptMs + (caller.segments[0]?.[1] ?? 0) - 60]
    talkShares.push(...both.echoes.slice(Math.ceil(from / frameMs), Math.floor(to / frameMs)))
  })
  const { echoDb, delayMs, bed, phone } = echo
  return {
    side,
    echo:
      echoDb === undefined
        ? 'none'
        : `${echoDb} dB, ${delayMs} ms${phone ? ', phone' : ''}${bed ? `, ${bed}` : ''}`,
    calls: result.calls,
    onsets: result.onsets,
    starts: result.starts,
    onsetsPerMin: round(result.onsets / result.minutes),
    echoP50: round(quantile(echoShares, 0.5)),
    echoP10: round(quantile(echoShares, 0.1)),
    talkP50: round(quantile(talkShares, 0.5)),
    talkP90: round(quantile(talkShares, 0.9)),
    cutInP50: quantile(delays, 0.5),
    cutInP95: quantile(delays, 0.95),
    missed,
  }
}

function play(
  activity: VoiceActivity,
  { agent, caller, echo }: { agent: string; caller?: string; echo: EchoCase },
): Call {
  const rate: VoiceRate = echo.phone ? 8000 : 16000
  const once = load(agent, rate)
  const lengthMs = leadMs + 2 * ((once.length * 1000) / rate + gapMs)
  const sent = new Float64Array(Math.ceil((lengthMs * rate) / 1000))
  add(sent, once, (leadMs * rate) / 1000)
  add(sent, once, (leadMs * rate) / 1000 + once.length + (gapMs * rate) / 1000)
  const heard = new Float64Array(sent.length)
  if (echo.echoDb !== undefined) {
    const gain = 10 ** (echo.echoDb / 20)
    for (const [afterMs, amplitude] of room) {
      add(heard, sent, Math.round(((echo.delayMs + afterMs) * rate) / 1000), gain * amplitude)
    }
  }
  if (caller !== undefined) add(heard, load(caller, rate), ((leadMs + interruptMs) * rate) / 1000)
  if (echo.bed !== undefined) {
    addBed(heard, { bed: echo.bed, rate, power: 32_768 ** 2 * 10 ** (noiseDb / 10) })
  }
  const pcm = toPcm(heard)
  return converse(activity, {
    rate,
    sent: toPcm(sent),
    heard: echo.phone ? decodeUlaw(encodeUlaw(pcm)) : pcm,
  })
}

function converse(
  activity: VoiceActivity,
  { rate, sent, heard }: { rate: VoiceRate; sent: Int16Array; heard: Int16Array },
): Call {
  const detector = gateVoice(activity.open(rate))
  const ear = createVoiceEar(detector)
  const size = (rate * frameMs) / 1000
  const said: { kind: Evidence['kind']; atMs: number }[] = []
  const echoes: number[] = []
  for (let frame = 0; (frame + 1) * size <= heard.length; frame++) {
    const atMs = frame * frameMs
    const out = sent.subarray(frame * size, (frame + 1) * size)
    if (out.some(sample => sample !== 0)) ear.agent?.({ samples: out, rate, atMs }, atMs)
    const evidence = ear.hear({ samples: heard.subarray(frame * size, (frame + 1) * size), rate, atMs })
    if (evidence !== undefined) said.push({ kind: evidence.kind, atMs: atMs + frameMs })
    echoes.push(ear.cues.levelDb > ear.cues.noiseDb + 10 && ear.cues.levelDb > -55 ? ear.cues.echo : 0)
  }
  detector.close()
  return { said, echoes }
}

const round = (value: number): number => Math.round(value * 100) / 100
