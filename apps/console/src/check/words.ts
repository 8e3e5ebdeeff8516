/** The words of this page; what a step found is said by `english-facts` and `spanish-facts`. */

import { fixed } from '../ui/fixed.js'
import type { StepName } from './check-types.js'
import { englishFacts } from './english-facts.js'
import { spanishFacts } from './spanish-facts.js'

const english = {
  heading: 'Self-test',
  lead: 'Goes over each leg of a conversation, and names the one that fails. It asks for the microphone, plays a short tone, and begins no conversation.',
  begin: 'Begin',
  again: 'Begin again',
  running: 'Checking…',
  copy: 'Copy the report',
  copied: 'Copied',
  notCopied: 'The browser does not allow copying; the report is below.',
  report: 'Report',
  results: 'What was found',
  allGood: 'Everything works.',
  someNotes: 'It works; see what is noted.',
  someBad: (names: string) => `Does not work: ${names}.`,
  heard: 'Did you hear the tone?',
  yes: 'Yes',
  no: 'No',
  notHeard: 'Turn the volume up, and see which loudspeaker the system has chosen.',
  tookMs: (ms: number) => (ms < 1000 ? `${ms} ms` : `${fixed(ms / 1000, 1, 'en')} s`),
  states: {
    waiting: 'Not checked yet',
    running: 'Being checked',
    good: 'Good',
    note: 'Note',
    bad: 'Fails',
    'passed-over': 'Passed over',
  },
  steps: {
    page: 'Page and browser',
    gateway: 'Gateway',
    health: 'What the gateway depends on',
    token: 'Access token',
    websocket: 'WebSocket',
    socketio: 'Socket.IO',
    addresses: 'Addresses for WebRTC',
    webrtc: 'WebRTC',
    line: 'Quality of the line',
    microphone: 'Microphone',
    sound: 'Loudspeaker',
    opus: 'Opus',
  } satisfies Record<StepName, string>,
  /** What a gateway depends on, by the names of `/health`; others stand as they are. */
  parts: {
    database: 'database',
    voice_services: 'conversations',
    redis: 'Redis',
    openai: 'OpenAI',
  } as Readonly<Record<string, string>>,
  facts: englishFacts,
}

const spanish: typeof english = {
  heading: 'Autodiagnóstico',
  lead: 'Recorre cada tramo de una conversación y nombra el que falla. Pide el micrófono, emite un tono breve y no empieza ninguna conversación.',
  begin: 'Empezar',
  again: 'Empezar de nuevo',
  running: 'Comprobando…',
  copy: 'Copiar el informe',
  copied: 'Copiado',
  notCopied: 'El navegador no permite copiar; el informe está abajo.',
  report: 'Informe',
  results: 'Lo encontrado',
  allGood: 'Todo funciona.',
  someNotes: 'Funciona; vea lo que se señala.',
  someBad: names => `No funciona: ${names}.`,
  heard: '¿Ha oído el tono?',
  yes: 'Sí',
  no: 'No',
  notHeard: 'Suba el volumen y vea qué altavoz ha elegido el sistema.',
  tookMs: ms => (ms < 1000 ? `${ms} ms` : `${fixed(ms / 1000, 1, 'es')} s`),
  states: {
    waiting: 'Aún sin comprobar',
    running: 'Comprobándose',
    good: 'Bien',
    note: 'Aviso',
    bad: 'Falla',
    'passed-over': 'Omitido',
  },
  steps: {
    page: 'Página y navegador',
    gateway: 'Pasarela',
    health: 'De qué depende la pasarela',
    token: 'Token de acceso',
    websocket: 'WebSocket',
    socketio: 'Socket.IO',
    addresses: 'Direcciones para WebRTC',
    webrtc: 'WebRTC',
    line: 'Calidad de la línea',
    microphone: 'Micrófono',
    sound: 'Altavoz',
    opus: 'Opus',
  },
  parts: { database: 'base de datos', voice_services: 'conversaciones', redis: 'Redis', openai: 'OpenAI' },
  facts: spanishFacts,
}

export type CheckWords = typeof english
export const words = { en: english, es: spanish }
