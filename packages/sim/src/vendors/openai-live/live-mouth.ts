/**
 * How the simulated model speaks: one thing after another, at the pace of speech and no faster, until it is silenced.
 * What is still to be said waits while the caller speaks.
 */

import type { SimPace } from '../sim-pace.js'
import type { LivePeer } from './live-peer.js'
import { encodeSound } from './session-config.js'

export interface LiveMouth {
  /** Puts something to be said behind what is; `make` gives it clause by clause. */
  say(make: (signal: AbortSignal) => AsyncIterable<string>): void
  /** Drops what is being said. What waits stays. */
  silence(): void
  /** Whether sound goes out. */
  readonly speaking: boolean
}

/** Sound of one delta, ms. */
const DELTA_MS = 100
/** How often a silent caller is waited for, ms. */
const LOOK_MS = 20

export function liveMouth(peer: LivePeer, isCallerSpeaking: () => boolean): LiveMouth {
  let line: Promise<void> = Promise.resolve()
  let now: AbortController | undefined
  let speaking = false

  async function run(make: (signal: AbortSignal) => AsyncIterable<string>): Promise<void> {
    while (isCallerSpeaking() && !peer.socket.signal.aborted) await wait(LOOK_MS, peer.socket.signal)
    const own = new AbortController()
    now = own
    const signal = AbortSignal.any([own.signal, peer.socket.signal])
    const said: string[] = []
    const pace = peer.temper.pace()
    try {
      for await (const clause of make(signal)) {
        if (signal.aborted || !(await speak(clause, { pace, signal, said }))) break
      }
    } catch (error) {
      peer.socket.complain(`the brains of the simulator failed: ${String(error)}`)
    }
    speaking = false
    if (said.length > 0) peer.messages.push({ role: 'assistant', text: said.join(' ') })
    if (now === own) now = undefined
  }

  /** False: it was silenced, or a fault struck. */
  async function speak(
    clause: string,
    { pace, signal, said }: { readonly pace: SimPace; readonly signal: AbortSignal; readonly said: string[] },
  ): Promise<boolean> {
    const { rate } = peer.format
    const { samples, words } = await peer.brains.speak(clause, rate, '')
    const size = (DELTA_MS * rate) / 1000
    let told = 0
    let startMs: number | undefined
    for (let at = 0; at < samples.length; at += size) {
      const fault = await pace.next(signal)
      if (signal.aborted) {
        for (let stray = 0; stray < peer.strayDeltas; stray++)
          sound(samples.slice(at + stray * size, at + (stray + 1) * size))
        return false
      }
      if (fault !== undefined) {
        peer.strike(fault)
        return false
      }
      startMs ??= peer.nowMs()
      speaking = true
      const untilMs = ((at + size) * 1000) / rate
      for (let word = words[told]; word !== undefined && word.startMs < untilMs; word = words[++told]) {
        const delta = said.length === 0 ? word.text : ` ${word.text}`
        said.push(word.text)
        const times = { start_ms: startMs + word.startMs, end_ms: startMs + word.endMs }
        peer.emit('session.output_transcript.delta', { delta, ...times })
      }
      const piece = samples.slice(at, at + size)
      sound(piece)
      await wait((piece.length * 1000) / rate, signal)
    }
    return !signal.aborted
  }

  /** The only event without an id. */
  function sound(samples: Int16Array): void {
    if (samples.length === 0) return
    peer.socket.send({ type: 'session.output_audio.delta', delta: encodeSound(samples, peer.format) })
  }

  function wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const done = () => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = peer.clock.after(ms, done)
      signal.addEventListener('abort', done)
    })
  }

  return {
    get speaking() {
      return speaking
    },
    say(make) {
      line = line.then(() => run(make))
    },
    silence() {
      now?.abort()
    },
  }
}
