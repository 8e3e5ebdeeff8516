/** The floor while the agent does not have it: nobody speaks, the caller does, or pauses. */

import {
  answer,
  answerLater,
  awaitEnd,
  discard,
  type Step,
  stopEndpoint,
  turnCommit,
  turnOpen,
} from './decision.js'
import type { Moment } from './moment.js'
import { claimed, decides, early, heard, isOwn, isTold, may, opened, over, type Row, stay } from './moves.js'

/** How turns are taken has changed, and nobody has the floor: a voice that is heard now gets it. */
function steeredOpen(moment: Moment): Step {
  if (isTold(moment)) return ['open']
  if (moment.voice === 'speaking') return ['user', ...opened(moment)]
  return moment.turn === 'open' ? ['pause', awaitEnd] : ['open']
}

export const open: Row = {
  onset: stay('open'),
  'onset-lost': stay('open'),
  'speech-start': () => ['user', turnOpen],
  'speech-end': stay('open'),
  transcript: stay('open'),
  'turn-signal': ({ signal }, moment) =>
    signal === 'start' && decides(moment) ? ['user', turnOpen] : ['open'],
  'end-of-turn': ({ source }, moment) => {
    if (source === 'client') return isTold(moment) ? over(moment, ...opened(moment)) : ['open']
    if (source === 'text') return over(moment, ...opened(moment))
    if (source === 'asked' && moment.turn === 'unanswered') return ['thinking', answer]
    return ['thinking', turnOpen, turnCommit]
  },
  'reply-audible': (_, moment) => heard(moment),
  'reply-ended': stay('open'),
  interrupt: stay('open'),
  dtmf: stay('open'),
  // The words came after the agent was done, but they were meant.
  ruling: ({ ruling }, moment) => (ruling === 'claim' && may(moment) ? claimed(moment) : ['open']),
  timer: stay('open'),
  stuck: stay('open'),
  steered: (_, moment) => steeredOpen(moment),
}

export const user: Row = {
  onset: stay('user'),
  'onset-lost': stay('user'),
  'speech-start': stay('user'),
  'speech-end': () => ['pause', awaitEnd],
  transcript: stay('user'),
  'turn-signal': ({ signal }, moment) => {
    if (signal === 'end' && decides(moment)) return over(moment)
    if (signal === 'eager-end') return ['user', ...early(moment)]
    return signal === 'resume' ? ['user', discard] : ['user']
  },
  'end-of-turn': ({ source }, moment) => {
    if (isOwn(source)) return ['user']
    // Nobody is talked over: what was asked for is the answer to this turn, once it is over.
    if (source === 'asked') return ['user', answerLater]
    return source === 'engine' ? ['thinking', turnCommit] : over(moment)
  },
  'reply-audible': stay('user'),
  'reply-ended': stay('user'),
  interrupt: stay('user'),
  dtmf: stay('user'),
  ruling: stay('user'),
  timer: stay('user'),
  stuck: () => ['pause', awaitEnd],
  // What was said so far waits for the far end's word.
  steered: (_, moment) => (isTold(moment) ? ['open', discard] : ['user']),
}

export const pause: Row = {
  onset: stay('pause'),
  'onset-lost': stay('pause'),
  'speech-start': () => ['user', stopEndpoint, discard],
  'speech-end': () => ['pause', awaitEnd],
  transcript: ({ final }, moment) => (final ? ['pause', ...early(moment), awaitEnd] : ['pause', awaitEnd]),
  'turn-signal': ({ signal }, moment) => {
    if (signal === 'end') return decides(moment) ? over(moment, stopEndpoint) : ['pause', awaitEnd]
    if (signal === 'eager-end') return ['pause', ...early(moment), awaitEnd]
    return signal === 'resume' ? ['pause', discard, awaitEnd] : ['pause']
  },
  'end-of-turn': ({ source }, moment) => {
    if (isOwn(source)) return ['pause']
    if (source === 'asked') return ['pause', answerLater]
    return source === 'engine' ? ['thinking', stopEndpoint, turnCommit] : over(moment, stopEndpoint)
  },
  'reply-audible': stay('pause'),
  'reply-ended': stay('pause'),
  interrupt: stay('pause'),
  dtmf: stay('pause'),
  ruling: stay('pause'),
  timer: ({ timer }, moment) => (timer === 'endpoint' ? over(moment) : ['pause']),
  stuck: (_, moment) => over(moment, stopEndpoint),
  steered: (_, moment) => (isTold(moment) ? ['open', stopEndpoint, discard] : ['pause', awaitEnd]),
}
