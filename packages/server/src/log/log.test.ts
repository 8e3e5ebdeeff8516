import { ParleyError } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLog } from './log.js'

const secret = 'own "secret" of the gateway, quite long'

function rig(changes: Partial<Parameters<typeof createLog>[0]['config']> = {}, isTTY = false) {
  const out: string[] = []
  const err: string[] = []
  const log = createLog({
    config: {
      logLevel: 'info',
      debug: false,
      logFormat: 'auto',
      jwtSecret: secret,
      databaseUrl: undefined,
      redisUrl: undefined,
      openaiApiKey: undefined,
      ...changes,
    },
    out: { write: line => out.push(line), isTTY },
    err: { write: line => err.push(line) },
  })
  return { log, out, err }
}

describe('the log', () => {
  it('writes JSON lines, errors on stderr and the rest on stdout, each once', () => {
    const { log, out, err } = rig()
    log.info({ part: 'door' }, 'hello')
    log.error('broken')
    expect(out.map(line => JSON.parse(line))).toMatchObject([{ level: 30, part: 'door', msg: 'hello' }])
    expect(err.map(line => JSON.parse(line))).toMatchObject([{ level: 50, msg: 'broken' }])
  })

  it('writes lines for people on a terminal', () => {
    const { log, out } = rig({}, true)
    log.warn({ port: 3000 }, 'careful')
    expect(out.join('')).toMatch(/^\S*\d\d:\d\d:\d\d\S* .*warn .* ?careful .*port=3000/)
  })

  it('writes debug lines with DEBUG and not without', () => {
    const quiet = rig()
    quiet.log.debug('x')
    const loud = rig({ debug: true })
    loud.log.debug('x')
    expect([quiet.out.length, loud.out.length]).toEqual([0, 1])
  })

  it('keeps the sentence of an expected error and the stack of a fault', () => {
    const { log, err } = rig()
    log.error({ err: new ParleyError('store_full') }, 'a')
    log.error({ err: new TypeError('oops') }, 'b')
    const [expected, fault] = err.map(line => JSON.parse(line).err)
    expect(expected).toMatchObject({ code: 'store_full' })
    expect(expected.stack).toBeUndefined()
    expect(fault.stack).toContain('TypeError: oops')
  })

  const leaks: Record<string, [string, string]> = {
    'its own secret': [`is ${secret}`, secret],
    'a bearer token': ['Authorization: Bearer abcdefgh12345', 'abcdefgh12345'],
    'a subprotocol token': ['parley.v1, bearer.abcdefgh12345', 'abcdefgh12345'],
    'a token in an address': ['/v1/voice?a=1&token=abcdefgh12345', 'abcdefgh12345'],
    'a JWT anywhere': ['x eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl', 'eyJzdWIiOi'],
    'a vendor key': ['key sk-proj-abcdefgh12345', 'abcdefgh12345'],
    'a password in an address': ['postgres://me:hunter22222@db/x', 'hunter22222'],
  }
  for (const [name, [text, hidden]] of Object.entries(leaks)) {
    it(`never holds ${name}, wherever it is logged`, () => {
      const { log, out, err } = rig({ debug: true })
      log.info(text)
      log.info({ deep: { er: [text] } }, 'x')
      log.error({ err: new Error(text, { cause: new Error(text) }) }, text)
      const all = [...out, ...err].join('')
      expect(all).not.toContain(hidden)
      expect(all).not.toContain(JSON.stringify(hidden).slice(1, -1))
    })
  }

  it('leaves a sentence about tokens as it is', () => {
    const { log, out } = rig()
    const { message } = new ParleyError('unauthenticated')
    log.info(message)
    expect(JSON.parse(out[0] ?? '').msg).toBe(message)
  })

  it('stays one line of JSON whatever is logged', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (message, value) => {
        const { log, out } = rig()
        log.info({ value }, message)
        expect(out).toHaveLength(1)
        expect(out[0]?.trimEnd()).not.toContain('\n')
        expect(() => JSON.parse(out[0] ?? '')).not.toThrow()
      }),
    )
  })
})
