/**
 * Takes thoughts out of a text whose server leaves them in it: `<think>…</think>` at its beginning. Text after the first
 * thing that is no thought passes untouched.
 */

const open = '<think>'
const close = '</think>'

export interface ThoughtFilter {
  /** What of the text so far may be given; empty while it may still be a thought. */
  feed(text: string): string
  /** What was held back and is no thought after all. */
  end(): string
}

export function thoughtFilter(): ThoughtFilter {
  let state: 'before' | 'within' | 'behind' | 'free' = 'before'
  let held = ''

  function step(): string {
    if (state === 'before') {
      const start = held.trimStart()
      if (start.startsWith(open)) {
        state = 'within'
        held = start.slice(open.length)
      } else if (open.startsWith(start)) return ''
      else return free()
    }
    if (state === 'within') {
      const at = held.indexOf(close)
      if (at < 0) {
        held = held.slice(-(close.length - 1))
        return ''
      }
      state = 'behind'
      held = held.slice(at + close.length)
    }
    held = held.trimStart()
    return held === '' ? '' : free()
  }

  function free(): string {
    const text = held
    state = 'free'
    held = ''
    return text
  }

  return {
    feed(text) {
      if (state === 'free') return text
      held += text
      return step()
    },
    end() {
      return state === 'before' ? free() : ''
    },
  }
}
