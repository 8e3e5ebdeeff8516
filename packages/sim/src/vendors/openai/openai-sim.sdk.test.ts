import { OpenAIRealtimeWebSocket } from '@openai/agents-realtime'
import { systemClock } from '@parley/core'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { codedBrains } from '../coded-brains.js'
import { openOpenAiSim } from './openai-sim.js'

describe('all of simulated OpenAI', () => {
  it('serves texts, sound and Realtime at one address', async () => {
    const sim = await openOpenAiSim({
      clock: systemClock,
      random: seededRandom(1),
      brains: codedBrains(),
      keys: ['sk-test'],
    })
    try {
      const client = new OpenAI({ apiKey: 'sk-test', baseURL: sim.baseUrl, maxRetries: 0 })
      const messages = [{ role: 'user', content: 'hello there' }] as const
      const chat = await client.chat.completions.create({
        model: 'm-1',
        messages: [...messages],
        stream: true,
      })
      let said = ''
      for await (const chunk of chat) said += chunk.choices[0]?.delta.content ?? ''
      expect(said).toBe('hello there')
      const speech = { model: 'm-1', voice: 'v-1', input: 'hello', response_format: 'pcm' } as const
      expect((await (await client.audio.speech.create(speech)).arrayBuffer()).byteLength).toBeGreaterThan(0)
      await expect(client.files.list()).rejects.toMatchObject({ status: 404 })
      const url = `${sim.baseUrl.replace('http', 'ws')}/realtime?model=m-1`
      const transport = new OpenAIRealtimeWebSocket({ url })
      await transport.connect({ apiKey: 'sk-test' })
      expect(transport.status).toBe('connected')
      transport.close()
      const stranger = new OpenAI({ apiKey: 'sk-wrong', baseURL: sim.baseUrl, maxRetries: 0 })
      await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 })
    } finally {
      await sim.close()
    }
  })
})
