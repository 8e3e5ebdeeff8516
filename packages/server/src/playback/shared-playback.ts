/** A conversation for those who have a link to it: what was said and when, and nothing of whose it is. */

import type { Playback } from './playback-schema.js'

/** Ids become numbers; reasons of warnings and what tools were asked, which may hold anything, are left out. */
export function sharedPlayback(playback: Playback): Playback {
  const turns = numbered('t')
  const replies = numbered('r')
  const { id: _, ...session } = playback.session
  return {
    ...playback,
    session,
    recording: withoutProblem(playback.recording),
    lines: playback.lines.map(line =>
      line.by === 'caller'
        ? { ...line, turn: turns(line.turn) }
        : { ...withoutDecision(line), turn: turns(line.turn), reply: replies(line.reply) },
    ),
    overlaps: playback.overlaps.map(each => ({ ...each, reply: replies(each.reply) })),
    ducks: playback.ducks.map(each => ({ ...each, reply: replies(each.reply) })),
    tools: playback.tools.map(({ atMs, reply, name }) => ({ atMs, reply: replies(reply), name })),
    warnings: playback.warnings.map(({ atMs, code }) => ({ atMs, code })),
  }
}

/** Models, rules and sources of facts are the tenant's own affair. */
function withoutDecision(line: Extract<Playback['lines'][number], { by: 'agent' }>) {
  const { decision: _, ledger, ...told } = line
  if (ledger === undefined) return told
  const { context: __, decision: ___, ...stages } = ledger
  return { ...told, ledger: stages }
}

function withoutProblem(recording: Playback['recording']): Playback['recording'] {
  const { problem: _, call: __, ...told } = recording
  return told
}

function numbered(prefix: string): (id: string) => string {
  const known = new Map<string, string>()
  return id => {
    const name = known.get(id) ?? `${prefix}${known.size + 1}`
    known.set(id, name)
    return name
  }
}
