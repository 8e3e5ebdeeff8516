/**
 * What is seen of one conversation from outside, kept up to date by its tap. Events change it; of sound only two levels
 * are kept, and only while somebody looks.
 */
import { type AudioFrame, levelFloorDbfs, type MutableLevel, measureLevel } from '@parley/audio'
import type { SessionEvent, SessionId } from '@parley/core'
import type { LiveSession } from '@parley/protocol'

export interface LiveFacts {
  readonly session: SessionId
  readonly tenant: string
  readonly subject: string
  readonly agent: string
  readonly edge: string
  /** BCP 47. */
  readonly language: string
}

export interface LiveState {
  event(event: SessionEvent): void
  hear(side: 'user' | 'agent', frame: AudioFrame): void
  /** The row as it is now; the same object where nothing changed. Levels are the loudest since the last look. */
  row(): LiveSession
}

const longestWords = 160
const medianOf = 50

export interface LiveStateOptions {
  readonly facts: LiveFacts
  readonly node: string
  readonly epochMs: () => number
  /** Devices that stand in it now; one where nobody says. */
  readonly devices?: (() => number) | undefined
}

export function createLiveState({ facts, node, epochMs, devices }: LiveStateOptions): LiveState {
  const { session, agent, edge, language, subject } = facts
  const startedAtMs = epochMs()
  const scratch: MutableLevel = { rmsDbfs: 0, peakDbfs: 0 }
  const loudest = { user: levelFloorDbfs, agent: levelFloorDbfs }
  const totals: number[] = []
  let change: Partial<LiveSession> | undefined
  let speaks: string | undefined
  let row: LiveSession = {
    ...{ session, node, agent, edge, language, subject, startedAtMs },
    ...{ floor: 'open', floorSinceMs: startedAtMs, turns: 0, userWords: '', agentWords: '' },
    ...{ interruptions: 0, warnings: 0, devices: 1, userDbfs: levelFloorDbfs, agentDbfs: levelFloorDbfs },
  }

  const now = () => (change === undefined ? row : { ...row, ...change })
  const set = (next: Partial<LiveSession>) => {
    change = { ...change, ...next }
  }

  function event(event: SessionEvent): void {
    switch (event.kind) {
      case 'floor-changed':
        return set({ floor: event.floor, floorSinceMs: epochMs() })
      case 'transcript-partial':
      case 'transcript-final':
        return set({ userWords: tail(event.text) })
      case 'turn-committed':
        return set({ turns: now().turns + 1 })
      case 'turn-reopened':
        return set({ turns: Math.max(0, now().turns - 1) })
      case 'reply-words': {
        const before = speaks === event.reply ? now().agentWords : ''
        speaks = event.reply
        return set({ agentWords: tail(before + event.text) })
      }
      case 'reply-ended':
        if (event.interrupted) set({ interruptions: now().interruptions + 1 })
        return
      case 'ledger': {
        const { totalMs, stages } = event.ledger
        totals.push(totalMs)
        if (totals.length > medianOf) totals.shift()
        const token = stages.find(({ stage }) => stage === 'first-token')
        const firstTokenMs = token && Math.round(token.startMs + token.durationMs)
        return set({
          totalMs: Math.round(totalMs),
          medianMs: Math.round(median(totals)),
          ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
        })
      }
      case 'warning':
        return set({ warnings: now().warnings + 1, lastWarning: event.code })
      default:
        return
    }
  }

  return {
    event,
    hear(side, frame) {
      const { rmsDbfs } = measureLevel(frame.samples, scratch)
      if (rmsDbfs > loudest[side]) loudest[side] = rmsDbfs
    },
    row() {
      const userDbfs = Math.round(loudest.user)
      const agentDbfs = Math.round(loudest.agent)
      loudest.user = loudest.agent = levelFloorDbfs
      const standing = devices?.() ?? 1
      if (standing !== row.devices) set({ devices: standing })
      if (userDbfs !== row.userDbfs) set({ userDbfs })
      if (agentDbfs !== row.agentDbfs) set({ agentDbfs })
      row = now()
      change = undefined
      return row
    },
  }
}

function tail(text: string): string {
  const last = text.trimStart().slice(-longestWords)
  return last.length < text.length ? last.replace(/^\S*\s/, '') : last
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[(sorted.length >> 1) - 1] ?? 0) + upper) / 2
}
