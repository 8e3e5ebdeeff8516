/** `<Dial><Conference>`: a room by its name, in which everybody hears all others. */

import { askCustomer } from './ask-customer.js'
import { type CarrierWorld, parametersOf } from './carrier-world.js'
import { readDocument, type Verb } from './document.js'
import type { Circuit, Leg } from './leg.js'
import { LINE_FRAME } from './party.js'
import { actionOf, goTo, type Next, next, type Running } from './run-program.js'
import { quiet, soundVerb } from './sounds.js'
import { pending } from './waiting.js'

export type Rooms = Map<string, Room>

interface Member {
  readonly leg: Leg
  readonly muted: boolean
  mouth: Int16Array | undefined
  /** Somebody else ends the room. */
  readonly dismiss: () => void
  /** The room has begun. */
  readonly begin: () => void
}

interface Room {
  readonly sid: string
  readonly members: Set<Member>
  begun: boolean
}

export async function conferenceVerb(running: Running, dial: Verb): Promise<Next> {
  const { world, leg, rooms, signal } = running
  const verb = dial.children.find(({ name }) => name === 'Conference')
  if (verb === undefined) return next
  const name = verb.text
  const room = rooms.get(name) ?? { sid: world.newId('CF'), members: new Set(), begun: false }
  rooms.set(name, room)
  const { attributes } = verb
  const waiting = new AbortController()
  const end = (of: string) => tellRoom(running, verb, room, of)
  world.note(leg, 'conference', name)
  await pending<true>(signal, done => {
    const member: Member = {
      leg,
      muted: attributes.muted === 'true',
      mouth: undefined,
      dismiss: () => done(true),
      begin() {
        waiting.abort()
        leg.circuit = mixing(room, member)
      },
    }
    room.members.add(member)
    end('participant-join')
    if (attributes.startConferenceOnEnter !== 'false') room.begun = true
    if (room.begun && room.members.size > 1) {
      end('conference-start')
      for (const each of room.members) each.begin()
    } else void hold(running, verb, waiting.signal)
    return () => {
      waiting.abort()
      room.members.delete(member)
      end('participant-leave')
      const last = attributes.endConferenceOnExit === 'true' || room.members.size === 0
      if (!last) return
      rooms.delete(name)
      end('conference-end')
      for (const each of [...room.members]) each.dismiss()
    }
  })
  return signal.aborted ? next : actionOf(running, dial, { ConferenceSid: room.sid })
}

function mixing(room: Room, member: Member): Circuit {
  return {
    exchange(mouth) {
      member.mouth = member.muted ? undefined : mouth
      let mixed: Int16Array | undefined
      for (const other of room.members) {
        if (other === member || other.mouth === undefined) continue
        mixed ??= new Int16Array(LINE_FRAME)
        for (let at = 0; at < LINE_FRAME; at++) {
          const sum = (mixed[at] ?? 0) + (other.mouth[at] ?? 0)
          mixed[at] = Math.max(-32_768, Math.min(32_767, sum))
        }
      }
      return mixed
    },
  }
}

/** What somebody hears who is alone: sound or a document, over and over. Silence where it cannot be had. */
async function hold(running: Running, { attributes }: Verb, signal: AbortSignal): Promise<void> {
  const { world, leg } = running
  leg.circuit = quiet
  if (attributes.waitUrl === undefined || attributes.waitUrl === '') return
  const target = goTo(running, attributes.waitUrl, attributes.waitMethod)
  if (target.kind !== 'goto') return
  while (!signal.aborted) {
    const verbs = await holdVerbs(world, leg, target, signal)
    if (verbs.length === 0) return
    for (const verb of verbs) {
      if (signal.aborted) return
      if (!(await soundVerb(world, leg, verb, { signal }))) return
    }
  }
}

async function holdVerbs(
  world: CarrierWorld,
  leg: Leg,
  { url, method }: { readonly url: string; readonly method?: string | undefined },
  signal: AbortSignal,
): Promise<readonly Verb[]> {
  const parameters = parametersOf(world, leg)
  const answer = await askCustomer(world, leg, { kind: 'document', url, method, parameters }, signal)
  if (answer?.status !== 200) return []
  if (/^audio\//.test(answer.contentType)) return [{ name: 'Play', attributes: {}, text: url, children: [] }]
  try {
    return readDocument(new TextDecoder().decode(answer.body))
  } catch {
    world.complain(`${leg.sid}: the waitUrl of the conference gives no document`)
    return []
  }
}

function tellRoom(
  { world, leg, ...running }: Running,
  { attributes, text }: Verb,
  room: Room,
  event: string,
): void {
  const { statusCallback, statusCallbackEvent = 'start end', statusCallbackMethod } = attributes
  if (statusCallback === undefined) return
  const short = event.replace(/^(conference|participant)-/, '')
  if (!statusCallbackEvent.split(/\s+/).includes(short)) return
  const target = goTo({ world, leg, ...running }, statusCallback, statusCallbackMethod)
  if (target.kind !== 'goto') return
  const parameters = {
    ...parametersOf(world, leg),
    ConferenceSid: room.sid,
    FriendlyName: text,
    StatusCallbackEvent: event,
  }
  const { url, method } = target
  void askCustomer(world, leg, { kind: 'callback', url, method, parameters }, world.closing)
}
