import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadResampling } from '@parley/audio'
import { type SpeechPart, systemClock } from '@parley/core'
import { parseAgent } from '@parley/engines'
import { vendors } from '@parley/providers'
import { codedBrains, type GoogleSim, openGoogleSim } from '@parley/sim'
import { afterEach, expect, it } from 'vitest'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { assembleGateway } from '../gateway/assemble-gateway.js'
import { noEmbeddedSpeech } from '../gateway/embedded-speech.js'
import { createProviderCatalogue } from '../gateway/provider-catalogue.js'
import { createLog } from '../log/log.js'
import { createMetrics } from '../metrics/metrics.js'
import type { SpeechVoices } from './speech-voices.js'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const email = 'voice@project.example'

/** Google on this machine, and the key file of an account that it knows. */
async function google(): Promise<{ sim: GoogleSim; env: NodeJS.ProcessEnv }> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const sim = await openGoogleSim({
    ...{ clock: systemClock, random: () => 0.5, brains: codedBrains(), epochMs: Date.now },
    accounts: { [email]: publicKey },
  })
  closing.push(() => sim.close())
  const file = join(mkdtempSync(join(tmpdir(), 'parley-google-')), 'account.json')
  const account = {
    type: 'service_account',
    client_email: email,
    private_key: privateKey,
    token_uri: sim.tokenUrl,
  }
  writeFileSync(file, JSON.stringify(account))
  return { sim, env: { GOOGLE_APPLICATION_CREDENTIALS: file, GOOGLE_TTS_BASE_URL: sim.baseUrl } }
}

async function assemble(
  env: NodeJS.ProcessEnv,
  tts = '[]',
): Promise<{ speech: SpeechVoices; lines: string[] }> {
  const lines: string[] = []
  const sink = { write: (line: string) => lines.push(line) }
  const { config } = resolveConfig(
    readEnvironment({ OPENAI_API_KEY: 'sk-x', PARLEY_LOG_FORMAT: 'json', ...env }, '/nonexistent'),
  )
  const catalogue = createProviderCatalogue(vendors, config)
  const text = `agent: clerk\nlanguage: en\ngreeting: Hello.\ninstructions: Be brief.\nllm: openai\ntts: ${tts}\n`
  const assembly = await assembleGateway({
    agents: [parseAgent(text, 'clerk.yaml', catalogue)],
    ...{ config, catalogue, clock: systemClock, epochMs: Date.now, random: () => 0.5 },
    log: createLog({ config, out: sink, err: sink }),
    metrics: createMetrics('0.0.0-test').providers,
    speech: noEmbeddedSpeech,
    resampling: await loadResampling(),
    secretOf: () => undefined,
  })
  closing.push(() => assembly.close())
  return { speech: assembly.speech, lines }
}

const names = ({ voices }: SpeechVoices) => voices.map(({ name }) => name)

async function say(speech: SpeechVoices, emotion: 'neutral' | 'high' = 'neutral', language?: string) {
  const chosen = speech.choose({ voice: undefined, language })
  const who: string[] = []
  const parts: SpeechPart[] = []
  const said = { text: 'Fish & chips <b>', expression: { emotion } }
  for await (const part of chosen.speak(said, new AbortController().signal, name => who.push(name)))
    parts.push(part)
  return {
    who,
    samples: parts.reduce((sum, part) => sum + (part.kind === 'audio' ? part.samples.length : 0), 0),
  }
}

it('Google speaks first where its credentials are, with the feeling as SSML and the text as text', async () => {
  const { sim, env } = await google()
  const { speech } = await assemble({ ...env, GOOGLE_CLOUD_PROJECT: 'payer' })
  expect(names(speech)).toEqual(['google', 'flite', 'espeak-ng'])
  expect((await say(speech)).who).toEqual(['google'])
  await say(speech, 'high', 'es')
  expect(sim.complaints).toEqual([])
  const asked = sim.received
    .filter(({ path }) => path.endsWith('text:synthesize'))
    .map(({ message }) => message)
  expect(asked).toMatchObject([
    { voice: { languageCode: 'en-US', name: 'en-US-Neural2-F' }, audioConfig: { audioEncoding: 'LINEAR16' } },
    { voice: { name: 'es-US-Neural2-A' } },
  ])
  const [plain, high] = asked.map(each => (each as { input: { ssml: string } }).input.ssml)
  expect(plain).toContain('Fish &amp; chips &lt;b&gt;')
  expect(high).toMatch(/<prosody [^>]*pitch="\+3st"/)
})

it('an embedded voice speaks where Google fails, and is told apart', async () => {
  const { sim, env } = await google()
  const { speech, lines } = await assemble(env)
  sim.behave({ fault: { kind: 'failing', stage: 'connect' } })
  const { who, samples } = await say(speech)
  expect(who).toEqual(['flite'])
  expect(samples).toBeGreaterThan(8_000)
  expect(lines.join('')).toContain('provider failed')
  expect(lines.join('')).not.toContain('Fish')
}, 20_000)

it('a file of credentials that is none is told at the start, and others speak', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'parley-google-')), 'account.json')
  writeFileSync(file, '{"private_key": "not to be seen"')
  for (const path of [file, `${file}.lost`]) {
    const { speech, lines } = await assemble({ GOOGLE_APPLICATION_CREDENTIALS: path })
    expect(lines.join('')).toContain('GOOGLE_APPLICATION_CREDENTIALS')
    expect(lines.join('')).toContain(path)
    expect(lines.join('')).not.toContain('not to be seen')
    expect(names(speech)).toContain('flite')
  }
})

it("the first agent's voices come next, and what cannot serve is left out", async () => {
  expect(names((await assemble({ DEEPGRAM_API_KEY: 'k' }, '[deepgram, embedded]')).speech)).toEqual([
    'deepgram',
    'flite',
    'espeak-ng',
  ])
  const only = await assemble({ PARLEY_SPEECH_VOICES: 'agent', DEEPGRAM_API_KEY: 'k' }, 'deepgram')
  expect(names(only.speech)).toEqual(['deepgram'])
  expect(names((await assemble({ PARLEY_SPEECH_VOICES: 'none' })).speech)).toEqual([])
  expect(names((await assemble({ PARLEY_SPEECH_VOICES: 'google' })).speech)).toEqual([])
})
