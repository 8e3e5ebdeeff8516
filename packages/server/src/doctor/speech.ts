import { systemClock, type TextToSpeech } from '@parley/core'
import { openEmbeddedSpeech } from '../gateway/embedded-speech.js'
import type { Log } from '../log/log.js'
import { type Finding, fail, ok, reasonOf, warn } from './finding.js'

/** What this machine hears and speaks without a key. Each voice is made to say a word: that it loads is not enough. */

const words: Readonly<Record<string, string>> = { en: 'ready', es: 'listo' }
const LIMIT_MS = 10_000

export async function checkSpeech(log: Log): Promise<Finding[]> {
  const speech = await openEmbeddedSpeech(systemClock, log)
  try {
    const heard = speech.recogniser
      ? ok('recogniser', `${speech.recogniser.name} (en)`)
      : warn('recogniser', 'none; typed turns and the browser’s own still work', speech.noRecogniser ?? '')
    const languages = Object.keys(words)
    const voices = await Promise.all(languages.map(each => checkVoice(each, speech.voice(each))))
    return [heard, ...voices]
  } finally {
    await speech.close()
  }
}

async function checkVoice(language: string, voice: TextToSpeech | undefined): Promise<Finding> {
  const name = `voice ${language}`
  if (!voice) {
    const cure = language === 'en' ? 'Run `npm install`.' : 'Install the optional package @parley/tts-espeak.'
    return warn(name, 'none', cure)
  }
  try {
    const signal = AbortSignal.timeout(LIMIT_MS)
    let samples = 0
    for await (const part of voice.speak({ text: words[language] ?? 'ready', language }, signal)) {
      if (part.kind === 'audio') samples += part.samples.length
    }
    if (samples > 0) return ok(name, `${voice.name} speaks`)
    return fail(name, `${voice.name} makes no sound`, 'Run `npm install` again.')
  } catch (error) {
    return fail(name, `${voice.name}: ${reasonOf(error)}`, 'Run `npm install` again.')
  }
}
