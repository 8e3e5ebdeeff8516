/** The page's one audio context, and getting it to run: browsers keep it silent until the person does something. */

/** Call from a click or key press; one context serves microphone and player, which echo cancellation needs. */
export function createAudioContext(): AudioContext {
  return new AudioContext({ latencyHint: 'interactive' })
}

/**
 * Resumes `context` at each gesture until it runs, and again when the system suspends it (a phone call, a locked
 * screen). Returns how to stop.
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
  return onGesture(resume, target)
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
