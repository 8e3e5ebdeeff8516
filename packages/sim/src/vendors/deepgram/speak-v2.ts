/**
 * `/v2/speak`, Flux TTS: a turn is what was sent up to a `Flush`; it has a name, its sound, its end and its bill. An
 * `Interrupt` ends the turn that is being spoken and says how far it came.
 */

import type { SimWord } from '../sim-brains.js'
import { inOrder } from './in-order.js'
import { type ClientMessage, readMessages, type SimSession } from './session.js'
import { MAX_SPEAK_CHARACTERS } from './speak-v1.js'
import { giveSpeech } from './spoken.js'

const noControls = { pronunciations_applied: 0, breaks_applied: 0, pronunciation_warnings: 0 }

interface Speech {
  readonly id: string
  readonly text: string
  readonly stop: AbortController
  interruptedAtMs?: number
}

export function speakV2(session: SimSession): void {
  const { socket, ids } = session
  const job = inOrder(socket.signal)
  const totals = { audioMs: 0, characters: 0, billed: 0 }
  let waiting = ''
  let current: Speech | undefined
  let baselineMs = 0
  let audible = false
  const queued: Speech[] = []
  socket.signal.addEventListener('abort', () => {
    for (const speech of queued) speech.stop.abort()
  })

  const warn = (code: string, description: string) => socket.send({ type: 'Warning', code, description })
  const tell = (code: string, description: string) => socket.send({ type: 'Error', code, description })
  socket.send({
    type: 'Connected',
    request_id: ids.uuid(),
    model_name: socket.url.searchParams.get('model'),
    model_version: '2026-01-01.0',
    model_uuids: [ids.uuid()],
  })

  function flush(): void {
    if (waiting === '') return warn('NO_ACTIVE_SPEECH', 'There is nothing to flush.')
    const speech: Speech = { id: ids.speech(), text: waiting, stop: new AbortController() }
    waiting = ''
    queued.push(speech)
    job(() => speak(speech))
  }

  async function speak(speech: Speech): Promise<void> {
    current = speech
    socket.send({ type: 'SpeechStarted', speech_id: speech.id })
    if (!/[\p{L}\p{N}]/u.test(speech.text))
      warn('NO_SYNTHESIZABLE_TEXT', 'The text of the turn has nothing that can be spoken.')
    const beganMs = totals.audioMs
    const given = await giveSpeech(session, {
      text: speech.text,
      tell,
      signal: speech.stop.signal,
      onGiven() {
        audible = true
      },
    })
    current = undefined
    queued.splice(queued.indexOf(speech), 1)
    const metadata = billed(speech, given.givenMs)
    if (speech.stop.signal.aborted) return tellInterrupted(speech, { words: given.words, beganMs, metadata })
    if (!given.whole) return
    socket.send({ type: 'Flushed', speech_id: speech.id })
    socket.send({ type: 'SpeechMetadata', ...metadata })
  }

  function billed(speech: Speech, audioMs: number) {
    const characters = [...speech.text].length
    const billable = [...speech.text.replace(/\p{Cc}/gu, '')].length
    totals.audioMs += audioMs
    totals.characters += characters
    totals.billed += billable
    return {
      speech_id: speech.id,
      audio_duration_ms: Math.round(audioMs),
      input_character_count: characters,
      billable_character_count: billable,
      controls_applied: noControls,
    }
  }

  function tellInterrupted(
    { text, interruptedAtMs }: Speech,
    { words, beganMs, metadata }: { words: readonly SimWord[]; beganMs: number; metadata: object },
  ): void {
    const heardMs = (interruptedAtMs ?? 0) - beganMs
    const spoken = words.filter(({ endMs }) => endMs <= heardMs).map(word => word.text)
    const remaining = words.slice(spoken.length).map(word => word.text)
    const split =
      interruptedAtMs === undefined || text === ''
        ? {}
        : { text_spoken: spoken.join(' '), text_remaining: remaining.join(' ') }
    if (interruptedAtMs !== undefined) totals.audioMs = interruptedAtMs
    socket.send({
      type: 'SpeechInterrupted',
      audio_played_ms: Math.round(totals.audioMs),
      ...split,
      metadata,
    })
  }

  function interrupt(message: ClientMessage): void {
    if (current === undefined) return warn('NO_ACTIVE_SPEECH', 'No turn is being spoken.')
    if (current.stop.signal.aborted) return warn('INTERRUPT_IN_PROGRESS', 'An interrupt is being processed.')
    if (!audible) return warn('NO_AUDIO_GENERATED', 'The session has made no sound yet.')
    const offset = message.playback_offset
    if (typeof offset === 'object' && offset !== null && 'value' in offset) {
      const atMs = Number(offset.value)
      if (!(atMs > baselineMs))
        return warn('INVALID_INTERRUPT_OFFSET', 'The offset does not go beyond the last one.')
      baselineMs = atMs
      current.interruptedAtMs = atMs
    }
    current.stop.abort()
  }

  function configure({ speed }: ClientMessage): void {
    const fail = (code: string, description: string) =>
      socket.send({ type: 'ConfigureFailure', code, field: 'speed', value: speed, description })
    if (typeof speed !== 'number' || speed < 0.5 || speed > 1.5)
      return fail('SPEED_OUT_OF_RANGE', 'The speed must be within 0.5 and 1.5.')
    if (Math.abs(speed * 20 - Math.round(speed * 20)) > 1e-6)
      return fail('SPEED_INCREMENT_INVALID', 'The speed must be a multiple of 0.05.')
    socket.send({ type: 'ConfigureSuccess', applied: { speed } })
  }

  function refuse(closeCode: number, code: string, description: string): void {
    socket.complain(`/v2/speak: ${description}`)
    tell(code, description)
    socket.close(closeCode, code)
  }

  readMessages(socket, {
    binary: () => refuse(1003, 'MESSAGE-0000', 'The payload is no text.'),
    garbage: sentence => refuse(1008, 'DATA-0000', sentence),
    message(message) {
      if (message.type === 'Speak' && typeof message.text === 'string') {
        if ([...message.text].length > MAX_SPEAK_CHARACTERS)
          return refuse(1009, 'BIG-0000', 'The text is over 2,000 characters.')
        waiting += message.text
      } else if (message.type === 'Flush') flush()
      else if (message.type === 'Interrupt') interrupt(message)
      else if (message.type === 'Configure') configure(message)
      else if (message.type === 'Close') job(async () => close())
      else refuse(1008, 'MESSAGE-0000', `Unknown message ${message.type}.`)
    },
  })

  function close(): void {
    socket.send({
      type: 'SessionMetadata',
      total_audio_duration_ms: Math.round(totals.audioMs),
      total_input_character_count: totals.characters,
      total_billable_character_count: totals.billed,
    })
    socket.close(1000)
  }
}
