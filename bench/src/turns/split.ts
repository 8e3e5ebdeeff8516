/**
 * Which recordings turn-taking may be tuned on, and which it is scored on. Split by person, not by clip: a judge that
 * has learnt a voice knows its next cough. Where two names may be one person (the English voices of hedgewars are
 * credited to one actor, and some of its packs share files) all of them stand on the tuning side.
 */

export type SetName = 'tune' | 'hold-out'

const tuneSpeakers: readonly string[] = [
  'allison-en',
  'allison-es',
  'alsa',
  'carlo-it',
  'ivr-ru',
  // One actor, as far as the game's credits tell.
  'hw-default',
  'hw-classic',
  'hw-pirate',
  'hw-british',
  'hw-mobster',
  'hw-robot',
  'hw-russian',
  'hw-singer',
  'hw-surfer',
  'hw-hillbilly',
]

const holdOutSpeakers: readonly string[] = [
  'jfk',
  'livekit-test',
  'webrtcvad',
  'sphinx-forever',
  'silero',
  'nasa-radio',
  'june-fr',
  'menardi-it',
  'july-esco',
  'hw-default-es',
  'hw-default-ru',
  'hw-default-uk',
  // Default_pl and Russian_pl: one actor.
  'hw-pl',
]

/** Sounds of fixtures/audio/traps; the laugh and the first cough are the actor's of hw-default. */
const tuneTraps: readonly RegExp[] = [/^fd-/, /^gen-/, /^cough-default$/, /^laugh-default$/]

/** The set of a speaker; undefined for one that nobody has placed, which is then used in neither. */
export function setOfSpeaker(speaker: string): SetName | undefined {
  if (tuneSpeakers.includes(speaker)) return 'tune'
  return holdOutSpeakers.includes(speaker) ? 'hold-out' : undefined
}

/** The set of a sound of fixtures/audio/traps, by its id. */
export function setOfTrap(id: string): SetName {
  return tuneTraps.some(pattern => pattern.test(id)) ? 'tune' : 'hold-out'
}
