import type { WordLists } from './word-lists.js'

/** Sounds that mean the same nearly everywhere: part of every language, and all there is for an unknown one. */
export const sounds: WordLists = {
  language: 'und',
  backchannels: ['mm-hm', 'mhm', 'mm', 'mmm', 'hm', 'hmm', 'uh-huh', 'aha', 'ah', 'oh', 'ok', 'okay'],
  commands: ['stop'],
  fillers: ['uh', 'um', 'uhm', 'erm', 'eh', 'em', 'ehm', 'hm', 'hmm', 'mm', 'mmm'],
  unfinished: [],
  answers: ['ok', 'okay'],
  numbers: [],
}
