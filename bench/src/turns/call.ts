import type { Clip } from './clip.js'
import type { Background } from './scenarios.js'
import type { Trace } from './trace.js'

export interface CallOptions {
  readonly background: Background | undefined
  readonly echoDb: number | undefined
  /** Whether the agent's sound is kept in the trace. */
  readonly keepSound: boolean
  /** 0..1: where in its 20 ms the call's frames stand, and where its background begins. */
  readonly phase: number
}

/** One call to the gateway under test, over any edge. */
export interface Call {
  /** When the agent was first heard, ms; undefined before. */
  readonly audibleAtMs: number | undefined
  /** When the agent was last heard, ms; now while it is. */
  readonly lastHeardMs: number
  /** Whether the agent's first reply is over, as far as this edge can tell. */
  readonly firstOver: boolean
  /** Makes a sound whose onset is `delayMs` from now. Returns the onset's sample among all that are sent. */
  say(clip: Clip, delayMs: number): number
  /** The sample that will be sent `delayMs` from now. */
  sampleIn(delayMs: number): number
  /** Resolves once it holds, or after `timeoutMs`, or when the call breaks; says which. */
  until(holds: () => boolean, timeoutMs: number): Promise<boolean>
  /** Hangs up and tells what it was like. */
  end(): Promise<Trace>
}

/** A door of the gateway, as a caller comes through it. */
export interface Edge {
  readonly name: 'websocket' | 'phone'
  readonly rate: number
  open(options: CallOptions): Promise<Call>
  /** Adds what this edge only learns after its calls. */
  complete(traces: readonly Trace[]): Promise<readonly Trace[]>
}
