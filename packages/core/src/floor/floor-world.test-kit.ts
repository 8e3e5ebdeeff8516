/** The world around the floor's table, as small as it can be and still contain every order of evidence. */

import type { ReplyId } from '../ids.js'
import { type Steer, unsteered } from '../session/steering.js'
import type { Evidence } from './evidence.js'
import { type CallerVoice, type Decision, type Floor, step } from './floor.js'
import { type BargeIn, defaultTurnPolicy, type TurnPolicy } from './policy.js'

export interface State {
  readonly floor: Floor
  /** A sound that may be voice is under way. */
  readonly onset: boolean
  readonly speaking: boolean
  /** A voice ended in the overlap that is judged. */
  readonly spoke: boolean
  /** An overlap is being judged. */
  readonly judged: boolean
  readonly turn: 'none' | 'open' | 'committed' | 'unanswered'
  readonly reply: 'none' | 'prepared' | 'released' | 'audible'
  readonly ducked: boolean
  readonly endpoint: boolean
  readonly judge: boolean
  /** The judge was asked; its answer is the next that happens. */
  readonly asked: boolean
  readonly bargeIn: BargeIn
  /** Only the far end's word ends a turn. */
  readonly told: boolean
  /** An answer was asked for and waits. */
  readonly wanted: boolean
}

export interface World {
  readonly bargeIn: BargeIn
  readonly vendor: TurnPolicy['endpoint']['vendor']
  readonly dtmf: TurnPolicy['dtmf']
  /** Whether who may interrupt changes in the course of a reply. */
  readonly changes?: boolean
  /** How the far end steers; not at all without. */
  readonly steers?: Pick<Steer, 'answers' | 'overheard'> & {
    /** Whether only the far end's word ends a turn, always, or changing. */
    readonly told: 'never' | 'always' | 'changes'
  }
}

export interface Move {
  readonly name: string
  readonly evidence?: Evidence
  /** What the world does before the floor hears of it. */
  readonly before?: Partial<State>
  /** The engine has given all of its answer. */
  readonly made?: boolean
}

export interface Graph {
  readonly states: readonly State[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly move: Move }[]
  /** Broken rules, each with the shortest trace to it. */
  readonly faults: readonly string[]
  trace(state: State): string
}

export const start: State = {
  floor: 'open',
  onset: false,
  speaking: false,
  spoke: false,
  judged: false,
  turn: 'none',
  reply: 'none',
  ducked: false,
  endpoint: false,
  judge: false,
  asked: false,
  bargeIn: 'any',
  told: false,
  wanted: false,
}

const atMs = 0
const reply = 'rpl_1' as ReplyId
const words = { kind: 'transcript', atMs, startMs: 0, text: 'yes' } as const
const end = (source: Extract<Evidence, { kind: 'end-of-turn' }>['source']): Move => ({
  name: `end-of-turn ${source}`,
  evidence: { kind: 'end-of-turn', atMs, source },
})
const ruling = (name: 'hold' | 'claim' | 'pass'): Move => ({
  name,
  evidence: { kind: 'ruling', atMs, ruling: name, reasons: [] },
})

/** What can happen in a state. */
function movesOf(state: State, { vendor, changes, steers }: World): Move[] {
  const { floor, speaking, onset, judged, endpoint, judge, bargeIn } = state
  // What had to wait comes first.
  if (state.wanted && floor === 'open') return [{ ...end('asked'), before: { wanted: false } }]
  if (state.asked) return judged ? [ruling('pass'), ruling('claim')] : [ruling('pass')]
  const moves: Move[] = [
    end('client'),
    end('text'),
    { name: 'final', evidence: { ...words, final: true } },
    { name: 'partial', evidence: { ...words, final: false } },
    { name: 'interrupt', evidence: { kind: 'interrupt', atMs } },
    { name: 'dtmf', evidence: { kind: 'dtmf', atMs, digit: '1' } },
  ]
  if (floor === 'open') moves.push(end('opening'), end('prompt'))
  if (steers !== undefined) {
    moves.push(end('asked'), end('engine'), {
      ...end('asked'),
      name: 'asked behind what is made',
      made: true,
    })
    moves.push({ name: 'steered', evidence: { kind: 'steered', atMs } })
    if (steers.told === 'changes') {
      const before = { told: !state.told }
      moves.push({ name: 'told changes', evidence: { kind: 'steered', atMs }, before })
    }
  }
  for (const signal of ['start', 'update', 'eager-end', 'resume', 'end'] as const)
    moves.push({ name: `${vendor} ${signal}`, evidence: { kind: 'turn-signal', atMs, signal } })
  if (speaking) {
    const before = { speaking: false, spoke: judged }
    moves.push({ name: 'speech-end', evidence: { kind: 'speech-end', atMs }, before })
  } else {
    const before = { speaking: true, onset: false }
    moves.push({ name: 'speech-start', evidence: { kind: 'speech-start', atMs }, before })
    if (onset)
      moves.push({ name: 'onset-lost', evidence: { kind: 'onset-lost', atMs }, before: { onset: false } })
    else moves.push({ name: 'onset', evidence: { kind: 'onset', atMs }, before: { onset: true } })
  }
  if (judged) moves.push(ruling('hold'), ruling('claim'), ruling('pass'))
  // Words that come late may still claim the floor.
  else if (floor === 'agent' || floor === 'open') moves.push(ruling('claim'))
  if (endpoint)
    moves.push({
      name: 'endpoint',
      evidence: { kind: 'timer', atMs, timer: 'endpoint' },
      before: { endpoint: false },
    })
  if (judge)
    moves.push({ name: 'judge', evidence: { kind: 'timer', atMs, timer: 'judge' }, before: { judge: false } })
  if (state.reply === 'released' || state.reply === 'audible')
    moves.push({ name: 'ended', evidence: { kind: 'reply-ended', atMs, reply }, before: { reply: 'none' } })
  if (state.reply === 'released')
    moves.push({
      name: 'audible',
      evidence: { kind: 'reply-audible', atMs, reply },
      before: { reply: 'audible' },
    })
  if (isStuck(state)) moves.push({ name: 'stuck', evidence: { kind: 'stuck', atMs } })
  if (changes && state.reply === 'audible')
    moves.push({ name: 'policy changes', before: { bargeIn: bargeIn === 'none' ? 'any' : 'none' } })
  return moves
}

/** What moves no floor while only the far end's word counts. */
const ofVoice: ReadonlySet<Evidence['kind']> = new Set([
  'onset',
  'onset-lost',
  'speech-start',
  'speech-end',
  'turn-signal',
  'ruling',
  'timer',
])

/** The watchdog's question; an engine may die, so that a reply may end at any time. */
function isStuck({ floor, speaking, endpoint, judge, reply }: State): boolean {
  if (floor === 'user') return !speaking
  if (floor === 'pause') return !endpoint
  if (floor === 'overlap') return reply === 'none' || (!speaking && !judge && !endpoint)
  return floor !== 'open' && reply === 'none'
}

function voiceOf({ speaking, spoke }: State): CallerVoice {
  if (speaking) return 'speaking'
  return spoke ? 'spoke' : 'silent'
}

/** What the world makes of a decision, or the rule that it breaks. */
function carryOut(state: State, { kind, ...rest }: Decision, evidence: Evidence): Partial<State> | string {
  switch (kind) {
    case 'turn-open':
    case 'turn-reopen':
      if (state.turn === 'open' && !state.told) return 'a turn is opened twice'
      return { turn: 'open' }
    case 'turn-commit':
      if (state.turn !== 'open') return 'a turn is committed that is not open'
      if (isHeard(state)) return 'two answers are under way'
      return { turn: 'committed', reply: 'released', wanted: false }
    case 'turn-close':
      if (state.turn !== 'open') return 'a turn is closed that is not open'
      return { turn: 'unanswered', ...(isHeard(state) ? {} : { reply: 'none' }) }
    case 'answer':
      if (state.turn !== 'unanswered') return 'a turn is answered that does not wait for it'
      if (isHeard(state)) return 'two answers are under way'
      return { turn: 'committed', reply: 'released', wanted: false }
    case 'answer-later':
      return { wanted: true }
    case 'prepare':
      if (state.turn !== 'open') return 'an answer is prepared to no open turn'
      return { reply: 'prepared' }
    case 'discard':
      return { reply: 'none', ducked: false, judged: false, spoke: false }
    case 'barge-in':
      return {
        ...{ reply: 'none', ducked: false, judged: false, spoke: false },
        ...(evidence.kind === 'end-of-turn' ? {} : { wanted: false }),
      }
    case 'duck':
      if (state.ducked) return 'the voice is lowered twice'
      return { ducked: true, judged: true, spoke: false, judge: true }
    case 'hold':
      return { ducked: true }
    case 'resume':
      return { ducked: false, ...(state.speaking && !state.told ? {} : { judged: false, spoke: false }) }
    case 'await-end':
      return { endpoint: true }
    case 'rule':
      return { asked: true }
    case 'disarm':
      return 'timer' in rest && rest.timer === 'endpoint' ? { endpoint: false } : { judge: false }
    default:
      kind satisfies never
      return state
  }
}

function isHeard({ reply }: State): boolean {
  return reply === 'released' || reply === 'audible'
}

/** Does the move; the rule that is broken on the way, if one is. */
export function move(
  from: State,
  { evidence, before = {}, made = false }: Move,
  world: World,
): State | string {
  let state: State = { ...from, ...before, asked: false }
  if (evidence === undefined) return state
  if (state.told && ofVoice.has(evidence.kind)) return state
  if (evidence.kind === 'interrupt') state = { ...state, wanted: false }
  // The end of a voice is the judge's before it is the floor's; where it does not rule at once, a timer does.
  const isJudges = from.judged || from.turn !== 'open'
  if (evidence.kind === 'speech-end' && from.floor === 'overlap' && isJudges)
    state = { ...state, judge: true }
  const { endpoint } = defaultTurnPolicy
  const policy: TurnPolicy = {
    ...defaultTurnPolicy,
    bargeIn: from.bargeIn,
    dtmf: world.dtmf,
    endpoint: { ...endpoint, vendor: world.vendor },
  }
  const { answers, overheard } = world.steers ?? unsteered
  const [floor, ...decisions] = step(from.floor, evidence, {
    policy,
    voice: voiceOf(state),
    steer: { turnsEnd: state.told ? 'told' : 'heard', answers, overheard },
    turn: state.turn === 'open' || state.turn === 'unanswered' ? state.turn : 'over',
    wanted: state.wanted,
    made,
  })
  state = { ...state, floor }
  for (const decision of decisions) {
    const change = carryOut(state, decision, evidence)
    if (typeof change === 'string') return change
    state = { ...state, ...change }
  }
  if (evidence.kind === 'reply-ended') state = { ...state, ducked: false, judged: false, spoke: false }
  if (state.reply === 'none') state = { ...state, bargeIn: world.bargeIn }
  return broken(from, state, evidence, decisions) ?? state
}

function broken(
  from: State,
  state: State,
  evidence: Evidence,
  decisions: readonly Decision[],
): string | undefined {
  const made = (kind: Decision['kind']) => decisions.some(decision => decision.kind === kind)
  const { floor } = state
  if (floor === 'pause' && !state.endpoint) return 'a pause has no timer'
  if (
    floor === 'overlap' &&
    state.judged &&
    !state.judge &&
    !state.speaking &&
    !state.asked &&
    !state.endpoint
  )
    return 'an overlap waits for nothing'
  if (floor !== 'overlap' && state.ducked) return 'the voice stays low outside an overlap'
  if (floor === 'user' || floor === 'pause') {
    if (state.turn !== 'open') return 'the caller has the floor without a turn'
    if (state.reply === 'released' || state.reply === 'audible')
      return 'the agent speaks in the caller’s turn'
  }
  if (state.told && (floor === 'user' || floor === 'pause' || floor === 'overlap'))
    return 'a voice has the floor although only the far end’s word counts'
  if (floor === 'agent' && state.speaking && !state.told) return 'a voice over the agent is not listened to'
  const byWord = evidence.kind === 'end-of-turn' || evidence.kind === 'turn-signal'
  if (made('turn-commit') && state.speaking && !byWord) return 'a reply is released over a speaking caller'
  if (
    floor === 'overlap' &&
    !state.ducked &&
    !state.speaking &&
    !state.judge &&
    !state.asked &&
    !state.endpoint
  )
    return 'an overlap is left to nobody'
  const over = from.floor === 'overlap' && from.judged
  const spoke = state.spoke || from.spoke || from.speaking
  const opened = made('turn-open') || from.turn === 'open'
  if (floor === 'open' && state.turn === 'open' && !state.told) return 'an open turn waits for nothing'
  if (
    floor === 'overlap' &&
    state.turn === 'open' &&
    !state.speaking &&
    !state.endpoint &&
    !state.judge &&
    !state.asked
  )
    return 'an overheard turn waits for nothing'
  const passed = made('resume')
  if (over && spoke && floor !== 'overlap' && !opened && !passed)
    return 'what was said over the agent is lost'
  return undefined
}

/** Breadth first, until no new state comes. */
export function explore(first: State, world: World): Graph {
  const begin: State = { ...first, bargeIn: world.bargeIn, told: world.steers?.told === 'always' }
  const paths = new Map<string, string>([[JSON.stringify(begin), '']])
  const states: State[] = [begin]
  const edges: { from: string; to: string; move: Move }[] = []
  const faults: string[] = []
  for (const state of states) {
    const from = JSON.stringify(state)
    for (const next of movesOf(state, world)) {
      const path = `${paths.get(from)} → ${next.name}`
      const reached = move(state, next, world)
      if (typeof reached === 'string') {
        faults.push(`${reached}:${path}`)
        continue
      }
      const to = JSON.stringify(reached)
      edges.push({ from, to, move: next })
      if (paths.has(to)) continue
      paths.set(to, path)
      states.push(reached)
    }
  }
  return { states, edges, faults: faults.slice(0, 3), trace: state => paths.get(JSON.stringify(state)) ?? '' }
}
