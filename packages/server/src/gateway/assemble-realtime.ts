/** An agent whose model hears and speaks by itself: its models, what it may do, and the ears beside it. */

import type { Engine } from '@parley/core'
import { createRealtimeEngine, type ModelAgentFile, type RealtimeEngineOptions } from '@parley/engines'
import type { Scripts } from './agent-scripts.js'
import type { AssembledAgent } from './assemble-agent.js'
import { earsOf } from './assemble-ears.js'
import { enricherOf, ownTools } from './assemble-mind.js'
import { reasonerOf } from './assemble-reasoner.js'
import { type AssemblyParts, usable } from './assembly-parts.js'

/** @throws ParleyError `bad_config` when no model of the list can serve, one sentence for each of them */
export function assembleRealtime(
  agent: ModelAgentFile,
  parts: AssemblyParts,
  scripts: Scripts,
): AssembledAgent {
  const { clock, resampling, onIncident } = parts
  const models = usable('realtime', { agent, entries: agent.realtime, parts }, entry =>
    parts.shelf.get('realtime', entry),
  )
  const beside = agent.stt.length === 0 ? undefined : earsOf(agent, parts, scripts)
  const reasoner = reasonerOf(agent, parts)
  const [greeting] = agent.greeting.say
  const { turns, renewal } = agent.realtimeSession
  const engine = createRealtimeEngine({
    models,
    clock,
    resampling,
    onIncident,
    turns,
    renewal,
    instructions: agent.instructions,
    ...(greeting === undefined ? {} : { greeting }),
    ...(beside === undefined ? {} : earsBeside(beside.options)),
    ...enricherOf(agent, parts),
    ...toolsOf(agent, parts),
    ...(reasoner === undefined ? {} : { reasoner, reasoning: reasoningOf(agent) }),
    ...(agent.trouble === undefined ? {} : { trouble: agent.trouble }),
    ...(agent.failover.idleMs === undefined ? {} : { retry: { silentMs: agent.failover.idleMs } }),
  })
  const name = models[0]?.name ?? null
  const writesDown = agent.realtime.some(({ options }) => options.transcription !== undefined)
  return {
    agent,
    engine: guardedGreeting(engine, agent),
    recogniser: language => beside?.name(language) ?? (writesDown ? name : null),
    // The vendor's own words come when a turn is over: too late to judge an overlap by.
    hearsAtOnce: language => (beside?.name(language) ?? null) !== null,
    voice: () => name,
  }
}

function earsBeside({
  stt,
  grammar,
  sttTimeoutMs,
}: ReturnType<typeof earsOf>['options']): Pick<RealtimeEngineOptions, 'ears'> {
  if (stt === undefined) return {}
  const closed = grammar === undefined ? {} : { grammar }
  return { ears: { stt, ...closed, ...(sttTimeoutMs === undefined ? {} : { timeoutMs: sttTimeoutMs }) } }
}

function reasoningOf({ reasoner }: ModelAgentFile): RealtimeEngineOptions['reasoning'] & {} {
  return reasoner === undefined ? {} : { tool: reasoner.tool, waits: reasoner.waits }
}

function toolsOf(agent: ModelAgentFile, parts: AssemblyParts): Pick<RealtimeEngineOptions, 'tools'> {
  if (agent.tools.length === 0 && parts.moreTools === undefined) return {}
  const tools = ownTools(agent, parts)
  parts.keep({ name: 'tools', close: () => tools.close() })
  return { tools }
}

/** A greeting may have a rule of its own for who may interrupt it. */
function guardedGreeting(engine: Engine, { greeting, turns }: ModelAgentFile): Engine {
  const { interrupt } = greeting
  if (interrupt === undefined || interrupt === turns.bargeIn) return engine
  return {
    ...engine,
    async connect(call) {
      const link = await engine.connect(call)
      return {
        ...link,
        async *reply(turn, signal) {
          if (turn.origin === 'opening') yield { kind: 'barge-in', allow: interrupt }
          yield* link.reply(turn, signal)
        },
      }
    },
  }
}
