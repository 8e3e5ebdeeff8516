/** Phones of any language in the letters of the International Phonetic Association, as shapes of the mouth. */
import type { Viseme } from './viseme.js'

/** Letters by shape; nasal, long or stressed ones look alike. Rounded front vowels look like the back ones. */
const letters: readonly (readonly [Viseme, string])[] = [
  ['PP', 'pbmɓʙɸβ'],
  ['FF', 'fvɱʋⱱ'],
  ['TH', 'θð'],
  ['DD', 'tdʈɖɗɾɽ'],
  ['nn', 'nlɳɲŋɴɭʎʟɫɬɮɺ'],
  ['kk', 'kgɡqɢɠxɣχʁcɟʄʛ'],
  ['CH', 'ʃʒɕʑʂʐɧ'],
  ['SS', 'sz'],
  ['RR', 'rɹʀɻɚɝ'],
  ['aa', 'aɑæɐʌɶ'],
  ['E', 'eɛəɘɜœøɤɞ'],
  ['I', 'iɪɨjʝʏ'],
  ['O', 'oɔɒɵ'],
  ['U', 'uʊɯyʉwɥʍɰ'],
]

/** What is said in the throat takes the mouth of its neighbour. */
const throat = new Set([...'hɦʔħʕʜʢʡ'])

const shapeOf = new Map<string, Viseme>(
  letters.flatMap(([shape, all]) => [...all].map(letter => [letter, shape] as const)),
)

/** A stop that opens into a hiss is seen as the hiss. */
const affricates = /[td]͡?([szʃʒɕʑʂʐ])/g

/**
 * Shapes of one phone, or of a row of them, in order; equal neighbours once. Marks of stress, length and tone do not
 * matter. None: it has no shape of its own and is said with the mouth of its neighbour. Empty text is a pause: `sil`.
 */
export function visemesOfIpa(phone: string): readonly Viseme[] {
  const plain = phone
    .normalize('NFD')
    .replace(/c\u0327/g, 's')
    .replace(affricates, '$1')
  const found: Viseme[] = []
  let isSound = false
  for (const letter of plain) {
    const shape = shapeOf.get(letter)
    if (shape !== undefined || throat.has(letter)) isSound = true
    if (shape !== undefined && found.at(-1) !== shape) found.push(shape)
  }
  return isSound ? found : ['sil']
}
