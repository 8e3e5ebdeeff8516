import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createClientAddress, isLoopbackAddress, isLoopbackHost, remoteOf } from './address.js'
import { originAllowed } from './origin.js'
import { offeredProtocols, tokenOf } from './token-source.js'

describe('loopback', () => {
  it('is 127.0.0.0/8 and ::1, also mapped into IPv6', () => {
    for (const own of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
      expect(isLoopbackAddress(own)).toBe(true)
    }
    for (const other of ['10.0.0.1', '128.0.0.1', '::2', '::ffff:10.0.0.1', '', 'localhost']) {
      expect(isLoopbackAddress(other)).toBe(false)
    }
  })

  it('as a host has its own names, and no names that only begin like them', () => {
    for (const own of [
      'localhost',
      'localhost:3000',
      'LOCALHOST',
      'app.localhost:1',
      '[::1]:3000',
      '127.0.0.1',
    ]) {
      expect(isLoopbackHost(own)).toBe(true)
    }
    for (const other of ['localhost.evil.example', 'evil.example', '127.0.0.1.evil.example', '']) {
      expect(isLoopbackHost(other)).toBe(false)
    }
  })
})

describe('the client of a request', () => {
  it('is the peer, whatever headers say, without a trusted proxy', () => {
    const client = createClientAddress([])
    expect(client('203.0.113.9', { 'x-forwarded-for': '10.1.1.1' })).toBe('203.0.113.9')
  })

  it('is the right-most address that is not a trusted proxy', () => {
    const client = createClientAddress(['127.0.0.1', '10.0.0.0/8'])
    expect(client('127.0.0.1', { 'x-forwarded-for': '198.51.100.7, 203.0.113.9, 10.0.0.3' })).toBe(
      '203.0.113.9',
    )
    expect(client('127.0.0.1', { 'x-forwarded-for': 'rubbish' })).toBe('127.0.0.1')
    expect(client('127.0.0.1', {})).toBe('127.0.0.1')
  })

  it('is forwarded when any proxy header is there', () => {
    expect(remoteOf('::ffff:127.0.0.1', { host: 'localhost' })).toEqual({
      address: '127.0.0.1',
      forwarded: false,
      host: 'localhost',
    })
    expect(remoteOf('127.0.0.1', { forwarded: 'for=1.2.3.4' }).forwarded).toBe(true)
  })

  it('needs proxies that are addresses', () => {
    expect(() => createClientAddress(['nginx'])).toThrow('"nginx" is not an address or a CIDR range')
  })
})

describe('an Origin', () => {
  const list = ['https://a.example', 'https://*.b.example']
  const allowed = (origin: string | undefined, entries = list, host = 'voice.example') =>
    originAllowed(origin, entries, host)

  it('is allowed when absent, listed or our own', () => {
    expect(allowed(undefined)).toBe(true)
    expect(allowed('https://a.example')).toBe(true)
    expect(allowed('https://x.b.example')).toBe(true)
    expect(allowed('https://voice.example')).toBe(true)
    expect(allowed('http://voice.example:3000', list, 'voice.example:3000')).toBe(true)
  })

  it('is refused when it only looks like one', () => {
    const others = [
      'https://a.example.evil',
      'http://a.example',
      'https://a.example:8443',
      'https://b.example',
      'https://evilb.example',
      'null',
      '',
      'https://voice.example@evil.example',
      'http://localhost:3000',
    ]
    for (const origin of others) expect(allowed(origin)).toBe(false)
  })

  it('of this machine is allowed while the list is empty', () => {
    expect(allowed('http://localhost:5173', [])).toBe(true)
    expect(allowed('https://a.example', [])).toBe(false)
  })

  it('is always allowed with *', () => {
    expect(allowed('null', ['*'])).toBe(true)
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (origin, host) => {
        expect(typeof originAllowed(origin, list, host)).toBe('boolean')
      }),
    )
  })
})

describe('a token', () => {
  it('is read from the header, then the subprotocol, then the query', () => {
    const protocols = { 'sec-websocket-protocol': 'parley.v1, bearer.second' }
    expect(tokenOf({ authorization: 'Bearer first', ...protocols }, '/?token=third')).toBe('first')
    expect(tokenOf(protocols, '/?token=third')).toBe('second')
    expect(tokenOf({}, '/v1/voice?a=1&token=third')).toBe('third')
    expect(tokenOf({}, '/v1/voice')).toBeUndefined()
    expect(offeredProtocols(protocols)).toEqual(['parley.v1', 'bearer.second'])
  })

  it('in an unreadable header is a bad token, not none', () => {
    expect(tokenOf({ authorization: 'Basic YTpi' }, '/')).toBe('Basic YTpi')
  })
})
