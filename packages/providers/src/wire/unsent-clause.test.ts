import type { ParleyError } from '@parley/core'
import { expect, it } from 'vitest'
import { speechContext } from '../cartesia/speech-context.js'
import { ttsOptions } from '../elevenlabs/options.js'
import { speakInContext } from '../elevenlabs/speak-in-context.js'
import type { SpeechRun } from './speech-run.js'

it('leaves its context on the socket when a clause cannot be sent', () => {
  let held = 0
  const failures: ParleyError[] = []
  const pool = {
    open() {
      held++
      return { send: () => false, release: () => void held--, retire() {} }
    },
    warm() {},
    close() {},
  }
  const run: SpeechRun = {
    opened() {},
    word() {},
    visemes() {},
    audio() {},
    soundMs: 0,
    end() {},
    fail: error => failures.push(error),
  }
  const context = speechContext({ pool, path: '/', id: 'one', fields: {}, isKept: true })
  context.speak('Hello.', run, () => {})
  expect(context.isOver).toBe(true)
  speakInContext({
    pool,
    path: '/',
    id: 'two',
    options: ttsOptions.parse({ model: 'm', voice: 'v' }),
    request: { text: 'Hello.', language: 'en' },
    speech: run,
  })
  expect(failures.map(({ code }) => code)).toEqual(['too_large', 'too_large'])
  expect(held).toBe(0)
})
