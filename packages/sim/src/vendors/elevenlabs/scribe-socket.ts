/**
 * The realtime recogniser. Text is partial until it is committed: by the client, by silence where the vendor's own
 * detector is asked for, or by itself when too much sound has gathered.
 */

import { heardSound, isLoud } from '../heard-sound.js'
import type { SimSocket } from '../sim-socket.js'
import type { ElevenLabsWorld } from './elevenlabs-world.js'
import { scribeConfig } from './scribe-config.js'

const PARTIAL_MS = 400
const MAX_CHUNK = 1_000_000

type Fields = Readonly<Record<string, unknown>>

export function scribeSocket(socket: SimSocket, world: ElevenLabsWorld): void {
  const { brains, commitMs = 300, autoCommitMs = 90_000 } = world.options
  const config = scribeConfig(socket.url)
  if (typeof config === 'string') {
    socket.complain(`scribe: ${config}`)
    socket.send({ message_type: 'invalid_request', error: config })
    return socket.close(1008, 'invalid_request')
  }
  const { sample_rate: sampleRate, language_code, include_timestamps } = config
  const isVad = config.commit_strategy === 'vad'
  const endMs = (config.vad_silence_threshold_secs ?? 1.5) * 1000
  const language = language_code ?? 'en'
  const sound = heardSound(sampleRate)
  let pace = world.temper.pace()
  let partialAtMs = PARTIAL_MS
  let silenceMs = 0
  let hasSpeech = false
  let isFirst = true
  let isOver = false
  let work = Promise.resolve()

  socket.send({ message_type: 'session_started', session_id: world.nextId(), config })

  async function isDue(): Promise<boolean> {
    const fault = await pace.next(socket.signal)
    if (socket.signal.aborted || isOver) return false
    if (fault === undefined) return true
    isOver = true
    if (socket.fail(fault)) return false
    const type =
      { limited: 'rate_limited', unauthorised: 'auth_error', expired: 'session_time_limit_exceeded' }[
        fault.kind as string
      ] ?? 'transcriber_error'
    socket.send({ message_type: type, error: `simulated: ${fault.kind}` })
    socket.close(fault.kind === 'failing' ? 1011 : 1008, type)
    return false
  }

  async function partial(samples: Int16Array): Promise<void> {
    if (isOver) return
    const { text } = await brains.hear(samples, sampleRate, language)
    if (text !== '' && (await isDue())) socket.send({ message_type: 'partial_transcript', text })
  }

  function commit(): void {
    const { samples, fromMs } = sound
    sound.clear()
    partialAtMs = PARTIAL_MS
    silenceMs = 0
    hasSpeech = false
    work = work.then(async () => {
      if (isOver) return
      const loud = isLoud(samples)
      const { text, words } = loud
        ? await brains.hear(samples, sampleRate, language)
        : { text: '', words: [] }
      if (!(await isDue())) return
      pace = world.temper.pace()
      socket.send({ message_type: 'committed_transcript', text })
      if (!include_timestamps) return
      const timed = words.flatMap((word, index) => [
        ...(index === 0
          ? []
          : [{ text: ' ', start: word.startMs, end: word.startMs, type: 'spacing' as const }]),
        { text: word.text, start: word.startMs, end: word.endMs, type: 'word' as const },
      ])
      socket.send({
        message_type: 'committed_transcript_with_timestamps',
        text,
        language_code: language,
        words: timed.map(({ start, end, ...rest }) => ({
          ...rest,
          start: (fromMs + start) / 1000,
          end: (fromMs + end) / 1000,
          logprob: -0.1,
        })),
      })
    })
  }

  function refuse(type: string, sentence: string): void {
    socket.complain(`scribe: ${sentence}`)
    socket.send({ message_type: type, error: sentence })
    isOver = true
    socket.close(1008, type)
  }

  function hear(fields: Fields): void {
    if (isOver) return
    if (fields.message_type !== 'input_audio_chunk') return refuse('input_error', 'unknown message_type')
    if (typeof fields.audio_base_64 !== 'string' || typeof fields.commit !== 'boolean')
      return refuse('input_error', 'audio_base_64 or commit is missing')
    if (fields.sample_rate !== sampleRate) return refuse('input_error', 'sample_rate is another')
    const previous = fields.previous_text
    if (previous != null && (!isFirst || String(previous).length > 50))
      return refuse('input_error', 'previous_text comes with the first chunk, at most 50 characters')
    isFirst = false
    const bytes = Buffer.from(fields.audio_base_64, 'base64')
    if (bytes.length > MAX_CHUNK) return refuse('chunk_size_exceeded', 'the chunk is too large')
    const more = sound.add(bytes)
    if (isLoud(more)) {
      silenceMs = 0
      hasSpeech = true
    } else silenceMs += (more.length * 1000) / sampleRate
    if (fields.commit) {
      if (sound.ms >= commitMs) return commit()
      socket.complain('scribe: commits are too close together')
      return socket.send({
        message_type: 'commit_throttled',
        error: `commit needs ${commitMs} ms of uncommitted audio`,
      })
    }
    if ((isVad && hasSpeech && silenceMs >= endMs) || sound.ms >= autoCommitMs) return commit()
    if (!hasSpeech || sound.ms < partialAtMs) return
    partialAtMs = sound.ms + PARTIAL_MS
    const { samples } = sound
    work = work.then(() => partial(samples))
  }

  socket.raw.on('message', (data: Buffer) => {
    let fields: Fields
    try {
      fields = JSON.parse(data.toString('utf8'))
    } catch {
      return refuse('input_error', 'the message is no JSON')
    }
    socket.receive(fields)
    hear(fields)
  })
}
