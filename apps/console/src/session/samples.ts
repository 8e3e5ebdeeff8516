/** The recordings that ship with the console; see public/samples/ATTRIBUTION.txt. */

export interface Sample {
  readonly id: 'quickCall' | 'patientCall' | 'spanishCall'
  readonly path: string
  readonly seconds: number
}

export const samples: readonly Sample[] = [
  { id: 'quickCall', path: '/samples/quick-call.wav', seconds: 13 },
  { id: 'patientCall', path: '/samples/patient-call.wav', seconds: 20 },
  { id: 'spanishCall', path: '/samples/llamada.wav', seconds: 13 },
]
