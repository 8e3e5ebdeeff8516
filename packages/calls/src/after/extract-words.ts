/** What the extract says and looks for, by language. */

export interface ExtractWords {
  lasted(minutes: number, seconds: number, caller: number, agent: number): string
  notReached(attempts: number, reason: string | undefined): string
  readonly machine: string
  readonly first: string
  readonly last: string
  readonly known: string
  readonly noted: string
  readonly mentioned: string
  readonly promised: string
  readonly nothing: string
  /** Days, months and hours as people say them. */
  readonly dates: RegExp
  /** A sentence of the agent's that binds it to something later. */
  readonly promise: RegExp
}

const en: ExtractWords = {
  lasted: (minutes, seconds, caller, agent) =>
    `Talked for ${minutes} min ${seconds} s; the caller spoke ${times(caller, 'time')}, the agent ${times(agent, 'time')}.`,
  notReached: (attempts, reason) =>
    `Nobody was talked to in ${times(attempts, 'attempt')}${reason === undefined ? '' : `: ${reason}`}.`,
  machine: 'A machine took the call.',
  first: 'First words of the caller',
  last: 'Last words of the caller',
  known: 'Known',
  noted: 'Noted',
  mentioned: 'Mentioned',
  promised: 'The agent promised',
  nothing: 'Nothing of what was said is stored.',
  dates:
    /\b(?:(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tonight|tomorrow|next (?:week|month)|(?:january|february|march|april|may|june|july|august|september|october|november|december) \d{1,2}(?:st|nd|rd|th)?|\d{1,2}(?::\d{2})? ?(?:am|pm|o'clock))\b/giu,
  promise:
    /\b(?:(?:i|we|someone|somebody)(?:'ll| will| am going to| are going to)\b.*\b(?:call|ring|send|email|mail|come|visit|check|arrange|book|confirm|contact|get back)|you(?:'ll| will) (?:get|receive|hear))\b/iu,
}

const es: ExtractWords = {
  lasted: (minutes, seconds, caller, agent) =>
    `Se habló ${minutes} min ${seconds} s; el cliente habló ${veces(caller)} y el agente ${veces(agent)}.`,
  notReached: (attempts, reason) =>
    `No se habló con nadie en ${attempts === 1 ? '1 intento' : `${attempts} intentos`}${reason === undefined ? '' : `: ${reason}`}.`,
  machine: 'Contestó una máquina.',
  first: 'Primeras palabras del cliente',
  last: 'Últimas palabras del cliente',
  known: 'Se sabe',
  noted: 'Anotado',
  mentioned: 'Se mencionó',
  promised: 'El agente prometió',
  nothing: 'No se guarda nada de lo que se dijo.',
  dates:
    /(?<!\p{L})(?:(?:próximo |este )?(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)|hoy|mañana|pasado mañana|la próxima semana|el próximo mes|\d{1,2} de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)|a las? (?:\d{1,2}(?::\d{2})?|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce))(?!\p{L})/giu,
  promise:
    /(?<!\p{L})(?:(?:le|les|te|os|se lo|se la|se los|se las) (?:llamaré|llamaremos|llamarán|llamará|enviaré|enviaremos|enviarán|enviará|mandaré|mandaremos|avisaré|avisaremos|visitará|visitaremos|confirmaré|confirmaremos|confirmará)|(?:voy|vamos|van|va) a (?:llamarle|enviarle|mandarle|visitarle|confirmarle|avisarle)|recibirá)(?!\p{L})/iu,
}

/** Spanish for Spanish, English for every other language. */
export function extractWordsOf(language: string): ExtractWords {
  return /^es\b/i.test(language) ? es : en
}

/** Runs of digits as they are written down; spoken numbers come as the recogniser writes them. */
export const numbers = /\+?\d[\d .,:-]*\d|\d/gu

function times(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function veces(count: number): string {
  return count === 1 ? '1 vez' : `${count} veces`
}
