/**
 * What the simulated model makes of what it hears: transcripts, answers, delegations. A thought that calls the tool
 * `delegate` hands the question over to the client.
 */

import { type LiveEar, liveEar, type Utterance } from './live-ear.js'
import { liveMouth } from './live-mouth.js'
import type { LivePeer } from './live-peer.js'

export interface LiveMind {
  hear(samples: Int16Array): void
  /** Says what the client wants to be said. */
  tell(text: string): void
}

const clauseEnd = /[.!?;:,…]["')\]]*\s*$|\n\s*$/u

export function liveMind(peer: LivePeer): LiveMind {
  /** Whether the utterance under way was begun over the model's own voice, and did not take the floor yet. */
  let isOver = false
  let isNew = true
  const ear: LiveEar = liveEar({
    rate: peer.format.rate,
    onVoice,
    onUtterance: utterance => void onUtterance(utterance),
  })
  const mouth = liveMouth(peer, () => ear.speaking)

  function onVoice(voicedMs: number): void {
    if (isNew) isOver = mouth.speaking
    isNew = false
    if (!isOver || voicedMs < peer.yieldAfterMs) return
    isOver = false
    mouth.silence()
  }

  async function onUtterance({ samples, startMs }: Utterance): Promise<void> {
    const isBackchannel = isOver
    isNew = true
    isOver = false
    const { text, words } = await peer.brains.hear(samples, peer.format.rate, '')
    for (const word of words) {
      const times = { start_ms: startMs + word.startMs, end_ms: startMs + word.endMs }
      peer.emit('session.input_transcript.delta', { delta: ` ${word.text}`, ...times })
    }
    if (text === '') return
    peer.messages.push({ role: 'user', text })
    if (!isBackchannel) mouth.say(answer)
  }

  async function* answer(): AsyncIterable<string> {
    const thoughts = peer.brains.think({
      model: String(peer.resource.model),
      instructions: peer.instructions.join('\n'),
      messages: [...peer.messages],
      tools: ['delegate'],
    })
    let clause = ''
    for await (const thought of thoughts) {
      if (thought.kind === 'tool-call') {
        delegate()
        continue
      }
      clause += thought.text
      if (!clauseEnd.test(clause)) continue
      yield clause
      clause = ''
    }
    if (clause !== '') yield clause
  }

  function delegate(): void {
    const id = peer.newId('dlg')
    peer.delegations.add(id)
    const delegation = { id, type: 'delegation', target: 'client' }
    peer.emit('session.delegation.created', { delegation, offset_ms: peer.nowMs() })
  }

  return {
    hear: ear.hear,
    tell: text => mouth.say(once(text)),
  }
}

function once(text: string): () => AsyncIterable<string> {
  return async function* () {
    yield text
  }
}
