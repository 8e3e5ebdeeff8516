/// <reference types="node" />
import { describe, expect, it } from 'vitest'
import { pcm16OfBase64, synthesize } from './synthesize.js'

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const asked: { url: string; init: RequestInit }[] = []
  const fetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    asked.push({ url: String(url), init })
    return new Response(JSON.stringify(body), { status, headers })
  }
  return { asked, fetch: fetch as typeof globalThis.fetch }
}

const base64 = Buffer.from(Int16Array.of(1, -2, 32767).buffer).toString('base64')

describe('speech of the gateway', () => {
  it('is PCM16 at the rate it says', async () => {
    const { asked, fetch } = answering(200, { audio: base64, format: 'LINEAR16', sampleRate: 16_000 })
    const result = await synthesize('Hello', {
      apiUrl: 'https://gateway.example/',
      emotion: 'high',
      token: 't',
      fetch,
    })
    expect(result).toEqual({ kind: 'audio', samples: Int16Array.of(1, -2, 32767), sampleRate: 16_000 })
    expect(asked[0]?.url).toBe('https://gateway.example/api/tts/synthesize')
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual({ text: 'Hello', emotion: 'high' })
    expect(asked[0]?.init.headers).toMatchObject({ authorization: 'Bearer t' })
  })

  it.each([
    [
      'the gateway says so',
      answering(200, { text: 'Hi', fallback: true, message: 'Using client-side TTS' }).fetch,
    ],
    ['the gateway is broken', answering(503, {}).fetch],
    ['nothing answers', () => Promise.reject(new TypeError('network'))],
  ])('is left to the device where %s', async (_, fetch) => {
    const spoken: string[] = []
    const speak = (text: string, emotion: string) => spoken.push(`${emotion}: ${text}`)
    const result = await synthesize('Hi', {
      apiUrl: 'https://g',
      emotion: 'low',
      fetch: fetch as typeof globalThis.fetch,
      speak,
    })
    expect(result.kind).toBe('fallback')
    expect(spoken).toEqual(['low: Hi'])
  })

  it.each([
    [400, 'refused'],
    [401, 'unauthorized'],
    [429, 'refused'],
  ])('is refused with %i, not spoken by the device', async (status, code) => {
    const spoken: string[] = []
    const { fetch } = answering(status, { errors: [] }, { 'retry-after': '60' })
    const result = await synthesize('', { apiUrl: 'https://g', fetch, speak: text => spoken.push(text) })
    expect(result).toMatchObject({ kind: 'refused', error: { code, details: { status } } })
    expect(spoken).toEqual([])
  })

  it('does nothing more once it was aborted', async () => {
    const spoken: string[] = []
    const result = await synthesize('Hi', {
      apiUrl: 'https://g',
      signal: AbortSignal.abort(),
      fetch: () => Promise.reject(new DOMException('', 'AbortError')),
      speak: text => spoken.push(text),
    })
    expect([result.kind, spoken]).toEqual(['aborted', []])
  })

  it('passes over half a sample', () => {
    expect(pcm16OfBase64(Buffer.from([1, 0, 9]).toString('base64'))).toEqual(Int16Array.of(1))
  })
})
