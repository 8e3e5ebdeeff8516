import type { Clock, SpeechToText, TextToSpeech } from '@parley/core'
import { type Agent, agentSlots, overlapGrammar, overlapWords } from '@parley/engines'
import { createFlite, createPocketsphinx, findPocketsphinx, knownWords } from '@parley/providers'
import type { Log } from '../log/log.js'
import { baseOf } from './agent-catalogue.js'

/** What this machine can hear and speak without a key. */
export interface EmbeddedSpeech {
  /** Absent where there is none; `noRecogniser` then says why and what to do. */
  readonly recogniser: SpeechToText | undefined
  readonly noRecogniser: string | undefined
  /** What the recogniser can be asked to hear while the agent speaks, as JSGF; undefined where that is nothing. */
  overlapGrammar(language: string): string | undefined
  /** Whether the recogniser understands the language. */
  hears(language: string): boolean
  /** The voice for a language; undefined where there is none. */
  voice(language: string): TextToSpeech | undefined
  /** Names of voices for people, such as `flite (en)`. */
  readonly voices: readonly string[]
  close(): Promise<void>
}

/** For a gateway whose agents are made of vendors alone. */
export const noEmbeddedSpeech: EmbeddedSpeech = {
  recogniser: undefined,
  noRecogniser: 'no agent asks for it',
  overlapGrammar: () => undefined,
  hears: () => false,
  voice: () => undefined,
  voices: [],
  close: () => Promise.resolve(),
}

/** Languages of the embedded recogniser's acoustic model. */
const heardLanguages: readonly string[] = ['en']

/**
 * Looks for what is there and warms up the voices of these languages, of all without; another one's thread begins with its
 * first words. Missing parts are told, not thrown.
 */
export async function openEmbeddedSpeech(
  clock: Clock,
  log: Log,
  languages?: readonly string[],
): Promise<EmbeddedSpeech> {
  const found = await findPocketsphinx()
  const recogniser = found.available
    ? createPocketsphinx({ clock, python: found.python, model: found.model })
    : undefined
  const overlaps = found.available ? await overlapGrammars(found.model, log) : new Map<string, string>()
  const voices = await embeddedVoices(log)
  const voiceOf = (language: string) =>
    voices.find(voice => voice.languages.some(spoken => baseOf(spoken) === baseOf(language)))
  const spoken = new Set(languages?.map(voiceOf) ?? voices)
  await Promise.all(voices.filter(voice => spoken.has(voice)).map(voice => warm(voice, log)))
  return {
    recogniser,
    noRecogniser: found.available ? undefined : `${found.reason} ${found.cure}`,
    overlapGrammar: language => overlaps.get(baseOf(language)),
    hears: language => recogniser !== undefined && heardLanguages.includes(baseOf(language)),
    voice: voiceOf,
    voices: voices.map(({ name, languages }) =>
      name === 'flite' ? `${name} (en)` : `${name} (es and ${languages.length - 1} more)`,
    ),
    async close() {
      await Promise.all([recogniser?.close(), ...voices.map(voice => voice.close())])
    },
  }
}

/** The voices that are installed, the preferred first. Their threads begin with their first words. */
export async function embeddedVoices(log: Log): Promise<readonly TextToSpeech[]> {
  const espeak = await loadEspeak(log)
  return [createFlite(), ...(espeak === undefined ? [] : [espeak])]
}

/** Without them overlaps are judged by their sound alone. */
async function overlapGrammars(model: string, log: Log): Promise<ReadonlyMap<string, string>> {
  const grammars = new Map<string, string>()
  for (const language of heardLanguages) {
    try {
      const { known } = await knownWords(overlapWords(language), model)
      const grammar = overlapGrammar(language, known)
      if (grammar !== undefined) grammars.set(language, grammar)
    } catch (error) {
      log.warn({ err: error, language }, 'no words for overlaps: the dictionary could not be read')
    }
  }
  return grammars
}

/** A voice that cannot be warmed is tried again, and its failure told, when it is to speak. */
async function warm(voice: TextToSpeech, log: Log): Promise<void> {
  try {
    await voice.warm?.()
  } catch (error) {
    log.warn({ err: error, voice: voice.name }, 'a voice could not be warmed up')
  }
}

/** The GPL voices are a package of their own, which may be left out. */
async function loadEspeak(log: Log): Promise<TextToSpeech | undefined> {
  const name = '@parley/tts-espeak'
  try {
    const loaded: { createEspeak(): TextToSpeech } = await import(name)
    return loaded.createEspeak()
  } catch (error) {
    log.info({ err: error }, 'the optional espeak-ng voices are not installed')
    return undefined
  }
}

/** Embedded speech takes memory and a moment to start: only where an agent names it. */
export function usesEmbedded(agents: readonly Agent[]): boolean {
  const entries = agents.flatMap(agent => agentSlots.flatMap(slot => agent[slot]))
  return entries.some(({ provider }) => provider === 'embedded')
}

/** Of agents that this machine's voices speak for. */
export function languagesSpoken(agents: readonly Agent[]): readonly string[] {
  return agents
    .filter(({ tts }) => tts.some(({ provider }) => provider === 'embedded'))
    .map(({ language }) => language)
}
