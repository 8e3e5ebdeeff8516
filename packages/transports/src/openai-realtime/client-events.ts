/** What is done for each event of a client. The table is the protocol: a type that is not in it is refused. */
import {
  invalidRequest,
  invalidValue,
  missingParameter,
  type RealtimeFault,
  type RealtimeFields,
  realtimeRateOf,
  responseActive,
  responseWanted,
  updateSettings,
} from '@parley/protocol'
import type { Answers } from './answers.js'
import type { Asides } from './asides.js'
import type { CallerTurns } from './caller-turns.js'
import { createItem, deleteItem, retrieveItem } from './client-items.js'
import type { PeerState } from './peer-state.js'
import { decodeSound } from './sound-codec.js'
import { steerOf, wishesOf } from './steer-of.js'
import { truncateItem } from './truncate-item.js'

export interface ClientDesk {
  readonly peer: PeerState
  readonly answers: Answers
  readonly asides: Asides
  readonly turns: CallerTurns
  /** Gives sound to the session; a long piece is given bit by bit, before the next event. */
  feed(samples: Int16Array, rate: number): void
}

/** Returns what is wrong with the event, if anything. */
type Handler = (event: RealtimeFields, desk: ClientDesk) => RealtimeFault | undefined

export const clientEvents: ReadonlyMap<string, Handler> = new Map<string, Handler>(
  Object.entries({
    'session.update': ({ session }, { peer }) => updateSession(session, peer),

    'input_audio_buffer.append'({ audio }, { peer, feed }) {
      if (peer.track !== undefined)
        return invalidRequest('invalid_event', 'The sound of this session comes over its media track.')
      if (audio === undefined) return missingParameter('audio')
      if (typeof audio !== 'string')
        return invalidRequest('invalid_type', "Invalid type for 'audio': expected a base64 string.", 'audio')
      const { format } = peer.settings.audio.input
      const samples = decodeSound(audio, format)
      if (samples === undefined)
        return invalidValue('audio', 'Invalid audio. Expected base64-encoded audio bytes of whole samples.')
      feed(samples, realtimeRateOf(format))
      return undefined
    },

    'input_audio_buffer.commit': (_, { turns }) => turns.commitByClient(),

    'input_audio_buffer.clear'(_, { peer, turns }) {
      turns.clear()
      peer.emit('input_audio_buffer.cleared', {})
      return undefined
    },

    'conversation.item.create': (event, { peer }) => createItem(event, peer),
    'conversation.item.retrieve': (event, { peer }) => retrieveItem(event, peer),
    'conversation.item.truncate': (event, { peer, answers }) => truncateItem(event, peer, answers),
    'conversation.item.delete': (event, { peer, answers }) => deleteItem(event, peer, answers.records),
    'response.create': ({ response }, desk) => createResponse(response, desk),

    'response.cancel'({ response_id: id }, { answers, asides }) {
      if (typeof id === 'string' && id !== answers.activeId) return asides.cancel(id) ? undefined : notActive
      if (answers.activeId === undefined) return notActive
      answers.cancel('client_cancelled')
      return undefined
    },

    'output_audio_buffer.clear'(_, { peer, answers }) {
      if (peer.track === undefined)
        return invalidRequest('invalid_event', 'output_audio_buffer.clear is only for WebRTC and SIP.')
      answers.silence()
      return undefined
    },
  } satisfies Record<string, Handler>),
)

const notActive = invalidRequest(
  'response_cancel_not_active',
  'Cancellation failed: no active response found',
)

export function updateSession(session: unknown, peer: PeerState): RealtimeFault | undefined {
  const updated = updateSettings(peer.settings, session, peer.hasSpoken)
  if ('fault' in updated) return updated.fault
  peer.settings = updated.settings
  peer.inbox?.steering.configure(steerOf(peer.settings))
  peer.emit('session.updated', { session: peer.settings })
  return undefined
}

function createResponse(given: unknown, { peer, answers, asides }: ClientDesk): RealtimeFault | undefined {
  if (peer.settings.type === 'transcription')
    return invalidRequest('invalid_event', 'A transcription session gives no responses.')
  const asked = responseWanted(peer.settings, given)
  if ('fault' in asked) return asked.fault
  const { wanted } = asked
  if (wanted.isInConversation && answers.activeId !== undefined) return responseActive(answers.activeId)
  if (!wanted.isInConversation || wanted.input !== undefined) return asides.begin(wanted)
  answers.ask(wanted, wishesOf(wanted))
  return undefined
}
