/** Microphone, loudspeaker and codecs of this device. */
import { type AudioSource, ClientError, openMicrophone, supportsOpus } from '@parley/client'
import { workletSource } from '../../session/sound.js'
import { bad, type CheckWorld, good, note, type Outcome } from '../check-types.js'
import { pause, within } from '../within.js'

/** People need time to find the browser's question. */
const ASK_MS = 60_000
const LISTEN_MS = 2_000
/** A room with somebody in it is louder; a microphone that is switched off is not. */
const SILENT_DBFS = -75
const TONE_HZ = 440
const TONE_MS = 500
const TONE_GAIN = 0.15
const WAKE_MS = 1_500

export async function checkMicrophone({ context, signal, leave }: CheckWorld): Promise<Outcome> {
  if (context === undefined) return bad('microphone-no-context')
  let source: AudioSource
  try {
    const opening = openMicrophone({ context, ...workletSource })
    // One that is allowed too late is let go.
    opening.then(late => signal.aborted && late.close()).catch(() => {})
    source = await within(ASK_MS, signal, opening)
  } catch (thrown) {
    return thrown instanceof ClientError ? bad(thrown.code) : bad('microphone-unanswered')
  }
  leave.push(() => source.close())
  const levels: number[] = []
  source.on('frame', ({ levelDbfs }) => levels.push(levelDbfs))
  await pause(LISTEN_MS)
  source.close()
  const values = {
    label: source.label,
    rateHz: context.sampleRate,
    loudestDbfs: Math.round(Math.max(-100, ...levels)),
    frames: levels.length,
  }
  if (levels.length === 0) return bad('microphone-dead', values)
  return values.loudestDbfs < SILENT_DBFS
    ? note('microphone-silent', values)
    : good('microphone-good', values)
}

/** Plays a tone; whether it was heard only the person can tell. */
export async function checkSound({ context, signal }: CheckWorld): Promise<Outcome> {
  if (context === undefined) return bad('sound-none')
  await within(WAKE_MS, signal, context.resume()).catch(() => {})
  if (context.state !== 'running') return bad('sound-blocked', { state: context.state })
  const tone = new OscillatorNode(context, { frequency: TONE_HZ })
  const gain = new GainNode(context, { gain: 0 })
  const { currentTime } = context
  gain.gain.linearRampToValueAtTime(TONE_GAIN, currentTime + 0.03)
  gain.gain.setValueAtTime(TONE_GAIN, currentTime + TONE_MS / 1000 - 0.05)
  gain.gain.linearRampToValueAtTime(0, currentTime + TONE_MS / 1000)
  tone.connect(gain).connect(context.destination)
  tone.start()
  tone.stop(currentTime + TONE_MS / 1000)
  await pause(TONE_MS)
  const latencyMs = Math.round(((context.baseLatency || 0) + (context.outputLatency || 0)) * 1000)
  return good('sound-good', { rateHz: context.sampleRate, latencyMs })
}

export async function checkOpus(): Promise<Outcome> {
  const webCodecs = await supportsOpus()
  const codecs = globalThis.RTCRtpSender?.getCapabilities?.('audio')?.codecs ?? []
  const opus = codecs.find(({ mimeType }) => mimeType.toLowerCase() === 'audio/opus')
  const repairs = /useinbandfec=1/.test(opus?.sdpFmtpLine ?? '')
  const values = { webCodecs, webrtc: opus !== undefined, repairs }
  if (webCodecs) return good('opus-good', values)
  return note(opus === undefined ? 'opus-none' : 'opus-webrtc-only', values)
}
