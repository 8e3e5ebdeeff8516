/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isProsodyErrorCode, ProsodyError, prosodyErrorCodes } from './prosody-error.js'

describe('errors of a prosody stream', () => {
  it('stand in the documentation, all of them and no others', () => {
    const page = readFileSync(new URL('../../../../docs/react.md', import.meta.url), 'utf8')
    const table = page.slice(page.indexOf('## Errors'), page.indexOf('## `<ProsodyAvatar>`'))
    const told = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code)
    expect(told.sort()).toEqual(Object.keys(prosodyErrorCodes).sort())
  })

  it('say what to do, with the cause for those who look deeper', () => {
    const cause = new Error('deep')
    const error = new ProsodyError('microphone-busy', undefined, { cause, details: { device: 'x' } })
    expect(error.message).toContain('call start()')
    expect([error.code, error.cause, error.details]).toEqual(['microphone-busy', cause, { device: 'x' }])
    expect([isProsodyErrorCode('refused'), isProsodyErrorCode('toString'), isProsodyErrorCode(7)]).toEqual([
      true,
      false,
      false,
    ])
  })
})
