/** An engine that hears coded speech and says its thoughts in coded speech, at a pace on the session's clock. */
import type { Engine, EngineCall, ReplyPart, ToolCall, Turn } from '@parley/core'
import { codeSpeech, readSpeech } from '../vendors/coded-speech.js'

export type CodedThought = string | Omit<ToolCall, 'id'> | { readonly fails: true }

export interface CodedThinking {
  /** What the agent says to a turn, the tools that it calls, or that it breaks. */
  think?(turn: Turn): CodedThought | readonly CodedThought[]
  /** What is understood of an utterance, where its sound cannot be read any more. */
  hears?(): string
  /** Before each word of an answer, ms. */
  readonly paceMs?: number
}

const RATE = 24_000
/** What is kept to be read, frames. */
const KEPT = 2_000

export function createCodedEngine(turns: Turn[], { think, hears, paceMs = 0 }: CodedThinking): Engine {
  let calls = 0
  return { connect: call => connection(call) }

  function connection(call: EngineCall) {
    const heard: { readonly samples: Int16Array; readonly atMs: number }[] = []
    let startMs = 0

    function read(fromMs: number, toMs: number): string {
      const spoken = heard.filter(({ atMs }) => atMs >= fromMs - 1 && atMs < toMs + 40)
      return readSpeech(Int16Array.from(spoken.flatMap(({ samples }) => [...samples])), RATE).text
    }

    async function* answer(turn: Turn): AsyncGenerator<ReplyPart> {
      turns.push(turn)
      const thoughts = think?.(turn) ?? `you said ${turn.text}`
      yield { kind: 'usage', inputTokens: 11, outputTokens: 7 }
      for (const thought of [thoughts].flat()) {
        if (typeof thought === 'string') yield* speak(thought, turn.wishes?.silent === true)
        else if ('fails' in thought) throw new Error('the model went away')
        else yield { kind: 'tool-call', call: { id: `call_${++calls}`, ...thought } }
      }
    }

    async function* speak(text: string, isSilent: boolean): AsyncGenerator<ReplyPart> {
      let untilMs = 0
      for (const word of text.split(' ')) {
        if (paceMs > 0) await new Promise<void>(resolve => call.clock.after(paceMs, resolve))
        const { samples } = codeSpeech(word, RATE)
        untilMs += (samples.length * 1000) / RATE
        yield { kind: 'words', text: `${word} `, untilMs }
        if (!isSilent) yield { kind: 'audio', samples, rate: RATE }
      }
    }

    return {
      hear({ samples, atMs }: { readonly samples: Int16Array; readonly atMs: number }) {
        heard.push({ samples: samples.slice(), atMs })
        if (heard.length > KEPT) heard.shift()
      },
      boundary({ kind, atMs }: { readonly kind: string; readonly atMs: number }) {
        if (kind === 'speech-start') startMs = atMs
        else {
          const text = hears?.() ?? read(startMs, atMs)
          call.observe({ kind: 'transcript', startMs, atMs, text, final: true })
        }
      },
      reply: answer,
      aside: answer,
      close: async () => {},
    }
  }
}
