/** Share of the last second that was voiced. */

export interface VoicedShare {
  /** Takes the next look in; answers with the share, 0..1, of a second that before the first look was not voiced. */
  look(voiced: boolean): number
  reset(): void
}

export function createVoicedShare(hopMs: number): VoicedShare {
  const marks = new Uint8Array(Math.round(1000 / hopMs))
  const state = { next: 0, voiced: 0 }
  return {
    look(voiced) {
      const mark = voiced ? 1 : 0
      state.voiced += mark - (marks[state.next] as number)
      marks[state.next] = mark
      state.next = (state.next + 1) % marks.length
      return state.voiced / marks.length
    },
    reset() {
      marks.fill(0)
      state.next = 0
      state.voiced = 0
    },
  }
}
