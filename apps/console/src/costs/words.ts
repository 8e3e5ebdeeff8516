/** The words of what was used and what it cost. */
const english = {
  slots: {
    stt: 'Hearing',
    llm: 'Thinking',
    tts: 'Voice',
    realtime: 'Speech model',
    live: 'Live model',
  },
  part: 'For',
  provider: 'Provider',
  model: 'Model',
  used: 'Used',
  requests: 'Requests',
  cost: 'Cost',
  wasted: 'Of it unheard',
  minutes: (value: string) => `${value} min`,
  characters: (value: string) => `${value} characters`,
  tokens: (input: string, output: string) => `${input} tokens in, ${output} out`,
  cached: (value: string) => `${value} of them from a cache`,
  notTold: (count: string) => `${count} without a count`,
  sum: (value: string) => `${value} in all`,
  sumWasted: (value: string) => `${value} of it for answers that were thrown away unheard.`,
  unpriced: (names: string) => `Without a price in the list, and not in the sum: ${names}.`,
  uncounted: (count: string) =>
    `Of ${count} requests their provider did not tell what they used; they are not in the sum.`,
  noPrices: 'There is no price list (PARLEY_PRICES), so nothing has a price here.',
}

export type CostWords = typeof english

const spanish: CostWords = {
  slots: {
    stt: 'Oír',
    llm: 'Pensar',
    tts: 'Voz',
    realtime: 'Modelo de habla',
    live: 'Modelo en vivo',
  },
  part: 'Para',
  provider: 'Proveedor',
  model: 'Modelo',
  used: 'Usado',
  requests: 'Peticiones',
  cost: 'Coste',
  wasted: 'De ello sin oír',
  minutes: value => `${value} min`,
  characters: value => `${value} caracteres`,
  tokens: (input, output) => `${input} tokens de entrada, ${output} de salida`,
  cached: value => `${value} de ellos de una caché`,
  notTold: count => `${count} sin contar`,
  sum: value => `${value} en total`,
  sumWasted: value => `${value} de ello por respuestas desechadas sin oírse.`,
  unpriced: names => `Sin precio en la lista, y fuera de la suma: ${names}.`,
  uncounted: count => `De ${count} peticiones su proveedor no dijo lo que usaron; no están en la suma.`,
  noPrices: 'No hay lista de precios (PARLEY_PRICES), así que aquí nada tiene precio.',
}

export const words = { en: english, es: spanish }
