/** What the agent says of recording where its file does not, and what a caller's answer means. */

export interface RecordingWords {
  /** It is recorded. */
  readonly announced: string
  /** A question to be answered with yes or no. */
  readonly question: string
  readonly granted: string
  readonly refused: string
}

const words: Readonly<Record<string, RecordingWords>> = {
  en: {
    announced: 'This conversation is recorded.',
    question: 'May I record this conversation? Please say yes or no.',
    granted: 'Thank you. This conversation is now recorded.',
    refused: 'All right, nothing is recorded.',
  },
  es: {
    announced: 'Esta conversación se graba.',
    question: '¿Puedo grabar esta conversación? Diga sí o no, por favor.',
    granted: 'Gracias. Esta conversación se graba a partir de ahora.',
    refused: 'De acuerdo, no se graba nada.',
  },
}

/** By BCP 47; undefined for languages that have none: there the file of the agent has to say it. */
export function recordingWordsOf(language: string): RecordingWords | undefined {
  return words[base(language)]
}

/** The text for a language, its region before the language alone. */
export function inLanguage(texts: Readonly<Record<string, string>>, language: string): string | undefined {
  return texts[language] ?? texts[base(language)]
}

function base(language: string): string {
  return (language.split('-')[0] ?? '').toLowerCase()
}

interface Answers {
  readonly yes: readonly string[]
  readonly no: readonly string[]
  /** Says neither. */
  readonly beside: readonly string[]
}

/** Phrases as they are heard, without accents and signs. */
const answers: Readonly<Record<string, Answers>> = {
  en: {
    yes: (
      'yes|yeah|yep|yup|sure|of course|okay|ok|certainly|absolutely|go ahead|that is fine|thats fine|that is okay|thats okay|' +
      'fine|no problem|you may|you can|i agree|i consent|i do|please do|i do not mind|i dont mind'
    ).split('|'),
    no: (
      'no|nope|nah|no thanks|no thank you|please do not|please dont|do not|dont|do not record|dont record|i do not agree|i dont agree|' +
      'i do not consent|i dont consent|i refuse|i would rather not|id rather not|rather not|not really|you may not|never|better not'
    ).split('|'),
    beside: 'please|thanks|thank you|well|uh|um|oh|hm|that|it|this|me|the|conversation|hello|hi|record'.split(
      '|',
    ),
  },
  es: {
    yes: (
      'si|claro|claro que si|por supuesto|vale|de acuerdo|ok|okay|esta bien|adelante|acepto|puede|puedes|desde luego|' +
      'ningun problema|sin problema|no hay problema|no me importa|cuando quiera|estoy de acuerdo'
    ).split('|'),
    no: (
      'no|no gracias|para nada|no acepto|no quiero|no puede|no puedes|mejor no|prefiero que no|de ninguna manera|ni hablar|nunca|' +
      'no grabe|no graben|no me grabe|no estoy de acuerdo|no de acuerdo'
    ).split('|'),
    beside:
      'por favor|gracias|bueno|pues|eh|hola|senor|senora|senorita|grabar|grabe|la|esta|conversacion|eso'.split(
        '|',
      ),
  },
}

export type Answer = 'yes' | 'no' | 'unclear'

/**
 * What somebody answered to being asked for consent. Only an answer that says nothing else counts: “yes, but not my name” is
 * unclear, and so is one that says both. Unclear is no consent.
 */
export function answerIn(text: string, language: string): Answer {
  const known = answers[base(language)]
  if (known === undefined) return 'unclear'
  let rest = ` ${plain(text)} `
  const found = { yes: false, no: false }
  // Longest first: “no problem” is no “no”.
  const phrases = (['yes', 'no', 'beside'] as const)
    .flatMap(means => known[means].map(phrase => ({ phrase, means })))
    .sort((a, b) => b.phrase.length - a.phrase.length)
  for (const { phrase, means } of phrases) {
    const before = rest
    rest = rest.replaceAll(` ${phrase} `, '  ').replaceAll(` ${phrase} `, '  ')
    if (rest !== before && means !== 'beside') found[means] = true
  }
  if (rest.trim() !== '' || found.yes === found.no) return 'unclear'
  return found.yes ? 'yes' : 'no'
}

function plain(text: string): string {
  const bare = text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')
  return bare
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
