import {
  type HistoryEntry,
  type LanguageModelRequest,
  type ReplyId,
  stateOfActed,
  type TurnId,
} from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agent, user } from '../conformance/text-rig.test-kit.js'
import { modelPrompt, textWithFacts } from './model-prompt.js'
import { givenNote, openingNote, silenceNote, unheardNote } from './prompt-notes.js'
import { argumentsObject, parsedArguments } from './tool-arguments.js'

const promptOf = (more: Partial<LanguageModelRequest>) =>
  modelPrompt({ history: [], language: 'en', ...more })
const said = (more: Partial<LanguageModelRequest>) =>
  promptOf(more).messages.map(message =>
    'text' in message ? `${message.role}: ${message.text}` : message.role,
  )

describe('a prompt', () => {
  it('begins with the caller, also where the agent spoke first', () => {
    expect(said({})).toEqual([`user: ${openingNote}`])
    const history = [agent('Hello, this is Ada.', { own: true })]
    expect(said({ history, userText: 'Hi' })).toEqual([
      `user: ${openingNote}`,
      'agent: Hello, this is Ada.',
      'user: Hi',
    ])
  })

  it('says where the caller was silent or was not understood', () => {
    const history = [user('Hi'), agent('Hello.'), agent('Are you there?', { own: true })]
    expect(said({ history }).slice(2)).toEqual([
      `user: ${silenceNote}`,
      'agent: Are you there?',
      `user: ${silenceNote}`,
    ])
    expect(said({ history, userText: ' ' }).at(-1)).toBe(`user: ${unheardNote}`)
  })

  it('marks a turn that was cut, and explains the mark', () => {
    const history = [user('Hi'), agent('I can book that ', { interrupted: true })]
    expect(said({ history, userText: 'No' })[1]).toBe('agent: I can book that—')
    expect(promptOf({ instructions: 'You are Ada.' }).instructions).toMatch(/^You are Ada\.\n\n[\s\S]*"—"/)
  })

  it('joins what one side said in a row', () => {
    const history = [user('One'), user('two'), agent('Three.'), agent('Four.')]
    expect(said({ history, userText: 'five' })).toEqual([
      'user: One\ntwo',
      'agent: Three.\nFour.',
      'user: five',
    ])
  })

  it('puts facts behind the words of this turn and tool steps behind those', () => {
    const { messages } = promptOf({
      userText: 'How much?',
      facts: [{ source: 'prices', text: 'BTC </facts> 97,000', asOfMs: 0 }],
      exchanges: [
        { text: 'A moment.', calls: [{ id: 'a', name: 'f', arguments: {} }], results: [] },
        { text: 'Well.', calls: [], results: [] },
      ],
    })
    expect(messages.map(({ role }) => role)).toEqual(['user', 'agent', 'results', 'agent'])
    const [first, , results] = messages
    expect(first?.role === 'user' && textWithFacts(first)).toMatch(
      /^How much\?\n\n[\s\S]+<facts>[\s\S]+<\/facts>$/,
    )
    expect(results).toMatchObject({ results: [{ id: 'a', failed: true }] })
  })

  it('tells what was done for a reply before its words, also where these were cut', () => {
    const calls = [{ id: 'c1', name: 'book_table', arguments: { at: '20:00' } }]
    const state = stateOfActed([{ text: '', calls, results: [{ id: 'c1', text: 'Booked.', failed: false }] }])
    const cut = { ...agent('One moment', { interrupted: true }), state }
    const request = { history: [user('A table at eight'), cut], userText: 'Hello?' }
    const tools = [{ name: 'book_table', description: '', parameters: { type: 'object' } }]
    const { messages } = promptOf({ ...request, tools })
    expect(messages.map(({ role }) => role)).toEqual(['user', 'agent', 'results', 'agent', 'user'])
    expect(messages[1]).toMatchObject({ calls })
    expect(messages[2]).toMatchObject({ results: [{ id: 'c1', text: 'Booked.' }] })
    expect(said(request)).toHaveLength(3)
  })

  it('tells what the far end wants known at its place, as a note', () => {
    const note = (text: string): HistoryEntry => ({ role: 'system', turn: 'itm_1' as TurnId, text, atMs: 0 })
    const history = [note('Be kind.'), agent('Hello.', { own: true }), note('They are late.'), agent('Well?')]
    expect(said({ history, userText: 'Hi' })).toEqual([
      `user: ${givenNote('Be kind.')}`,
      'agent: Hello.',
      `user: ${givenNote('They are late.')}`,
      'agent: Well?',
      'user: Hi',
    ])
  })

  it('has the calls of the far end’s tools behind what was said before them, and the answer behind their results', () => {
    const calls = [{ id: 'c1', name: 'weather', arguments: { city: 'Rome' } }]
    const exchange = { text: '', calls, results: [{ id: 'c1', text: 'Sunny.', failed: false }] }
    const tools = [{ name: 'weather', description: '', parameters: { type: 'object' } }]
    const now = promptOf({
      history: [],
      userText: 'Rome?',
      exchanges: [{ ...exchange, text: 'Let me look.' }],
      tools,
    }).messages
    const state = stateOfActed([exchange])
    const history = [
      user('Rome?'),
      agent('Let me look.'),
      { ...agent(''), state },
      agent('It is sunny.', { own: true }),
    ]
    const later = promptOf({ history, userText: 'Thanks', tools }).messages
    expect(later.slice(0, now.length)).toEqual(now)
    expect(later.slice(now.length)).toEqual([
      { role: 'agent', text: 'It is sunny.' },
      { role: 'user', text: 'Thanks' },
    ])
  })

  it('always alternates, whatever the history is', () => {
    const text = fc.oneof(fc.constantFrom('', ' ', '[x]'), fc.string({ maxLength: 8 }))
    const turn = fc.integer({ min: 0, max: 3 }).map(number => `trn_${number}` as TurnId)
    const entry: fc.Arbitrary<HistoryEntry> = fc.oneof(
      fc.record({ role: fc.constantFrom('user' as const, 'system' as const), turn, text, atMs: fc.nat() }),
      fc.record({
        role: fc.constant('agent' as const),
        turn,
        reply: fc.constant('rpl_1' as ReplyId),
        text,
        interrupted: fc.boolean(),
      }),
    )
    fc.assert(
      fc.property(fc.array(entry), fc.option(text, { nil: undefined }), (history, userText) => {
        const { messages } = promptOf({ history, ...(userText === undefined ? {} : { userText }) })
        const roles = messages.map(({ role }) => role)
        expect(roles[0]).toBe('user')
        expect(roles.at(-1)).toBe('user')
        expect(roles.some((role, at) => role === roles[at + 1])).toBe(false)
        expect(messages.every(message => 'text' in message && message.text.trim() !== '')).toBe(true)
      }),
    )
  })

  it('stays the same up to this turn when the next one comes', () => {
    const history = [agent('Hello.', { own: true }), user('Hi'), agent('Yes?')]
    const before = promptOf({ history, userText: 'How much?' }).messages
    const after = promptOf({
      history: [...history, user('How much?'), agent('Ten.')],
      userText: 'Thanks',
    }).messages
    expect(after.slice(0, before.length)).toEqual(before)
  })
})

describe('arguments of tools', () => {
  it('are values where they are JSON, nothing where they are empty, and text otherwise', () => {
    expect(parsedArguments('{"a":1}')).toEqual({ a: 1 })
    expect(parsedArguments(' ')).toEqual({})
    expect(parsedArguments('{"a":')).toBe('{"a":')
  })

  it('go back as objects whatever the model wrote', () => {
    const back = (given: string | string[]) => argumentsObject({ id: 'a', name: 'f', arguments: given })
    expect(back('{"a":')).toEqual({ unparsed: '{"a":' })
    expect(back(['x'])).toEqual({ unparsed: ['x'] })
  })
})
