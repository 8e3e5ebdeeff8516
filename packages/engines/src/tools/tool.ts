/**
 * Tools as they are run: what a model is told of one, and what running it means. A tool that changes something outside
 * says so (`acts`): it waits until the turn it is called in is over, since answers are prepared early and thrown away.
 */

import type { DecisionUse, Json, LanguageModelRequest, SessionAction, ToolDefinition } from '@parley/core'
import type { Filler } from './filler.js'

export interface Tool {
  readonly definition: ToolDefinition
  /**
   * Runs with the arguments as the model gave them; they are the tool's to check. Stops soon after `run.signal` aborts.
   * @throws anything: the model is told that it failed, and with `bad_message` what is wrong with its arguments.
   */
  run(given: Json, run: ToolRun): Promise<ToolAnswer>
  /** Longest run, ms; that of the whole set without. */
  readonly timeoutMs?: number
  /** Said while it runs long; that of the agent without. */
  readonly filler?: Filler
  /** Whether its filler gives way to the answer and is no part of it, while nothing was said. Default false. */
  readonly yields?: boolean
  /** Whether it changes something outside. Default false. */
  readonly acts?: boolean
  /** Whether it is run only once the turn is over, although it changes nothing: it costs. Default false. */
  readonly waits?: boolean
}

export interface ToolRun {
  /** BCP 47, of the conversation. */
  readonly language: string
  readonly signal: AbortSignal
  /** The turn that is answered; absent outside a conversation. */
  readonly turn?: Pick<LanguageModelRequest, 'userText' | 'history' | 'facts' | 'account'>
}

export interface ToolAnswer {
  /** What the model is told, JSON or plain text. */
  readonly text: string
  readonly failed?: boolean
  /** Done once the reply has been heard to its end. */
  readonly action?: SessionAction
  /** Who decided what it tells, where that was another model. */
  readonly decision?: DecisionUse
}

/** Tools that may change while they are used. */
export interface Toolbox {
  /** Those that are known now. Cheap, never throws. */
  list(): readonly Tool[]
  /** Connects what has to be connected; what cannot be is warned of and tried again when it is used. Never rejects. */
  warm(): Promise<void>
  close(): Promise<void>
}

/** These tools, always. */
export function toolboxOf(tools: readonly Tool[]): Toolbox {
  return { list: () => tools, warm: () => Promise.resolve(), close: () => Promise.resolve() }
}

/** All tools of several; of two with one name, the first counts. */
export function joinToolboxes(boxes: readonly Toolbox[]): Toolbox {
  return {
    list() {
      const byName = new Map<string, Tool>()
      for (const tool of boxes.flatMap(box => box.list()))
        if (!byName.has(tool.definition.name)) byName.set(tool.definition.name, tool)
      return [...byName.values()]
    },
    async warm() {
      await Promise.all(boxes.map(box => box.warm()))
    },
    async close() {
      await Promise.all(boxes.map(box => box.close()))
    },
  }
}
