/// <reference types="node" />
import { readFileSync } from 'node:fs'
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

  it('stand in docs/socketio.md, each with its spellings, its payload or its message', () => {
    const page = readFileSync(new URL('../../../../docs/socketio.md', import.meta.url), 'utf8')
    const rows = page.split('\n').filter(line => line.startsWith('| `'))
    for (const [name, { aliases }] of Object.entries(socketioClientEvents)) {
      const also = aliases.map(alias => `\`${alias}\``).join(', ')
      expect(rows.filter(row => row.startsWith(`| \`${name}\` | ${also} |`))).toHaveLength(1)
    }
    for (const [name, what] of Object.entries(socketioOwnEvents))
      expect(rows.filter(row => row.startsWith(`| \`${name}\` | ${what.slice(0, 12)}`))).toHaveLength(1)
    for (const [message, name] of Object.entries(socketioEventOfMessage))
      expect(rows.filter(row => row.startsWith(`| \`${name}\` | \`${message}\``))).toHaveLength(1)
    const told = Object.keys(socketioClientEvents).length + Object.keys(socketioOwnEvents).length
    expect(rows).toHaveLength(told + Object.keys(socketioEventOfMessage).length)
  })
})
