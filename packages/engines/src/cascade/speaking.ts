/**
 * The mouth side of the cascade: one reply, from the mind's text (or a given one) through clauses to sound. A task makes parts one
 * clause ahead while the session draws them. What was spoken stays; a failure before that is tried once more, then the
 * caller gets a short apology instead of silence.
 */

import { type CueQueue, createCueQueue, movedCues } from '@parley/audio'
import {
  type EngineCall,
  type Expression,
  type LanguageModel,
  type LanguageModelRequest,
  type LedgerMark,
  ParleyError,
  type ReplyPart,
  type TextToSpeech,
  type ToolCall,
  type UsageAccount,
} from '@parley/core'
import { splitClauses } from '../clauses/split-clauses.js'
import { clauseWords } from './clause-words.js'
import { createHandoff, type Handoff } from './handoff.js'
import { limitWords } from './limit-words.js'
import { withPatience } from './patience.js'

export interface SpeakingOptions {
  readonly call: EngineCall
  readonly mind: LanguageModel
  /** None: the reply is words only. */
  readonly voice: TextToSpeech | undefined
  /** The voice's own name for a speaker. */
  readonly speaker: string | undefined
  readonly expression: Expression | undefined
  /** Said when the mind fails twice. */
  readonly trouble: string
  readonly mindTimeoutMs: number
  readonly voiceTimeoutMs: number
}

/** One reply's own name, for voices that carry their melody over its clauses, and who pays for its sound. */
export interface Naming {
  readonly reply: string
  readonly account?: UsageAccount | undefined
}

/** The parts of one reply; ends when it is complete or `signal` aborts. Never throws. */
export function speakReply(
  options: SpeakingOptions & Naming,
  request: LanguageModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  return speak({ options, language: request.language, signal }, async progress => {
    if (!(await think(progress, request))) await say(progress, options.trouble)
  })
}

/** A given text in the same voice, and no mind; ends and fails as `speakReply` does. */
export function speakText(
  options: SpeakingOptions & Naming,
  { text, language }: { readonly text: string; readonly language: string },
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  return speak({ options, language, signal }, async progress => {
    const splitter = splitClauses()
    for (const clause of [...splitter.feed(text), ...splitter.end()]) await say(progress, clause)
  })
}

interface Job {
  readonly options: SpeakingOptions & Naming
  readonly language: string
  readonly signal: AbortSignal
}

async function* speak(job: Job, make: (progress: Progress) => Promise<void>): AsyncGenerator<ReplyPart> {
  const { signal } = job
  const handoff = createHandoff(signal)
  void makeReply({ ...job, handoff }, make)
  for (;;) {
    const part = await handoff.next()
    if (part === undefined) return
    yield part
    if (signal.aborted) return
  }
}

/** Where a reply stands while it is made. */
interface Progress extends Job {
  readonly handoff: Handoff
  voice: TextToSpeech | undefined
  /** Sound made so far, ms. */
  soundMs: number
  /** Whether anything reached the session that the caller may hear or read. */
  spoken: boolean
  /** Mouth shapes of the reply that wait for their sound. */
  readonly shapes: CueQueue
  /** State that waits until something is spoken, so that a failed try leaves none. */
  held: ReplyPart[]
  readonly marked: Set<LedgerMark>
}

/** The voice broke off in the middle of the reply; what was spoken stays. */
const brokenOff = Symbol('broken off')

async function makeReply(
  job: Job & { readonly handoff: Handoff },
  make: (progress: Progress) => Promise<void>,
): Promise<void> {
  const { options, signal, handoff } = job
  const progress: Progress = {
    ...job,
    voice: options.voice,
    soundMs: 0,
    spoken: false,
    shapes: createCueQueue(),
    held: [],
    marked: new Set(),
  }
  try {
    await make(progress)
  } catch (error) {
    if (error !== brokenOff && !signal.aborted) options.call.warn(ParleyError.from(error, 'engine_failed'))
  } finally {
    handoff.end()
  }
}

/** Lets the mind answer, twice if need be. False if it failed before anything was spoken. */
async function think(progress: Progress, request: LanguageModelRequest): Promise<boolean> {
  const { options, signal } = progress
  const cost = { inputTokens: 0, outputTokens: 0 }
  for (const lastTry of [false, true]) {
    try {
      await answer(progress, request, cost)
      return true
    } catch (error) {
      if (error === brokenOff || signal.aborted) throw error
      const failure = asFailure(error, 'engine_failed')
      options.call.warn(failure)
      // After "One moment" the caller waits for more; after half an answer they have that.
      if (progress.spoken) return failure.details.unanswered !== true
      progress.held = []
      if (lastTry) return false
    }
  }
  return false
}

/** `cost`, in tokens, is what earlier tries came to; this one is added to it, failed or not. */
async function answer(
  progress: Progress,
  request: LanguageModelRequest,
  cost: { inputTokens: number; outputTokens: number },
): Promise<void> {
  const { options, signal, handoff } = progress
  const before = { ...cost }
  const { mind, call, mindTimeoutMs } = options
  const splitter = splitClauses()
  const last: ReplyPart[] = []
  const patience = { clock: call.clock, ms: mindTimeoutMs, name: `Mind ${mind.name}` }
  const { maxOutputTokens } = request
  const stream = (inner: AbortSignal) =>
    maxOutputTokens === undefined
      ? mind.stream(request, inner)
      : limitWords(mind.stream(request, inner), maxOutputTokens)
  for await (const part of withPatience(signal, patience, stream)) {
    if (part.kind === 'text') {
      if (part.text !== '') mark(progress, 'first-token')
      for (const clause of splitter.feed(part.text)) await say(progress, clause)
    } else if (part.kind === 'action') last.push(part)
    else if (part.kind === 'filler') handoff.push(part)
    else if (part.kind === 'tool-call') {
      if (!isFarTool(request, part.call))
        throw new ParleyError(
          'engine_failed',
          `Mind ${mind.name} asks for a tool and none can be run; wrap it with tools.`,
        )
      if (!last.some(each => each.kind === 'tool-call' && each.call.id === part.call.id)) last.push(part)
    } else if (part.kind === 'usage') {
      cost.inputTokens = before.inputTokens + part.inputTokens
      cost.outputTokens = before.outputTokens + part.outputTokens
      handoff.push({ kind: 'usage', ...cost })
    } else {
      if (part.kind === 'decision' && part.outcome === 'decided') mark(progress, 'decision')
      // It counts from its place in the sound, so what came before is spoken first.
      if (part.kind === 'barge-in') for (const clause of splitter.flush()) await say(progress, clause)
      if (progress.spoken) handoff.push(part)
      else progress.held.push(part)
    }
  }
  for (const clause of splitter.end()) await say(progress, clause)
  release(progress)
  // What was said before is on its way by now.
  for (const part of last) handoff.push(part)
}

/** Whether the far end runs it: the tools of the agent are run before it comes to this. */
function isFarTool({ tools = [] }: LanguageModelRequest, { name }: ToolCall): boolean {
  return tools.some(tool => tool.name === name)
}

async function say(progress: Progress, clause: string): Promise<void> {
  const { signal, handoff } = progress
  await handoff.room()
  if (signal.aborted) return
  mark(progress, 'first-clause')
  if (progress.voice === undefined || !/[\p{L}\p{N}]/u.test(clause)) show(progress, clause)
  else await voiced(progress, clause, progress.voice)
  handoff.clauseEnd()
}

/** Words without sound. */
function show(progress: Progress, clause: string): void {
  release(progress)
  progress.handoff.push({ kind: 'words', text: clause })
}

async function voiced(progress: Progress, clause: string, voice: TextToSpeech): Promise<void> {
  const { options, signal } = progress
  for (const lastTry of [false, true]) {
    try {
      return await speakClause(progress, clause, voice)
    } catch (error) {
      if (signal.aborted) throw error
      options.call.warn(asFailure(error, 'voice_failed'))
      if (progress.spoken) throw brokenOff
      if (!lastTry) continue
      progress.voice = undefined
      show(progress, clause)
    }
  }
}

async function speakClause(progress: Progress, clause: string, voice: TextToSpeech): Promise<void> {
  const { options, language, signal, handoff } = progress
  const { call, speaker, expression, reply, account, voiceTimeoutMs } = options
  const speech = {
    text: clause.trim(),
    language,
    reply,
    ...(expression === undefined ? {} : { expression }),
    ...(speaker === undefined ? {} : { voice: speaker }),
    ...(account === undefined ? {} : { account }),
  }
  const words = clauseWords(clause)
  const beganMs = progress.soundMs
  // Of a try that failed, or of sound that never came.
  progress.shapes.drop()
  // Words are held until the clause's first sound, so that a second try does not repeat them.
  let waiting: ReplyPart[] | undefined = []
  const patience = { clock: call.clock, ms: voiceTimeoutMs, name: `Voice ${voice.name}` }
  for await (const part of withPatience(signal, patience, inner => voice.speak(speech, inner))) {
    if (part.kind === 'word') {
      const text = words.upTo(part.text)
      const piece = { kind: 'words', text, untilMs: beganMs + part.endMs } as const
      if (text !== '') waiting === undefined ? handoff.push(piece) : waiting.push(piece)
      continue
    }
    if (part.kind === 'visemes') {
      progress.shapes.add(movedCues(part.cues, beganMs))
      // What comes late is told at once; the others wait for their sound.
      if (waiting === undefined) shapeUntil(progress, progress.soundMs)
      continue
    }
    if (part.kind === 'usage' || part.samples.length === 0) continue
    if (waiting !== undefined) {
      mark(progress, 'first-voice')
      release(progress)
      if (waiting.length === 0) waiting.push({ kind: 'words', text: words.body() })
      for (const piece of waiting) handoff.push(piece)
      waiting = undefined
    }
    progress.soundMs += (part.samples.length * 1000) / voice.sampleRate
    shapeUntil(progress, progress.soundMs)
    handoff.push({ kind: 'audio', samples: part.samples, rate: voice.sampleRate })
  }
  if (signal.aborted) return
  if (waiting !== undefined)
    throw new ParleyError(
      'voice_failed',
      `Voice ${voice.name} made no sound for a clause; try another voice.`,
    )
  const rest = words.rest()
  if (rest !== '') handoff.push({ kind: 'words', text: rest, untilMs: progress.soundMs })
}

/** Shows what begins before this place of the reply. */
function shapeUntil({ shapes, handoff }: Progress, atMs: number): void {
  const cues = shapes.begunBefore(atMs)
  if (cues.length > 0) handoff.push({ kind: 'visemes', cues })
}

/** Something is about to be heard or read: what waited for that goes first. */
function release(progress: Progress): void {
  progress.spoken = true
  for (const part of progress.held) progress.handoff.push(part)
  progress.held = []
}

function mark(progress: Progress, name: LedgerMark): void {
  if (progress.marked.has(name)) return
  progress.marked.add(name)
  progress.handoff.push({ kind: 'mark', mark: name })
}

function asFailure(error: unknown, code: 'engine_failed' | 'voice_failed'): ParleyError {
  if (error instanceof ParleyError && error.code === code) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new ParleyError(code, `${code === 'engine_failed' ? 'The mind' : 'The voice'} failed: ${reason}`, {
    cause: error,
  })
}
