import { type Agent, defaultHolding, type ModelAgentFile, type Script, splitClauses } from '@parley/engines'

/**
 * Every clause that an agent says in the same words in every call, so that its sound may be kept. Texts with a slot in
 * them are not: they hold what somebody said.
 */
export function fixedPhrases(agent: Agent): ReadonlySet<string> {
  const { fillers, prompts, goodbye } = agent.turns.deadAir
  const trouble = agent.trouble === undefined ? [] : [agent.trouble]
  const own = agent.kind === 'scripted' ? textsOf(agent.script) : holdingOf(agent)
  const all = [...agent.greeting.say, ...fillers, ...prompts, goodbye, ...trouble, ...own]
  return new Set(all.filter(text => !text.includes('{')).flatMap(clausesOf))
}

/** In every language that the agent may be called in. */
function holdingOf({ reasoner }: ModelAgentFile): readonly string[] {
  return reasoner === undefined ? [] : Object.values({ ...defaultHolding, ...reasoner.holding }).flat()
}

function textsOf({ slots, intents, states, fallback, silence }: Script): readonly string[] {
  const steps = [...states.values()].flatMap(state => [...(state.fallback ?? []), ...(state.silence ?? [])])
  return [
    ...[...slots.values()].flatMap(({ ask = [] }) => ask),
    ...[...intents.values()].flatMap(each => [
      ...(each.confirm ?? []),
      ...(each.cancelled ?? []),
      ...(each.replies ?? []),
    ]),
    ...[...states.values()].flatMap(({ say = [] }) => say),
    ...[...steps, ...fallback, ...silence].flatMap(({ say }) => say),
  ]
}

/** As they come to the voice: clause by clause, without the space around. */
function clausesOf(text: string): readonly string[] {
  const splitter = splitClauses()
  return [...splitter.feed(text), ...splitter.end()].map(clause => clause.trim())
}
