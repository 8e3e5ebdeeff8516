import { type LanguageModel, type LanguageModelRequest, stateOfActed } from '@parley/core'
import { expect, it } from 'vitest'
import { mindBehind, requestBehind } from './behind-begun.js'

const request: LanguageModelRequest = {
  userText: 'hours?',
  history: [],
  language: 'en',
  instructions: 'Be kind.',
}

async function textsOf(answer: readonly string[], said: string): Promise<string> {
  const mind: LanguageModel = {
    name: 'test',
    async *stream() {
      for (const text of answer) yield { kind: 'text', text }
    },
  }
  let text = ''
  for await (const part of mindBehind(mind, { said }).stream(request, new AbortController().signal))
    if (part.kind === 'text') text += part.text
  return text.trim()
}

it('a mind that begins anew is heard from the first word that was not said', async () => {
  const answer = ['We open at nine, ', 'and close at five. ', 'On Sunday we are closed.']
  expect(await textsOf(answer, 'We open at nine, and close')).toBe('at five. On Sunday we are closed.')
})

it('a mind that goes on is heard whole', async () => {
  expect(await textsOf(['at five. ', 'Bye.'], 'We open at nine, and close')).toBe('at five. Bye.')
})

it('a mind that has nothing to add says nothing', async () => {
  expect(await textsOf(['We open at nine.'], 'We open at nine.')).toBe('')
})

it('the mind is told what was said, and what tools did', () => {
  const call = { id: 'c1', name: 'book', arguments: {} }
  const acted = [{ text: '', calls: [call], results: [{ id: 'c1', text: 'booked', failed: false }] }]
  const behind = requestBehind(request, { said: 'I have booked', state: stateOfActed(acted) })
  expect(behind.instructions).toMatch(/Be kind\.[\s\S]*I have booked/)
  expect(behind.exchanges).toEqual(acted)
})
