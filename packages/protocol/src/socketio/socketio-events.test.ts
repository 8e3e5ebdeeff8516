import { describe, expect, it } from 'vitest'
import { serverMessages } from '../voice/server-messages.js'
import { socketioClientEvents, socketioEventOf } from './client-events.js'
import { socketioEventOfMessage, socketioOwnEvents } from './server-events.js'

describe('the events of Socket.IO', () => {
  it('have no spelling twice', () => {
    const spellings = Object.entries(socketioClientEvents).flatMap(([name, { aliases }]) => [
      name,
      ...aliases,
    ])
    expect(new Set(spellings).size).toBe(spellings.length)
    for (const spelling of spellings) expect(socketioEventOf(spelling)).toBeDefined()
    expect(socketioEventOf('toString')).toBeUndefined()
  })

  it('carry every message of a conversation under a name of its own', () => {
    const types = new Set(serverMessages.map(({ shape }) => shape.type.value))
    // Sealing is of the voice socket alone.
    types.delete('encrypted')
    expect(Object.keys(socketioEventOfMessage).sort()).toEqual([...types].sort())
    const all = [...Object.values(socketioEventOfMessage), ...Object.keys(socketioOwnEvents)]
    expect(new Set(all).size).toBe(all.length)
  })

  it('take a bare text, bare bytes and nothing at all where that is enough', () => {
    expect(socketioClientEvents.message.schema.parse(' Hola ')).toEqual({ text: 'Hola' })
    expect(socketioClientEvents.message.schema.safeParse('  ').success).toBe(false)
    expect(socketioClientEvents['audio:chunk'].schema.parse(new Uint8Array(4)).audio.byteLength).toBe(4)
    expect(socketioClientEvents['audio:chunk'].schema.safeParse('UklGRg==').success).toBe(false)
    expect(socketioClientEvents['call:start'].schema.parse(undefined)).toMatchObject({
      input: { codec: 'pcm16', sampleRate: 16_000 },
      output: { codec: 'pcm16', sampleRate: 24_000 },
      reportsPlayed: false,
    })
    expect(socketioClientEvents.authenticate.schema.parse(undefined)).toEqual({})
  })
})
