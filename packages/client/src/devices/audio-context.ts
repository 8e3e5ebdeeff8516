/** The page's one audio context, and getting it to run: browsers keep it silent until the person does something. */

/** Call from a click or key press; one context serves microphone and player, which echo cancellation needs. */
export function createAudioContext(): AudioContext {
  return new AudioContext({ latencyHint: 'interactive' })
}

/**
 * Resumes `context` at each gesture until it runs, and when the system suspends it (after a phone call, a locked screen).
 * Returns how to stop.
 */
export function resumeOnGesture(
  context: AudioContext,
  target: EventTarget | undefined = globalThis.document,
): () => void {
  function resume(): void {
    // Refused while the browser does not count this as a gesture; the next one tries again.
    if (context.state !== 'running' && context.state !== 'closed') context.resume().catch(() => {})
  }
  resume()
  const leave = [onGesture(resume, target), resumeSuspended(context)]
  return () => {
    for (const each of leave) each()
  }
}

/**
 * Safari says `suspended` once a phone call is over, and then allows it. To ask while it is `interrupted` fails, and may
 * leave it running without a sound: that is left to gestures, and to a page that is shown again. Returns how to stop.
 */
export function resumeSuspended(context: AudioContext): () => void {
  function resume(): void {
    if (context.state === 'suspended') context.resume().catch(() => {})
  }
  context.addEventListener('statechange', resume)
  return () => context.removeEventListener('statechange', resume)
}

/** Calls at each click, key or touch, until the returned function is called. */
export function onGesture(
  act: () => void,
  target: EventTarget | undefined = globalThis.document,
): () => void {
  const gestures = ['pointerdown', 'keydown', 'touchend']
  const first = { capture: true }
  for (const gesture of gestures) target?.addEventListener(gesture, act, first)
  return () => {
    for (const gesture of gestures) target?.removeEventListener(gesture, act, first)
  }
}
