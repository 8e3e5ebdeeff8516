import { systemClock } from '@parley/core'
import { fixedKey, openSocket, type VendorContext, vendors } from '@parley/providers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { createLog } from '../log/log.js'
import { openSims, type RunningSims } from './open-sims.js'
import { simVendors } from './sim-vendors.js'

const resolved = (env: NodeJS.ProcessEnv) => resolveConfig(readEnvironment(env, '/nonexistent'))
const { config } = resolved({})
const log = createLog({ config, out: { write: () => true }, err: { write: () => true } })

describe('simulated vendors', () => {
  let running: RunningSims
  beforeAll(async () => {
    running = await openSims({ names: [], port: 0, behaviour: {}, log })
  })
  afterAll(() => running.close())

  it('are there for every address, under the name of the first vendor that has it', () => {
    const addresses = vendors.flatMap(({ baseUrl, name }) =>
      baseUrl === undefined ? [] : [[baseUrl.env, name]],
    )
    const firsts = new Map([...addresses].reverse() as [string, string][])
    expect(simVendors.map(({ name }) => name).sort()).toEqual([...firsts.values()].sort())
    expect(
      running.sims.map(({ sim, vendor }) => [vendor.name, sim.name]).filter(([one, other]) => one !== other),
    ).toEqual([])
  })

  it('are led to by variables that are a good configuration', () => {
    const { problems } = resolved(Object.fromEntries(running.variables))
    expect(problems).toEqual([])
    for (const { baseUrl, key } of vendors) {
      if (baseUrl === undefined) continue
      const names = running.variables.map(([name]) => name)
      expect(names).toContain(baseUrl.env)
      if (key?.required) expect(names).toContain(key.env)
    }
  })

  /** What a gateway would give the vendor's adapters. */
  function contextOf(name: string): VendorContext {
    const found = running.sims.find(({ vendor }) => vendor.name === name)
    let ids = 0
    return {
      clock: systemClock,
      epochMs: Date.now,
      random: Math.random,
      newId: () => `id-${++ids}`,
      baseUrl: found?.sim.baseUrl ?? '',
      keys: fixedKey(found?.vendor.key),
      fetch,
      openSocket,
      warn() {},
    }
  }

  it.each([
    ['deepgram', { model: 'aura-2-thalia-en' }],
    ['openai', { model: 'a-realtime-model', voice: 'marin' }],
    ['cartesia', { model: 'sonic', voice: 'a-voice' }],
    ['elevenlabs', { model: 'eleven_flash_v2_5', voice: 'a-voice' }],
    ['google', { voice: 'en-US-Neural2-F' }],
    ['openai-compatible', { model: 'kokoro', voice: 'af_heart' }],
  ])('speak what they are given, whatever it asks: %s', async (name, options) => {
    const voice = vendors.find(vendor => vendor.name === name)?.tts?.create(options, contextOf(name))
    if (voice === undefined) throw new Error(`${name} has no voice`)
    const text = 'What are your opening hours, please, and who is on duty?'
    const parts = voice.speak({ text, language: 'en' }, new AbortController().signal)
    let soundMs = 0
    for await (const part of parts)
      if (part.kind === 'audio') soundMs += (part.samples.length * 1000) / voice.sampleRate
    expect(soundMs).toBeGreaterThan(1_500)
    expect(soundMs).toBeLessThan(6_000)
    await voice.close()
  })

  it.each([
    ['openai', { model: 'a-model' }],
    ['anthropic', { model: 'a-model' }],
    ['openai-compatible', { model: 'a-model' }],
  ])('know the front desk: %s', async (name, options) => {
    const mind = vendors.find(vendor => vendor.name === name)?.llm?.create(options, contextOf(name))
    if (mind === undefined) throw new Error(`${name} has no mind`)
    const request = { userText: 'What are your opening hours?', history: [], language: 'en' }
    let text = ''
    for await (const part of mind.stream(request, new AbortController().signal))
      if (part.kind === 'text') text += part.text
    expect(text).toMatch(/nine to six/)
    await mind.close?.()
  })

  it('have ports of their own, each always the same', () => {
    const places = simVendors.map(({ place }) => place)
    expect(new Set(places).size).toBe(places.length)
  })
})
