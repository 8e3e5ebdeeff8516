/** How a mouth looks at each viseme, and how one shape becomes the next. Visemes are those of the Oculus set. */
import type { MouthShape, Viseme } from './face-types.js'
import { ease } from './numbers.js'

const rest: MouthShape = { open: 0, wide: 0, round: 0, press: 0, bite: 0, teeth: 0, tongue: 0 }

/** By eye, after photographs of the set's reference poses. */
export const mouthShapes: Readonly<Record<Viseme, MouthShape>> = {
  sil: rest,
  PP: { ...rest, wide: -0.1, press: 1 },
  FF: { ...rest, open: 0.2, wide: 0.1, bite: 1, teeth: 1 },
  TH: { ...rest, open: 0.24, wide: 0.1, teeth: 0.5, tongue: 1 },
  DD: { ...rest, open: 0.26, wide: 0.15, teeth: 0.5, tongue: 0.6 },
  kk: { ...rest, open: 0.34, wide: 0.05, teeth: 0.3, tongue: 0.2 },
  CH: { ...rest, open: 0.22, wide: -0.4, round: 0.5, teeth: 0.8 },
  SS: { ...rest, open: 0.17, wide: 0.35, teeth: 1 },
  nn: { ...rest, open: 0.22, wide: 0.1, teeth: 0.3, tongue: 0.7 },
  RR: { ...rest, open: 0.28, wide: -0.3, round: 0.45, tongue: 0.4 },
  aa: { ...rest, open: 0.95, wide: 0.15, teeth: 0.4, tongue: 0.4 },
  E: { ...rest, open: 0.52, wide: 0.45, teeth: 0.6, tongue: 0.3 },
  I: { ...rest, open: 0.3, wide: 0.7, teeth: 0.8, tongue: 0.1 },
  O: { ...rest, open: 0.66, wide: -0.45, round: 0.75, tongue: 0.1 },
  U: { ...rest, open: 0.28, wide: -0.75, round: 1 },
}

/**
 * The shape meant at this moment, `blend` (0..1) of the way from one to the next. Closed lips open late and close early,
 * since a mouth that is open in a `p` is seen at once.
 */
export function mouthTarget(
  now: Viseme,
  next: Viseme | undefined,
  blend: number,
  into: { -readonly [Part in keyof MouthShape]: number },
): void {
  const shape = mouthShapes[now] ?? rest
  const ahead = next === undefined ? shape : (mouthShapes[next] ?? rest)
  const late = now === 'PP' ? 2 * blend - 1 : blend
  const share = next === undefined ? 0 : ease(next === 'PP' ? late * 1.6 : late)
  for (const part of mouthParts) into[part] = shape[part] + (ahead[part] - shape[part]) * share
}

/** Half-life of the way to a shape, ms: lips close fast, vowels swing in. */
export function halfLifeMs(viseme: Viseme): number {
  if (viseme === 'PP' || viseme === 'FF') return 14
  return viseme.length === 1 || viseme === 'aa' || viseme === 'sil' ? 34 : 22
}

export const mouthParts = ['open', 'wide', 'round', 'press', 'bite', 'teeth', 'tongue'] as const
