/** The recordings that ship with the console; see public/samples/ATTRIBUTION.txt. */

export interface Sample {
  readonly id: 'patient' | 'hurried' | 'operator'
  readonly path: string
  readonly seconds: number
}

export const samples: readonly Sample[] = [
  { id: 'patient', path: '/samples/patient-caller.wav', seconds: 31 },
  { id: 'hurried', path: '/samples/hurried-caller.wav', seconds: 11 },
  { id: 'operator', path: '/samples/operator-caller.wav', seconds: 20 },
]
