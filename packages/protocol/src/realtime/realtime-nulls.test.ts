import { describe, expect, it } from 'vitest'
import { realtimeItemOf } from './realtime-item.js'
import { responseWanted } from './realtime-response.js'
import { realtimeDefaults, updateSettings } from './realtime-settings.js'

const before = realtimeDefaults('sess_1', 'm', 0)
const update = (session: object) => {
  const updated = updateSettings(before, { type: 'realtime', ...session }, false)
  if ('fault' in updated) throw new Error(updated.fault.message)
  return updated.settings
}

describe('null, as clients write it', () => {
  it('leaves a setting as it is', () => {
    const session = {
      instructions: null,
      tools: null,
      max_output_tokens: null,
      audio: {
        input: { format: null, transcription: { model: 'a', language: null, prompt: null } },
        output: { speed: null, voice: null },
      },
    }
    const { audio, ...settings } = update(session)
    expect(settings).toMatchObject({ instructions: '', tools: [], max_output_tokens: 'inf' })
    expect(audio.output).toEqual(before.audio.output)
    expect(audio.input).toEqual({ ...before.audio.input, transcription: { model: 'a' } })
  })

  it('turns off what can be off', () => {
    const off = { turn_detection: null, transcription: null, noise_reduction: null }
    expect(update({ tracing: null, audio: { input: off } }).audio.input).toMatchObject(off)
  })

  it('is kept in the schemas of tools', () => {
    const tools = [{ type: 'function', name: 'a', parameters: { enum: ['x', null] } }]
    expect(update({ tools }).tools).toEqual(tools)
  })

  it('is no wish of an answer', () => {
    const given = { instructions: null, metadata: { client_event_id: 'a' }, tools: null }
    expect(responseWanted(before, given)).toMatchObject({ wanted: { instructions: '', tools: [] } })
    expect(responseWanted(before, null)).toHaveProperty('wanted')
  })

  it('is nothing in an item', () => {
    const content = [{ type: 'input_text', text: 'hi', audio: null, transcript: null }]
    const item = { id: null, status: null, type: 'message', role: 'user', content }
    expect(realtimeItemOf(item, { newId: () => 'item_1', path: 'item' })).toMatchObject({
      item: { id: 'item_1', content: [{ type: 'input_text', text: 'hi' }] },
    })
  })
})
