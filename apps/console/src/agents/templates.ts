/** Where a new agent begins: small texts that work, to be changed. Their first line is given when they are used. */

export const templateNames = ['receptionEn', 'receptionEs', 'sales', 'realtime', 'empty'] as const
export type TemplateName = (typeof templateNames)[number]

const receptionEn = `language: en
greeting: Hello, you have reached Willow Dental. How can I help you?

# A script answers by itself: it needs no key and no vendor.
slots:
  day:
    type: weekday
    ask: Which day would suit you?
    phrases:
      - "[on] {day} [please]"

intents:
  hours:
    phrases:
      - what are your [opening] hours
      - when are you open
    replies: We are open from nine to six, Monday to Friday.
  appointment:
    phrases:
      - "[i would like | i need] an appointment [on {day}]"
      - can i come [on] {day}
    needs: [day]
    replies: Very good, {day}. We will call you back to agree on the time.
  goodbye:
    phrases:
      - goodbye
      - "[no] thank you [very much]"
    replies: Thank you for calling. Goodbye.

fallback: I am sorry, I did not understand that. You can ask for our hours or for an appointment.
`

const receptionEs = `language: es
greeting: Hola, le atiende la Clínica Dental Sauce. ¿En qué puedo ayudarle?

# Un guion responde por sí mismo: no necesita clave ni proveedor.
slots:
  dia:
    type: weekday
    ask: ¿Qué día le viene bien?
    phrases:
      - "[el] {dia} [por favor]"

intents:
  horario:
    phrases:
      - (cuál es | qué) [el] horario [tienen]
      - a qué hora abren
    replies: Abrimos de nueve a seis, de lunes a viernes.
  cita:
    phrases:
      - "[quiero | quisiera | necesito] una cita [para el {dia}]"
      - puedo ir el {dia}
    needs: [dia]
    replies: Muy bien, el {dia}. Le llamaremos para acordar la hora.
  despedida:
    phrases:
      - adiós
      - "[no] [muchas] gracias"
    replies: Gracias por llamar. Hasta luego.

fallback: Perdone, no le he entendido. Puede preguntar por el horario o pedir una cita.
`

const sales = `language: en
greeting: Hello, this is Ada from Harbor Telephone. Do you have a minute?
instructions: |
  You are Ada, who calls small businesses about telephone service. You speak on the telephone: one or two short
  sentences, no lists, no markup. Ask how many people work there and what they pay now, one question at a time.
  If they are not interested, thank them and hang up. Never promise a price; offer to send a written one.

# Who hears, thinks and speaks. Each is a list: the next stands in for the one before.
stt: [deepgram, openai]
llm: [anthropic, openai]
tts: [cartesia, openai]

tools:
  - kind: hang-up

turns:
  deadAir:
    fillers: [One moment., Let me see.]
    fillerAfterMs: 1500
`

const realtime = `language: en
greeting: Harbor House, good day. How can I help you?
instructions: |
  You are the concierge of a small hotel called Harbor House. You speak on the telephone: answer in one or two short
  sentences, warmly and without haste. If you do not know something, say so and offer to ask a colleague.

# One model hears, thinks and speaks.
realtime: openai

tools:
  - kind: hang-up
`

const empty = `language: en
greeting: Hello, how can I help you?
instructions: Answer in one or two short spoken sentences.
llm: openai
`

const bodies: Readonly<Record<TemplateName, string>> = { receptionEn, receptionEs, sales, realtime, empty }

/** The text of a template under this name. */
export function templateText(template: TemplateName, name: string): string {
  return `agent: ${scalar(name)}\n${bodies[template]}`
}

/** The same text under another name. */
export function renamed(yaml: string, name: string): string {
  const line = `agent: ${scalar(name)}`
  return /^agent:.*$/m.test(yaml) ? yaml.replace(/^agent:.*$/m, () => line) : `${line}\n${yaml}`
}

/** As YAML writes it: quoted where it might be read as something else. */
function scalar(name: string): string {
  return /^[\p{L}][\p{L}\p{N} _-]*$/u.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(name)
    ? name.trim()
    : JSON.stringify(name)
}
