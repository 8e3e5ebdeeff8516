import type { EngineLink } from '../engine.js'

/** An engine's link as the session sees it: what it throws although it must not comes in from outside. */
export function faceLink(link: EngineLink, failed: (error: unknown) => void): EngineLink {
  const attempt = (call: () => void): void => {
    try {
      call()
    } catch (error) {
      failed(error)
    }
  }
  return {
    hear(frame) {
      try {
        link.hear(frame)
      } catch (error) {
        failed(error)
      }
    },
    forgetSound: () => attempt(() => link.forgetSound?.()),
    boundary: boundary => attempt(() => link.boundary?.(boundary)),
    reply: (turn, signal) => link.reply(turn, signal),
    ...(link.say === undefined ? {} : { say: link.say.bind(link) }),
    committed: turn => attempt(() => link.committed?.(turn)),
    unanswered: turn => attempt(() => link.unanswered?.(turn)),
    forgot: turn => attempt(() => link.forgot?.(turn)),
    heard: (heard, account) => attempt(() => link.heard?.(heard, account)),
    ...(link.aside === undefined ? {} : { aside: link.aside.bind(link) }),
    close: () => link.close(),
  }
}
