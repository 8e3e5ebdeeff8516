/**
 * Who has the floor: a pure machine, one total table of floor × evidence. It knows no clock, does no I/O and keeps
 * nothing but the floor; what follows from evidence comes out as decisions, in the order to carry them out.
 */

import type { Evidence, FloorTimer } from './evidence.js'
import type { TurnPolicy } from './policy.js'

/** Who may speak: `pause` is the caller silent inside a turn, `overlap` both at once. */
export type Floor = 'open' | 'user' | 'pause' | 'thinking' | 'agent' | 'overlap'

/** What the ear is sure of: `spoke` is a voice that ended in this overlap and was not ruled on yet. */
export type CallerVoice = 'silent' | 'speaking' | 'spoke'

/** What decides beside the evidence: the policy, as the reply under way has it, and the caller's voice. */
export interface Moment {
  readonly policy: TurnPolicy
  readonly voice: CallerVoice
}

export type Decision =
  /** A caller's turn begins. */
  | { readonly kind: 'turn-open' }
  /** The turn committed last goes on: it was closed too early and nothing of its answer was heard. */
  | { readonly kind: 'turn-reopen' }
  | { readonly kind: 'turn-commit' }
  /** Begin to generate the answer behind the shut gate. */
  | { readonly kind: 'prepare' }
  /** Throw away the answer under way; nothing of it was heard as far as is known. */
  | { readonly kind: 'discard' }
  /** Lower the agent's voice and judge the overlap. */
  | { readonly kind: 'duck' }
  /** Silence the agent until the overlap is ruled on. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'barge-in' }
  /** Wait for the end of the turn, as long as endpointing says, from the caller's last voice. */
  | { readonly kind: 'await-end' }
  /** Rule on the overlap now, with what there is. */
  | { readonly kind: 'rule' }
  | { readonly kind: 'disarm'; readonly timer: FloorTimer }

export type Step = readonly [Floor, ...Decision[]]

type Of<Kind extends Evidence['kind']> = Extract<Evidence, { kind: Kind }>
type Row = { readonly [Kind in Evidence['kind']]: (evidence: Of<Kind>, moment: Moment) => Step }

const turnOpen: Decision = { kind: 'turn-open' }
const turnReopen: Decision = { kind: 'turn-reopen' }
const turnCommit: Decision = { kind: 'turn-commit' }
const prepare: Decision = { kind: 'prepare' }
const discard: Decision = { kind: 'discard' }
const duck: Decision = { kind: 'duck' }
const hold: Decision = { kind: 'hold' }
const resume: Decision = { kind: 'resume' }
const bargeIn: Decision = { kind: 'barge-in' }
const awaitEnd: Decision = { kind: 'await-end' }
const rule: Decision = { kind: 'rule' }
const stopEndpoint: Decision = { kind: 'disarm', timer: 'endpoint' }
const stopJudge: Decision = { kind: 'disarm', timer: 'judge' }

const stay = (floor: Floor) => (): Step => [floor]

/** A vendor's word counts by itself only where the agent says so; else it is evidence for endpointing. */
const decides = ({ policy }: Moment): boolean => policy.endpoint.vendor === 'decides'
const may = ({ policy }: Moment): boolean => policy.bargeIn !== 'none'

/** The agent is heard. Who speaks already is in overlap with it, as if they had begun just now. */
const heard = ({ voice, policy }: Moment): Step => {
  if (voice !== 'speaking') return ['agent']
  return policy.bargeIn === 'none' ? ['overlap'] : ['overlap', duck]
}

/** The judge gives the floor to the caller: there was a voice, though the ear may have missed it. */
const claimed = ({ voice }: Moment, ...first: Decision[]): Step =>
  takeFloor(voice === 'silent' ? 'spoke' : voice, ...first)

/** The overlap meant nothing; a voice that goes on is still listened to: it may claim the floor yet. */
const passed = ({ voice }: Moment): Step =>
  voice === 'speaking' ? ['overlap', resume] : ['agent', stopJudge, resume]

/** The caller has the floor with what they say, or just said, over an agent who is or falls silent. */
function takeFloor(voice: CallerVoice, ...first: Decision[]): Step {
  if (voice === 'speaking') return ['user', stopJudge, ...first, turnOpen]
  if (voice === 'spoke') return ['pause', stopJudge, ...first, turnOpen, awaitEnd]
  return ['open', stopJudge, ...first]
}

const table: { readonly [From in Floor]: Row } = {
  open: {
    onset: stay('open'),
    'onset-lost': stay('open'),
    'speech-start': () => ['user', turnOpen],
    'speech-end': stay('open'),
    transcript: stay('open'),
    'turn-signal': ({ signal }, moment) =>
      signal === 'start' && decides(moment) ? ['user', turnOpen] : ['open'],
    'end-of-turn': ({ source }) => (source === 'client' ? ['open'] : ['thinking', turnOpen, turnCommit]),
    'reply-audible': (_, moment) => heard(moment),
    'reply-ended': stay('open'),
    interrupt: stay('open'),
    dtmf: stay('open'),
    // The words came after the agent was done, but they were meant.
    ruling: ({ ruling }, moment) => (ruling === 'claim' && may(moment) ? claimed(moment) : ['open']),
    timer: stay('open'),
    stuck: stay('open'),
  },
  user: {
    onset: stay('user'),
    'onset-lost': stay('user'),
    'speech-start': stay('user'),
    'speech-end': () => ['pause', awaitEnd],
    transcript: stay('user'),
    'turn-signal': ({ signal }, moment) => {
      if (signal === 'end' && decides(moment)) return ['thinking', turnCommit]
      if (signal === 'eager-end') return ['user', prepare]
      return signal === 'resume' ? ['user', discard] : ['user']
    },
    'end-of-turn': ({ source }) =>
      source === 'opening' || source === 'prompt' ? ['user'] : ['thinking', turnCommit],
    'reply-audible': stay('user'),
    'reply-ended': stay('user'),
    interrupt: stay('user'),
    dtmf: stay('user'),
    ruling: stay('user'),
    timer: stay('user'),
    stuck: () => ['pause', awaitEnd],
  },
  pause: {
    onset: stay('pause'),
    'onset-lost': stay('pause'),
    'speech-start': () => ['user', stopEndpoint, discard],
    'speech-end': () => ['pause', awaitEnd],
    transcript: ({ final }) => (final ? ['pause', prepare, awaitEnd] : ['pause', awaitEnd]),
    'turn-signal': ({ signal }, moment) => {
      if (signal === 'end')
        return decides(moment) ? ['thinking', stopEndpoint, turnCommit] : ['pause', awaitEnd]
      if (signal === 'eager-end') return ['pause', prepare, awaitEnd]
      return signal === 'resume' ? ['pause', discard, awaitEnd] : ['pause']
    },
    'end-of-turn': ({ source }) =>
      source === 'opening' || source === 'prompt' ? ['pause'] : ['thinking', stopEndpoint, turnCommit],
    'reply-audible': stay('pause'),
    'reply-ended': stay('pause'),
    interrupt: stay('pause'),
    dtmf: stay('pause'),
    ruling: stay('pause'),
    timer: ({ timer }) => (timer === 'endpoint' ? ['thinking', turnCommit] : ['pause']),
    stuck: () => ['thinking', stopEndpoint, turnCommit],
  },
  thinking: {
    onset: stay('thinking'),
    'onset-lost': stay('thinking'),
    'speech-start': () => ['user', discard, turnReopen],
    'speech-end': stay('thinking'),
    transcript: stay('thinking'),
    'turn-signal': ({ signal }, moment) =>
      (signal === 'start' || signal === 'resume') && decides(moment)
        ? ['user', discard, turnReopen]
        : ['thinking'],
    'end-of-turn': ({ source }) =>
      source === 'text' ? ['thinking', discard, turnOpen, turnCommit] : ['thinking'],
    'reply-audible': (_, moment) => heard(moment),
    'reply-ended': (_, { voice }) => takeFloor(voice),
    interrupt: (_, { voice }) => takeFloor(voice, bargeIn),
    dtmf: stay('thinking'),
    ruling: stay('thinking'),
    timer: stay('thinking'),
    stuck: (_, { voice }) => takeFloor(voice, discard),
  },
  agent: {
    // Who cannot interrupt is talked over, but gets the floor if still speaking when the agent is done.
    onset: (_, moment) => (may(moment) ? ['overlap', duck] : ['agent']),
    'onset-lost': stay('agent'),
    'speech-start': (_, moment) => (may(moment) ? ['overlap', duck] : ['overlap']),
    'speech-end': stay('agent'),
    transcript: stay('agent'),
    'turn-signal': ({ signal }, moment) =>
      signal === 'end' && decides(moment) && may(moment)
        ? ['thinking', bargeIn, turnOpen, turnCommit]
        : ['agent'],
    'end-of-turn': ({ source }) =>
      source === 'text' ? ['thinking', bargeIn, turnOpen, turnCommit] : ['agent'],
    'reply-audible': stay('agent'),
    'reply-ended': () => ['open'],
    interrupt: () => ['open', bargeIn],
    dtmf: (_, moment) => (moment.policy.dtmf === 'interrupt' && may(moment) ? ['open', bargeIn] : ['agent']),
    // The overlap was let pass, and the words that came late say that it should not have been.
    ruling: ({ ruling }, moment) =>
      ruling === 'claim' && may(moment) ? claimed(moment, bargeIn) : ['agent'],
    timer: stay('agent'),
    stuck: () => ['open', bargeIn],
  },
  overlap: {
    onset: stay('overlap'),
    'onset-lost': (_, { voice }) => (voice === 'silent' ? ['agent', stopJudge, resume] : ['overlap']),
    'speech-start': stay('overlap'),
    // The judge hears the end, too, and rules; who cannot interrupt has said it in vain.
    'speech-end': (_, moment) => (may(moment) ? ['overlap'] : ['agent', stopJudge, resume]),
    transcript: stay('overlap'),
    'turn-signal': ({ signal }, moment) =>
      signal === 'end' && decides(moment) && may(moment)
        ? ['thinking', stopJudge, bargeIn, turnOpen, turnCommit]
        : ['overlap'],
    'end-of-turn': ({ source }) =>
      source === 'opening' || source === 'prompt'
        ? ['overlap']
        : ['thinking', stopJudge, bargeIn, turnOpen, turnCommit],
    'reply-audible': stay('overlap'),
    'reply-ended': (_, { voice }) => takeFloor(voice),
    interrupt: (_, { voice }) => takeFloor(voice, bargeIn),
    dtmf: (_, moment) =>
      moment.policy.dtmf === 'interrupt' && may(moment) ? takeFloor(moment.voice, bargeIn) : ['overlap'],
    ruling: ({ ruling }, moment) => {
      if (!may(moment) || ruling === 'pass') return passed(moment)
      return ruling === 'hold' ? ['overlap', hold] : claimed(moment, bargeIn)
    },
    timer: ({ timer }) => (timer === 'judge' ? ['overlap', rule] : ['overlap']),
    // A voice with no reply under it, or a reply with no voice over it that was ever judged.
    stuck: (_, moment) => (moment.voice === 'speaking' ? takeFloor('speaking', bargeIn) : passed(moment)),
  },
}

/** The next floor and what follows, in order. Total: every floor has an answer to all evidence. */
export function step(floor: Floor, evidence: Evidence, moment: Moment): Step {
  const row = table[floor]
  const handle = row[evidence.kind] as (evidence: Evidence, moment: Moment) => Step
  return handle(evidence, moment)
}
