import type { SpeechPart, SpeechRequest, TextToSpeech } from '@parley/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { type ScriptedSocket, type ScriptedWorld, scriptedWorld } from '../wire/scripted-socket.test-kit.js'
import { deepgram } from './index.js'

describe('a Deepgram voice', () => {
  let world: ScriptedWorld
  let voice: TextToSpeech

  beforeEach(() => {
    world = scriptedWorld()
  })

  function create(options: object): void {
    const made = deepgram.tts?.create(options, world.context)
    if (made === undefined) throw new Error('no voice')
    voice = made
  }

  /** Begins a clause; its parts come into the list. */
  function speak(request: Partial<SpeechRequest> & { text: string }, signal?: AbortSignal) {
    const parts: SpeechPart[] = []
    const whole = (async () => {
      const own = signal ?? new AbortController().signal
      for await (const part of voice.speak({ language: 'en', ...request }, own)) parts.push(part)
    })()
    whole.catch(() => {})
    return { parts, whole }
  }

  async function socketOf(index = 0): Promise<ScriptedSocket> {
    await world.settle()
    const socket = world.sockets[index]
    if (socket === undefined) throw new Error(`no socket ${index}`)
    return socket
  }

  const queryOf = (socket: ScriptedSocket) => new URL(socket.options.url).searchParams
  const sound = (socket: ScriptedSocket, ...samples: number[]) =>
    socket.options.onBinary?.(Buffer.from(Int16Array.from(samples).buffer))
  const soundsIn = (parts: readonly SpeechPart[]) =>
    parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : []))

  describe('of Aura', () => {
    const clause = async (socket: ScriptedSocket, text: string, ...samples: number[]) => {
      const { parts, whole } = speak({ text })
      await world.settle()
      sound(socket, ...samples)
      socket.say({ type: 'Flushed', sequence_id: 0 })
      await whole
      return parts
    }

    it('speaks clauses one after another over one socket, and counts their characters', async () => {
      create({ model: 'aura-2-thalia-en' })
      const first = speak({ text: 'Señor 😀' })
      const socket = await socketOf()
      expect(Object.fromEntries(queryOf(socket))).toEqual({
        model: 'aura-2-thalia-en',
        encoding: 'linear16',
        sample_rate: '24000',
      })
      socket.open()
      sound(socket, 1, 2)
      sound(socket, 3)
      socket.say({ type: 'Flushed', sequence_id: 0 })
      await first.whole
      expect(soundsIn(first.parts)).toEqual([1, 2, 3])
      expect(first.parts.at(-1)).toEqual({ kind: 'usage', characters: 7 })
      expect(soundsIn(await clause(socket, 'two', 4))).toEqual([4])
      expect(world.sockets).toHaveLength(1)
      expect(socket.said).toEqual([
        { type: 'Speak', text: 'Señor 😀' },
        { type: 'Flush' },
        { type: 'Speak', text: 'two' },
        { type: 'Flush' },
      ])
    })

    it('clears what is stopped, and drops its sound until the vendor has', async () => {
      create({ model: 'aura-2-thalia-en' })
      const stopping = new AbortController()
      const first = speak({ text: 'one' }, stopping.signal)
      const socket = await socketOf()
      socket.open()
      sound(socket, 1)
      stopping.abort()
      sound(socket, 2)
      await first.whole
      expect(soundsIn(first.parts)).toEqual([1])
      expect(first.parts.some(({ kind }) => kind === 'usage')).toBe(false)
      expect(socket.said.at(-1)).toEqual({ type: 'Clear' })
      const second = speak({ text: 'two' })
      const other = await socketOf(1)
      other.open()
      sound(socket, 3)
      socket.say({ type: 'Cleared', sequence_id: 1 })
      sound(other, 4)
      other.say({ type: 'Flushed', sequence_id: 0 })
      await second.whole
      expect(soundsIn(second.parts)).toEqual([4])
      // Both are free again; the one that was used last is warmest.
      expect(soundsIn(await clause(other, 'three', 5))).toEqual([5])
      expect(world.sockets).toHaveLength(2)
    })

    it('lets a socket go that does not clear', async () => {
      create({ model: 'aura-2-thalia-en' })
      const stopping = new AbortController()
      const { whole } = speak({ text: 'one' }, stopping.signal)
      const socket = await socketOf()
      socket.open()
      stopping.abort()
      await whole
      await world.clock.advance(2_000)
      expect(socket.closed).toBe(true)
      expect(world.clock.pending).toBe(0)
    })

    it('stops the vendor when the reader goes away', async () => {
      create({ model: 'aura-2-thalia-en' })
      const reading = (async () => {
        const own = new AbortController().signal
        for await (const part of voice.speak({ text: 'one', language: 'en' }, own)) return part
        return undefined
      })()
      const socket = await socketOf()
      socket.open()
      sound(socket, 1)
      await reading
      expect(socket.said.at(-1)).toEqual({ type: 'Clear' })
    })

    it('flushes a socket no more than 20 times a minute, and has the next one ready', async () => {
      create({ model: 'aura-2-thalia-en' })
      const warming = voice.warm?.()
      const socket = await socketOf()
      socket.open()
      await warming
      for (let use = 0; use < 20; use++) await clause(socket, 'again', use)
      expect(socket.said.at(-1)).toEqual({ type: 'Close' })
      const next = await socketOf(1)
      next.open()
      await clause(next, 'and on', 1)
      expect(socket.said.filter(({ type }) => type === 'Flush')).toHaveLength(20)
      expect(world.sockets).toHaveLength(2)
    })

    it('fails a clause whose flush is refused instead of waiting for it', async () => {
      create({ model: 'aura-2-thalia-en' })
      const { whole } = speak({ text: 'one' })
      const socket = await socketOf()
      socket.open()
      socket.say({ type: 'Warning', code: 'X', description: 'No more flush messages for now.' })
      await expect(whole).rejects.toMatchObject({ code: 'provider_limited', retryable: true })
    })

    it('opens another socket after an idle one was lost, and warns of it', async () => {
      create({ model: 'aura-2-thalia-en' })
      const warming = voice.warm?.()
      const socket = await socketOf()
      socket.open()
      await warming
      socket.options.onLost(Object.assign(new Error('gone'), { details: {} }) as never)
      expect(world.warnings).toHaveLength(1)
      void speak({ text: 'one' })
      expect((await socketOf(1)).options.url).toBe(socket.options.url)
    })

    it('closes a warm socket that has grown old, and takes another', async () => {
      create({ model: 'aura-2-thalia-en' })
      const warming = voice.warm?.()
      const socket = await socketOf()
      socket.open()
      await warming
      await world.clock.advance(51 * 60_000)
      speak({ text: 'one' })
      await world.settle()
      expect(socket.closed).toBe(true)
      expect(world.sockets).toHaveLength(2)
    })

    it('has a pace for the whole connection, where the voice takes one', async () => {
      create({ model: 'aura-2-thalia-en' })
      speak({ text: 'one', expression: { emotion: 'sad' } })
      speak({ text: 'two', expression: { speed: 2 } })
      speak({ text: 'three', voice: 'aura-2-thalia-fr', expression: { speed: 2 } })
      await world.settle()
      expect(world.sockets.map(socket => queryOf(socket).get('speed'))).toEqual(['0.85', '1.5', null])
      expect(world.sockets.map(socket => queryOf(socket).get('model'))).toEqual([
        'aura-2-thalia-en',
        'aura-2-thalia-en',
        'aura-2-thalia-fr',
      ])
    })

    it('cuts long text into messages of at most 2,000 characters', async () => {
      create({ model: 'aura-2-thalia-en' })
      const text = 'word '.repeat(900)
      speak({ text })
      const socket = await socketOf()
      socket.open()
      const pieces = socket.said.flatMap(({ text: piece }) => (typeof piece === 'string' ? [piece] : []))
      expect(pieces.map(piece => piece.length)).toEqual([2_000, 2_000, 500])
      expect(pieces.join('')).toBe(text)
      expect(socket.said.filter(({ type }) => type === 'Flush')).toHaveLength(1)
    })

    it('says nothing of text that has nothing to say', async () => {
      create({ model: 'aura-2-thalia-en' })
      const { parts, whole } = speak({ text: ' … ' })
      await whole
      expect(parts).toEqual([])
      expect(world.sockets).toEqual([])
    })

    it('waits neither for the first sound for ever nor for the next', async () => {
      create({ model: 'aura-2-thalia-en', firstTimeoutMs: 1_000, idleTimeoutMs: 500 })
      const first = speak({ text: 'one' })
      const socket = await socketOf()
      socket.open()
      await world.clock.advance(1_000)
      await expect(first.whole).rejects.toMatchObject({ code: 'timeout' })
      const second = speak({ text: 'two' })
      const other = await socketOf(1)
      other.open()
      sound(other, 1)
      await world.clock.advance(500)
      await expect(second.whole).rejects.toMatchObject({ code: 'timeout' })
      expect([socket.closed, other.closed]).toEqual([true, true])
      expect(world.clock.pending).toBe(0)
    })
  })

  describe('of Flux', () => {
    const connect = (socket: ScriptedSocket) => {
      socket.open()
      socket.say({ type: 'Connected', request_id: 'r' })
    }
    const bill = (speech_id: string, billable_character_count: number) => ({
      type: 'SpeechMetadata',
      speech_id,
      billable_character_count,
    })

    it('speaks a turn with its own sound and bill, and takes none of another', async () => {
      create({ model: 'flux-alexis-en' })
      const { parts, whole } = speak({ text: 'one two' })
      const socket = await socketOf()
      expect(new URL(socket.options.url).pathname).toBe('/v2/speak')
      connect(socket)
      sound(socket, 9)
      socket.say({ type: 'SpeechStarted', speech_id: 'a' })
      sound(socket, 1)
      socket.say({ type: 'Flushed', speech_id: 'before' })
      sound(socket, 2)
      socket.say({ type: 'Flushed', speech_id: 'a' })
      socket.say(bill('before', 99))
      socket.say(bill('a', 6))
      await whole
      expect(soundsIn(parts)).toEqual([1, 2])
      expect(parts.at(-1)).toEqual({ kind: 'usage', characters: 6 })
    })

    it('waits a little for the bill and then counts by itself', async () => {
      create({ model: 'flux-alexis-en' })
      const { parts, whole } = speak({ text: 'one two' })
      const socket = await socketOf()
      connect(socket)
      socket.say({ type: 'SpeechStarted', speech_id: 'a' })
      sound(socket, 1)
      socket.say({ type: 'Flushed', speech_id: 'a' })
      await world.clock.advance(500)
      await whole
      expect(parts.at(-1)).toEqual({ kind: 'usage', characters: 7 })
    })

    it('changes its pace on the warm socket, and speaks on if it may not', async () => {
      create({ model: 'flux-alexis-en', expressivity: 1 })
      const first = speak({ text: 'one', expression: { emotion: 'excited' } })
      const socket = await socketOf()
      expect(queryOf(socket).get('expressivity')).toBe('1')
      connect(socket)
      socket.say({ type: 'ConfigureFailure', code: 'SPEED_NOT_SUPPORTED', description: 'No.' })
      socket.say({ type: 'SpeechStarted', speech_id: 'a' })
      sound(socket, 1)
      socket.say({ type: 'Flushed', speech_id: 'a' })
      socket.say(bill('a', 3))
      await first.whole
      expect(world.warnings).toMatchObject([{ code: 'provider_rejected' }])
      speak({ text: 'two' })
      await world.settle()
      expect(socket.said).toEqual([
        { type: 'Configure', speed: 1.15 },
        { type: 'Speak', text: 'one' },
        { type: 'Flush' },
        { type: 'Configure', speed: 1 },
        { type: 'Speak', text: 'two' },
        { type: 'Flush' },
      ])
    })

    it('is done with a turn that has no sound once it was billed', async () => {
      create({ model: 'flux-alexis-en' })
      const { parts, whole } = speak({ text: '€' })
      const socket = await socketOf()
      connect(socket)
      socket.say({ type: 'Warning', code: 'NO_SYNTHESIZABLE_TEXT', description: 'Nothing.' })
      socket.say(bill('a', 0))
      await whole
      expect(parts).toEqual([{ kind: 'usage', characters: 0 }])
    })

    async function stopped(): Promise<ScriptedSocket> {
      create({ model: 'flux-alexis-en' })
      const stopping = new AbortController()
      const { whole } = speak({ text: 'one' }, stopping.signal)
      const socket = await socketOf()
      connect(socket)
      socket.say({ type: 'SpeechStarted', speech_id: 'a' })
      sound(socket, 1)
      stopping.abort()
      await whole
      expect(socket.said.at(-1)).toEqual({ type: 'Interrupt' })
      return socket
    }

    it('takes the next clause on a socket once its interrupt was carried out', async () => {
      const socket = await stopped()
      sound(socket, 2)
      socket.say({ type: 'SpeechInterrupted', audio_played_ms: 100, metadata: {} })
      const { parts, whole } = speak({ text: 'two' })
      sound(socket, 3)
      socket.say({ type: 'SpeechStarted', speech_id: 'b' })
      sound(socket, 4)
      socket.say({ type: 'Flushed', speech_id: 'b' })
      socket.say(bill('b', 3))
      await whole
      expect(soundsIn(parts)).toEqual([4])
      expect(world.sockets).toHaveLength(1)
    })

    it('keeps a socket whose turn had ended before the interrupt came', async () => {
      const socket = await stopped()
      socket.say({ type: 'Flushed', speech_id: 'a' })
      socket.say(bill('a', 3))
      socket.say({ type: 'Warning', code: 'NO_ACTIVE_SPEECH', description: 'Nothing to interrupt.' })
      speak({ text: 'two' })
      await world.settle()
      expect(world.sockets).toHaveLength(1)
    })

    it('lets a socket go that ignores the interrupt', async () => {
      const socket = await stopped()
      socket.say({ type: 'Warning', code: 'NO_AUDIO_GENERATED', description: 'Nothing yet.' })
      expect(socket.closed).toBe(true)
      speak({ text: 'two' })
      await world.settle()
      expect(world.sockets).toHaveLength(2)
    })
  })

  it('refuses options that are not of its generation', () => {
    expect(() => create({ model: 'aura-2-thalia-en', expressivity: 1 })).toThrow(/no option of Aura/)
    expect(() => create({ model: 'flux-alexis-en', expressivity: 3 })).toThrow(/expressivity/)
    expect(() => create({ voice: 'x' })).toThrow(/model/)
  })
})
