/** What a page and its gateway say over the voice socket, seen between them by the browser itself. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

export type Said = Readonly<Record<string, unknown>>

export interface Direction {
  readonly messages: readonly Said[]
  readonly sound: readonly Uint8Array[]
}

export interface VoiceWire {
  readonly sent: Direction
  readonly received: Direction
  /** Bytes of a minute of sound, without the few of the WebSocket around each message. */
  bytesPerMinute(direction: 'sent' | 'received'): number
  /** The first sound that answers a turn with such words. */
  stretchAfter(words: string): Promise<Stretch>
  /** The last place that the page reported of a reply, ms; 0 before the first. */
  playedOf(reply: string): number
}

export interface Stretch {
  readonly reply: string
  /** Its messages so far. */
  sound(): readonly Uint8Array[]
}

interface Format {
  readonly codec: string
  readonly sampleRate: number
}

/** Begins at once; the sockets that are open already stay unseen. */
export function wireOf(page: Page): VoiceWire {
  const all = { sent: [] as (Said | Uint8Array)[], received: [] as (Said | Uint8Array)[] }
  page.on('websocket', socket => {
    const note = (to: (Said | Uint8Array)[]) => (frame: { readonly payload: string | Buffer }) =>
      to.push(typeof frame.payload === 'string' ? (JSON.parse(frame.payload) as Said) : frame.payload)
    socket.on('framesent', note(all.sent))
    socket.on('framereceived', note(all.received))
  })

  const direction = (of: readonly (Said | Uint8Array)[]): Direction => ({
    get messages() {
      return of.filter((each): each is Said => !(each instanceof Uint8Array))
    },
    get sound() {
      return of.filter(each => each instanceof Uint8Array)
    },
  })
  const sent = direction(all.sent)
  const received = direction(all.received)

  function agreed(which: 'sent' | 'received'): { readonly format: Format; readonly packetMs: number } {
    const ready = received.messages.find(({ type }) => type === 'ready')
    const format = (which === 'sent' ? ready?.input : ready?.output) as Format
    return { format, packetMs: (ready?.opus as { packetMs: number } | undefined)?.packetMs ?? 0 }
  }

  return {
    sent,
    received,
    bytesPerMinute(which) {
      const { format, packetMs } = agreed(which)
      const { sound } = which === 'sent' ? sent : received
      const bytes = sound.reduce((sum, { length }) => sum + length, 0)
      const ms = format.codec === 'opus' ? sound.length * packetMs : bytes / 2 / (format.sampleRate / 1000)
      return Math.round((bytes / ms) * 60_000)
    },
    async stretchAfter(words) {
      const find = () => {
        const { messages } = received
        const final = messages.find(
          ({ type, text }) => type === 'transcript-final' && String(text).includes(words),
        )
        const started = messages.find(({ type, turn }) => type === 'reply-started' && turn === final?.turn)
        return all.received.findIndex(
          each => 'type' in each && each.type === 'audio-begin' && each.reply === started?.reply,
        )
      }
      await expect.poll(find, { timeout: 20_000 }).toBeGreaterThanOrEqual(0)
      const from = find()
      return {
        reply: String((all.received[from] as Said).reply),
        sound() {
          const rest = all.received.slice(from + 1)
          const next = rest.findIndex(each => 'type' in each && each.type === 'audio-begin')
          return (next < 0 ? rest : rest.slice(0, next)).filter(each => each instanceof Uint8Array)
        },
      }
    },
    playedOf(reply) {
      const last = sent.messages.findLast(each => each.type === 'played' && each.reply === reply)
      return Number(last?.ms ?? 0)
    },
  }
}
