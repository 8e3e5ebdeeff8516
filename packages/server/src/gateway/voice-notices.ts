import { type Agent, type AgentSlot, agentSlots } from '@parley/engines'
import { type EmbeddedSpeech, usesEmbedded } from './embedded-speech.js'

/** What is told of agents and their voices when the gateway has started. */
export function voiceNotices(agents: readonly Agent[], speech: EmbeddedSpeech): readonly string[] {
  const named = `agents: ${agents.map(({ agent, language }) => `${agent} (${language})`).join(', ')}`
  const lists = agents.filter(usesVendors).flatMap(agent => {
    const providers = slotsOf(agent).map(
      slot => `${slot} ${agent[slot].map(({ provider }) => provider).join(' → ') || 'none'}`,
    )
    return `providers: ${agent.agent}: ${providers.join(', ')}`
  })
  if (!usesEmbedded(agents)) return [named, ...lists]
  return [
    named,
    ...lists,
    `voices: ${speech.voices.join(', ')}`,
    speech.noRecogniser === undefined
      ? `recogniser: ${speech.recogniser?.name} (en, closed grammar of the agent)`
      : `no recogniser, callers cannot be heard but can type: ${speech.noRecogniser}`,
  ]
}

/** What people look for: a slot that is empty because another does its work is none. */
function slotsOf(agent: Agent): readonly AgentSlot[] {
  const filled = agentSlots.filter(slot => agent[slot].length > 0)
  return filled.includes('realtime') || filled.includes('live') ? filled : ['stt', 'llm', 'tts']
}

function usesVendors(agent: Agent): boolean {
  const entries = agentSlots.flatMap(slot => agent[slot])
  return entries.some(({ provider }) => provider !== 'embedded' && provider !== 'scripted')
}
