import { describe, expect, it } from 'vitest'
import { callsOf, textOf } from '../conformance/text-rig.test-kit.js'
import { type ResponsesReader, responsesReader } from './responses-reader.js'

function readAll(...events: readonly object[]) {
  return readWith(
    responsesReader('Vendor', () => 'made'),
    events,
  )
}

function readWith(reader: ResponsesReader, events: readonly object[]) {
  return events.flatMap(event => [...reader.read(JSON.stringify(event))])
}

const call = (status: string, given: string) => ({
  type: 'response.output_item.done',
  item: { type: 'function_call', call_id: 'call-1', name: 'f', status, arguments: given },
})
const incomplete = {
  type: 'response.incomplete',
  response: { incomplete_details: { reason: 'max_output_tokens' } },
}

describe('the reader of responses', () => {
  it('runs no call that the limit of tokens cut, and says so where nothing else was said', () => {
    const said = { type: 'response.output_text.delta', delta: 'Let me see.' }
    const parts = readAll(said, call('completed', '{"a":1}'), call('incomplete', '{"a":'), incomplete)
    expect(textOf(parts)).toBe('Let me see.')
    expect(callsOf(parts)).toEqual([{ id: 'call-1', name: 'f', arguments: { a: 1 } }])
    expect(() => readAll(call('incomplete', '{"a":'), incomplete)).toThrow(/before its first word/)
  })
  it('names no calls to go on from where the vendor may wait for the result of a cut one', () => {
    const reader = responsesReader('Vendor', () => 'made')
    readWith(reader, [call('completed', '{"a":1}'), call('incomplete', '{"a":'), incomplete])
    expect(reader.callIds).toEqual([])
  })
})
