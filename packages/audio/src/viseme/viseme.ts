/**
 * Shapes of a mouth, by the 15 names of the Oculus (Meta) lip-sync set, which avatars know; `sil` is a mouth at rest.
 */
export const visemes = [
  'sil',
  'PP',
  'FF',
  'TH',
  'DD',
  'kk',
  'CH',
  'SS',
  'nn',
  'RR',
  'aa',
  'E',
  'I',
  'O',
  'U',
] as const

export type Viseme = (typeof visemes)[number]

/** One shape and its place in some sound, ms. The next begins where it ends, or `sil` stands between. */
export interface VisemeCue {
  readonly viseme: Viseme
  readonly startMs: number
  readonly endMs: number
}
