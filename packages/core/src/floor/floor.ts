/**
 * Who has the floor: a pure machine, one total table of floor × evidence. It knows no clock, does no I/O and keeps
 * nothing but the floor; what follows from evidence comes out as decisions, in the order to carry them out.
 */

import type { Evidence, FloorTimer } from './evidence.js'
import type { TurnPolicy } from './policy.js'

/** Who may speak: `pause` is the caller silent inside a turn, `overlap` both at once. */
export type Floor = 'open' | 'user' | 'pause' | 'thinking' | 'agent' | 'overlap'

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
  | { readonly kind: 'duck' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'barge-in' }
  /** Run a timer for `ms` of media time, counted from `sinceMs`. */
  | { readonly kind: 'arm'; readonly timer: FloorTimer; readonly ms: number; readonly sinceMs: number }
  | { readonly kind: 'disarm'; readonly timer: FloorTimer }

export type Step = readonly [Floor, ...Decision[]]

type Of<Kind extends Evidence['kind']> = Extract<Evidence, { kind: Kind }>
type Row = { readonly [Kind in Evidence['kind']]: (evidence: Of<Kind>, policy: TurnPolicy) => Step }

const turnOpen: Decision = { kind: 'turn-open' }
const turnReopen: Decision = { kind: 'turn-reopen' }
const turnCommit: Decision = { kind: 'turn-commit' }
const prepare: Decision = { kind: 'prepare' }
const discard: Decision = { kind: 'discard' }
const bargeIn: Decision = { kind: 'barge-in' }
const stopEndpoint: Decision = { kind: 'disarm', timer: 'endpoint' }
const stopJudge: Decision = { kind: 'disarm', timer: 'judge' }

const stay = (floor: Floor) => (): Step => [floor]

const table: { readonly [From in Floor]: Row } = {
  open: {
    'speech-start': () => ['user', turnOpen],
    'speech-end': stay('open'),
    transcript: stay('open'),
    'end-of-turn': ({ source }) =>
      source === 'text' || source === 'opening' ? ['thinking', turnOpen, turnCommit] : ['open'],
    'reply-audible': () => ['agent'],
    'reply-ended': stay('open'),
    interrupt: stay('open'),
    timer: stay('open'),
  },
  user: {
    'speech-start': stay('user'),
    'speech-end': ({ atMs }, { endpointMs }) => [
      'pause',
      { kind: 'arm', timer: 'endpoint', ms: endpointMs, sinceMs: atMs },
    ],
    transcript: stay('user'),
    'end-of-turn': ({ source }) => (source === 'opening' ? ['user'] : ['thinking', turnCommit]),
    'reply-audible': stay('user'),
    'reply-ended': stay('user'),
    interrupt: stay('user'),
    timer: stay('user'),
  },
  pause: {
    'speech-start': () => ['user', stopEndpoint, discard],
    'speech-end': stay('pause'),
    transcript: ({ final }, policy) => (final && policy.prepare ? ['pause', prepare] : ['pause']),
    'end-of-turn': ({ source }) =>
      source === 'opening' ? ['pause'] : ['thinking', stopEndpoint, turnCommit],
    'reply-audible': stay('pause'),
    'reply-ended': stay('pause'),
    interrupt: stay('pause'),
    timer: ({ timer }) => (timer === 'endpoint' ? ['thinking', turnCommit] : ['pause']),
  },
  thinking: {
    'speech-start': () => ['user', discard, turnReopen],
    'speech-end': stay('thinking'),
    transcript: stay('thinking'),
    'end-of-turn': ({ source }) =>
      source === 'text' ? ['thinking', discard, turnOpen, turnCommit] : ['thinking'],
    'reply-audible': () => ['agent'],
    'reply-ended': () => ['open'],
    interrupt: () => ['open', bargeIn],
    timer: stay('thinking'),
  },
  agent: {
    // Who cannot interrupt is talked over, but gets the floor if still speaking when the agent is done.
    'speech-start': ({ atMs }, { interruptible, bargeInMs }) =>
      interruptible
        ? ['overlap', { kind: 'duck' }, { kind: 'arm', timer: 'judge', ms: bargeInMs, sinceMs: atMs }]
        : ['overlap'],
    'speech-end': stay('agent'),
    transcript: stay('agent'),
    'end-of-turn': ({ source }) =>
      source === 'text' ? ['thinking', bargeIn, turnOpen, turnCommit] : ['agent'],
    'reply-audible': stay('agent'),
    'reply-ended': () => ['open'],
    interrupt: () => ['open', bargeIn],
    timer: stay('agent'),
  },
  overlap: {
    'speech-start': stay('overlap'),
    'speech-end': () => ['agent', stopJudge, { kind: 'resume' }],
    transcript: stay('overlap'),
    'end-of-turn': ({ source }, { interruptible }) =>
      source === 'opening' || (source === 'vendor' && !interruptible)
        ? ['overlap']
        : ['thinking', stopJudge, bargeIn, turnOpen, turnCommit],
    'reply-audible': stay('overlap'),
    'reply-ended': () => ['user', stopJudge, turnOpen],
    interrupt: () => ['user', stopJudge, bargeIn, turnOpen],
    timer: ({ timer }) => (timer === 'judge' ? ['user', bargeIn, turnOpen] : ['overlap']),
  },
}

/** The next floor and what follows, in order. Total: every floor has an answer to all evidence. */
export function step(floor: Floor, evidence: Evidence, policy: TurnPolicy): Step {
  const row = table[floor]
  const handle = row[evidence.kind] as (evidence: Evidence, policy: TurnPolicy) => Step
  return handle(evidence, policy)
}
