/** A session as people read it: who said what when, what was decided of it, and why. */

import type { LogOutput, Reason, SessionEvent } from '@parley/core'

export interface Account {
  output(output: LogOutput, atMs: number): void
  readonly lines: readonly AccountLine[]
}

export interface AccountLine {
  /** ms since the session began. */
  readonly atMs: number
  readonly who: 'caller' | 'agent' | 'floor'
  readonly text: string
}

export function createAccount(): Account {
  const lines: AccountLine[] = []
  return {
    lines,
    output(output, atMs) {
      if (output.kind !== 'event') return
      const told = tell(output.event as SessionEvent)
      if (told !== undefined) lines.push({ atMs, who: told[0], text: told[1] })
    },
  }
}

function tell(event: SessionEvent): readonly [AccountLine['who'], string] | undefined {
  switch (event.kind) {
    case 'transcript-final':
      return ['caller', event.origin === 'text' ? `${quoted(event.text)} (typed)` : quoted(event.text)]
    case 'turn-committed': {
      const { endpoint } = event
      if (endpoint === undefined) return ['floor', 'turn over']
      return ['floor', `turn over after ${Math.round(endpoint.ms)} ms of silence${because(endpoint.reasons)}`]
    }
    case 'turn-reopened':
      return ['floor', 'turn goes on']
    case 'judged':
      return ['floor', `${event.ruling}${because(event.reasons)}`]
    case 'ducked':
      return ['floor', 'agent ducked']
    case 'resumed':
      return ['floor', 'agent goes on']
    case 'reply-discarded':
      return ['floor', `prepared answer thrown away (${Math.round(event.audioMs)} ms of sound)`]
    case 'filler':
      return ['agent', `${quoted(event.text)} (filler)`]
    case 'reply-ended': {
      if (!event.interrupted) return ['agent', quoted(event.heard.text)]
      return ['agent', `${quoted(event.heard.text)} (cut; it was to say ${quoted(event.said)})`]
    }
    case 'dtmf':
      return ['caller', `key ${event.digit}`]
    case 'recovered':
      return ['floor', `stuck on "${event.floor}" for ${Math.round(event.stuckMs)} ms, set going again`]
    case 'warning':
      return ['floor', `warning ${event.code}: ${event.message}`]
    case 'session-ended':
      return ['floor', `session over: ${event.reason}`]
    default:
      return undefined
  }
}

export function because(reasons: readonly Reason[]): string {
  if (reasons.length === 0) return ''
  return `: ${reasons.map(({ kind, value, text }) => [kind, value, text && quoted(text)].filter(told => told !== undefined).join(' ')).join(', ')}`
}

/** `12:03.45` */
export function clockText(ms: number): string {
  const hundredths = Math.round(ms / 10)
  const [minutes, seconds] = [Math.floor(hundredths / 6_000), (hundredths % 6_000) / 100]
  return `${String(minutes).padStart(2)}:${seconds.toFixed(2).padStart(5, '0')}`
}

function quoted(text: string): string {
  return `“${text}”`
}
