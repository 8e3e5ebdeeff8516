import { describe, expect, it } from 'vitest'
import { whyRefused } from './why-refused.js'

const answer = (status: number, body: string) => () => Promise.resolve(new Response(body, { status }))

describe('asking why a socket was refused', () => {
  it('asks the gateway of the socket with the same token', async () => {
    const asked: unknown[] = []
    await whyRefused('wss://gateway.test:8443/v1/voice', 'a.b.c', (address, how) => {
      asked.push(String(address), how?.headers)
      return answer(200, '[]')()
    })
    expect(asked).toEqual([
      'https://gateway.test:8443/api/sessions?limit=1',
      { authorization: 'Bearer a.b.c' },
    ])
  })

  it('tells the gateway’s own reason for 401 and takes nothing else for a reason', async () => {
    const body = JSON.stringify({ error: { code: 'unauthenticated', message: 'Send a valid token.' } })
    const ask = (status: number, text: string) =>
      whyRefused('ws://x/v1/voice', undefined, answer(status, text))
    expect(await ask(401, body)).toEqual({ code: 'unauthenticated', message: 'Send a valid token.' })
    expect(await ask(401, '{}')).toMatchObject({ code: 'unauthenticated' })
    expect(await ask(401, '<html>')).toBeUndefined()
    expect(await ask(403, body)).toBeUndefined()
    expect(await ask(200, body)).toBeUndefined()
    expect(await whyRefused('ws://x/', '', () => Promise.reject(new TypeError('network')))).toBeUndefined()
  })
})
