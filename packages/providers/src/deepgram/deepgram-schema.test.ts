/** What the adapters send and are sent, against the vendor's schemas. */

import type { SpeechToText, TextToSpeech } from '@parley/core'
import { codeSpeech, openDeepgramSim, type SimMessage } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
import { openRig, type Rig } from '../conformance/rig.test-kit.js'
import { deepgram } from './index.js'

const groups = [
  ['/v1/listen', 'ListenV1'],
  ['/v2/listen', 'ListenV2'],
  ['/v1/speak', 'SpeakV1'],
  ['/v2/speak', 'SpeakV2'],
] as const

/** What does not fit, of the messages of one side. */
function misfits(messages: readonly SimMessage[], side: 'Client' | 'Server'): string[] {
  return groups.flatMap(([path, group]) =>
    ['strict', 'wire'].flatMap(kind =>
      misfitsOf(
        `deepgram/deepgram.${kind}`,
        `${group}${side}`,
      )(messages.filter(message => message.path === path)),
    ),
  )
}

function check(rig: Rig<never> | Rig<SpeechToText> | Rig<TextToSpeech>, types: readonly string[]): void {
  expect(misfits(rig.sim.received, 'Client')).toEqual([])
  expect(misfits(rig.sim.sent, 'Server')).toEqual([])
  expect(rig.sim.complaints).toEqual([])
  const sent = new Set(rig.sim.received.map(({ message }) => (message as { type: string }).type))
  expect([...sent].sort()).toEqual([...types].sort())
}

describe("Deepgram's schemas", () => {
  it.each([
    [{ model: 'nova-3', vadEvents: true, utteranceEndMs: 1_000 }, ['Finalize', 'KeepAlive']],
    [{ model: 'flux-general-en', eagerEotThreshold: 0.4 }, ['ForceEndTurn']],
  ])('hold for a recogniser: %j', async (options, types) => {
    const rig = await openRig<SpeechToText>({
      name: 'deepgram',
      openSim: openDeepgramSim,
      create: context => made(deepgram.stt?.create(options, context)),
    })
    const told: string[] = []
    const { clock, provider } = rig
    const stream = provider.open({ language: 'en', clock, onEvent: ({ kind }) => told.push(kind) })
    const rate = provider.sampleRate
    const { samples } = codeSpeech('Some words of a caller, and some more', rate)
    for (let at = 0; at < samples.length; at += 320)
      stream.hear({ samples: samples.slice(at, at + 320), rate, atMs: (at * 1000) / rate })
    stream.finish((samples.length * 1000) / rate)
    await rig.pump(until(() => told.includes('finished')))
    await rig.pump(clock.sleep(9_000), 100)
    check(rig, types)
    expect(told).not.toContain('lost')
    stream.close()
    await rig.close()
  })

  it.each([
    ['aura-2-thalia-en', ['Speak', 'Flush', 'Clear']],
    ['flux-alexis-en', ['Speak', 'Flush', 'Configure', 'Interrupt']],
  ])('hold for a voice: %s', async (model, types) => {
    const rig = await openRig<TextToSpeech>({
      name: 'deepgram',
      openSim: openDeepgramSim,
      create: context => made(deepgram.tts?.create({ model }, context)),
    })
    const speak = async (text: string, stopping: AbortController) => {
      const request = { text, language: 'en', expression: { emotion: 'cheerful' } } as const
      for await (const part of rig.provider.speak(request, stopping.signal))
        if (text === 'stop' && part.kind === 'audio') stopping.abort()
    }
    await rig.pump(speak('Say «this».', new AbortController()))
    rig.sim.behave({ everyMs: 20 })
    await rig.pump(speak('stop', new AbortController()).catch(() => {}))
    const long = 'this is long enough to be stopped on its way'
    const stopping = new AbortController()
    const running = speak(long, stopping)
    await rig.pump(rig.clock.sleep(60))
    stopping.abort()
    await rig.pump(running)
    await rig.pump(rig.clock.sleep(500))
    check(rig, types)
    await rig.close()
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>(resolve => setImmediate(resolve))
}

function made<Made>(provider: Made | undefined): Made {
  if (provider === undefined) throw new Error('deepgram has no such slot')
  return provider
}
