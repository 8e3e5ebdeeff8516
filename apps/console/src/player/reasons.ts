/** Why an overlap was ruled on as it was, and why a turn was taken for over, in words. */

import type { Language } from '../i18n/language.js'
import type { Reason } from './model/playback.js'

type Telling = (value: number, text: string) => string

const english: Readonly<Record<string, Telling>> = {
  'voiced-ms': value => `${value} ms of voice`,
  'echoed-ms': value => `${value} ms of it the agent’s echo`,
  'claim-ms': value => `${value} ms were needed`,
  command: (_, text) => `asked for the floor: “${text}”`,
  words: (_, text) => `words: “${text}”`,
  backchannel: (_, text) => `only listening: “${text}”`,
  retry: () => 'spoke up again',
  collision: () => 'the agent had hardly begun',
  loud: () => 'louder than usual',
  soft: () => 'softer than usual',
  unvoiced: () => 'little voice in it',
  'no-words': () => 'no words',
  unheeded: () => 'this reply lets nobody interrupt',
  late: () => 'the words came late',
  glide: value => `melody moved by ${value} semitones`,
  crest: value => `pitch ${value} semitones over the usual`,
  drawl: value => `last sound ${value} times as long as usual`,
  whole: () => 'the words are a whole utterance',
  vendor: (value, text) => `the recogniser’s turn model: ${text} (${value})`,
  'pause-median': value => `this caller’s pauses are ${value} ms or less half of the time`,
  fixed: () => 'the same silence for every turn',
}

const spanish: typeof english = {
  'voiced-ms': value => `${value} ms de voz`,
  'echoed-ms': value => `${value} ms eran eco del agente`,
  'claim-ms': value => `hacían falta ${value} ms`,
  command: (_, text) => `pidió la palabra: «${text}»`,
  words: (_, text) => `palabras: «${text}»`,
  backchannel: (_, text) => `solo escuchaba: «${text}»`,
  retry: () => 'volvió a hablar',
  collision: () => 'el agente apenas empezaba',
  loud: () => 'más fuerte que de costumbre',
  soft: () => 'más suave que de costumbre',
  unvoiced: () => 'poca voz',
  'no-words': () => 'sin palabras',
  unheeded: () => 'esta respuesta no deja interrumpir',
  late: () => 'las palabras llegaron tarde',
  glide: value => `la melodía se movió ${value} semitonos`,
  crest: value => `tono ${value} semitonos sobre lo habitual`,
  drawl: value => `el último sonido duró ${value} veces lo habitual`,
  whole: () => 'las palabras son una frase entera',
  vendor: (value, text) => `modelo de turnos del reconocedor: ${text} (${value})`,
  'pause-median': value => `la mitad de sus pausas duran ${value} ms o menos`,
  fixed: () => 'el mismo silencio en cada turno',
}

const tellings = { en: english, es: spanish }

export function reasonsText(language: Language, reasons: readonly Reason[]): string {
  return reasons
    .map(({ kind, value = 0, text = '' }) => {
      const telling = tellings[language][kind]
      return telling === undefined
        ? [kind, text].join(' ').trim()
        : telling(Math.round(value * 10) / 10, text)
    })
    .join(' · ')
}
