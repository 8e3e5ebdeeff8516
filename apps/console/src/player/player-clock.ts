/**
 * The playhead: where the conversation is being played, with its recording where there is one and in silence where there is
 * none (before consent, after its end, or at all). While there is sound, the sound is the clock.
 */

export type SoundState = 'none' | 'loading' | 'ready' | 'failed'

export interface PlayerState {
  readonly playing: boolean
  readonly rate: number
  readonly sound: SoundState
}

export interface PlayerClock {
  readonly subscribe: (listener: () => void) => () => void
  readonly snapshot: () => PlayerState
  /** Called with the time whenever it moves: each frame while it plays. Once at once. */
  follow(listener: (atMs: number) => void): () => void
  nowMs(): number
  play(): void
  pause(): void
  toggle(): void
  seek(atMs: number): void
  setRate(rate: number): void
  close(): void
}

export interface SoundSource {
  /** In the order in which they are tried. */
  readonly urls: readonly { readonly url: string; readonly type: string }[]
  /** Where its first sample stands, ms. */
  readonly startMs: number
  readonly durationMs: number
}

export const playRates = [0.5, 0.75, 1, 1.25, 1.5, 2] as const

/** This close to its end the sound is over: players stop a frame before it. */
const END_SLACK_MS = 60

export function createPlayerClock(
  durationMs: number,
  source: SoundSource | undefined,
  fromMs = 0,
): PlayerClock {
  const listeners = new Set<() => void>()
  const followers = new Set<(atMs: number) => void>()
  const audio = source === undefined ? undefined : openAudio(source)
  let state: PlayerState = { playing: false, rate: 1, sound: audio === undefined ? 'none' : 'loading' }
  /** Where it stands while there is no sound to tell, and since when. */
  let base = { atMs: clamp(fromMs), since: performance.now() }
  let sounding = false
  let frame = 0

  function change(next: Partial<PlayerState>): void {
    state = { ...state, ...next }
    for (const listener of listeners) listener()
  }

  function clamp(atMs: number): number {
    return Math.min(durationMs, Math.max(0, atMs))
  }

  function nowMs(): number {
    if (sounding && audio !== undefined && source !== undefined)
      return clamp(source.startMs + audio.currentTime * 1000)
    const passed = state.playing ? (performance.now() - base.since) * state.rate : 0
    return clamp(base.atMs + passed)
  }

  function stand(atMs: number): void {
    base = { atMs, since: performance.now() }
  }

  function tell(): void {
    const atMs = nowMs()
    for (const follower of followers) follower(atMs)
  }

  function hasSound(atMs: number): boolean {
    if (source === undefined || state.sound === 'failed') return false
    return atMs >= source.startMs && atMs < source.startMs + source.durationMs - END_SLACK_MS
  }

  /** Goes on with or without sound, whichever there is at the playhead. */
  function turnTo(atMs: number): void {
    stand(atMs)
    const wanted = state.playing && hasSound(atMs)
    if (audio !== undefined && source !== undefined && hasSound(atMs)) {
      const seconds = (atMs - source.startMs) / 1000
      if (Math.abs(audio.currentTime - seconds) > 0.02) audio.currentTime = seconds
    }
    sounding = wanted
    if (!wanted) {
      audio?.pause()
      return
    }
    audio?.play().catch((error: unknown) => {
      // A pause that came first is no fault.
      if (!(error instanceof DOMException && error.name === 'AbortError')) silence()
    })
  }

  function silence(): void {
    stand(nowMs())
    sounding = false
    change({ sound: 'failed' })
  }

  function beat(): void {
    frame = 0
    if (!state.playing) return
    const atMs = nowMs()
    if (atMs >= durationMs) {
      stand(durationMs)
      sounding = false
      audio?.pause()
      change({ playing: false })
    } else if (!sounding && hasSound(atMs)) turnTo(atMs)
    tell()
    if (state.playing) frame = requestAnimationFrame(beat)
  }

  function play(): void {
    if (state.playing) return
    const atMs = nowMs() >= durationMs - 1 ? 0 : nowMs()
    change({ playing: true })
    turnTo(atMs)
    frame ||= requestAnimationFrame(beat)
  }

  function pause(): void {
    if (!state.playing) return
    const atMs = nowMs()
    change({ playing: false })
    turnTo(atMs)
    tell()
  }

  audio?.addEventListener('loadedmetadata', () => change({ sound: 'ready' }))
  audio?.addEventListener('ended', () => {
    if (source === undefined) return
    const atMs = Math.max(nowMs(), source.startMs + source.durationMs)
    sounding = false
    stand(atMs)
  })
  audio?.addEventListener('failed', silence)
  // Another player of the system, or its headphones, may stop it.
  audio?.addEventListener('pause', () => {
    if (sounding && audio.paused && !audio.ended) pause()
  })

  return {
    nowMs,
    play,
    pause,
    snapshot: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    follow(listener) {
      followers.add(listener)
      listener(nowMs())
      return () => followers.delete(listener)
    },
    toggle: () => (state.playing ? pause() : play()),
    seek(atMs) {
      turnTo(clamp(atMs))
      for (const follower of followers) follower(clamp(atMs))
    },
    setRate(rate) {
      const atMs = nowMs()
      change({ rate })
      if (audio !== undefined) audio.playbackRate = rate
      stand(atMs)
    },
    close() {
      cancelAnimationFrame(frame)
      listeners.clear()
      followers.clear()
      sounding = false
      audio?.pause()
      audio?.replaceChildren()
      audio?.removeAttribute('src')
      audio?.load()
    },
  }
}

/** Says `failed` where none of its forms can be played. */
function openAudio({ urls }: SoundSource): HTMLAudioElement {
  const audio = new Audio()
  audio.preload = 'metadata'
  audio.preservesPitch = true
  const sources = urls.map(({ url, type }) => {
    const source = document.createElement('source')
    source.src = url
    source.type = type
    return source
  })
  const fail = () => audio.dispatchEvent(new Event('failed'))
  sources.at(-1)?.addEventListener('error', fail)
  audio.addEventListener('error', fail)
  audio.append(...sources)
  return audio
}
