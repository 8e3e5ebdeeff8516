/** What machines say and people do not, and the other way round, where there are words: English, Spanish, French, Italian. */

const machines = [
  // English
  'leave a message',
  'leave me a message',
  'leave your message',
  'leave your name',
  'after the tone',
  'after the beep',
  'at the tone',
  'at the beep',
  'not available',
  'is unavailable',
  'unable to take your call',
  'cannot take your call',
  "can't take your call",
  "can't come to the phone",
  'cannot come to the phone',
  'voice mail',
  'voicemail',
  'mailbox',
  'you have reached',
  "you've reached",
  'the number you have dialed',
  'the number you have dialled',
  'not in service',
  'get back to you',
  'record your message',
  'the person you are calling',
  'our office is closed',
  // Spanish
  'deje su mensaje',
  'deja tu mensaje',
  'deje un mensaje',
  'deja un mensaje',
  'dejar un mensaje',
  'despues de la senal',
  'despues del tono',
  'al oir la senal',
  'buzon de voz',
  'contestador',
  'no esta disponible',
  'no puedo atender',
  'no podemos atender',
  'en este momento no',
  'el numero que ha marcado',
  'apagado o fuera de cobertura',
  // French
  'laissez un message',
  'laissez moi un message',
  'laisser un message',
  'laissez votre message',
  'laisser votre message',
  'apres le bip',
  'apres le signal',
  'messagerie',
  'repondeur',
  "n'est pas disponible",
  'pas disponible pour',
  'absent pour le moment',
  'le numero que vous avez compose',
  // Italian
  'lasciate un messaggio',
  'lascia un messaggio',
  'lasciare un messaggio',
  'dopo il segnale',
  'dopo il bip',
  'segreteria telefonica',
  'casella vocale',
  'non e raggiungibile',
  'non disponibile',
  'non posso rispondere',
  'in questo momento non',
]

const people = [
  "who's this",
  'who is this',
  "who's calling",
  'who is calling',
  'how can i help',
  'how may i help',
  'speaking',
  'diga',
  'digame',
  'quien es',
  'quien habla',
  'en que puedo ayudarle',
  'en que puedo ayudarte',
  'en que le puedo ayudar',
  'qui est a l appareil',
  "qui est a l'appareil",
  "c'est qui",
  'comment puis je vous aider',
  "j'ecoute",
  'chi parla',
  'chi e',
  'come posso aiutarla',
  'come posso aiutarti',
]

const plainMachines = machines.map(padded)
const plainPeople = people.map(padded)

/** Undefined where the words are neither's; a machine's words count for more than a person's. */
export function greetingOf(text: string): 'machine' | 'human' | undefined {
  const said = padded(text)
  if (plainMachines.some(phrase => said.includes(phrase))) return 'machine'
  return plainPeople.some(phrase => said.includes(phrase)) ? 'human' : undefined
}

/** Small letters without accents, one space between words and around all. */
function padded(text: string): string {
  const plain = text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/gu, '')
    .replace(/[^a-z0-9]+/gu, ' ')
    .trim()
  return ` ${plain} `
}
