/** The floor while the agent has it, is about to, or shares it. */

import {
  answerLater,
  awaitEnd,
  bargeIn,
  type Decision,
  discard,
  duck,
  type Floor,
  hold,
  resume,
  rule,
  type Step,
  stopEndpoint,
  stopJudge,
  turnClose,
  turnOpen,
  turnReopen,
} from './decision.js'
import type { Moment } from './moment.js'
import {
  claimed,
  decides,
  type EndSource,
  heard,
  isKept,
  isOwn,
  isTold,
  may,
  opened,
  over,
  passed,
  type Row,
  stay,
  takeFloor,
  toldOver,
} from './moves.js'

/** An answer that is asked for while another is still being made is not given; behind one that is made it waits. */
const asked = (floor: Floor, { made }: Moment): Step => (made ? [floor, answerLater] : [floor])

/** The caller goes on: they had not been done, or, where turns that are over stay so, say something more. */
const goesOn = ({ steer, turn }: Moment): Step => {
  const more = steer.answers === 'itself' ? turnReopen : turnOpen
  return ['user', discard, ...(turn === 'open' ? [] : [more])]
}

/** A voice that cuts an answer calls off the one that was to come behind it. */
const uncalled = (moment: Moment): Moment => ({ ...moment, wanted: false })

export const thinking: Row = {
  onset: stay('thinking'),
  'onset-lost': stay('thinking'),
  'speech-start': (_, moment) => (isKept(moment) ? ['overlap', ...opened(moment)] : goesOn(moment)),
  'speech-end': stay('thinking'),
  transcript: stay('thinking'),
  'turn-signal': ({ signal }, moment) =>
    (signal === 'start' || signal === 'resume') && decides(moment) && !isKept(moment)
      ? goesOn(moment)
      : ['thinking'],
  'end-of-turn': ({ source }, moment) => {
    if (source === 'text') return over(moment, discard, ...opened(moment))
    if (source === 'client' && isTold(moment)) return toldOver(moment, 'thinking', discard)
    return source === 'asked' ? asked('thinking', moment) : ['thinking']
  },
  'reply-audible': (_, moment) => heard(moment),
  'reply-ended': (_, moment) => takeFloor(moment, moment.voice),
  interrupt: (_, moment) => takeFloor(moment, moment.voice, bargeIn),
  dtmf: stay('thinking'),
  ruling: stay('thinking'),
  timer: stay('thinking'),
  stuck: (_, moment) => takeFloor(moment, moment.voice, discard),
  steered: stay('thinking'),
}

export const agent: Row = {
  // Who cannot interrupt is talked over, but gets the floor if still speaking when the agent is done.
  onset: (_, moment) => (may(moment) ? ['overlap', duck] : ['agent']),
  'onset-lost': stay('agent'),
  'speech-start': (_, moment) => {
    if (isKept(moment)) return ['overlap', ...opened(moment)]
    return may(moment) ? ['overlap', duck] : ['overlap']
  },
  'speech-end': stay('agent'),
  transcript: stay('agent'),
  'turn-signal': ({ signal }, moment) =>
    signal === 'end' && decides(moment) && may(moment)
      ? over(uncalled(moment), bargeIn, ...opened(moment))
      : ['agent'],
  'end-of-turn': ({ source }, moment) => {
    if (source === 'text') return over(moment, bargeIn, ...opened(moment))
    if (source === 'client' && isTold(moment)) return toldOver(moment, 'agent', bargeIn)
    return source === 'asked' ? asked('agent', moment) : ['agent']
  },
  'reply-audible': stay('agent'),
  'reply-ended': (_, moment) => given(moment),
  interrupt: (_, moment) => given(moment, bargeIn),
  dtmf: (_, moment) =>
    moment.policy.dtmf === 'interrupt' && may(moment) ? given(moment, bargeIn) : ['agent'],
  // The overlap was let pass, and the words that came late say that it should not have been.
  ruling: ({ ruling }, moment) => (ruling === 'claim' && may(moment) ? claimed(moment, bargeIn) : ['agent']),
  timer: stay('agent'),
  stuck: (_, moment) => given(moment, bargeIn),
  // A voice that was not listened to until now is.
  steered: (_, moment) => heard(moment),
}

/** The agent has spoken; a turn that waited under its voice goes on. */
function given(moment: Moment, ...first: readonly Decision[]): Step {
  return moment.turn === 'open' ? takeFloor(moment, 'silent', ...first) : ['open', ...first]
}

export const overlap: Row = {
  onset: stay('overlap'),
  'onset-lost': (_, { voice, turn }) =>
    voice === 'silent' && turn !== 'open' ? ['agent', stopJudge, resume] : ['overlap'],
  'speech-start': (_, { turn }) => (turn === 'open' ? ['overlap', stopEndpoint] : ['overlap']),
  // The judge hears the end, too, and rules; who cannot interrupt has said it in vain, or waits for its end.
  'speech-end': (_, moment) => {
    if (may(moment)) return moment.turn === 'open' ? ['overlap', awaitEnd] : ['overlap']
    return moment.turn === 'open' ? ['overlap', stopJudge, resume, awaitEnd] : ['agent', stopJudge, resume]
  },
  transcript: (_, { turn, voice, ...moment }) =>
    turn === 'open' && voice !== 'speaking' && moment.policy.bargeIn === 'none'
      ? ['overlap', awaitEnd]
      : ['overlap'],
  'turn-signal': ({ signal }, moment) =>
    signal === 'end' && decides(moment) && may(moment)
      ? over(uncalled(moment), ...stopTimers(moment), bargeIn, ...opened(moment))
      : ['overlap'],
  'end-of-turn': ({ source }, moment) => overlapOver(source, moment),
  'reply-audible': stay('overlap'),
  'reply-ended': (_, moment) => takeFloor(moment, moment.voice),
  interrupt: (_, moment) => takeFloor(moment, moment.voice, bargeIn),
  dtmf: (_, moment) =>
    moment.policy.dtmf === 'interrupt' && may(moment)
      ? takeFloor(moment, moment.voice, bargeIn)
      : ['overlap'],
  ruling: ({ ruling }, moment) => {
    if (!may(moment) || ruling === 'pass') return passed(moment)
    return ruling === 'hold' ? ['overlap', hold] : claimed(moment, bargeIn)
  },
  timer: ({ timer }, moment) => {
    if (timer === 'judge') return ['overlap', rule]
    return moment.turn === 'open' && moment.voice !== 'speaking'
      ? ['agent', stopJudge, resume, turnClose]
      : ['overlap']
  },
  // A voice with no reply under it, or a reply with no voice over it that was ever judged.
  stuck: (_, moment) =>
    moment.voice === 'speaking' || moment.turn === 'open'
      ? takeFloor(moment, moment.voice, bargeIn)
      : passed(moment),
  // A turn under way waits for the far end's word.
  steered: (_, moment) =>
    isTold(moment) ? ['agent', stopJudge, stopEndpoint, resume] : ['overlap', ...goesOnWaiting(moment)],
}

/** A turn under the agent's voice waits for its end. */
function stopTimers({ turn }: Moment): readonly Decision[] {
  return turn === 'open' ? [stopJudge, stopEndpoint] : [stopJudge]
}

function goesOnWaiting({ turn, voice }: Moment): readonly Decision[] {
  return turn === 'open' && voice !== 'speaking' ? [awaitEnd] : []
}

function overlapOver(source: EndSource, moment: Moment): Step {
  if (isOwn(source) || source === 'engine') return ['overlap']
  if (source === 'asked') return asked('overlap', moment)
  // What is overheard ends, and the agent speaks on.
  if (source === 'client' && !may(moment) && moment.turn === 'open') {
    const after = moment.voice === 'speaking' ? 'overlap' : 'agent'
    return [after, ...stopTimers(moment), resume, turnClose]
  }
  return over(moment, ...stopTimers(moment), bargeIn, ...opened(moment))
}
