/**
 * When text is spoken: at a flush, at the end, in auto mode after whole sentences, else when the schedule's next length
 * is reached.
 */

export interface SpeechText {
  /** What is to be spoken now, if anything. */
  add(text: string, isFlush: boolean): string | undefined
  /** The rest. */
  end(): string | undefined
}

export const defaultSchedule: readonly number[] = [120, 160, 250, 290]

export function speechText(isAuto: boolean, schedule: readonly number[] = defaultSchedule): SpeechText {
  let held = ''
  let chunks = 0

  function take(until = held.length): string | undefined {
    const text = held.slice(0, until)
    held = held.slice(until)
    if (text.trim() === '') return undefined
    chunks++
    return text
  }

  return {
    add(text, isFlush) {
      held += text
      if (isFlush) return take()
      if (isAuto) {
        const sentences = /^[\s\S]*[.!?…]["'”)]?\s/.exec(held)
        return sentences === null ? undefined : take(sentences[0].length)
      }
      const wanted = schedule[Math.min(chunks, schedule.length - 1)] ?? 290
      return held.length >= wanted ? take() : undefined
    },
    end: () => take(),
  }
}
