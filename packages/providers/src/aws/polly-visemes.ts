/** Polly's own names of mouth shapes, which it shares with its tables of phonemes, as ours. */
import { joinedCues, type Viseme, type VisemeCue } from '@parley/audio'
import { type Mark, marksIn } from './speech-marks.js'

const shapes = new Map<string, Viseme>(
  Object.entries({
    sil: 'sil',
    p: 'PP',
    t: 'DD',
    S: 'CH',
    T: 'TH',
    f: 'FF',
    k: 'kk',
    i: 'I',
    r: 'RR',
    s: 'SS',
    u: 'U',
    '@': 'E',
    a: 'aa',
    e: 'E',
    E: 'E',
    o: 'O',
    O: 'O',
  }),
)

/** How long the last shape is held where no silence follows, ms. */
const LAST_MS = 100

/** A shape lasts until the next; `beganMs` is added to all. Lines that are no marks are skipped. */
export function visemesOfMarks(lines: string, beganMs: number): VisemeCue[] {
  const marks = marksIn(lines).filter(({ type }) => type === 'viseme')
  return joinedCues(
    marks.flatMap(({ time, value }: Mark, index) => {
      const viseme = shapes.get(value) ?? 'sil'
      const endMs = marks[index + 1]?.time ?? time + LAST_MS
      // After the last of them the mouth rests anyway, and where the sound ends is not told.
      if (viseme === 'sil' && index === marks.length - 1) return []
      return [{ viseme, startMs: beganMs + time, endMs: beganMs + endMs }]
    }),
  )
}
