/** A far conversation whose vendor says exactly what a test wants, and which sends nothing the vendor's schemas do not know. */

import type { FarSessionOptions } from '@parley/core'
import { afterEach, expect } from 'vitest'
import { misfitsOf } from '../../conformance/protocol-schema.test-kit.js'
import {
  greet,
  type ScriptedServer,
  type ScriptedSocket,
  scriptedServer,
} from '../scripted-realtime.test-kit.js'
import { type FarRig, farRig } from './far-rig.test-kit.js'
import { openaiRealtime } from './far-slot.js'

const schemas = ['strict', 'wire'].map(name => misfitsOf(`openai/realtime.${name}`, 'ClientEvent'))
const servers: ScriptedServer[] = []

/** To be called once in each test file: what was sent is checked after each of its tests. */
export function checkWhatIsSent(): void {
  afterEach(() => {
    const said = servers.splice(0).flatMap(({ sockets }) => sockets.flatMap(socket => socket.said))
    const sent = said.map(message => ({ path: '', message }))
    for (const misfits of schemas) expect(misfits(sent)).toEqual([])
  })
}

export function setUp(options: object = {}, asked: Partial<FarSessionOptions> = {}) {
  const server = scriptedServer()
  servers.push(server)
  const model = openaiRealtime.create(
    { model: 'm-1', transcription: { model: 't-1' }, ...options },
    server.context,
  )
  const far = farRig(model, { clock: server.clock, ...asked })
  return { server, model, far }
}

export async function ready(options: object = {}, asked: Partial<FarSessionOptions> = {}) {
  const { server, model, far } = setUp(options, asked)
  const socket = await greet(server)
  return { server, model, far, socket, clock: server.clock }
}

export const created = (id: string, ask?: string) => ({
  type: 'response.created',
  response: { id, status: 'in_progress', metadata: ask === undefined ? null : { ask } },
})
export const done = (id: string, status = 'completed', more: object = {}) => ({
  type: 'response.done',
  response: { id, status, metadata: null, ...more },
})
export const sound = (id: string, item = 'i-1', ms = 100) => ({
  type: 'response.output_audio.delta',
  ...{ response_id: id, item_id: item, content_index: 0 },
  delta: Buffer.alloc(ms * 48).toString('base64'),
})
export const words = (id: string, delta: string, item = 'i-1') => ({
  type: 'response.output_audio_transcript.delta',
  ...{ response_id: id, item_id: item, content_index: 0, delta },
})
export const refusal = (event_id: string, code: string) => ({
  type: 'error',
  error: { type: 'invalid_request_error', code, message: code, param: null, event_id },
})
export const ends = (far: FarRig) => far.of('response-done').map(({ ask, outcome }) => `${ask} ${outcome}`)
export const kinds = (far: FarRig) => far.events.map(({ kind }) => kind)
export const sent = (socket: ScriptedSocket) =>
  socket.said.map(({ type }) => String(type)).filter(type => type !== 'session.update')
