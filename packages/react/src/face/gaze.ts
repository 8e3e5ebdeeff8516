/** Where the eyes go: mostly to the one who watches, away for a moment now and then, more so while it thinks aloud. */
export interface Gaze {
  waitMs: number
  x: number
  y: number
}

export function gazeAfter(gaze: Gaze, dtMs: number, away: number, random: () => number): void {
  gaze.waitMs -= dtMs
  if (gaze.waitMs > 0) return
  if (random() < away) {
    gaze.x = (random() * 2 - 1) * 0.9
    gaze.y = (random() * 2 - 1) * 0.5
    gaze.waitMs = 400 + 900 * random()
  } else {
    gaze.x = (random() * 2 - 1) * 0.12
    gaze.y = (random() * 2 - 1) * 0.08
    gaze.waitMs = 900 + 2_200 * random()
  }
}
